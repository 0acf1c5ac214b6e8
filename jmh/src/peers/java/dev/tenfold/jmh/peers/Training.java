package dev.tenfold.jmh.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * What the training steps on PyTorch share: the trained arrays, the arrays that one step makes, and the optimisers, which are DJL's calls
 * for one array each, in place: {@code sgdUpdate} and {@code adamUpdate} (PyTorch's unfused updates, a dozen passes in C++).
 */
final class Training {
    /** One trained array with the optimiser's; {@code leaf} lives for one step. */
    static final class Parameter {
        final NDArray value;
        private final NDArray first;
        private final NDArray second;
        NDArray leaf;

        private Parameter(NDArray value) {
            this.value = value;
            first = value.zerosLike();
            second = value.zerosLike();
        }
    }

    /** {@code y = x weight^T + bias}, weight [out, in]. */
    final class Linear {
        private final Parameter weight;
        private final Parameter bias;

        private Linear(long in, long out) {
            float bound = (float) (1 / Math.sqrt(in));
            weight = uniform(7, bound, out, in);
            bias = uniform(8, bound, out);
        }

        NDArray apply(NDArray x) {
            return keep(JniUtils.linear((PtNDArray) x, (PtNDArray) weight.leaf, (PtNDArray) bias.leaf));
        }
    }

    /** An optimiser's step on one array. */
    interface Update {
        void run(PtNDArray value, PtNDArray gradient, PtNDArray first, PtNDArray second);
    }

    private final List<Parameter> parameters = new ArrayList<>();
    private final List<NDArray> kept = new ArrayList<>();
    final NDManager manager = Torch.manager();
    private final NDArray one = manager.ones(new Shape());
    private int steps;

    Parameter parameter(NDArray value) {
        Parameter p = new Parameter(value);
        parameters.add(p);
        return p;
    }

    Parameter uniform(long seed, float bound, long... shape) {
        return parameter(Torch.uniform(manager, seed, bound, shape));
    }

    Linear linear(long in, long out) {
        return new Linear(in, out);
    }

    /** Closes {@code array} at the end of the step. */
    NDArray keep(NDArray array) {
        kept.add(array);
        return array;
    }

    NDArray relu(NDArray x) {
        return keep(x.getNDArrayInternal().relu());
    }

    /** The mean of {@code -log softmax(scores)} at the ones of {@code oneHot}, [n, classes] both. */
    NDArray crossEntropy(NDArray scores, NDArray oneHot) {
        NDArray picked = keep(keep(scores.logSoftmax(1)).mul(oneHot));
        return keep(keep(picked.sum()).mul(-1f / oneHot.getShape().get(0)));
    }

    NDArray oneHot(long[] labels, int classes) {
        return manager.create(labels).oneHot(classes).toType(DataType.FLOAT32, false);
    }

    /** Forward, backward, update. */
    void step(Supplier<NDArray> loss, Update update) {
        Torch.record();
        for (Parameter p : parameters) p.leaf = Torch.leaf(p.value);
        Torch.backward(loss.get(), one);
        steps++;
        for (Parameter p : parameters) {
            try (NDArray gradient = p.leaf.getGradient()) {
                update.run((PtNDArray) p.value, (PtNDArray) gradient, (PtNDArray) p.first, (PtNDArray) p.second);
            }
            p.leaf.close();
        }
        for (NDArray array : kept) array.close();
        kept.clear();
    }

    static Update momentum(float rate, float momentum, float decay) {
        return (value, gradient, first, second) -> JniUtils.sgdUpdate(value, gradient, first, rate, decay, 1, -1, momentum);
    }

    Update adam(float rate) {
        return (value, gradient, first, second) -> {
            float corrected = (float) (rate * Math.sqrt(1 - Math.pow(0.999, steps)) / (1 - Math.pow(0.9, steps)));
            JniUtils.adamUpdate(value, gradient, first, second, rate, corrected, 0, 1, -1, 0.9f, 0.999f, 1e-8f, false);
        };
    }
}
