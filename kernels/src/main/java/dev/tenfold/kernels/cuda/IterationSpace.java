package dev.tenfold.kernels.cuda;

import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.expr.StridedRun;

/** Writes the struct {@code Space} of {@code src-cuda/common/space.cuh} into a launch's arguments. */
final class IterationSpace {
    static final int MOST_DIMENSIONS = 8;
    private static final int MULTIPLIERS = 16;
    private static final int SHIFTS = MULTIPLIERS + 4 * MOST_DIMENSIONS;
    private static final int SIZES = SHIFTS + 4 * MOST_DIMENSIONS;
    private static final int STRIDES = SIZES + 8 * MOST_DIMENSIONS;

    private IterationSpace() {
    }

    /** Bytes of the struct for {@code operands} strided operands. */
    static int bytes(int operands) {
        return STRIDES + 8 * MOST_DIMENSIONS * operands;
    }

    /** The parameter that takes the struct. */
    static Parameter parameter(int operands) {
        return Parameter.struct(bytes(operands));
    }

    /**
     * A plan that a kernel can walk.
     *
     * @throws IllegalArgumentException when more dimensions are left than there is room for
     */
    static StridedRun plan(String what, long[] shape, long[][] strides) {
        StridedRun plan = StridedRun.plan(shape, strides);
        if (plan.rank() > MOST_DIMENSIONS) {
            throw new IllegalArgumentException(what + ": " + plan.rank() + " dimensions that do not merge; a CUDA kernel walks at most " + MOST_DIMENSIONS
                    + ". Make the tensors contiguous first");
        }
        return plan;
    }

    /**
     * Writes {@code plan}, whose innermost dimension is counted in packs of {@code width} elements: there all operands step by 1 or not at all.
     */
    static void write(long address, StridedRun plan, int width) {
        int rank = plan.rank();
        long units = 1;
        for (int d = 0; d < rank; d++) {
            long size = plan.shape()[rank - 1 - d];
            if (d == 0) size = (size + width - 1) / width;
            units *= size;
            Memory.putLong(address + SIZES + 8L * d, size);
            divisor(address + MULTIPLIERS + 4L * d, address + SHIFTS + 4L * d, size);
        }
        int repeated = 0;
        for (int i = 0; i < plan.strides().length; i++) {
            long[] strides = plan.strides()[i];
            for (int d = 0; d < rank; d++) {
                Memory.putLong(address + STRIDES + 8L * (MOST_DIMENSIONS * i + d), d == 0 ? strides[rank - 1] * width : strides[rank - 1 - d]);
            }
            if (rank == 0 || strides[rank - 1] == 0) repeated |= 1 << i;
        }
        header(address, rank, units > Integer.MAX_VALUE, repeated);
    }

    /** Writes a line of {@code units} packs, along which the operands of {@code repeated} stay where they are. */
    static void writeLine(long address, int operands, long units, int width, int repeated) {
        Memory.putLong(address + SIZES, units);
        for (int i = 0; i < operands; i++) Memory.putLong(address + STRIDES + 8L * MOST_DIMENSIONS * i, (repeated >> i & 1) != 0 ? 0 : width);
        header(address, 1, units > Integer.MAX_VALUE, repeated);
    }

    private static void header(long address, int rank, boolean wide, int repeated) {
        Memory.putInt(address, rank);
        Memory.putInt(address + 4, wide ? 1 : 0);
        Memory.putInt(address + 8, repeated);
    }

    /** The numbers with which {@code (high word of x multiplier + x) >> shift} is {@code x / size} for x below 2^31. */
    private static void divisor(long multiplier, long shift, long size) {
        if (size > Integer.MAX_VALUE || size == 0) return;
        int bits = size == 1 ? 0 : 64 - Long.numberOfLeadingZeros(size - 1);
        Memory.putInt(shift, bits);
        Memory.putInt(multiplier, (int) ((1L << 32) * ((1L << bits) - size) / size + 1));
    }
}
