package dev.tenfold.kernels.cpu;

import static dev.tenfold.kernels.expr.Expr.x;

import dev.tenfold.kernels.Block;
import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.HostAllocator;
import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.WorkerPool;
import dev.tenfold.kernels.expr.Expr;
import dev.tenfold.kernels.expr.PointwiseKernel;

/** Softmax, its logarithm, log-sum-exp and their gradients along the middle dimension of [outer, n, inner]. */
final class Softmax {
    private static final Expr EXP_BELOW = x(0).sub(x(1)).exp();
    private static final Expr QUOTIENT = x(0).div(x(1));
    /** Subtracted one after the other: max + log(sum) would lose digits of the small term. */
    private static final Expr TWICE_BELOW = x(0).sub(x(1)).sub(x(2));
    private static final Expr PRODUCT = x(0).mul(x(1));
    private static final Expr SOFTMAX_GRADIENT = x(0).mul(x(1).sub(x(2)));
    private static final Expr LOG_SOFTMAX_GRADIENT = x(1).sub(x(0).exp().mul(x(2)));

    private Softmax() {
    }

    private static PointwiseKernel kernel(Expr expr, int inputs, DType type) {
        DType[] types = new DType[inputs];
        java.util.Arrays.fill(types, type);
        return PointwiseKernel.of(expr, types, type, type);
    }

    static void forward(boolean log, DType type, long in, long outer, long n, long inner, long out) {
        if (outer * n * inner == 0) return;
        if (type == DType.F16 || type == DType.BF16 || inner != 1) {
            onF32Rows(type, new long[] {in}, outer, n, inner, out, (t, a, o) -> forward(log, t, a[0], outer * inner, n, 1, o));
            return;
        }
        int bytes = type.bytes();
        PointwiseKernel expBelow = kernel(EXP_BELOW, 2, type);
        PointwiseKernel last = log ? kernel(TWICE_BELOW, 3, type) : kernel(QUOTIENT, 2, type);
        forRows(outer, n, (row, scratch) -> {
            long from = in + row * n * bytes;
            long to = out + row * n * bytes;
            Reductions.reduce(Reductions.Kind.MAX, type, from, 1, n, 1, scratch);
            // Rows of -infinity give NaN, as 0 / 0 would.
            expBelow.run(n, new long[] {from, scratch}, 2, to);
            Reductions.reduce(Reductions.Kind.SUM, type, to, 1, n, 1, scratch + 8);
            if (log) {
                Memory.putAsDouble(type, scratch + 8, StrictMath.log(Memory.getAsDouble(type, scratch + 8)));
                last.run(n, new long[] {from, scratch, scratch + 8}, 6, to);
            } else {
                last.run(n, new long[] {to, scratch + 8}, 2, to);
            }
        });
    }

    static void gradient(boolean log, DType type, long y, long g, long outer, long n, long inner, long out) {
        if (outer * n * inner == 0) return;
        if (type == DType.F16 || type == DType.BF16 || inner != 1) {
            onF32Rows(type, new long[] {y, g}, outer, n, inner, out, (t, a, o) -> gradient(log, t, a[0], a[1], outer * inner, n, 1, o));
            return;
        }
        int bytes = type.bytes();
        PointwiseKernel product = kernel(PRODUCT, 2, type);
        PointwiseKernel result = kernel(log ? LOG_SOFTMAX_GRADIENT : SOFTMAX_GRADIENT, 3, type);
        forRows(outer, n, (row, scratch) -> {
            long at = row * n * bytes;
            if (log) {
                Reductions.reduce(Reductions.Kind.SUM, type, g + at, 1, n, 1, scratch);
            } else {
                product.run(n, new long[] {y + at, g + at}, 0, out + at);
                Reductions.reduce(Reductions.Kind.SUM, type, out + at, 1, n, 1, scratch);
            }
            result.run(n, new long[] {y + at, g + at, scratch}, 4, out + at);
        });
    }

