package dev.tenfold.tensor.op;

import dev.tenfold.kernels.cpu.Indexing;
import dev.tenfold.tensor.Gradient;
import dev.tenfold.tensor.Operation;
import dev.tenfold.tensor.Tensor;

/** A dense row-major copy. The gradient passes unchanged. */
public record Contiguous() implements Operation {
    @Override
    public String name() {
        return "contiguous";
    }

    @Override
    public Tensor[] forward(Tensor[] inputs) {
        return new Tensor[] {copy(inputs[0])};
    }

    /** The copy, not recorded. */
    static Tensor copy(Tensor x) {
        Tensor out = Tensor.allocate(x.dtype(), x.shape());
        Indexing.copy(x.dtype(), x.shape().sizes(), x.address(), x.layout().strides(), out.address(), out.layout().strides());
        return out;
    }

    @Override
    public long savedInputs() {
        return 0;
    }

    @Override
    public Tensor[] backward(Gradient gradient) {
        return new Tensor[] {gradient.output()};
    }
}
