package dev.tenfold.tensor.op;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Gradient;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;

/**
 * The gradient of {@code y = (x - mean) / sqrt(variance + eps) weight + bias} with mean and biased variance over some
 * axes. Batch, layer and group normalisation differ in those axes and in the shape of weight and bias alone.
 */
final class Standardisation {
    private Standardisation() {
    }

    /**
     * The gradients of x, weight and bias (of x alone, where there are no others) in tensor operations.
     *
     * @param view   the shape under which the axes are told
     * @param axes   what mean and variance run over
     * @param affine the shape in which weight and bias broadcast against {@code view}
     */
    static Tensor[] gradient(Gradient gradient, double eps, Shape view, int[] axes, Shape affine) {
        Tensor x = gradient.savedInput(0).reshape(view.sizes());
        Tensor g = gradient.output().reshape(view.sizes());
        Tensor centred = x.sub(x.meanKeep(axes));
        Tensor root = centred.square().meanKeep(axes).add(eps).rsqrt();
        Tensor standard = centred.mul(root);
        Tensor[] results = new Tensor[gradient.inputs()];
        if (gradient.needs(0)) {
            Tensor incoming = results.length > 1 ? g.mul(gradient.savedInput(1).reshape(affine.sizes())) : g;
            Tensor alike = standard.mul(incoming.mul(standard).meanKeep(axes));
            results[0] = root.mul(incoming.sub(incoming.meanKeep(axes)).sub(alike)).reshape(gradient.inputShape(0).sizes());
        }
        if (results.length > 1 && gradient.needs(1)) results[1] = g.mul(standard).sumTo(affine).reshape(gradient.inputShape(1).sizes());
        if (results.length > 1 && gradient.needs(2)) results[2] = g.sumTo(affine).reshape(gradient.inputShape(2).sizes());
        return results;
    }

    /** The weight among dense operands x, weight and bias, or null. */
    static Tensor weight(Tensor[] in) {
        return in.length > 1 ? in[1] : null;
    }

    /** The bias, as {@link #weight}. */
    static Tensor bias(Tensor[] in) {
        return in.length > 1 ? in[2] : null;
    }

    /** A kernel of all three gradients; {@code in} are x and the incoming gradient, and what belongs to no weight or bias is null. */
    interface Kernel {
        void run(Tensor[] in, Tensor weight, Tensor dx, Tensor dweight, Tensor dbias);
    }

    /** The gradients by one kernel, on tensors of any layout and floating type. */
    static Tensor[] fused(String operation, Gradient gradient, Kernel kernel) {
        boolean affine = gradient.inputs() > 1;
        Tensor x = gradient.savedInput(0);
        Tensor[] operands = affine ? new Tensor[] {x, gradient.output(), gradient.savedInput(1)} : new Tensor[] {x, gradient.output()};
        if (!affine) return new Tensor[] {Single.onTensors(operation, operands, x.shape(), (in, dx) -> kernel.run(in, null, dx, null, null))};
        DType type = Single.type(x);
        Tensor weight = Tensors.full(type, gradient.inputShape(1), 0);
        Tensor bias = Tensors.full(type, gradient.inputShape(2), 0);
        Tensor dx = Single.onTensors(operation, operands, x.shape(), (in, out) -> kernel.run(in, in[2], out, weight, bias));
        return new Tensor[] {dx, weight.to(x.dtype()), bias.to(x.dtype())};
    }

    /** Weight and bias, where an operation has them, are of shape {@code own}. */
    static void requireAffine(String operation, Tensor[] inputs, Shape own) {
        for (int i = 1; i < inputs.length; i++) {
            if (!inputs[i].shape().equals(own)) {
                throw new IllegalArgumentException(operation + ": " + (i == 1 ? "weight " : "bias ") + inputs[i].shape() + " does not fit x "
                        + inputs[0].shape() + "; it must be " + own);
            }
        }
    }

    /** {@code eps} is a number from 0 on. */
    static void requireEps(String operation, double eps) {
        if (!(eps >= 0)) throw new IllegalArgumentException(operation + ": eps " + eps + " must be at least 0");
    }
}
