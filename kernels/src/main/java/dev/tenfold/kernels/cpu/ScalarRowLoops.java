package dev.tenfold.kernels.cpu;

import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.cpu.Reductions.Kind;

/** The twin for processes without the vector module. */
final class ScalarRowLoops implements RowLoops {
    @Override
    public float sum32(long address, int n) {
        return n < SHORT_32 ? ordered32(address, 0, n, false) : tree32(address, n, false);
    }

    @Override
    public float sumSquares32(long address, int n) {
        return n < SHORT_32 ? ordered32(address, 0, n, true) : tree32(address, n, true);
    }

    private static float ordered32(long address, int from, int to, boolean square) {
        float sum = 0;
        for (int i = from; i < to; i++) {
            float x = Memory.getFloat(address + 4L * i);
            sum = square ? Math.fma(x, x, sum) : sum + x;
        }
        return sum;
    }

    private static float tree32(long address, int n, boolean square) {
        float[] partial = new float[PARTIALS_32];
        int done = 0;
        for (int width = PARTIALS_32; width >= SHORT_32; width /= 4) {
            for (; done <= n - width; done += width) {
                for (int j = 0; j < width; j++) {
                    float x = Memory.getFloat(address + 4L * (done + j));
                    partial[j] = square ? Math.fma(x, x, partial[j]) : partial[j] + x;
                }
            }
        }
        for (int half = PARTIALS_32 / 2; half > 0; half /= 2) for (int j = 0; j < half; j++) partial[j] += partial[j + half];
        return partial[0] + ordered32(address, done, n, square);
    }

    @Override
    public double sum64(long address, int n) {
        return n < SHORT_64 ? ordered64(address, 0, n, false) : tree64(address, n, false);
    }

    @Override
    public double sumSquares64(long address, int n) {
        return n < SHORT_64 ? ordered64(address, 0, n, true) : tree64(address, n, true);
    }

    private static double ordered64(long address, int from, int to, boolean square) {
        double sum = 0;
        for (int i = from; i < to; i++) {
            double x = Memory.getDouble(address + 8L * i);
            sum = square ? Math.fma(x, x, sum) : sum + x;
        }
        return sum;
    }

    private static double tree64(long address, int n, boolean square) {
        double[] partial = new double[PARTIALS_64];
        int done = 0;
        for (int width = PARTIALS_64; width >= SHORT_64; width /= 4) {
            for (; done <= n - width; done += width) {
                for (int j = 0; j < width; j++) {
                    double x = Memory.getDouble(address + 8L * (done + j));
                    partial[j] = square ? Math.fma(x, x, partial[j]) : partial[j] + x;
                }
            }
        }
        for (int half = PARTIALS_64 / 2; half > 0; half /= 2) for (int j = 0; j < half; j++) partial[j] += partial[j + half];
        return partial[0] + ordered64(address, done, n, square);
    }

    @Override
    public float max32(long address, int n) {
        float best = Memory.getFloat(address);
        for (int i = 1; i < n; i++) best = Math.max(best, Memory.getFloat(address + 4L * i));
        return best;
    }

    @Override
    public double max64(long address, int n) {
        double best = Memory.getDouble(address);
        for (int i = 1; i < n; i++) best = Math.max(best, Memory.getDouble(address + 8L * i));
        return best;
    }

    @Override
    public float min32(long address, int n) {
        float best = Memory.getFloat(address);
        for (int i = 1; i < n; i++) best = Math.min(best, Memory.getFloat(address + 4L * i));
        return best;
    }

    @Override
    public double min64(long address, int n) {
        double best = Memory.getDouble(address);
        for (int i = 1; i < n; i++) best = Math.min(best, Memory.getDouble(address + 8L * i));
        return best;
    }

    @Override
    public void fold32(Kind kind, long from, long rows, long stride, int columns, long to) {
        for (int c = 0; c < columns; c++) Memory.putFloat(to + 4L * c, first32(kind, Memory.getFloat(from + 4L * c)));
        // Row after row: the running results stay in the cache and memory is read in order.
        for (long r = 1; r < rows; r++) {
            long row = from + r * stride;
            for (int c = 0; c < columns; c++) {
                Memory.putFloat(to + 4L * c, join32(kind, Memory.getFloat(to + 4L * c), Memory.getFloat(row + 4L * c)));
            }
        }
    }

    /** The running result after one element. */
    static float first32(Kind kind, float x) {
        return kind == Kind.SUM_SQUARES ? x * x : x;
    }

    static float join32(Kind kind, float result, float x) {
        return switch (kind) {
            case SUM -> result + x;
            case MAX -> Math.max(result, x);
            case MIN -> Math.min(result, x);
            default -> Math.fma(x, x, result);
        };
    }

    @Override
    public void fold64(Kind kind, long from, long rows, long stride, int columns, long to) {
        for (int c = 0; c < columns; c++) Memory.putDouble(to + 8L * c, first64(kind, Memory.getDouble(from + 8L * c)));
        for (long r = 1; r < rows; r++) {
            long row = from + r * stride;
            for (int c = 0; c < columns; c++) {
                Memory.putDouble(to + 8L * c, join64(kind, Memory.getDouble(to + 8L * c), Memory.getDouble(row + 8L * c)));
            }
        }
    }

    /** The running result after one element. */
    static double first64(Kind kind, double x) {
        return kind == Kind.SUM_SQUARES ? x * x : x;
    }

    static double join64(Kind kind, double result, double x) {
        return switch (kind) {
            case SUM -> result + x;
            case MAX -> Math.max(result, x);
            case MIN -> Math.min(result, x);
            default -> Math.fma(x, x, result);
        };
    }
}
