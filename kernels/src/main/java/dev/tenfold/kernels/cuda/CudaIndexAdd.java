package dev.tenfold.kernels.cuda;

import static dev.tenfold.kernels.cuda.Parameter.I64;
import static dev.tenfold.kernels.cuda.Parameter.POINTER;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.expr.CudaText;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Sums at places that indices name, on a device: the adjoints of {@link CudaIndexing#select} and {@link CudaIndexing#gather}. Indices are sorted,
 * stably, and each place is one thread's, which adds in order of their positions: no atomics, and the CPU's bits in f32, f64 and whole
 * numbers. f16 and bf16 are summed in f32. Indices outside as in {@link CudaIndexing}.
 */
public final class CudaIndexAdd {
    private static final int THREADS = 256;
    /** Elements of a line that one thread adds, whatever there is; and lines that keep the device busy. */
    private static final long SHORT_LINE = 64;
    private static final long MANY_LINES = 32768;

    /** The kernels of {@code src-cuda/index/add.cu} for one type. */
    private record Kernels(CudaKernel owners, CudaKernel wide, CudaKernel lines) {
        static Kernels of(DType type) {
            KernelSource source = source(type);
            Parameter[] owner = {POINTER, I64, I64, POINTER, POINTER, I64, I64, POINTER};
            return new Kernels(CudaKernel.of(source, "owners", owner), CudaKernel.of(source, "owners_wide", owner),
                    CudaKernel.of(source, "lines", POINTER, I64, I64, I64, POINTER, I64, POINTER, IndexFaults.PARAMETER));
        }
    }

    private static final Map<DType, Kernels> KERNELS = new EnumMap<>(DType.class);
    private static final CudaKernel NARROW_TARGETS = targets("targets_32");
    private static final CudaKernel WIDE_TARGETS = targets("targets_64");

    static {
        for (DType type : DType.values()) KERNELS.put(type, Kernels.of(type));
    }

    private CudaIndexAdd() {
    }

    private static KernelSource source(DType type) {
        return KernelSource.of("index/add.cu", "ELEMENT", CudaText.name(type));
    }

    private static CudaKernel targets(String entry) {
        return CudaKernel.of(KernelSource.of("index/targets.cu"), entry, POINTER, I64, I64, I64, I64, I64, POINTER, IndexFaults.PARAMETER);
    }

    static KernelFamily family() {
        return new KernelFamily("index/add", "sums at the places that indices name", true, () -> Stream.of(DType.values()).map(CudaIndexAdd::source).toList());
    }

    /** {@code into = 0}, then {@code into[o, indices[k], i] += from[o, k, i]} in order of k, with from [outer, m, inner], into [outer, n, inner]. */
    public static void selectAdd(CudaDevice device, String operation, DType type, long from, long outer, long m, long inner, long indices, long n, long into) {
        if (m == 0) CudaCopy.fill(device, type, outer * n * inner, into, 0);
        else sorted(device.stream(), operation, type, from, outer, m, inner, indices, n, 1, m, n, into);
    }

    /** {@code into = 0}, then {@code into[o, indices[o, k, i], i] += from[o, k, i]} in order of k, with from [outer, m, inner], into [outer, n, inner]. */
    public static void scatterAdd(CudaDevice device, String operation, DType type, long from, long outer, long m, long inner, long indices, long n, long into) {
        long count = outer * m * inner;
        long lines = outer * inner;
        boolean inPlace = type.bytes() != 2 || m == 1; // two bytes would be rounded at every step
        if (count > 0 && !(inPlace && (m <= SHORT_LINE || lines >= MANY_LINES))) {
            sorted(device.stream(), operation, type, from, 1, count, 1, indices, n, inner, m, outer * n * inner, into);
            return;
        }
        CudaCopy.fill(device, type, outer * n * inner, into, 0);
        if (count == 0) return;
        Launch launch = KERNELS.get(type).lines.on(device.stream()).pointer(from).i64(lines).i64(m).i64(inner).pointer(indices).i64(n).pointer(into);
        device.indexFaults().tellTo(launch, operation);
        launch.launch(CudaPointwise.blocks((lines + THREADS - 1) / THREADS), THREADS);
    }

    /**
     * {@code into[o, t, i]}, [outer, targets, inner], becomes the sum of the from[o, k, i], [outer, count, inner], whose index k means target t: an index
     * of lines of {@code m}, {@code step} elements apart, along an axis of n.
     */
    private static void sorted(CudaStream stream, String operation, DType type, long from, long outer, long count, long inner,
                               long indices, long n, long step, long m, long targets, long into) {
        long elements = outer * targets * inner;
        if (elements == 0) return;
        boolean narrow = targets < (1L << 32) - 1;
        DeviceBlock starts = stream.device().allocator().allocate(4 * (targets + 1), stream);
        try (RadixSort sort = new RadixSort(stream, narrow ? 4 : 8, 1, count)) {
            Launch keys = (narrow ? NARROW_TARGETS : WIDE_TARGETS).on(stream).pointer(indices).i64(n).i64(step).i64(m).i64(count).i64(targets).pointer(sort.keys());
            stream.device().indexFaults().tellTo(keys, operation);
            keys.launch(CudaPointwise.blocks((count + THREADS - 1) / THREADS), THREADS);
            sort.sort(64 - Long.numberOfLeadingZeros(targets)).starts(targets, starts.address());
            int width = 16 / type.bytes();
            boolean wide = inner % width == 0 && (from | into) % 16 == 0;
            Kernels kernels = KERNELS.get(type);
            (wide ? kernels.wide : kernels.owners).on(stream).pointer(from).i64(count).i64(inner).pointer(sort.order()).pointer(starts.address())
                    .i64(targets).i64(elements).pointer(into)
                    .launch(CudaPointwise.blocks(((wide ? elements / width : elements) + THREADS - 1) / THREADS), THREADS);
        } finally {
            starts.release();
        }
    }
}
