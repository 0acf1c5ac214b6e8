package dev.tenfold.kernels.cuda;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.expr.CudaText;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** {@code C -= A B} on parts of batched f32 and f64 matrices on a device: the step of blocked solvers and factorisations ({@code src-cuda/linalg/update.cu}). */
final class ProductUpdate {
    private static final int TILE = 64;
    private static final int THREADS = 256;
    private static final Map<DType, CudaKernel> KERNELS = new EnumMap<>(Map.of(DType.F32, kernel(DType.F32), DType.F64, kernel(DType.F64)));

    private ProductUpdate() {
    }

    /**
     * A part of a batch of matrices.
     *
     * @param address of its first element in the first matrix
     * @param down    elements from one row to the next
     * @param along   elements from one column to the next
     * @param next    elements from one matrix to the next
     */
    record Part(long address, long down, long along, long next) {
    }

    private static KernelSource source(DType type) {
        return KernelSource.of("linalg/update.cu", "ELEMENT", CudaText.name(type));
    }

    private static CudaKernel kernel(DType type) {
        return CudaKernel.of(source(type), "subtract_product", Parameter.POINTER, Parameter.I64, Parameter.I64, Parameter.POINTER, Parameter.I64, Parameter.I64,
                Parameter.I64, Parameter.POINTER, Parameter.I64, Parameter.I64, Parameter.I64, Parameter.I64, Parameter.I64, Parameter.I64);
    }

    static KernelFamily family() {
        return new KernelFamily("linalg-update", "products taken off parts of matrices, for blocked factorisations", true,
                () -> List.of(source(DType.F32), source(DType.F64)));
    }

    /** {@code c -= a b} with c [rows, columns], whose columns lie together, and a [rows, depth], in each of {@code batch} matrices. */
    static void run(CudaStream stream, DType type, Part c, Part a, Part b, long rows, long columns, long depth, long batch) {
        long blocks = batch * ((rows + TILE - 1) / TILE) * ((columns + TILE - 1) / TILE);
        KERNELS.get(type).on(stream).pointer(c.address).i64(c.down).i64(c.next).pointer(a.address).i64(a.down).i64(a.along).i64(a.next)
                .pointer(b.address).i64(b.along).i64(b.down).i64(b.next).i64(rows).i64(columns).i64(depth).launch(CudaPointwise.blocks(blocks), THREADS);
    }
}
