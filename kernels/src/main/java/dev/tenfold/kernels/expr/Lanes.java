package dev.tenfold.kernels.expr;

import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** The vector shapes of this machine, as constants that generated loops read. Loaded only where the vector module is. */
final class Lanes {
    static final ByteOrder ORDER = ByteOrder.nativeOrder();
    static final VectorSpecies<Float> F32 = FloatVector.SPECIES_PREFERRED;
    static final VectorSpecies<Double> F64 = DoubleVector.SPECIES_PREFERRED;
    static final VectorSpecies<Integer> I32 = IntVector.SPECIES_PREFERRED;
    static final VectorSpecies<Long> I64 = LongVector.SPECIES_PREFERRED;
    /** As many bytes as f32 has lanes, or null where no such shape exists. */
    static final VectorSpecies<Byte> B32 = bytes(F32.length());
    /** As many bytes as f64 has lanes, or null where no such shape exists. */
    static final VectorSpecies<Byte> B64 = bytes(F64.length());

    /** As many floats as f64 has lanes. */
    static final VectorSpecies<Float> F32_OF_64 = VectorSpecies.of(float.class, VectorShape.forBitSize(F64.length() * Float.SIZE));

    private Lanes() {
    }

    private static VectorSpecies<Byte> bytes(int lanes) {
        return lanes < 8 ? null : VectorSpecies.of(byte.class, VectorShape.forBitSize(lanes * 8));
    }

    static boolean hasBytes(boolean wide) {
        return (wide ? B64 : B32) != null;
    }

    static FloatVector loadTruth32(long address) {
        return (FloatVector) ByteVector.fromMemorySegment(B32, dev.tenfold.kernels.Memory.ALL, address, ORDER).castShape(F32, 0);
    }

    static DoubleVector loadTruth64(long address) {
        return (DoubleVector) ByteVector.fromMemorySegment(B64, dev.tenfold.kernels.Memory.ALL, address, ORDER).castShape(F64, 0);
    }

    /** Floats, widened. */
    static DoubleVector loadFloats64(long address) {
        return (DoubleVector) FloatVector.fromMemorySegment(F32_OF_64, dev.tenfold.kernels.Memory.ALL, address, ORDER).castShape(F64, 0);
    }

    static void storeTruth32(VectorMask<Float> mask, long address) {
        store(mask.cast(B32), B32, address);
    }

    static void storeTruth64(VectorMask<Double> mask, long address) {
        store(mask.cast(B64), B64, address);
    }

    private static void store(VectorMask<Byte> mask, VectorSpecies<Byte> species, long address) {
        ByteVector.zero(species).blend((byte) 1, mask).intoMemorySegment(dev.tenfold.kernels.Memory.ALL, address, ORDER);
    }
}
