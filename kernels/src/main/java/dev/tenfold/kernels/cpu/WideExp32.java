package dev.tenfold.kernels.cpu;

import dev.tenfold.kernels.Memory;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The loops of {@link WideLines32} that take exponentials of numbers up to 0: the steps of the general exponential, less those that serve
 * results above 1 and subnormal ones. Each loop holds the exponential once, with a last vector that overlaps the one before: the compiler
 * gives up on methods with several, and boxes their vectors.
 */
final class WideExp32 {
    private static final VectorSpecies<Float> S = FloatVector.SPECIES_512;
    private static final int L = 16;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    // Vectors, since a number would be made one anew at every use, which counts for the compiler's patience.
    private static final FloatVector NOTHING = all(LineLoops.NOTHING_32);
    private static final FloatVector ZERO = all(0);
    private static final FloatVector ONE = all(1);
    private static final FloatVector LOG2_E = all((float) (1 / Math.log(2)));
    private static final FloatVector MINUS_LN2_HIGH = all(-0.693359375f);
    private static final FloatVector MINUS_LN2_LOW = all(2.12194440e-4f);
    private static final FloatVector C7 = all(1.9875691500E-4f);
    private static final FloatVector C6 = all(1.3981999507E-3f);
    private static final FloatVector C5 = all(8.3334519073E-3f);
    private static final FloatVector C4 = all(4.1665795894E-2f);
    private static final FloatVector C3 = all(1.6666665459E-1f);
    private static final FloatVector C2 = all(5.0000001201E-1f);
    /** Added and subtracted it rounds to the nearest integer, which is then in the lowest bits of the sum. */
    private static final FloatVector MAGIC = all(0x1.8p23f);
    private static final IntVector BIAS = IntVector.broadcast(IntVector.SPECIES_512, 127);

    private WideExp32() {
    }

    private static FloatVector load(long address) {
        return FloatVector.fromMemorySegment(S, Memory.ALL, address, ORDER);
    }

    private static void store(FloatVector v, long address) {
        v.intoMemorySegment(Memory.ALL, address, ORDER);
    }

    private static FloatVector all(float value) {
        return FloatVector.broadcast(S, value);
    }

    /** {@code exp(t)} for t up to 0, zero below {@link LineLoops#NOTHING_32}; NaN stays NaN. */
    private static FloatVector exp(FloatVector t) {
        VectorMask<Float> nothing = t.compare(VectorOperators.LT, NOTHING);
        FloatVector z = t.mul(LOG2_E).add(MAGIC);
        FloatVector k = z.sub(MAGIC);
        FloatVector r = k.fma(MINUS_LN2_LOW, k.fma(MINUS_LN2_HIGH, t));
        FloatVector p = C7.fma(r, C6).fma(r, C5).fma(r, C4).fma(r, C3).fma(r, C2);
        FloatVector core = p.fma(r.mul(r), r).add(ONE);
        FloatVector power = z.reinterpretAsInts().add(BIAS).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
        return core.mul(power).blend(ZERO, nothing);
    }

    /** {@link LineLoops#exp} */
    static float exp(long x, int n, float centre, long y) {
        for (int i = 0; i < n; i += L) {
            long at = 4L * Math.min(i, n - L);
            store(exp(load(x + at).sub(centre)), y + at);
        }
        return RowLoops.CHOSEN.sum32(y, n);
    }

    /** {@link LineLoops#expAffine} */
    static void expAffine(long x, int n, float centre, float factor, float shift, long y) {
        FloatVector f = all(factor);
        FloatVector s = all(shift);
        for (int i = 0; i < n; i += L) {
            long at = 4L * Math.min(i, n - L);
            store(exp(load(x + at).sub(centre)).fma(f, s), y + at);
        }
    }

    /** {@link LineLoops#logSoftmaxGradient} */
    static void logSoftmaxGradient(long y, long g, int n, float sum, long out) {
        FloatVector s = all(sum);
        for (int i = 0; i < n; i += L) {
            long at = 4L * Math.min(i, n - L);
            store(exp(load(y + at)).neg().fma(s, load(g + at)), out + at);
        }
    }
}
