package dev.tenfold.kernels.cpu;

import dev.tenfold.kernels.Memory;
import java.nio.ByteOrder;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** Transposes 8 x 8 elements of four bytes in registers: three rounds that swap blocks of 1, 2 and 4. */
final class VectorTile {
    static final int SIDE = 8;
    private static final VectorSpecies<Integer> S = IntVector.SPECIES_256;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final VectorShuffle<Integer> UP_1 = VectorShuffle.iota(S, -1, 1, true);
    private static final VectorShuffle<Integer> UP_2 = VectorShuffle.iota(S, -2, 1, true);
    private static final VectorShuffle<Integer> UP_4 = VectorShuffle.iota(S, -4, 1, true);
    private static final VectorShuffle<Integer> DOWN_1 = VectorShuffle.iota(S, 1, 1, true);
    private static final VectorShuffle<Integer> DOWN_2 = VectorShuffle.iota(S, 2, 1, true);
    private static final VectorMask<Integer> ODD_1 = VectorMask.fromLong(S, 0b10101010);
    private static final VectorMask<Integer> ODD_2 = VectorMask.fromLong(S, 0b11001100);
    private static final VectorMask<Integer> ODD_4 = VectorMask.fromLong(S, 0b11110000);

    private VectorTile() {
    }

    /** True where the machine's vectors hold a row of the tile. */
    static boolean fits() {
        return IntVector.SPECIES_PREFERRED.length() >= SIDE;
    }

    private static IntVector load(long address) {
        return IntVector.fromMemorySegment(S, Memory.ALL, address, ORDER);
    }

    private static void store(IntVector v, long address) {
        v.intoMemorySegment(Memory.ALL, address, ORDER);
    }

    private static IntVector first(IntVector a, IntVector b, VectorShuffle<Integer> up, VectorMask<Integer> odd) {
        return a.blend(b.rearrange(up), odd);
    }

    private static IntVector second(IntVector a, IntVector b, VectorShuffle<Integer> down, VectorMask<Integer> odd) {
        return a.rearrange(down).blend(b, odd);
    }

    /** {@code to[p, q] = from[q, p]}; rows start {@code fromStep} and {@code toStep} bytes apart. */
    static void transpose(long from, long fromStep, long to, long toStep) {
        IntVector a = load(from);
        IntVector b = load(from + fromStep);
        IntVector c = load(from + 2 * fromStep);
        IntVector d = load(from + 3 * fromStep);
        IntVector e = load(from + 4 * fromStep);
        IntVector f = load(from + 5 * fromStep);
        IntVector g = load(from + 6 * fromStep);
        IntVector h = load(from + 7 * fromStep);

        IntVector a1 = first(a, b, UP_1, ODD_1);
        IntVector b1 = second(a, b, DOWN_1, ODD_1);
        IntVector c1 = first(c, d, UP_1, ODD_1);
        IntVector d1 = second(c, d, DOWN_1, ODD_1);
        IntVector e1 = first(e, f, UP_1, ODD_1);
        IntVector f1 = second(e, f, DOWN_1, ODD_1);
        IntVector g1 = first(g, h, UP_1, ODD_1);
        IntVector h1 = second(g, h, DOWN_1, ODD_1);

        a = first(a1, c1, UP_2, ODD_2);
        c = second(a1, c1, DOWN_2, ODD_2);
        b = first(b1, d1, UP_2, ODD_2);
        d = second(b1, d1, DOWN_2, ODD_2);
        e = first(e1, g1, UP_2, ODD_2);
        g = second(e1, g1, DOWN_2, ODD_2);
        f = first(f1, h1, UP_2, ODD_2);
        h = second(f1, h1, DOWN_2, ODD_2);

        store(first(a, e, UP_4, ODD_4), to);
        store(first(b, f, UP_4, ODD_4), to + toStep);
        store(first(c, g, UP_4, ODD_4), to + 2 * toStep);
        store(first(d, h, UP_4, ODD_4), to + 3 * toStep);
        // A rotation of eight lanes by four is its own inverse.
        store(second(a, e, UP_4, ODD_4), to + 4 * toStep);
        store(second(b, f, UP_4, ODD_4), to + 5 * toStep);
        store(second(c, g, UP_4, ODD_4), to + 6 * toStep);
        store(second(d, h, UP_4, ODD_4), to + 7 * toStep);
    }
}
