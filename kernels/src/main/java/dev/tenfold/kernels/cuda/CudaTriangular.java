package dev.tenfold.kernels.cuda;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.expr.CudaText;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Solvers with batches of dense f32 or f64 triangles on a device, in place of the right-hand sides; beyond 256 rows in panels, behind which products
 * are taken off. Work is enqueued on the device's current stream.
 */
public final class CudaTriangular {
    private static final int THREADS = 128;
    private static final int MOST_WIDTH = 64;
    private static final int PANEL = 256;
    private static final int REVERSED = 1;
    private static final int TRANSPOSED = 2;
    private static final int UNIT = 4;

    private record Kernels(CudaKernel solve, CudaKernel zeroDiagonal) {
        static Kernels of(DType type) {
            KernelSource source = source(type);
            return new Kernels(CudaKernel.of(source, "solve", Parameter.POINTER, Parameter.POINTER, Parameter.I32, Parameter.I64, Parameter.I32, Parameter.I32,
                    Parameter.I32, Parameter.I32), CudaKernel.of(source, "zero_diagonal", Parameter.POINTER, Parameter.I32, Parameter.I64, Parameter.POINTER));
        }
    }

    private static final Map<DType, Kernels> KERNELS = new EnumMap<>(Map.of(DType.F32, Kernels.of(DType.F32), DType.F64, Kernels.of(DType.F64)));

    private CudaTriangular() {
    }

    private static KernelSource source(DType type) {
        return KernelSource.of("linalg/triangular.cu", "ELEMENT", CudaText.name(type));
    }

    static KernelFamily family() {
        return new KernelFamily("triangular", "batched triangular solvers", true, () -> List.of(source(DType.F32), source(DType.F64)));
    }

    /** Solves {@code op(T) X = B} in place of B [n, m] per matrix; T [n, n] triangular. A zero on the diagonal gives infinities and NaN. */
    public static void solve(CudaDevice device, DType type, boolean upper, boolean transpose, boolean unitDiagonal, long t, long b, long n, long m, long batch) {
        if (n * m * batch == 0) return;
        int size = Math.toIntExact(n);
        boolean reversed = upper != transpose;
        int flags = (reversed ? REVERSED : 0) | (transpose ? TRANSPOSED : 0) | (unitDiagonal ? UNIT : 0);
        int width = 1;
        while (width < MOST_WIDTH && width < m) width *= 2;
        int threads = Math.min(THREADS, 32 * width);
        int blocks = CudaPointwise.blocks(batch * ((m + width - 1) / width));
        CudaStream stream = device.stream();
        for (int from = 0; from < size; from += PANEL) {
            int to = Math.min(size, from + PANEL);
            KERNELS.get(type).solve.on(stream).pointer(t).pointer(b).i32(size).i64(m).i32(from).i32(to).i32(width).i32(flags).launch(blocks, threads);
            if (to < size) subtract(stream, type, reversed, transpose, t, b, size, m, from, to, batch);
        }
    }

    /** Takes what rows [from, to), counted in the order of substitution, make of those behind them off these. */
    private static void subtract(CudaStream stream, DType type, boolean reversed, boolean transpose, long t, long b, long n, long m, long from, long to, long batch) {
        long solved = reversed ? n - to : from;
        long rest = reversed ? 0 : to;
        int bytes = type.bytes();
        long corner = t + (transpose ? solved * n + rest : rest * n + solved) * bytes;
        ProductUpdate.run(stream, type, new ProductUpdate.Part(b + rest * m * bytes, m, 1, n * m),
                new ProductUpdate.Part(corner, transpose ? 1 : n, transpose ? n : 1, n * n),
                new ProductUpdate.Part(b + solved * m * bytes, m, 1, n * m), n - to, m, to - from, batch);
    }

    /**
     * The first zero on the diagonal of T [n, n] per matrix, as {@code matrix * n + i}, or -1. For that it waits for the stream; while a graph is captured it
     * does not, and gives -1.
     */
    public static long firstZeroOnDiagonal(CudaDevice device, DType type, long t, long n, long batch) {
        long elements = n * batch;
        if (elements == 0 || device.stream().isCapturing()) return -1;
        try (FirstFailure failure = new FirstFailure(device)) {
            KERNELS.get(type).zeroDiagonal.on(device.stream()).pointer(t).i32(Math.toIntExact(n)).i64(elements).pointer(failure.address())
                    .launch(CudaPointwise.blocks((elements + 255) / 256), 256);
            return failure.read();
        }
    }
}
