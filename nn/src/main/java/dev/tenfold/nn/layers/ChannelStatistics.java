package dev.tenfold.nn.layers;

import dev.tenfold.kernels.DType;
import dev.tenfold.nn.Buffer;
import dev.tenfold.nn.Parameter;
import dev.tenfold.tensor.NoGrad;
import dev.tenfold.tensor.Normalisations;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import dev.tenfold.tensor.op.Elementwise;
import java.util.Arrays;
import java.util.function.BiFunction;

/** What the batch normalisations of all ranks share: parameters, running statistics, and their use in both modes. */
final class ChannelStatistics {
    private final BatchNormOptions options;
    private final long channels;
    private final Parameter weight;
    private final Parameter bias;
    private final Buffer runningMean;
    private final Buffer runningVariance;
    private boolean updating = true;

    /** Registers {@code weight}, {@code bias}, {@code running_mean} and {@code running_var} with the layer, as far as the options have them. */
    ChannelStatistics(int channels, BatchNormOptions options, DType dtype, BiFunction<String, Tensor, Parameter> parameter, BiFunction<String, Tensor, Buffer> buffer) {
        this.options = options;
        this.channels = channels;
        weight = options.affine() ? parameter.apply("weight", Tensors.ones(dtype, channels)) : null;
        bias = options.affine() ? parameter.apply("bias", Tensors.zeros(dtype, channels)) : null;
        runningMean = options.trackStatistics() ? buffer.apply("running_mean", Tensors.zeros(dtype, channels)) : null;
        runningVariance = options.trackStatistics() ? buffer.apply("running_var", Tensors.ones(dtype, channels)) : null;
    }

    void update(boolean wanted) {
        updating = wanted;
    }

    /** Whether x [n, c, …] has this layer's channels. */
    boolean fits(Tensor x) {
        return x.rank() >= 2 && x.size(1) == channels;
    }

    /** Normalises x [n, c, …], with the batch's statistics when training or without running ones. */
    Tensor normalise(String layer, Tensor x, boolean training) {
        if (!training && runningMean != null) return byRunning(x);
        long count = x.elements() / channels;
        if (count < 2 && training) throw new IllegalArgumentException(layer + ": training needs more than one value per channel, but x is " + x.shape());
        Normalisations.Batch batch = Normalisations.batchNorm(x, weight == null ? null : weight.value(), bias == null ? null : bias.value(), options.eps());
        if (training && updating && runningMean != null) move(batch, count);
        return batch.y();
    }

    private void move(Normalisations.Batch batch, long count) {
        double momentum = options.momentum();
        try (NoGrad region = NoGrad.open()) {
            runningMean.value().copyFrom(runningMean.value().mul(1 - momentum).addScaled(batch.mean(), momentum));
            runningVariance.value().copyFrom(runningVariance.value().mul(1 - momentum).addScaled(batch.variance(), momentum * count / (count - 1)));
        }
    }

    private Tensor byRunning(Tensor x) {
        Tensor factor = runningVariance.value().add(options.eps()).rsqrt();
        if (weight != null) factor = factor.mul(weight.value());
        Tensor shift = runningMean.value().mul(factor);
        shift = bias == null ? shift.neg() : bias.value().sub(shift);
        long[] perChannel = new long[x.rank() - 1];
        Arrays.fill(perChannel, 1);
        perChannel[0] = channels;
        return Elementwise.MULTIPLY_ADD.apply(x, factor.reshape(perChannel), shift.reshape(perChannel));
    }
}
