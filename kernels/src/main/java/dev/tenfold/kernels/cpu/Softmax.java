package dev.tenfold.kernels.cpu;

import static dev.tenfold.kernels.expr.Expr.x;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.cpu.Reductions.Kind;
import dev.tenfold.kernels.expr.Expr;
import dev.tenfold.kernels.expr.PointwiseKernel;

/**
 * Softmax, its logarithm, log-sum-exp and their gradients along the middle dimension of [outer, n, inner].
 * Long dense rows are done one by one ({@link RowSoftmax}); short rows and inner dimensions as columns of {@link Panels}.
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
        if (inRows(type, n, inner)) {
            new RowSoftmax(type, outer, n).forward(log, in, out);
            return;
        }
        PointwiseKernel expBelow = kernel(EXP_BELOW, 2, type.compute());
        PointwiseKernel last = log ? kernel(TWICE_BELOW, 3, type.compute()) : kernel(QUOTIENT, 2, type.compute());
        PointwiseKernel logarithm = kernel(LOGARITHM, 1, type.compute());
        new Panels(type, outer, n, inner).run(new long[] {in}, out, p -> forward(log, p, expBelow, logarithm, last));
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
        if (inRows(type, n, inner)) {
            new RowSoftmax(type, outer, n).gradient(log, y, g, out);
            return;
        }
        PointwiseKernel product = kernel(PRODUCT, 2, type.compute());
        PointwiseKernel result = kernel(log ? LOG_SOFTMAX_GRADIENT : SOFTMAX_GRADIENT, 3, type.compute());
        new Panels(type, outer, n, inner).run(new long[] {y, g}, out, p -> {
            long summed = p.copies()[log ? 1 : 2];
            if (!log) product.run(p.n() * p.columns(), new long[] {p.copies()[0], p.copies()[1]}, 0, summed);
            Reductions.reduce(Kind.SUM, p.type(), summed, 1, p.n(), p.columns(), p.lines()[0]);
            broadcast(p, result, p.copies()[0], p.copies()[0], p.copies()[1], p.lines()[0]);
        });
    }

    static void logSumExp(DType type, long in, long outer, long n, long inner, long out) {
        if (n == 0) {
            Indexing.fill(type, new long[] {outer * inner}, out, new long[] {1}, Double.NEGATIVE_INFINITY);
            return;
        }
        if (inRows(type, n, inner)) {
            new RowSoftmax(type, outer, n).logSumExp(in, out);
            return;
        }
        PointwiseKernel expBelow = kernel(EXP_BELOW, 2, type.compute());
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
                Memory.putAsDouble(type, out + (p.firstLine() + c) * type.bytes(), Double.isInfinite(largest) ? largest : largest + below);
            }
        });
    }
}
