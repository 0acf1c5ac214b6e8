package dev.tenfold.kernels.cuda;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.Memory;

/**
 * A matrix product as all rungs of the ladder take it: the arguments of {@link CudaGemm#run}, and the struct {@code Gemm} of
 * {@code src-cuda/gemm/problem.cuh} that holds them.
 */
record GemmProblem(DType type, boolean transA, boolean transB, long m, long n, long k, double alpha, long a, long lda, long strideA,
                   long b, long ldb, long strideB, double beta, long c, long ldc, long strideC, long batch, Epilogue epilogue) {
    private static final int BYTES = 168;
    static final Parameter PARAMETER = Parameter.struct(BYTES);
    private static final int PACK = 16;

    /** Whether all lines of both operands begin at multiples of 16 bytes. */
    boolean packed() {
        return packs(a, lda, strideA) && packs(b, ldb, strideB);
    }

    /** Neighbours may be moved as 128 bits: every line begins at their multiple. */
    private boolean packs(long address, long leading, long stride) {
        return ((address | leading * type.bytes() | stride * type.bytes()) & PACK - 1) == 0;
    }

    private boolean packsResult() {
        return ((c | ldc * type.bytes() | strideC * type.bytes()) & 4L * type.bytes() - 1) == 0; // four elements at once, whatever their size
    }

    /** Begins a launch with this as its first argument; where k is {@code cut}, the sums of each piece go to {@code partials}. */
    Launch begin(CudaKernel kernel, CudaStream stream, GemmCut cut, long partials) {
        return write(kernel.on(stream), stream, cut, partials);
    }

    /** Adds this as the next argument. */
    Launch write(Launch launch, CudaStream stream, GemmCut cut, long partials) {
        long at = launch.struct(BYTES);
        at = put(at, a, b, c, epilogue.columnBias(), epilogue.rowBias(), partials);
        for (long address : new long[] {a, b, c, epilogue.columnBias(), epilogue.rowBias(), partials}) if (address != 0) stream.touches(address);
        Memory.putDouble(at, alpha);
        Memory.putDouble(at + 8, beta);
        at = put(at + 16, m, n, k, lda, ldb, ldc, strideA, strideB, strideC, batch, cut.piece());
        Memory.putInt(at, cut.pieces());
        Memory.putInt(at + 4, (transA ? 1 : 0) | (transB ? 2 : 0));
        Memory.putInt(at + 8, (packs(a, lda, strideA) ? 1 : 0) | (packs(b, ldb, strideB) ? 2 : 0) | (packsResult() ? 4 : 0));
        Memory.putInt(at + 12, epilogue.activation().ordinal());
        return launch;
    }

    private static long put(long at, long... values) {
        for (long value : values) {
            Memory.putLong(at, value);
            at += 8;
        }
        return at;
    }
}
