package dev.tenfold.tensor.op;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.WorkerPool;

/** Matrix products of integers, exact and wrapping: BLAS has none, and f64 would round beyond 2^53. */
final class IntegerProduct {
    private IntegerProduct() {
    }

    /** {@code batch} products of op(A) [m, k] and op(B) [k, n] into dense C [m, n], the layouts of A and B taken from their operands. */
    static void run(DType type, long a, Operand x, long strideA, long b, Operand y, long strideB, long c, long m, long n, long k, long batch) {
        int bytes = type.bytes();
        long rowA = (x.transposed() ? 1 : x.leading()) * bytes;
        long stepA = (x.transposed() ? x.leading() : 1) * bytes;
        long stepB = (y.transposed() ? 1 : y.leading()) * bytes;
        long columnB = (y.transposed() ? y.leading() : 1) * bytes;
        WorkerPool.forRange(batch * m, Math.max(1, 65536 / Math.max(1, n * k)), (first, last) -> {
            long[] row = new long[Math.toIntExact(n)];
            for (long i = first; i < last; i++) {
                java.util.Arrays.fill(row, 0);
                long from = a + i / m * strideA * bytes + i % m * rowA;
                long with = b + i / m * strideB * bytes;
                for (long p = 0; p < k; p++) {
                    long value = Memory.getAsLong(type, from + p * stepA);
                    if (value != 0) accumulate(type, row, value, with + p * stepB, columnB);
                }
                store(type, row, c + i * n * bytes);
            }
        });
    }

    private static void accumulate(DType type, long[] row, long value, long from, long step) {
        switch (type) {
            case I64 -> {
                for (int j = 0; j < row.length; j++) row[j] += value * Memory.getLong(from + j * step);
            }
            case I32 -> {
                for (int j = 0; j < row.length; j++) row[j] += value * Memory.getInt(from + j * step);
            }
            default -> {
                for (int j = 0; j < row.length; j++) row[j] += value * (Memory.getByte(from + j * step) & 0xFF);
            }
        }
    }

    private static void store(DType type, long[] row, long to) {
        for (int j = 0; j < row.length; j++) {
            switch (type) {
                case I64 -> Memory.putLong(to + 8L * j, row[j]);
                case I32 -> Memory.putInt(to + 4L * j, (int) row[j]);
                default -> Memory.putByte(to + j, (byte) row[j]);
            }
        }
    }
}
