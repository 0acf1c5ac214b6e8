package dev.tenfold.nn.layers;

import dev.tenfold.kernels.DType;
import dev.tenfold.nn.Module;
import dev.tenfold.tensor.Tensor;

/** Batch normalisation of x [n, c] over N, or of x [n, c, l] over N and L, as {@link BatchNorm2d} has it. */
public final class BatchNorm1d extends Module {
    private final ChannelStatistics statistics;
    private final int channels;

    public BatchNorm1d(int channels) {
        this(channels, BatchNormOptions.DEFAULT, DType.F32);
    }

    public BatchNorm1d(int channels, BatchNormOptions options, DType dtype) {
        this.channels = channels;
        statistics = new ChannelStatistics(channels, options, dtype, this::parameter, this::buffer);
    }

    /** As {@link BatchNorm2d#updateStatistics}. */
    public BatchNorm1d updateStatistics(boolean update) {
        statistics.update(update);
        return this;
    }

    @Override
    public Tensor forward(Tensor x) {
        if (x.rank() > 3 || !statistics.fits(x)) {
            throw new IllegalArgumentException("BatchNorm1d: x is " + x.shape() + "; it must be [n, " + channels + "] or [n, " + channels + ", l]");
        }
        return statistics.normalise("BatchNorm1d", x, isTraining());
    }
}
