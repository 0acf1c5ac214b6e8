package dev.tenfold.nn.layers;

import dev.tenfold.kernels.DType;
import dev.tenfold.nn.Module;
import dev.tenfold.nn.Parameter;
import dev.tenfold.tensor.Normalisations;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.util.Arrays;

/**
 * Layer normalisation over the last dimensions of x (Ba, Kiros and Hinton 2016): {@code y = (x - mean) / sqrt(var + eps) weight + bias} with
 * the mean and biased variance of every row, in training as in evaluation. Parameters {@code weight} and {@code bias} of those dimensions.
 */
public final class LayerNorm extends Module {
    private final long[] shape;
    private final double eps;
    private final Parameter weight;
    private final Parameter bias;

    /** Over the last dimension of {@code size} elements, eps 1e-5. */
    public LayerNorm(long size) {
        this(1e-5, true, DType.F32, size);
    }

    /**
     * @param affine whether there are a learned weight and bias
     * @param shape  the last dimensions of x
     */
    public LayerNorm(double eps, boolean affine, DType dtype, long... shape) {
        if (shape.length == 0) throw new IllegalArgumentException("LayerNorm: it needs the sizes of the last dimensions");
        this.shape = shape.clone();
        this.eps = eps;
        weight = affine ? parameter("weight", Tensors.ones(dtype, shape)) : null;
        bias = affine ? parameter("bias", Tensors.zeros(dtype, shape)) : null;
    }

    @Override
    public Tensor forward(Tensor x) {
        long[] sizes = x.shape().sizes();
        if (sizes.length < shape.length || !Arrays.equals(shape, Arrays.copyOfRange(sizes, sizes.length - shape.length, sizes.length))) {
            throw new IllegalArgumentException("LayerNorm: x is " + x.shape() + "; its last dimensions must be " + Arrays.toString(shape));
        }
        return weight == null ? Normalisations.layerNorm(x, shape.length, eps) : Normalisations.layerNorm(x, weight.value(), bias.value(), eps);
    }
}
