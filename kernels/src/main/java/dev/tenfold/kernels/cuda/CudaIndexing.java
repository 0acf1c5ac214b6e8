package dev.tenfold.kernels.cuda;

import static dev.tenfold.kernels.cuda.Parameter.I32;
import static dev.tenfold.kernels.cuda.Parameter.I64;
import static dev.tenfold.kernels.cuda.Parameter.POINTER;

import dev.tenfold.kernels.DType;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Look-ups, scatters and triangles of dense blocks on a device, as {@link dev.tenfold.kernels.cpu.Indexing} on the CPU. Indices are i64 and
 * not looked at on the host: one outside is told when the host waits for the device ({@link IndexFaults}), in {@code operation}'s name.
 */
public final class CudaIndexing {
    private static final int THREADS = 256;
    private static final int WIDEST = 4;
    private static final CudaKernel[] SELECT = kernels(WIDEST, "select", POINTER, I64, I64, POINTER, I64, I64, POINTER, IndexFaults.PARAMETER);
    private static final CudaKernel[] GATHER = kernels(WIDEST - 1, "gather", POINTER, I64, I64, POINTER, I64, I64, POINTER, IndexFaults.PARAMETER);
    private static final CudaKernel[] SCATTER = kernels(WIDEST - 1, "scatter", POINTER, I64, I64, POINTER, I64, I64, POINTER, POINTER, IndexFaults.PARAMETER);
    private static final CudaKernel[] TRIANGLE = kernels(WIDEST - 1, "triangle", POINTER, I64, I64, I64, I32, I64, POINTER);
    private static final CudaKernel CLAIM = CudaKernel.of(KernelSource.of("index/targets.cu"), "claim", POINTER, I64, I64, I64, I64, POINTER, IndexFaults.PARAMETER);

    private CudaIndexing() {
    }

    /** The kernel for units of 1, 2, 4, … bytes, by the logarithm of them. */
    private static CudaKernel[] kernels(int widest, String entry, Parameter... parameters) {
        KernelSource source = KernelSource.of("index/move.cu");
        return IntStream.rangeClosed(0, widest).mapToObj(log -> CudaKernel.of(source, entry + "_" + (1 << log), parameters)).toArray(CudaKernel[]::new);
    }

    static List<KernelFamily> families() {
        return List.of(KernelFamily.file("index/move.cu", "rows and elements that indices name, triangles", true),
                KernelFamily.file("index/targets.cu", "the places that indices mean", true));
    }

    private static int log(int bytes) {
        return Integer.numberOfTrailingZeros(bytes);
    }

    private static void launch(Launch launch, long threads) {
        launch.launch(CudaPointwise.blocks((threads + THREADS - 1) / THREADS), THREADS);
    }

    /** Rows: {@code out[o, k, i] = in[o, indices[k], i]} for in [outer, n, inner], indices [m], out [outer, m, inner]. */
    public static void select(CudaDevice device, String operation, DType type, long in, long outer, long n, long inner, long indices, long m, long out) {
        long bytes = inner * type.bytes();
        long rows = outer * m;
        if (rows * bytes == 0) return;
        int unit = (int) Math.min(16, Long.lowestOneBit(in | out | bytes | 16));
        long units = rows * (bytes / unit);
        Launch launch = SELECT[log(unit)].on(device.stream()).pointer(in).i64(n).i64(bytes / unit).pointer(indices).i64(m).i64(units).pointer(out);
        device.indexFaults().tellTo(launch, operation);
        launch(launch, units);
    }

    /** Element-wise: {@code out[o, k, i] = in[o, indices[o, k, i], i]} with in [outer, n, inner], indices and out [outer, m, inner]. */
    public static void gather(CudaDevice device, String operation, DType type, long in, long outer, long n, long inner, long indices, long m, long out) {
        long count = outer * m * inner;
        if (count == 0) return;
        Launch launch = GATHER[log(type.bytes())].on(device.stream()).pointer(in).i64(n).i64(inner).pointer(indices).i64(m).i64(count).pointer(out);
        device.indexFaults().tellTo(launch, operation);
        launch(launch, count);
    }

    /** {@code into[o, indices[o, k, i], i] = from[o, k, i]}, the last k wins. */
    public static void scatter(CudaDevice device, String operation, DType type, long from, long outer, long m, long inner, long indices, long n, long into) {
        long count = outer * m * inner;
        if (count == 0) return;
        if (m >= (1L << 32) - 1) throw new IllegalArgumentException(operation + ": " + m + " indices along an axis are too many on a device");
        CudaStream stream = device.stream();
        if (m == 1) {
            scatter(stream, operation, type, from, n, inner, indices, m, count, 0, into);
            return;
        }
        long targets = outer * n * inner;
        DeviceBlock winners = device.allocator().allocate(4 * targets, stream);
        try {
            Transfers.fill32(winners.address(), 0, targets, stream);
            Launch claim = CLAIM.on(stream).pointer(indices).i64(n).i64(inner).i64(m).i64(count).pointer(winners.address());
            device.indexFaults().tellTo(claim, operation);
            launch(claim, count);
            scatter(stream, operation, type, from, n, inner, indices, m, count, winners.address(), into);
        } finally {
            winners.release();
        }
    }

    private static void scatter(CudaStream stream, String operation, DType type, long from, long n, long inner, long indices, long m, long count, long winners, long into) {
        Launch launch = SCATTER[log(type.bytes())].on(stream).pointer(from).i64(n).i64(inner).pointer(indices).i64(m).i64(count).pointer(winners).pointer(into);
        stream.device().indexFaults().tellTo(launch, operation);
        launch(launch, count);
    }

    /** The elements of {@code matrices} dense [rows, columns] with column <= row + diagonal, or >= where {@code upper}, and zeros elsewhere. */
    public static void triangle(CudaDevice device, DType type, boolean upper, long diagonal, long in, long matrices, long rows, long columns, long out) {
        long count = matrices * rows * columns;
        if (count == 0) return;
        int width = 16 / type.bytes();
        Launch launch = TRIANGLE[log(type.bytes())].on(device.stream()).pointer(in).i64(rows).i64(columns).i64(diagonal).i32(upper ? 1 : 0).i64(count).pointer(out);
        launch(launch, (count + width - 1) / width);
    }
}
