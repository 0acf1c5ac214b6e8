package dev.tenfold.kernels.cuda;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.expr.CudaText;
import java.util.EnumMap;
import java.util.Map;

/** The kernels of {@code src-cuda/reduce/scan.cu} for one type. */
final class RunningSum {
    private static final Map<DType, RunningSum> KNOWN = new EnumMap<>(DType.class);
    private static final int THREADS = 256;
    /** Elements of a row that a block sums. */
    private static final int PIECE = 2048;
    /** Elements of a row that a thread sums alone. */
    private static final int SHORT = 32;

    static {
        for (DType type : DType.values()) KNOWN.put(type, new RunningSum(source(type)));
    }

    private final CudaKernel lines;
    private final CudaKernel rows;
    private final CudaKernel totals;
    private final CudaKernel carries;

    private RunningSum(KernelSource source) {
        Parameter pointer = Parameter.POINTER;
        Parameter i64 = Parameter.I64;
        lines = CudaKernel.of(source, "lines", pointer, i64, i64, i64, Parameter.I32, pointer);
        rows = CudaKernel.of(source, "rows", pointer, i64, i64, Parameter.I32, pointer, pointer);
        totals = CudaKernel.of(source, "totals", pointer, i64, i64, Parameter.I32, pointer);
        carries = CudaKernel.of(source, "carries", pointer, i64);
    }

    static RunningSum of(DType type) {
        return KNOWN.get(type);
    }

    static KernelSource source(DType type) {
        return KernelSource.of("reduce/scan.cu", "ELEMENT", CudaText.name(type));
    }

    void run(CudaStream stream, long in, long outer, long n, long inner, boolean reverse, long out) {
        if (outer * n * inner == 0) return;
        int backwards = reverse ? 1 : 0;
        if (inner > 1 || n <= SHORT) {
            lines.on(stream).pointer(in).i64(outer * inner).i64(n).i64(inner).i32(backwards).pointer(out)
                    .launch(CudaPointwise.blocks((outer * inner + THREADS - 1) / THREADS), THREADS);
            return;
        }
        long pieces = (n + PIECE - 1) / PIECE;
        int blocks = CudaPointwise.blocks(outer * pieces);
        DeviceBlock sums = pieces == 1 ? null : stream.device().allocator().allocate(8 * outer * pieces, stream);
        try {
            long address = sums == null ? 0 : sums.address();
            if (sums != null) {
                totals.on(stream).pointer(in).i64(n).i64(pieces).i32(backwards).pointer(address).launch(blocks, THREADS);
                carries.on(stream).pointer(address).i64(pieces).launch(CudaPointwise.blocks(outer), THREADS);
            }
            rows.on(stream).pointer(in).i64(n).i64(pieces).i32(backwards).pointer(address).pointer(out).launch(blocks, THREADS);
        } finally {
            if (sums != null) sums.release();
        }
    }
}
