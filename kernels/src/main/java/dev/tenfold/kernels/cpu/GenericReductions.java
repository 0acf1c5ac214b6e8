package dev.tenfold.kernels.cpu;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.WorkerPool;

/** Reductions one element at a time: integers, products, truth values, arg-max and running sums. */
final class GenericReductions {
    private GenericReductions() {
    }

    private interface Line {
        /** Works on the {@code n} elements that start at {@code at}, {@code step} bytes apart; {@code index} counts the lines. */
        void run(long at, long step, long index);
    }

    private static void forLines(DType type, long in, long outer, long n, long inner, Line line) {
        int bytes = type.bytes();
        WorkerPool.forRange(outer * inner, Math.max(1, 8192 / Math.max(1, n)), (from, to) -> {
            for (long i = from; i < to; i++) line.run(in + (i / inner * n * inner + i % inner) * bytes, inner * bytes, i);
        });
    }

    static void reduce(Reductions.Kind kind, DType type, long in, long outer, long n, long inner, long out) {
        forLines(type, in, outer, n, inner, (at, step, i) -> {
            switch (kind) {
                case ALL, ANY -> Memory.putByte(out + i, truth(kind == Reductions.Kind.ALL, type, at, step, n));
                default -> {
                    if (type.isFloating()) Memory.putAsDouble(type, out + i * type.bytes(), floating(kind, type, at, step, n));
                    else putLong(type, out + i * type.bytes(), integer(kind, type, at, step, n));
                }
            }
        });
    }

    private static byte truth(boolean all, DType type, long at, long step, long n) {
        for (long k = 0; k < n; k++) {
            boolean set = Memory.getAsDouble(type, at + k * step) != 0;
            if (set != all) return (byte) (all ? 0 : 1);
        }
        return (byte) (all ? 1 : 0);
    }

    private static double floating(Reductions.Kind kind, DType type, long at, long step, long n) {
        double value = kind == Reductions.Kind.MAX || kind == Reductions.Kind.MIN ? Memory.getAsDouble(type, at)
                : kind == Reductions.Kind.PROD ? 1 : 0;
        for (long k = 0; k < n; k++) {
            double x = Memory.getAsDouble(type, at + k * step);
            value = switch (kind) {
                case SUM -> value + x;
                case PROD -> value * x;
                case MAX -> Math.max(value, x);
                case MIN -> Math.min(value, x);
                case SUM_SQUARES -> Math.fma(x, x, value);
                default -> throw new IllegalStateException(kind.name());
            };
        }
        return value;
    }

    private static long integer(Reductions.Kind kind, DType type, long at, long step, long n) {
        long value = kind == Reductions.Kind.MAX || kind == Reductions.Kind.MIN ? Memory.getAsLong(type, at)
                : kind == Reductions.Kind.PROD ? 1 : 0;
        for (long k = 0; k < n; k++) {
            long x = Memory.getAsLong(type, at + k * step);
            value = switch (kind) {
                case SUM -> value + x;
                case PROD -> value * x;
                case MAX -> Math.max(value, x);
                case MIN -> Math.min(value, x);
                case SUM_SQUARES -> value + x * x;
                default -> throw new IllegalStateException(kind.name());
            };
        }
        return value;
    }

    private static void putLong(DType type, long address, long value) {
        switch (type) {
            case I64 -> Memory.putLong(address, value);
            case I32 -> Memory.putInt(address, (int) value);
            case BOOL -> Memory.putByte(address, (byte) (value != 0 ? 1 : 0));
            default -> Memory.putByte(address, (byte) value);
        }
    }

    static void argExtreme(boolean largest, DType type, long in, long outer, long n, long inner, long out) {
        forLines(type, in, outer, n, inner, (at, step, i) -> {
            long best = 0;
            if (type == DType.I64) {
                long value = Memory.getLong(at);
                for (long k = 1; k < n; k++) {
                    long x = Memory.getLong(at + k * step);
                    if (largest ? x > value : x < value) {
                        value = x;
                        best = k;
                    }
                }
            } else {
                double value = Memory.getAsDouble(type, at);
                for (long k = 1; k < n && !Double.isNaN(value); k++) {
                    double x = Memory.getAsDouble(type, at + k * step);
                    if (Double.isNaN(x) || (largest ? x > value : x < value)) {
                        value = x;
                        best = k;
                    }
                }
            }
            Memory.putLong(out + 8 * i, best);
        });
    }

    static void cumulativeSum(DType type, long in, long outer, long n, long inner, boolean reverse, long out) {
        forLines(type, in, outer, n, inner, (at, step, i) -> {
            long to = out + (at - in);
            double sum = 0;
            long whole = 0;
            for (long j = 0; j < n; j++) {
                long k = reverse ? n - 1 - j : j;
                if (type.isFloating()) {
                    sum += Memory.getAsDouble(type, at + k * step);
                    Memory.putAsDouble(type, to + k * step, sum);
                } else {
                    whole += Memory.getAsLong(type, at + k * step);
                    putLong(type, to + k * step, whole);
                }
            }
        });
    }
}
