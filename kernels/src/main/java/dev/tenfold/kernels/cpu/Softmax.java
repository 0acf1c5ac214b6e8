package dev.tenfold.kernels.cpu;

import static dev.tenfold.kernels.expr.Expr.x;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.WorkerPool;
import dev.tenfold.kernels.cpu.Reductions.Kind;
import dev.tenfold.kernels.expr.Expr;
import dev.tenfold.kernels.expr.PointwiseKernel;

/**
 * Softmax, its logarithm, log-sum-exp and their gradients along the middle dimension of [outer, n, inner].
 * Long dense rows are done one by one; short rows and inner dimensions as columns of {@link Panels}.
 */
final class Softmax {
    private static final Expr EXP_BELOW = x(0).sub(x(1)).exp();
    private static final Expr QUOTIENT = x(0).div(x(1));
    private static final Expr LOGARITHM = x(0).log();
    /** Subtracted one after the other: max + log(sum) would lose digits of the small term. */
    private static final Expr TWICE_BELOW = x(0).sub(x(1)).sub(x(2));
    private static final Expr PRODUCT = x(0).mul(x(1));
    private static final Expr SOFTMAX_GRADIENT = x(0).mul(x(1).sub(x(2)));
    private static final Expr LOG_SOFTMAX_GRADIENT = x(1).sub(x(0).exp().mul(x(2)));
    /** Rows from this length on are worked on in place. */
    private static final int LONG_ROW = 64;

    private Softmax() {
    }

    private static PointwiseKernel kernel(Expr expr, int inputs, DType type) {
        DType[] types = new DType[inputs];
        java.util.Arrays.fill(types, type);
        return PointwiseKernel.of(expr, types, type, type);
    }

    private static boolean inRows(DType type, long n, long inner) {
        return inner == 1 && n >= LONG_ROW && type == type.compute();
    }

    static void forward(boolean log, DType type, long in, long outer, long n, long inner, long out) {
        if (outer * n * inner == 0) return;
        PointwiseKernel expBelow = kernel(EXP_BELOW, 2, type.compute());
        PointwiseKernel last = log ? kernel(TWICE_BELOW, 3, type.compute()) : kernel(QUOTIENT, 2, type.compute());
        if (!inRows(type, n, inner)) {
            PointwiseKernel logarithm = kernel(LOGARITHM, 1, type.compute());
            new Panels(type, outer, n, inner).run(new long[] {in}, out, p -> forward(log, p, expBelow, logarithm, last));
            return;
        }
        int bytes = type.bytes();
        forRows(outer, n, (row, scratch) -> {
            long from = in + row * n * bytes;
            long to = out + row * n * bytes;
            Reductions.reduce(Kind.MAX, type, from, 1, n, 1, scratch);
            // Rows of -infinity give NaN, as 0 / 0 would.
            expBelow.run(n, new long[] {from, scratch}, 2, to);
            Reductions.reduce(Kind.SUM, type, to, 1, n, 1, scratch + 8);
            if (log) {
                Memory.putAsDouble(type, scratch + 8, StrictMath.log(Memory.getAsDouble(type, scratch + 8)));
                last.run(n, new long[] {from, scratch, scratch + 8}, 6, to);
            } else {
                last.run(n, new long[] {to, scratch + 8}, 2, to);
            }
        });
    }

    private static void forward(boolean log, Panels.Panel p, PointwiseKernel expBelow, PointwiseKernel logarithm, PointwiseKernel last) {
        long x = p.copies()[0];
        long exps = log ? p.copies()[1] : x;
        long max = p.lines()[0];
        long sum = p.lines()[1];
        Reductions.reduce(Kind.MAX, p.type(), x, 1, p.n(), p.columns(), max);
        broadcast(p, expBelow, exps, x, max);
        Reductions.reduce(Kind.SUM, p.type(), exps, 1, p.n(), p.columns(), sum);
        if (log) {
            logarithm.run(p.columns(), new long[] {sum}, 0, sum);
            broadcast(p, last, x, x, max, sum);
        } else {
            broadcast(p, last, x, x, sum);
        }
    }

    /** Runs a kernel of one panel and one or two rows that are broadcast along n. */
    private static void broadcast(Panels.Panel p, PointwiseKernel kernel, long target, long... inputs) {
        long[][] strides = new long[inputs.length][];
        for (int i = 0; i < inputs.length; i++) strides[i] = new long[] {inputs[i] == p.lines()[0] || inputs[i] == p.lines()[1] ? 0 : p.columns(), 1};
        kernel.run(new long[] {p.n(), p.columns()}, strides, inputs, target);
    }

