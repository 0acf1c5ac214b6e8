package dev.tenfold.kernels.cpu;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.WorkerPool;

/**
 * Batch normalisation of dense x [n, c, plane] of f32 or f64, and its gradient. A channel is the work of one thread, so that its second
 * pass finds it in the cache.
 */
public final class ChannelNorm {
    /** Elements of one chunk of work. */
    private static final int CHUNK = 1 << 14;

    private ChannelNorm() {
    }

    private interface Channels {
        void run(ChannelPieces pieces, long channel);
    }

    private static void forChannels(DType type, long n, long c, long plane, int slots, Channels body) {
        WorkerPool.forRange(c, Math.max(1, CHUNK / Math.max(1, n * plane)), (from, to) -> {
            try (ChannelPieces pieces = new ChannelPieces(type, n, c, plane, slots)) {
                for (long channel = from; channel < to; channel++) body.run(pieces, channel);
            }
        });
    }

    private static double at(DType type, long values, long i, double absent) {
        return values == 0 ? absent : Memory.getAsDouble(type, values + i * type.bytes());
    }

    private static void put(DType type, long values, long i, double value) {
        Memory.putAsDouble(type, values + i * type.bytes(), value);
    }

    /**
     * {@code y = (x - mean) / sqrt(variance + eps) weight + bias} with the mean and the biased variance of each channel.
     *
     * @param weight   [c], or 0 for ones
     * @param bias     [c], or 0 for zeros
     * @param mean     [c], written
     * @param variance [c], written
     */
    public static void forward(DType type, long x, long n, long c, long plane, long weight, long bias, double eps, long y, long mean, long variance) {
        LineLoops loops = LineLoops.of(type);
        forChannels(type, n, c, plane, 2, (pieces, channel) -> {
            Moments moments = new Moments(type);
            for (long p = 0; p < pieces.count(); p++) moments.add(pieces.load(x, channel, p, 0), pieces.size(p));
            put(type, mean, channel, moments.mean());
            put(type, variance, channel, moments.variance());
            double factor = at(type, weight, channel, 1) / Math.sqrt(moments.variance() + eps);
            double centre = moments.centre();
            double shift = moments.shift(factor, at(type, bias, channel, 0));
            for (long p = 0; p < pieces.count(); p++) {
                long from = pieces.load(x, channel, p, 0);
                loops.affine(from, pieces.size(p), centre, factor, shift, pieces.target(y, channel, p, 1));
                pieces.store(y, channel, p, 1);
            }
        });
    }

    /**
     * With r = 1 / sqrt(variance + eps) and N elements in a channel:
     * {@code dx = weight r (g - sum(g) / N - (x - mean) r^2 sum(g (x - mean)) / N)}, {@code dweight = r sum(g (x - mean))}, {@code dbias = sum(g)}.
     *
     * @param dweight [c], written, or 0 when there is no weight
     * @param dbias   [c], written, or 0
     */
    public static void backward(DType type, long x, long g, long n, long c, long plane, long weight, double eps, long mean, long variance,
                                long dx, long dweight, long dbias) {
        LineLoops loops = LineLoops.of(type);
        double count = (double) n * plane;
        forChannels(type, n, c, plane, 3, (pieces, channel) -> {
            double centre = at(type, mean, channel, 0);
            double root = 1 / Math.sqrt(at(type, variance, channel, 0) + eps);
            double sum = 0;
            double products = 0;
            for (long p = 0; p < pieces.count(); p++) {
                long incoming = pieces.load(g, channel, p, 1);
                sum += loops.sum(incoming, pieces.size(p));
                products += loops.sumProducts(incoming, pieces.load(x, channel, p, 0), pieces.size(p), centre);
            }
            if (dweight != 0) put(type, dweight, channel, products * root);
            if (dbias != 0) put(type, dbias, channel, sum);
            double ofG = at(type, weight, channel, 1) * root;
            double ofX = -ofG * root * root * products / count;
            double constant = -ofG * sum / count;
            for (long p = 0; p < pieces.count(); p++) {
                long incoming = pieces.load(g, channel, p, 1);
                long from = pieces.load(x, channel, p, 0);
                loops.combine(incoming, from, pieces.size(p), centre, ofG, ofX, constant, pieces.target(dx, channel, p, 2));
                pieces.store(dx, channel, p, 2);
            }
        });
    }
}
