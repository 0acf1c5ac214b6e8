package dev.tenfold.kernels.cpu;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.WorkerPool;

/**
 * Group normalisation of dense x [n, groups, channels, plane] of f32 or f64, with a weight and a bias per group and channel, and its
 * gradient. A group of one image is the work of one thread; its planes lie one after another.
 */
public final class GroupNorm {
    /** Elements of one chunk of work. */
    private static final int CHUNK = 1 << 14;
    /** Elements that are visited at a time, at most. */
    private static final int PIECE = 1 << 13;

    private final DType type;
    private final LineLoops loops;
    private final int bytes;
    private final long n;
    private final long groups;
    private final long channels;
    private final long plane;

    /** For tensors of these sizes, none of them 0 but n. */
    public GroupNorm(DType type, long n, long groups, long channels, long plane) {
        this.type = type;
        this.loops = LineLoops.of(type);
        this.bytes = type.bytes();
        this.n = n;
        this.groups = groups;
        this.channels = channels;
        this.plane = plane;
    }

    private interface Group {
        /** {@code index} counts over [n, groups], {@code start} is its first byte in x, {@code channel} its first channel of groups channels. */
        void run(long index, long start, long channel);
    }

    private void forGroups(Group body) {
        long size = channels * plane;
        WorkerPool.forRange(n * groups, Math.max(1, CHUNK / size), (from, to) -> {
            for (long i = from; i < to; i++) body.run(i, i * size * bytes, i % groups * channels);
        });
    }

    private interface Piece {
        void run(long at, int size);
    }

    /** Walks through {@code size} elements from byte {@code start} on. */
    private void pieces(long start, long size, Piece body) {
        for (long done = 0; done < size; done += PIECE) body.run(start + done * bytes, (int) Math.min(PIECE, size - done));
    }

    private double at(long values, long i, double absent) {
        return values == 0 ? absent : Memory.getAsDouble(type, values + i * bytes);
    }

    /**
     * {@code y = (x - mean) / sqrt(variance + eps) weight + bias} with mean and biased variance of each group of each image.
     *
     * @param weight [groups, channels], or 0 for ones
     * @param bias   [groups, channels], or 0 for zeros
     * @param mean   [n, groups], written
     * @param root   [n, groups], written: {@code 1 / sqrt(variance + eps)}
     */
    public void forward(long x, long weight, long bias, double eps, long y, long mean, long root) {
        forGroups((index, start, channel) -> {
            Moments moments = new Moments(type);
            pieces(start, channels * plane, (at, size) -> moments.add(x + at, size));
            double factor = 1 / Math.sqrt(moments.variance() + eps);
            Memory.putAsDouble(type, mean + index * bytes, moments.mean());
            Memory.putAsDouble(type, root + index * bytes, factor);
            for (long c = 0; c < channels; c++) {
                double slope = factor * at(weight, channel + c, 1);
                double shift = moments.shift(slope, at(bias, channel + c, 0));
                pieces(start + c * plane * bytes, plane, (at, size) -> loops.affine(x + at, size, moments.centre(), slope, shift, y + at));
            }
        });
    }

    /**
     * With r = {@code root}, h = weight g and m elements in a group: {@code dx = r (h - sum(h) / m - (x - mean) r^2 sum(h (x - mean)) / m)},
     * {@code dweight = sum of g (x - mean) r}, {@code dbias = sum of g} over images and plane.
     *
     * @param dweight [groups, channels], written, or 0 when there is no weight
     * @param dbias   [groups, channels], written, or 0
     */
    public void backward(long x, long g, long weight, long mean, long root, long dx, long dweight, long dbias) {
        long all = groups * channels;
        try (Scratch sums = new Scratch(Math.max(1, 16 * n * all))) {
            forGroups((index, start, channel) -> {
                double centre = at(mean, index, 0);
                double factor = at(root, index, 0);
                long own = sums.address() + 16 * index * channels;
                sumPlanes(x + start, g + start, centre, own);
                double sum = 0;
                double products = 0;
                for (long c = 0; c < channels; c++) {
                    sum += at(weight, channel + c, 1) * Memory.getDouble(own + 16 * c);
                    products += at(weight, channel + c, 1) * Memory.getDouble(own + 16 * c + 8);
                    Memory.putDouble(own + 16 * c + 8, Memory.getDouble(own + 16 * c + 8) * factor);
                }
                double count = (double) channels * plane;
                double ofX = -factor * factor * factor * products / count;
                double constant = -factor * sum / count;
                for (long c = 0; c < channels; c++) {
                    double ofG = factor * at(weight, channel + c, 1);
                    pieces(start + c * plane * bytes, plane, (at, size) -> loops.combine(g + at, x + at, size, centre, ofG, ofX, constant, dx + at));
                }
            });
            if (dweight != 0) sumImages(sums.address(), dweight, dbias);
        }
    }

    /** {@code sum(g)} and {@code sum(g (x - centre))} of every plane of a group. */
    private void sumPlanes(long x, long g, double centre, long out) {
        for (long c = 0; c < channels; c++) {
            double sum = 0;
            double products = 0;
            for (long done = 0; done < plane; done += PIECE) {
                long at = (c * plane + done) * bytes;
                int size = (int) Math.min(PIECE, plane - done);
                sum += loops.sum(g + at, size);
                products += loops.sumProducts(g + at, x + at, size, centre);
            }
            Memory.putDouble(out + 16 * c, sum);
            Memory.putDouble(out + 16 * c + 8, products);
        }
    }

    /** Adds the planes' sums up over the images, in order. */
    private void sumImages(long sums, long dweight, long dbias) {
        long all = groups * channels;
        for (long c = 0; c < all; c++) {
            double bias = 0;
            double weight = 0;
            for (long i = 0; i < n; i++) {
                bias += Memory.getDouble(sums + 16 * (i * all + c));
                weight += Memory.getDouble(sums + 16 * (i * all + c) + 8);
            }
            Memory.putAsDouble(type, dweight + c * bytes, weight);
            Memory.putAsDouble(type, dbias + c * bytes, bias);
        }
    }
}
