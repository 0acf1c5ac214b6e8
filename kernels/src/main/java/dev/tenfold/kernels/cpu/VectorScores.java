package dev.tenfold.kernels.cpu;

import static dev.tenfold.kernels.cpu.PlainScores.INVERSE_LN2;
import static dev.tenfold.kernels.cpu.PlainScores.LN2_HIGH;
import static dev.tenfold.kernels.cpu.PlainScores.LN2_LOW;
import static dev.tenfold.kernels.cpu.PlainScores.LOWEST;
import static dev.tenfold.kernels.cpu.PlainScores.MAGIC;

import dev.tenfold.kernels.Memory;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** {@link ScoreLoops} with vectors. Loaded only where the vector module is. */
final class VectorScores implements ScoreLoops {
    private static final VectorSpecies<Float> S =
            FloatVector.SPECIES_PREFERRED.length() > LANES ? FloatVector.SPECIES_512 : FloatVector.SPECIES_PREFERRED;
    private static final int L = S.length();
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    private static FloatVector load(long address) {
        return FloatVector.fromMemorySegment(S, Memory.ALL, address, ORDER);
    }

    private static void store(FloatVector v, long address) {
        v.intoMemorySegment(Memory.ALL, address, ORDER);
    }

    private static FloatVector constant(float value) {
        return FloatVector.broadcast(S, value);
    }

    /** As {@link PlainScores#exp}, step by step. */
    private static FloatVector exp(FloatVector x) {
        FloatVector clamped = x.max(constant(LOWEST));
        FloatVector k = clamped.mul(constant(INVERSE_LN2)).add(constant(MAGIC));
        FloatVector whole = k.sub(constant(MAGIC));
        FloatVector r = whole.fma(constant(-LN2_LOW), whole.fma(constant(-LN2_HIGH), clamped));
        FloatVector p = constant(PlainScores.P0).fma(r, constant(PlainScores.P1)).fma(r, constant(PlainScores.P2))
                .fma(r, constant(PlainScores.P3)).fma(r, constant(PlainScores.P4)).fma(r, constant(PlainScores.P5));
        FloatVector value = p.fma(r.mul(r), r).add(constant(1));
        FloatVector power = k.reinterpretAsInts().add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
        return value.mul(power).blend(0, x.compare(VectorOperators.LT, LOWEST));
    }

    @Override
    public void softmax32(long scores, int keys, int columns) {
        long step = 4L * columns;
        long end = scores + keys * step;
        for (int c = 0; c < columns; c += L) {
            long top = scores + 4L * c;
            FloatVector max = constant(-Float.MAX_VALUE);
            for (long at = top; at < end; at += step) max = max.max(load(at));
            FloatVector sum = constant(0);
            for (long at = top; at < end; at += step) {
                FloatVector e = exp(load(at).sub(max));
                store(e, at);
                sum = sum.add(e);
            }
            FloatVector factor = constant(1).div(sum).blend(0, sum.compare(VectorOperators.EQ, 0));
            for (long at = top; at < end; at += step) store(load(at).mul(factor), at);
        }
    }

    @Override
    public void gradient32(long probabilities, long slopes, int keys, int columns) {
        long step = 4L * columns;
        long end = keys * step;
        for (int c = 0; c < columns; c += L) {
            long p = probabilities + 4L * c;
            long s = slopes + 4L * c;
            FloatVector sum = constant(0);
            for (long at = 0; at < end; at += step) sum = load(p + at).fma(load(s + at), sum);
            for (long at = 0; at < end; at += step) store(load(p + at).mul(load(s + at).sub(sum)), s + at);
        }
    }
}
