package dev.tenfold.kernels.cpu;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.WorkerPool;
import dev.tenfold.kernels.cpu.Reductions.Kind;

/** Layer normalisation of dense rows of f32 or f64 with a weight and a bias per element, and its gradient. */
public final class RowNorm {
    /** Elements of one chunk of work. */
    private static final int CHUNK = 1 << 14;
    /** Blocks of rows, at most, whose gradients of weight and bias are summed apart. */
    private static final int BLOCKS = 32;

    private RowNorm() {
    }

    /**
     * {@code y = (x - mean) / sqrt(variance + eps) weight + bias} with the mean and the biased variance of each of {@code rows} rows of {@code n}.
     *
     * @param weight [n], or 0 for ones; then bias is 0 too
     * @param mean   [rows], written
     * @param root   [rows], written: {@code 1 / sqrt(variance + eps)}
     */
    public static void forward(DType type, long x, long rows, long n, long weight, long bias, double eps, long y, long mean, long root) {
        LineLoops loops = LineLoops.of(type);
        int width = Math.toIntExact(n);
        int bytes = type.bytes();
        WorkerPool.forRange(rows, Math.max(1, CHUNK / n), (from, to) -> {
            for (long row = from; row < to; row++) {
                long line = x + row * n * bytes;
                double middle = loops.sum(line, width) / width;
                double centre = type == DType.F32 ? (float) middle : middle;
                double variance = Math.max(0, loops.sumSquares(line, width, centre) / width - (middle - centre) * (middle - centre));
                double factor = 1 / Math.sqrt(variance + eps);
                Memory.putAsDouble(type, mean + row * bytes, centre);
                Memory.putAsDouble(type, root + row * bytes, factor);
                long target = y + row * n * bytes;
                if (weight == 0) loops.affine(line, width, centre, factor, 0, target);
                else loops.affine(line, width, centre, factor, weight, bias, target);
            }
        });
    }

    /**
     * With r = {@code root} and h = weight g: {@code dx = r (h - sum(h) / n - (x - mean) r^2 sum(h (x - mean)) / n)},
     * {@code dweight = sum over rows of g (x - mean) r}, {@code dbias = sum over rows of g}.
     *
     * @param weight  [n], or 0; then there are no {@code dweight} and {@code dbias}, and they are 0
     */
    public static void backward(DType type, long x, long g, long rows, long n, long weight, long mean, long root, long dx, long dweight, long dbias) {
        int bytes = type.bytes();
        long perBlock = Math.max(Math.max(1, CHUNK / n), (rows + BLOCKS - 1) / BLOCKS);
        long blocks = (rows + perBlock - 1) / perBlock;
        long line = n * bytes;
        try (Scratch sums = new Scratch(weight == 0 ? 1 : 2 * blocks * line)) {
            WorkerPool.forRange(rows, perBlock, (from, to) -> {
                long ofWeight = sums.address() + from / perBlock * line;
                long ofBias = ofWeight + blocks * line;
                if (weight != 0) {
                    Memory.fill(ofWeight, line, (byte) 0);
                    Memory.fill(ofBias, line, (byte) 0);
                }
                LineLoops loops = LineLoops.of(type);
                int width = (int) n;
                try (Scratch pair = new Scratch(2L * Double.BYTES)) {
                    for (long row = from; row < to; row++) {
                        double centre = Memory.getAsDouble(type, mean + row * bytes);
                        double factor = Memory.getAsDouble(type, root + row * bytes);
                        double cubed = -factor * factor * factor / n;
                        long ofX = x + row * line;
                        long ofG = g + row * line;
                        long target = dx + row * line;
                        if (weight == 0) {
                            double along = loops.sumProducts(ofG, ofX, width, centre);
                            loops.combine(ofG, ofX, width, centre, factor, cubed * along, -factor * loops.sum(ofG, width) / n, target);
                            continue;
                        }
                        loops.weightedSums(ofG, weight, ofX, width, centre, pair.address());
                        double sum = Memory.getDouble(pair.address());
                        double along = Memory.getDouble(pair.address() + Double.BYTES);
                        loops.weightedGradient(ofG, weight, ofX, width, centre, factor, cubed * along, -factor * sum / n, target, ofWeight, ofBias);
                    }
                }
            });
            if (weight == 0) return;
            Reductions.reduce(Kind.SUM, type, sums.address(), 1, blocks, n, dweight);
            Reductions.reduce(Kind.SUM, type, sums.address() + blocks * line, 1, blocks, n, dbias);
        }
    }
}
