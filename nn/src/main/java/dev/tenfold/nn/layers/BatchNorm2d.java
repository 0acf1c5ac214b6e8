package dev.tenfold.nn.layers;

import dev.tenfold.kernels.DType;
import dev.tenfold.nn.Module;
import dev.tenfold.tensor.Tensor;

/**
 * Batch normalisation over N, H, W of x [n, c, h, w] (Ioffe and Szegedy 2015): {@code y = (x - mean) / sqrt(var + eps) weight + bias}.
 * Training uses the batch's mean and (biased) variance and moves the running ones, {@code r <- (1 - m) r + m batch}, the
 * variance unbiased there; evaluation uses the running ones.
 */
public final class BatchNorm2d extends Module {
    private final ChannelStatistics statistics;
    private final int channels;

    public BatchNorm2d(int channels) {
        this(channels, BatchNormOptions.DEFAULT, DType.F32);
    }

    public BatchNorm2d(int channels, double momentum, double eps, DType dtype) {
        this(channels, BatchNormOptions.DEFAULT.momentum(momentum).eps(eps), dtype);
    }

    public BatchNorm2d(int channels, BatchNormOptions options, DType dtype) {
        this.channels = channels;
        statistics = new ChannelStatistics(channels, options, dtype, this::parameter, this::buffer);
    }

    /** Stops (or starts again) moving the running statistics in training; the batch's own still normalise it. Returns this. */
    public BatchNorm2d updateStatistics(boolean update) {
        statistics.update(update);
        return this;
    }

    @Override
    public Tensor forward(Tensor x) {
        if (x.rank() != 4 || !statistics.fits(x)) {
            throw new IllegalArgumentException("BatchNorm2d: x is " + x.shape() + "; it must be [n, " + channels + ", h, w]");
        }
        return statistics.normalise("BatchNorm2d", x, isTraining());
    }
}
