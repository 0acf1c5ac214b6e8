package dev.tenfold.kernels.cpu;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.WorkerPool;

/**
 * Running results along the middle dimension of dense [outer, n, inner], f32 or f64. Every line is one chain of steps in f64,
 * so the bits do not depend on threads; lines run side by side.
 */
public final class Scans {
    private Scans() {
    }

    private interface Line {
        /** Works on the n elements that start {@code first} bytes into each array, {@code step} bytes apart. */
        void run(long first, long step);
    }

    private static void forLines(DType type, long outer, long n, long inner, Line line) {
        long bytes = type.bytes();
        WorkerPool.forRange(outer * inner, Math.max(1, 4096 / Math.max(1, n)), (from, to) -> {
            for (long i = from; i < to; i++) line.run((i / inner * n * inner + i % inner) * bytes, inner * bytes);
        });
    }

    /** {@code y_k = log sum_{j <= k} exp(x_j)}, without overflow: the sum is kept relative to the largest element so far. */
    public static void logCumulativeSumExp(DType type, long x, long outer, long n, long inner, long y) {
        forLines(type, outer, n, inner, (first, step) -> {
            double top = Double.NEGATIVE_INFINITY;
            double sum = 0;
            for (long k = 0; k < n; k++) {
                double value = Memory.getAsDouble(type, x + first + k * step);
                if (value > top) {
                    sum = sum * StrictMath.exp(top - value) + 1;
                    top = value;
                } else if (value != top) {
                    sum += StrictMath.exp(value - top);
                } else if (value != Double.NEGATIVE_INFINITY) {
                    sum += 1;
                }
                Memory.putAsDouble(type, y + first + k * step, sum == 0 ? top : top + StrictMath.log(sum));
            }
        });
    }

    /** {@code y_k = x_k + a_k y_{k-1}} from {@code y_0 = x_0}; {@code reverse}: {@code y_k = x_k + a_k y_{k+1}} from the last on. */
    public static void recurrence(DType type, long x, long a, long outer, long n, long inner, boolean reverse, long y) {
        forLines(type, outer, n, inner, (first, step) -> {
            double state = 0;
            for (long j = 0; j < n; j++) {
                long at = first + (reverse ? n - 1 - j : j) * step;
                double value = Memory.getAsDouble(type, x + at);
                state = j == 0 ? value : value + Memory.getAsDouble(type, a + at) * state;
                Memory.putAsDouble(type, y + at, state);
            }
        });
    }
}
