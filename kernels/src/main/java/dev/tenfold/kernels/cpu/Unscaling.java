package dev.tenfold.kernels.cpu;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.WorkerPool;
import java.util.concurrent.atomic.AtomicBoolean;

/** Multiplies a gradient by a number and looks for NaN and infinities, in one pass over it. */
public final class Unscaling {
    private static final int CHUNK = 1 << 16;
    private static final int INFINITY_32 = 0x7F800000;

    private Unscaling() {
    }

    /** {@code y_i = x_i factor} for n dense floating elements; true when all results are finite. */
    public static boolean run(DType type, long x, long n, double factor, long y) {
        AtomicBoolean broken = new AtomicBoolean();
        WorkerPool.forRange(n, CHUNK, (from, to) -> {
            long at = from * type.bytes();
            int count = (int) (to - from);
            if (!(type == DType.F32 ? single(x + at, count, (float) factor, y + at) : any(type, x + at, count, factor, y + at))) broken.set(true);
        });
        return !broken.get();
    }

    /** The largest magnitude as an integer: the bits of finite floats lie below those of infinity and NaN, and compilers make vectors of the loop. */
    private static boolean single(long x, int n, float factor, long y) {
        int top = 0;
        for (int i = 0; i < n; i++) {
            float value = Memory.getFloat(x + 4L * i) * factor;
            Memory.putFloat(y + 4L * i, value);
            top = Math.max(top, Float.floatToRawIntBits(value) & 0x7FFFFFFF);
        }
        return top < INFINITY_32;
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
