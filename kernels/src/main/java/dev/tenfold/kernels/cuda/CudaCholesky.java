package dev.tenfold.kernels.cuda;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.expr.CudaText;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Lower Cholesky factors of batches of dense f32 or f64 matrices on a device, in place: in a warp's registers up to n = 32, in a block's shared memory up
 * to 128 (f64: 96), in panels of 64 columns beyond. Work is enqueued on the device's current stream.
 */
public final class CudaCholesky {
    private static final int THREADS = 128;
    private static final int TILE = 64;
    private static final int TILE_THREADS = 256;
    private static final int MOST_LANES = 32;
    /** Largest matrices in shared memory: two blocks fit on a multiprocessor of an H100. */
    private static final int SQUARE_32 = 128;
    private static final int SQUARE_64 = 96;

    private record Kernels(CudaKernel lanes8, CudaKernel lanes16, CudaKernel lanes32, CudaKernel square, CudaKernel panel, CudaKernel update) {
        static Kernels of(DType type) {
            KernelSource source = source(type);
            return new Kernels(lanes(source, "lanes_8"), lanes(source, "lanes_16"), lanes(source, "lanes_32"),
                    CudaKernel.of(source, "square", Parameter.POINTER, Parameter.I32, Parameter.I32, Parameter.I32, Parameter.POINTER),
                    CudaKernel.of(source, "panel", Parameter.POINTER, Parameter.I32, Parameter.I32, Parameter.I32),
                    CudaKernel.of(source, "update", Parameter.POINTER, Parameter.I32, Parameter.I32, Parameter.I32));
        }

        private static CudaKernel lanes(KernelSource source, String entry) {
            return CudaKernel.of(source, entry, Parameter.POINTER, Parameter.I32, Parameter.I64, Parameter.POINTER);
        }
    }

    private static final Map<DType, Kernels> KERNELS = new EnumMap<>(Map.of(DType.F32, Kernels.of(DType.F32), DType.F64, Kernels.of(DType.F64)));

    private CudaCholesky() {
    }

    private static KernelSource source(DType type) {
        return KernelSource.of("linalg/cholesky.cu", "ELEMENT", CudaText.name(type));
    }

    static KernelFamily family() {
        return new KernelFamily("cholesky", "batched Cholesky factors", true, () -> List.of(source(DType.F32), source(DType.F64)));
    }

    /** Elements from one column of {@code rows} rows in shared memory to the next: QUAD_COLUMN of quads.cuh. */
    static int quadColumn(int rows) {
        return (rows + 3) / 4 * 4 + 4;
    }

    /**
     * Factors {@code batch} symmetric matrices {@code a} [n, n] in place; their upper triangles become 0. Returns -1, or {@code matrix * n + pivot} (0-based)
     * of the first failure, whose factor holds NaN.
     *
     * <p>For that answer it waits for the stream. While a graph is captured it does not, and returns -1: there NaN alone tells.
     */
    public static long factor(CudaDevice device, DType type, long a, long n, long batch) {
        if (n * batch == 0) return -1;
        int size = Math.toIntExact(n);
        Kernels kernels = KERNELS.get(type);
        CudaStream stream = device.stream();
        try (FirstFailure failure = new FirstFailure(device)) {
            if (size <= MOST_LANES) lanes(kernels, stream, a, size, batch, failure.address());
            else if (size <= (type == DType.F32 ? SQUARE_32 : SQUARE_64)) square(kernels, stream, type, a, size, 0, size, batch, failure.address());
            else panels(kernels, stream, type, a, size, batch, failure.address());
            return failure.read();
        }
    }

    private static void lanes(Kernels kernels, CudaStream stream, long a, int n, long batch, long failure) {
        int lanes = n <= 8 ? 8 : n <= 16 ? 16 : MOST_LANES;
        CudaKernel kernel = lanes == 8 ? kernels.lanes8 : lanes == 16 ? kernels.lanes16 : kernels.lanes32;
        long each = THREADS / lanes;
        kernel.on(stream).pointer(a).i32(n).i64(batch).pointer(failure).launch(CudaPointwise.blocks((batch + each - 1) / each), THREADS);
    }

    private static void square(Kernels kernels, CudaStream stream, DType type, long a, int n, int k, int width, long batch, long failure) {
        int threads = width <= TILE ? TILE_THREADS / 2 : TILE_THREADS;
        int bytes = (width + 3) / 4 * 4 * quadColumn(width) * type.bytes();
        kernels.square.on(stream).pointer(a).i32(n).i32(k).i32(width).pointer(failure).launch(CudaPointwise.blocks(batch), threads, bytes);
    }

    private static void panels(Kernels kernels, CudaStream stream, DType type, long a, int n, long batch, long failure) {
        int bytes = 2 * TILE * quadColumn(TILE) * type.bytes();
        for (int k = 0; k < n; k += TILE) {
            square(kernels, stream, type, a, n, k, Math.min(TILE, n - k), batch, failure);
            int tiles = (n - k - 1) / TILE;
            if (tiles == 0) return;
            kernels.panel.on(stream).pointer(a).i32(n).i32(k).i32(tiles).launch(CudaPointwise.blocks(batch * tiles), TILE, bytes);
            int square = tiles * (tiles + 1) / 2;
            kernels.update.on(stream).pointer(a).i32(n).i32(k).i32(square).launch(CudaPointwise.blocks(batch * square), TILE_THREADS);
        }
    }
}