    static void logSumExp(DType type, long in, long outer, long n, long inner, long out) {
        if (n == 0) {
            Indexing.fill(type, new long[] {outer * inner}, out, new long[] {1}, Double.NEGATIVE_INFINITY);
            return;
        }
        if (type == DType.F16 || type == DType.BF16 || inner != 1) {
            DType wide = type.compute();
            Block rows = transposed(type, wide, in, outer, n, inner);
            Block result = HostAllocator.get().allocate(outer * inner * wide.bytes());
            logSumExp(wide, rows.address(), outer * inner, n, 1, result.address());
            if (wide == type) Memory.copy(result.address(), out, outer * inner * wide.bytes());
            else Reductions.convert(wide, type, outer * inner, result.address(), out);
            rows.release();
            result.release();
            return;
        }
        int bytes = type.bytes();
        PointwiseKernel expBelow = kernel(EXP_BELOW, 2, type);
        Block exps = HostAllocator.get().allocate(outer * n * bytes);
        forRows(outer, n, (row, scratch) -> {
            long from = in + row * n * bytes;
            long to = exps.address() + row * n * bytes;
            Reductions.reduce(Reductions.Kind.MAX, type, from, 1, n, 1, scratch);
            double max = Memory.getAsDouble(type, scratch);
            double result = max;
            // An infinite largest element is the result itself: subtracting it would give NaN.
            if (!Double.isInfinite(max)) {
                expBelow.run(n, new long[] {from, scratch}, 2, to);
                Reductions.reduce(Reductions.Kind.SUM, type, to, 1, n, 1, scratch + 8);
                result = max + StrictMath.log(Memory.getAsDouble(type, scratch + 8));
            }
            Memory.putAsDouble(type, out + row * bytes, result);
        });
        exps.release();
    }

    private interface Row {
        /** {@code scratch} is the address of 64 bytes for this thread. */
        void run(long row, long scratch);
    }

    private static void forRows(long rows, long n, Row body) {
        if (rows == 1) {
            Block scratch = HostAllocator.get().allocate(64);
            body.run(0, scratch.address());
            scratch.release();
            return;
        }
        WorkerPool.forRange(rows, Math.max(1, 8192 / n), (from, to) -> {
            Block scratch = HostAllocator.get().allocate(64);
            for (long row = from; row < to; row++) body.run(row, scratch.address());
            scratch.release();
        });
    }

    private interface Rows {
        void run(DType type, long[] in, long out);
    }

    /** Runs on copies whose lines are dense rows, in f32 for two-byte floats. */
    private static void onF32Rows(DType type, long[] in, long outer, long n, long inner, long out, Rows body) {
        DType wide = type.compute();
        Block[] copies = new Block[in.length];
        long[] addresses = new long[in.length];
        for (int i = 0; i < in.length; i++) {
            copies[i] = transposed(type, wide, in[i], outer, n, inner);
            addresses[i] = copies[i].address();
        }
        Block result = HostAllocator.get().allocate(outer * n * inner * wide.bytes());
        body.run(wide, addresses, result.address());
        Block narrow = result;
        if (wide != type) {
            narrow = HostAllocator.get().allocate(outer * n * inner * type.bytes());
            Reductions.convert(wide, type, outer * n * inner, result.address(), narrow.address());
            result.release();
        }
        Indexing.copy(type, new long[] {outer, n, inner}, narrow.address(), new long[] {n * inner, 1, n}, out, new long[] {n * inner, inner, 1});
        narrow.release();
        for (Block copy : copies) copy.release();
    }

    /** [outer, n, inner] as rows [outer, inner, n] of type {@code wide}. */
    private static Block transposed(DType type, DType wide, long in, long outer, long n, long inner) {
        Block rows = HostAllocator.get().allocate(outer * n * inner * type.bytes());
        Indexing.copy(type, new long[] {outer, inner, n}, in, new long[] {n * inner, 1, inner}, rows.address(), new long[] {n * inner, n, 1});
        if (wide == type) return rows;
        Block converted = HostAllocator.get().allocate(outer * n * inner * wide.bytes());
        Reductions.convert(type, wide, outer * n * inner, rows.address(), converted.address());
        rows.release();
        return converted;
    }
}
