package dev.tenfold.tensor.primitive;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.WorkerPool;

/** Matrix products of integers, exact and wrapping: BLAS has none, and f64 would round beyond 2^53. */
final class IntegerProduct {
    private IntegerProduct() {
    }

    /** {@code batch} products of op(A) [m, k] and op(B) [k, n] into dense C [m, n]. */
    static void run(DType type, boolean transA, boolean transB, long m, long n, long k, long a, long lda, long strideA, long b, long ldb, long strideB,
                    long c, long batch) {
        int bytes = type.bytes();
        long rowA = (transA ? 1 : lda) * bytes;
        long stepA = (transA ? lda : 1) * bytes;
        long stepB = (transB ? 1 : ldb) * bytes;
        long columnB = (transB ? ldb : 1) * bytes;
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
