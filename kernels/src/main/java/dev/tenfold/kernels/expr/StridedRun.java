package dev.tenfold.kernels.expr;

import java.util.Arrays;

/** An iteration space with as few dimensions as the strides allow. Strides are per input, per dimension, in elements. */
public record StridedRun(long[] shape, long[][] strides) {
    /** Drops sizes of 1 and merges neighbouring dimensions that every input walks with one stride. */
    public static StridedRun plan(long[] shape, long[][] strides) {
        int inputs = strides.length;
        long[] sizes = new long[shape.length];
        long[][] steps = new long[inputs][shape.length];
        int rank = 0;
        for (int d = 0; d < shape.length; d++) {
            if (shape[d] == 1) continue;
            boolean merges = rank > 0;
            for (int i = 0; i < inputs && merges; i++) merges = steps[i][rank - 1] == strides[i][d] * shape[d];
            if (!merges) rank++;
            sizes[rank - 1] = merges ? sizes[rank - 1] * shape[d] : shape[d];
            for (int i = 0; i < inputs; i++) steps[i][rank - 1] = strides[i][d];
        }
        for (int i = 0; i < inputs; i++) steps[i] = Arrays.copyOf(steps[i], rank);
        return new StridedRun(Arrays.copyOf(sizes, rank), steps);
    }

    /** How many dimensions there are; 0 where there is one element. */
    public int rank() {
        return shape.length;
    }

    /** The inputs that stay on one element along the last dimension, as bits; -1 when one has a stride other than 0 and 1. */
    public int innerScalars() {
        int scalars = 0;
        for (int i = 0; i < strides.length; i++) {
            long step = strides[i][rank() - 1];
            if (step == 0) scalars |= 1 << i;
            else if (step != 1) return -1;
        }
        return scalars;
    }

    /** How many rows (all dimensions but the last) there are. */
    long rows() {
        long rows = 1;
        for (int d = 0; d < rank() - 1; d++) rows *= shape[d];
        return rows;
    }

    /** Where row {@code row} of input {@code i} starts, in elements. */
    long offset(int i, long row) {
        long offset = 0;
        for (int d = rank() - 2; d >= 0; d--) {
            offset += row % shape[d] * strides[i][d];
            row /= shape[d];
        }
        return offset;
    }
}