    static void gradient(boolean log, DType type, long y, long g, long outer, long n, long inner, long out) {
        if (outer * n * inner == 0) return;
        PointwiseKernel product = kernel(PRODUCT, 2, type.compute());
        PointwiseKernel result = kernel(log ? LOG_SOFTMAX_GRADIENT : SOFTMAX_GRADIENT, 3, type.compute());
        if (!inRows(type, n, inner)) {
            new Panels(type, outer, n, inner).run(new long[] {y, g}, out, p -> {
                long summed = p.copies()[log ? 1 : 2];
                if (!log) product.run(p.n() * p.columns(), new long[] {p.copies()[0], p.copies()[1]}, 0, summed);
                Reductions.reduce(Kind.SUM, p.type(), summed, 1, p.n(), p.columns(), p.lines()[0]);
                broadcast(p, result, p.copies()[0], p.copies()[0], p.copies()[1], p.lines()[0]);
            });
            return;
        }
        int bytes = type.bytes();
        forRows(outer, n, (row, scratch) -> {
            long at = row * n * bytes;
            if (log) {
                Reductions.reduce(Kind.SUM, type, g + at, 1, n, 1, scratch);
            } else {
                product.run(n, new long[] {y + at, g + at}, 0, out + at);
                Reductions.reduce(Kind.SUM, type, out + at, 1, n, 1, scratch);
            }
            result.run(n, new long[] {y + at, g + at, scratch}, 4, out + at);
        });
    }

    static void logSumExp(DType type, long in, long outer, long n, long inner, long out) {
        if (n == 0) {
            Indexing.fill(type, new long[] {outer * inner}, out, new long[] {1}, Double.NEGATIVE_INFINITY);
            return;
        }
        PointwiseKernel expBelow = kernel(EXP_BELOW, 2, type.compute());
        int bytes = type.bytes();
        if (!inRows(type, n, inner)) {
            PointwiseKernel logarithm = kernel(LOGARITHM, 1, type.compute());
            new Panels(type, outer, n, inner).run(new long[] {in}, 0, p -> {
                long max = p.lines()[0];
                long sum = p.lines()[1];
                Reductions.reduce(Kind.MAX, p.type(), p.copies()[0], 1, p.n(), p.columns(), max);
                broadcast(p, expBelow, p.copies()[0], p.copies()[0], max);
                Reductions.reduce(Kind.SUM, p.type(), p.copies()[0], 1, p.n(), p.columns(), sum);
                logarithm.run(p.columns(), new long[] {sum}, 0, sum);
                for (long c = 0; c < p.columns(); c++) {
                    double largest = Memory.getAsDouble(p.type(), max + c * p.type().bytes());
                    double below = Memory.getAsDouble(p.type(), sum + c * p.type().bytes());
                    Memory.putAsDouble(type, out + (p.firstLine() + c) * bytes, Double.isInfinite(largest) ? largest : largest + below);
                }
            });
            return;
        }
        forRows(outer, n, (row, scratch) -> {
            long from = in + row * n * bytes;
            Reductions.reduce(Kind.MAX, type, from, 1, n, 1, scratch);
            double max = Memory.getAsDouble(type, scratch);
            double result = max;
            // An infinite largest element is the result itself: subtracting it would give NaN.
            if (!Double.isInfinite(max)) {
                try (Scratch exps = new Scratch(n * bytes)) {
                    expBelow.run(n, new long[] {from, scratch}, 2, exps.address());
                    Reductions.reduce(Kind.SUM, type, exps.address(), 1, n, 1, scratch + 8);
                }
                result = max + StrictMath.log(Memory.getAsDouble(type, scratch + 8));
            }
            Memory.putAsDouble(type, out + row * bytes, result);
        });
    }

    private interface Row {
        /** {@code scratch} is the address of 64 bytes for this thread. */
        void run(long row, long scratch);
    }

    private static void forRows(long rows, long n, Row body) {
        WorkerPool.forRange(rows, Math.max(1, 8192 / n), (from, to) -> {
            try (Scratch scratch = new Scratch(64)) {
                for (long row = from; row < to; row++) body.run(row, scratch.address());
            }
        });
    }
}
