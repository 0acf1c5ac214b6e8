package dev.tenfold.kernels.cpu;

import dev.tenfold.kernels.Memory;

/** What {@link ScoreLoops} does, in f64: for checks of gradients, so without vectors. */
final class PlainScores64 {
    private PlainScores64() {
    }

    static void softmax(long scores, int keys, int columns) {
        long step = 8L * columns;
        for (int c = 0; c < columns; c++) {
            long top = scores + 8L * c;
            double max = -Double.MAX_VALUE;
            for (int k = 0; k < keys; k++) max = Math.max(max, Memory.getDouble(top + k * step));
            double sum = 0;
            for (int k = 0; k < keys; k++) {
                double e = StrictMath.exp(Memory.getDouble(top + k * step) - max);
                Memory.putDouble(top + k * step, e);
                sum += e;
            }
            double factor = sum == 0 ? 0 : 1 / sum;
            for (int k = 0; k < keys; k++) Memory.putDouble(top + k * step, Memory.getDouble(top + k * step) * factor);
        }
    }

    static void gradient(long probabilities, long slopes, int keys, int columns) {
        long step = 8L * columns;
        for (int c = 0; c < columns; c++) {
            long p = probabilities + 8L * c;
            long s = slopes + 8L * c;
            double sum = 0;
            for (int k = 0; k < keys; k++) sum = Math.fma(Memory.getDouble(p + k * step), Memory.getDouble(s + k * step), sum);
            for (int k = 0; k < keys; k++) {
                Memory.putDouble(s + k * step, Memory.getDouble(p + k * step) * (Memory.getDouble(s + k * step) - sum));
            }
        }
    }
}
