package dev.tenfold.kernels.cuda;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.expr.CudaText;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * LU factors with partial pivoting of batches of dense f32 or f64 matrices on a device, packed as {@link dev.tenfold.kernels.cpu.Lapack#lu} packs them
 * (the factors of the transpose), and what is solved and told with them: in a warp's registers up to n = 32, in a block's shared memory up to 128
 * (f64: 96), in panels of 32 columns beyond. Work is enqueued on the device's current stream, nothing is waited for.
 */
public final class CudaLu {
    private static final int THREADS = 128;
    private static final int MOST_LANES = 32;
    private static final int WHOLE_32 = 128;
    private static final int WHOLE_64 = 96;
    private static final int PANEL = 32;
    private static final int PANEL_THREADS = 512;
    private static final int EXCHANGED = 32;
    private static final int PERMUTED = 64;

    private record Kernels(CudaKernel lanes8, CudaKernel lanes16, CudaKernel lanes32, CudaKernel whole, CudaKernel panel, CudaKernel exchange,
                           CudaKernel permute, CudaKernel determinant) {
        static Kernels of(DType type) {
            KernelSource source = source(type);
            return new Kernels(lanes(source, "lanes_8"), lanes(source, "lanes_16"), lanes(source, "lanes_32"),
                    CudaKernel.of(source, "whole", Parameter.POINTER, Parameter.POINTER, Parameter.I32),
                    CudaKernel.of(source, "panel", Parameter.POINTER, Parameter.POINTER, Parameter.I32, Parameter.I32),
                    CudaKernel.of(source, "exchange", Parameter.POINTER, Parameter.POINTER, Parameter.I32, Parameter.I32, Parameter.I32),
                    CudaKernel.of(source, "permute", Parameter.POINTER, Parameter.POINTER, Parameter.I32, Parameter.I64, Parameter.I32, Parameter.POINTER),
                    CudaKernel.of(source, "determinant", Parameter.POINTER, Parameter.POINTER, Parameter.I32, Parameter.I64, Parameter.I32, Parameter.POINTER,
                            Parameter.POINTER));
        }

        private static CudaKernel lanes(KernelSource source, String entry) {
            return CudaKernel.of(source, entry, Parameter.POINTER, Parameter.POINTER, Parameter.I32, Parameter.I64);
        }
    }

    private static final Map<DType, Kernels> KERNELS = new EnumMap<>(Map.of(DType.F32, Kernels.of(DType.F32), DType.F64, Kernels.of(DType.F64)));

    private CudaLu() {
    }

    private static KernelSource source(DType type) {
        return KernelSource.of("linalg/lu.cu", "ELEMENT", CudaText.name(type));
    }

    static KernelFamily family() {
        return new KernelFamily("lu", "batched LU factors, determinants", true, () -> List.of(source(DType.F32), source(DType.F64)));
    }

    /** Factors A [n, n] per matrix in place; pivots i32 [batch, n], 1-based rows. Singular matrices pass. */
    public static void factor(CudaDevice device, DType type, long a, long pivots, long n, long batch) {
        if (n * batch == 0) return;
        int size = Math.toIntExact(n);
        Kernels kernels = KERNELS.get(type);
        CudaStream stream = device.stream();
        if (size <= MOST_LANES) {
            int lanes = size <= 8 ? 8 : size <= 16 ? 16 : MOST_LANES;
            CudaKernel kernel = lanes == 8 ? kernels.lanes8 : lanes == 16 ? kernels.lanes16 : kernels.lanes32;
            long each = THREADS / lanes;
            kernel.on(stream).pointer(a).pointer(pivots).i32(size).i64(batch).launch(CudaPointwise.blocks((batch + each - 1) / each), THREADS);
        } else if (size <= (type == DType.F32 ? WHOLE_32 : WHOLE_64)) {
            int threads = size <= 64 ? THREADS : 2 * THREADS;
            kernels.whole.on(stream).pointer(a).pointer(pivots).i32(size).launch(CudaPointwise.blocks(batch), threads, size * (size | 1) * type.bytes());
        } else {
            panels(kernels, stream, type, a, pivots, size, batch);
        }
    }

    private static void panels(Kernels kernels, CudaStream stream, DType type, long a, long pivots, int n, long batch) {
        int bytes = type.bytes();
        long next = (long) n * n;
        for (int first = 0; first < n; first += PANEL) {
            int count = Math.min(PANEL, n - first);
            kernels.panel.on(stream).pointer(a).pointer(pivots).i32(n).i32(first).launch(CudaPointwise.blocks(batch), PANEL_THREADS);
            long blocks = batch * ((n - count + EXCHANGED - 1) / EXCHANGED);
            kernels.exchange.on(stream).pointer(a).pointer(pivots).i32(n).i32(first).i32(count).launch(CudaPointwise.blocks(blocks), THREADS);
            int behind = first + count;
            int rest = n - behind;
            if (rest == 0) return;
            long corner = a + ((long) behind * n + behind) * bytes;
            ProductUpdate.run(stream, type, new ProductUpdate.Part(corner, n, 1, next), new ProductUpdate.Part(corner - (long) count * bytes, n, 1, next),
                    new ProductUpdate.Part(corner - (long) count * n * bytes, n, 1, next), rest, rest, count, batch);
        }
    }

    /** Solves {@code op(A) X = B} from {@link #factor}'s factors, in place of B [n, m]. A pivot of zero gives infinities and NaN. */
    public static void solve(CudaDevice device, DType type, boolean transpose, long lu, long pivots, long b, long n, long m, long batch) {
        if (n * m * batch == 0) return;
        // A^T = P L U, so that A = U^T L^T P^T: its lower triangle is U^T, and its upper one L^T, with ones on the diagonal.
        if (transpose) {
            permute(device, type, false, pivots, b, n, m, batch);
            CudaTriangular.solve(device, type, true, true, true, lu, b, n, m, batch);
            CudaTriangular.solve(device, type, false, true, false, lu, b, n, m, batch);
        } else {
            CudaTriangular.solve(device, type, false, false, false, lu, b, n, m, batch);
            CudaTriangular.solve(device, type, true, false, true, lu, b, n, m, batch);
            permute(device, type, true, pivots, b, n, m, batch);
        }
    }

    private static void permute(CudaDevice device, DType type, boolean backward, long pivots, long b, long n, long m, long batch) {
        CudaStream stream = device.stream();
        long bytes = n * m * batch * type.bytes();
        DeviceBlock copy = device.allocator().allocate(bytes, stream);
        try {
            Transfers.copy(b, copy.address(), bytes, stream);
            int size = Math.toIntExact(n);
            KERNELS.get(type).permute.on(stream).pointer(copy.address()).pointer(pivots).i32(size).i64(m).i32(backward ? 1 : 0).pointer(b)
                    .launch(CudaPointwise.blocks(batch * ((m + PERMUTED - 1) / PERMUTED)), 2 * THREADS, size * Integer.BYTES);
        } finally {
            copy.release();
        }
    }

    /** Determinants [batch] from {@link #factor}'s factors. */
    public static void determinant(CudaDevice device, DType type, long lu, long pivots, long n, long batch, long out) {
        determinant(device, type, lu, pivots, n, batch, 0, out, 0);
    }

    /** Signs (-1, 0 or 1) of the determinants and the logarithms of their magnitudes, [batch] each, from {@link #factor}'s factors. */
    public static void signAndLog(CudaDevice device, DType type, long lu, long pivots, long n, long batch, long sign, long logAbs) {
        determinant(device, type, lu, pivots, n, batch, 1, sign, logAbs);
    }

    private static void determinant(CudaDevice device, DType type, long lu, long pivots, long n, long batch, int logarithm, long result, long logs) {
        long each = THREADS / 32;
        KERNELS.get(type).determinant.on(device.stream()).pointer(lu).pointer(pivots).i32(Math.toIntExact(n)).i64(batch).i32(logarithm).pointer(result).pointer(logs)
                .launch(CudaPointwise.blocks((batch + each - 1) / each), THREADS);
    }
}
