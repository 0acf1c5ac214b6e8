package dev.tenfold.autograd;

import dev.tenfold.tensor.Operation;
import dev.tenfold.tensor.Recorder;
import dev.tenfold.tensor.Tensor;

/** Makes a {@link Node} of every recorded operation. Found as a service by the tensor module. */
public final class TapeRecorder implements Recorder {
    @Override
    public void record(Operation operation, Tensor[] inputs, Tensor[] outputs) {
        boolean differentiable = false;
        for (Tensor output : outputs) differentiable |= output.dtype().isFloating();
        if (!differentiable) return;
        Node node = new Node(operation, inputs, outputs);
        for (int i = 0; i < outputs.length; i++) {
            if (outputs[i].dtype().isFloating()) outputs[i].attachTrace(new Place(node, i));
        }
    }
}
