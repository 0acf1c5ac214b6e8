package dev.tenfold.kernels.cuda;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.expr.CudaText;
import java.util.EnumMap;
import java.util.Map;

/**
 * Cross-entropy of dense rows of logits of a floating type on a device and its gradient, as {@link dev.tenfold.kernels.cpu.RowCrossEntropy} on the CPU, with
 * the sum or mean over the rows. Labels lie on the device: one outside of the classes is told when the host waits for it ({@link IndexFaults}). Work is
 * enqueued on the device's current stream.
 */
public final class CudaCrossEntropy {
    private static final int THREADS = 256;
    /** Rows in a piece of the sum. */
    private static final int PIECE = 4096;
    /** Elements of a row that a warp works on. */
    private static final int WARP_ROW = 1024;
    private static final int SUMS = 16;

    private record Kernels(CudaKernel each, CudaKernel gradient, CudaKernel tally, CudaKernel total) {
        static Kernels of(DType type) {
            KernelSource source = source(type);
            Parameter p = Parameter.POINTER;
            Parameter n = Parameter.I64;
            Parameter i32 = Parameter.I32;
            Parameter f = Parameter.F64;
            return new Kernels(CudaKernel.of(source, "each", p, n, n, i32, p, f, n, p, p, p, p, IndexFaults.PARAMETER), CudaKernel.of(source, "gradient", p, n, n, i32, p, f, n, p, p, p, i32, p, p),
                    CudaKernel.of(source, "tally", p, p, n, n, p), CudaKernel.of(source, "total", p, n, i32, p, p));
        }
    }

    private static final Map<DType, Kernels> KERNELS = new EnumMap<>(DType.class);

    static {
        for (DType type : DType.values()) if (type.isFloating()) KERNELS.put(type, Kernels.of(type));
    }

    private CudaCrossEntropy() {
    }

    private static KernelSource source(DType type) {
        return KernelSource.of("loss/crossentropy.cu", "ELEMENT", CudaText.name(type));
    }

    static KernelFamily family() {
        return new KernelFamily("crossentropy", "cross-entropy and its gradient", true, () -> KERNELS.keySet().stream().map(CudaCrossEntropy::source).toList());
    }

    /**
     * Labels of rows.
     *
     * @param address   i64 [rows], each in 0 to classes - 1 or {@code ignored}
     * @param smoothing share of the target that is spread over all classes
     * @param reduced   whether the rows' losses are summed
     * @param mean      whether their sum is divided by the number of rows that are not ignored
     */
    public record Labels(long address, long rows, long classes, double smoothing, long ignored, boolean reduced, boolean mean) {
        private int lanes(DType type) {
            int width = 16 / type.bytes();
            if (classes > WARP_ROW) return THREADS;
            int lanes = 1;
            while (lanes < 32 && lanes * width < classes) lanes *= 2;
            return lanes;
        }

        private int blocks(int lanes) {
            int teams = THREADS / lanes;
            return CudaPointwise.blocks((rows + teams - 1) / teams);
        }

        private long pieces() {
            return (rows + PIECE - 1) / PIECE;
        }
    }

    /**
     * The losses.
     *
     * @param y   [rows], or one element where they are summed
     * @param max [rows], of the type that is computed in, written: the largest logit
     * @param sum as {@code max}: {@code sum exp(x - max)}
     */
    public static void forward(CudaDevice device, DType type, long x, Labels labels, long y, long max, long sum) {
        CudaStream stream = device.stream();
        Kernels kernels = KERNELS.get(type);
        int lanes = labels.lanes(type);
        boolean reduced = labels.reduced;
        try (DeviceScratch scratch = new DeviceScratch(stream, reduced ? labels.rows * type.compute().bytes() : 0, reduced ? labels.pieces() * SUMS : 0)) {
            Launch launch = kernels.each.on(stream).pointer(x).i64(labels.rows).i64(labels.classes).i32(lanes).pointer(labels.address).f64(labels.smoothing).i64(labels.ignored)
                    .pointer(reduced ? scratch.at(0) : 0).pointer(reduced ? 0 : y).pointer(max).pointer(sum);
            device.indexFaults().tellTo(launch, "crossEntropy", IndexFaults.LABEL);
            launch.launch(labels.blocks(lanes), THREADS);
            if (reduced) reduce(kernels, stream, labels, scratch.at(0), scratch.at(1), y, 0);
        }
    }

    private static void reduce(Kernels kernels, CudaStream stream, Labels labels, long losses, long partials, long y, long scale) {
        kernels.tally.on(stream).pointer(losses).pointer(labels.address).i64(labels.rows).i64(labels.ignored).pointer(partials).launch(CudaPointwise.blocks(labels.pieces()), THREADS);
        kernels.total.on(stream).pointer(partials).i64(labels.pieces()).i32(labels.mean ? 1 : 0).pointer(y).pointer(scale).launch(1, THREADS);
    }

    /**
     * The gradient of the logits.
     *
     * @param g   [rows], or one element where the losses were summed
     * @param max and {@code sum}: as {@link #forward} left them
     */
    public static void gradient(CudaDevice device, DType type, long x, Labels labels, long max, long sum, long g, long dx) {
        CudaStream stream = device.stream();
        Kernels kernels = KERNELS.get(type);
        int lanes = labels.lanes(type);
        boolean mean = labels.mean;
        try (DeviceScratch scratch = new DeviceScratch(stream, mean ? labels.pieces() * SUMS : 0, Double.BYTES)) {
            if (mean) reduce(kernels, stream, labels, 0, scratch.at(0), 0, scratch.at(1));
            kernels.gradient.on(stream).pointer(x).i64(labels.rows).i64(labels.classes).i32(lanes).pointer(labels.address).f64(labels.smoothing).i64(labels.ignored).pointer(max)
                    .pointer(sum).pointer(g).i32(labels.reduced ? 1 : 0).pointer(mean ? scratch.at(1) : 0).pointer(dx).launch(labels.blocks(lanes), THREADS);
        }
    }
}
