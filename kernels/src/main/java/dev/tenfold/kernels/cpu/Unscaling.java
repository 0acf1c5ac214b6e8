package dev.tenfold.kernels.cpu;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.WorkerPool;
import dev.tenfold.kernels.expr.Expr;
import dev.tenfold.kernels.expr.PointwiseKernel;
import java.util.concurrent.atomic.AtomicBoolean;

/** Multiplies a gradient by a number and looks for NaN and infinities, in one pass over it: pieces are looked at while the cache holds them. */
public final class Unscaling {
    private static final int CHUNK = 1 << 13;
    private static final PointwiseKernel PRODUCT = PointwiseKernel.of(Expr.x(0).mul(Expr.p(0)), new DType[] {DType.F32}, DType.F32, DType.F32);

    private Unscaling() {
    }

    /** {@code y_i = x_i factor} for n dense floating elements; true when all results are finite. */
    public static boolean run(DType type, long x, long n, double factor, long y) {
        AtomicBoolean broken = new AtomicBoolean();
        WorkerPool.forRange(n, CHUNK, (from, to) -> {
            long at = from * type.bytes();
            int count = (int) (to - from);
            if (!(type == DType.F32 ? single(x + at, count, factor, y + at) : any(type, x + at, count, factor, y + at))) broken.set(true);
        });
        return !broken.get();
    }

    /** A NaN is the largest and the smallest of whatever it stands among. */
    private static boolean single(long x, int n, double factor, long y) {
        PRODUCT.run(n, new long[] {x}, 0, y, factor);
        return Float.isFinite(RowLoops.CHOSEN.max32(y, n)) && Float.isFinite(RowLoops.CHOSEN.min32(y, n));
    }

    private static boolean any(DType type, long x, int n, double factor, long y) {
        boolean finite = true;
        for (int i = 0; i < n; i++) {
            long at = (long) i * type.bytes();
            Memory.putAsDouble(type, y + at, Memory.getAsDouble(type, x + at) * factor);
            finite &= Double.isFinite(Memory.getAsDouble(type, y + at));
        }
        return finite;
    }
}
