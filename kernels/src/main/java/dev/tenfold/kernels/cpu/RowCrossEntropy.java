package dev.tenfold.kernels.cpu;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.WorkerPool;

/** Cross-entropy of dense rows of logits, f32 or f64, against labels, and its gradient. */
public final class RowCrossEntropy {
    /** Elements of one chunk of work. */
    private static final int CHUNK = 1 << 13;

    private RowCrossEntropy() {
    }

    /**
     * {@code loss = log sum exp(x) - (1 - smoothing) x[label] - smoothing mean(x)} of every row, 0 where the label is {@code ignored}.
     *
     * @param labels i64 [rows], each in 0 to n - 1 or {@code ignored}
     * @param losses [rows], written
     * @param max    [rows], written: the largest logit
     * @param sum    [rows], written: {@code sum exp(x - max)}
     */
    public static void forward(DType type, long x, long rows, long n, long labels, double smoothing, long ignored, long losses, long max, long sum) {
        LineLoops loops = LineLoops.of(type);
        int width = Math.toIntExact(n);
        int bytes = type.bytes();
        WorkerPool.forRange(rows, Math.max(1, CHUNK / n), (from, to) -> {
            try (Scratch exps = new Scratch(n * bytes)) {
                for (long row = from; row < to; row++) {
                    long line = x + row * n * bytes;
                    double largest = loops.max(line, width);
                    double below = loops.exp(line, width, largest, exps.address());
                    Memory.putAsDouble(type, max + row * bytes, largest);
                    Memory.putAsDouble(type, sum + row * bytes, below);
                    long label = Memory.getLong(labels + 8 * row);
                    double loss = 0;
                    if (label != ignored) {
                        double logarithm = StrictMath.log(below);
                        loss = logarithm - (Memory.getAsDouble(type, line + label * bytes) - largest);
                        if (smoothing > 0) loss = (1 - smoothing) * loss + smoothing * (logarithm - (loops.sum(line, width) / n - largest));
                    }
                    Memory.putAsDouble(type, losses + row * bytes, loss);
                }
            }
        });
    }

    /**
     * {@code dx = g (softmax(x) - target)}, the target with {@code smoothing / n} everywhere and {@code 1 - smoothing} more on the label.
     *
     * @param max and {@code sum}: as {@link #forward} left them
     * @param g   [rows], or one element for all rows where {@code single}
     */
    public static void backward(DType type, long x, long rows, long n, long labels, double smoothing, long ignored, long max, long sum,
                                long g, boolean single, double scale, long dx) {
        LineLoops loops = LineLoops.of(type);
        int width = Math.toIntExact(n);
        int bytes = type.bytes();
        WorkerPool.forRange(rows, Math.max(1, CHUNK / n), (from, to) -> {
            for (long row = from; row < to; row++) {
                long target = dx + row * n * bytes;
                long label = Memory.getLong(labels + 8 * row);
                if (label == ignored) {
                    Memory.fill(target, n * bytes, (byte) 0);
                    continue;
                }
                double incoming = Memory.getAsDouble(type, g + (single ? 0 : row * bytes)) * scale;
                double largest = Memory.getAsDouble(type, max + row * bytes);
                double below = Memory.getAsDouble(type, sum + row * bytes);
                loops.expAffine(x + row * n * bytes, width, largest, incoming / below, -incoming * smoothing / n, target);
                long hit = target + label * bytes;
                Memory.putAsDouble(type, hit, Memory.getAsDouble(type, hit) - incoming * (1 - smoothing));
            }
        });
    }
}
