package dev.tenfold.kernels.cuda;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.expr.CudaText;
import java.util.EnumMap;
import java.util.Map;

/**
 * Linear recurrences and running log-sum-exps along the middle dimension of dense {@code [outer, n, inner]} of a floating type on a device, as
 * {@link dev.tenfold.kernels.cpu.Scans} on the CPU. Long rows are cut into pieces, whose maps are composed in a fixed tree. Work is enqueued on the
 * device's current stream.
 */
public final class CudaRecurrence {
    private static final int THREADS = 256;
    /** Elements of a row that a block takes. */
    private static final int PIECE = 2048;
    /** Elements of a row that a thread takes alone. */
    private static final int SHORT = 32;
    private static final int STATE = 16;

    /** The kernels of one recurrence for one type. */
    private record Kernels(CudaKernel lines, CudaKernel rows, CudaKernel totals, CudaKernel carries) {
        static Kernels of(String name, DType type) {
            KernelSource source = source(type);
            Parameter p = Parameter.POINTER;
            Parameter i64 = Parameter.I64;
            Parameter i32 = Parameter.I32;
            return new Kernels(CudaKernel.of(source, name + "_lines", p, p, i64, i64, i64, i32, p), CudaKernel.of(source, name + "_rows", p, p, i64, i64, i32, p, p),
                    CudaKernel.of(source, name + "_totals", p, p, i64, i64, i32, p), CudaKernel.of(source, name + "_carries", p, i64));
        }
    }

    private static final Map<DType, Kernels> LINEAR = new EnumMap<>(DType.class);
    private static final Map<DType, Kernels> EXPONENTIALS = new EnumMap<>(DType.class);

    static {
        for (DType type : DType.values()) {
            if (!type.isFloating()) continue;
            LINEAR.put(type, Kernels.of("linear", type));
            EXPONENTIALS.put(type, Kernels.of("exponentials", type));
        }
    }

    private CudaRecurrence() {
    }

    private static KernelSource source(DType type) {
        return KernelSource.of("reduce/recurrence.cu", "ELEMENT", CudaText.name(type));
    }

    static KernelFamily family() {
        return new KernelFamily("recurrence", "linear recurrences and running log-sum-exps", true, () -> LINEAR.keySet().stream().map(CudaRecurrence::source).toList());
    }

    /** {@code y_k = x_k + a_k y_{k-1}} from {@code y_0 = x_0}; {@code reverse}: {@code y_k = x_k + a_k y_{k+1}} from the last on. */
    public static void linear(CudaDevice device, DType type, long x, long a, long outer, long n, long inner, boolean reverse, long y) {
        run(LINEAR.get(type), device.stream(), x, a, outer, n, inner, reverse, y);
    }

    /** {@code y_k = log sum_{j <= k} exp(x_j)}, without overflow. */
    public static void logCumulativeSumExp(CudaDevice device, DType type, long x, long outer, long n, long inner, long y) {
        run(EXPONENTIALS.get(type), device.stream(), x, 0, outer, n, inner, false, y);
    }

    private static void run(Kernels kernels, CudaStream stream, long x, long a, long outer, long n, long inner, boolean reverse, long y) {
        if (outer * n * inner == 0) return;
        int backwards = reverse ? 1 : 0;
        if (inner > 1 || n <= SHORT) {
            kernels.lines.on(stream).pointer(x).pointer(a).i64(outer * inner).i64(n).i64(inner).i32(backwards).pointer(y)
                    .launch(CudaPointwise.blocks((outer * inner + THREADS - 1) / THREADS), THREADS);
            return;
        }
        long pieces = (n + PIECE - 1) / PIECE;
        int blocks = CudaPointwise.blocks(outer * pieces);
        try (DeviceScratch states = new DeviceScratch(stream, pieces == 1 ? 0 : outer * pieces * STATE)) {
            if (pieces > 1) {
                kernels.totals.on(stream).pointer(x).pointer(a).i64(n).i64(pieces).i32(backwards).pointer(states.at(0)).launch(blocks, THREADS);
                kernels.carries.on(stream).pointer(states.at(0)).i64(pieces).launch(CudaPointwise.blocks(outer), THREADS);
            }
            kernels.rows.on(stream).pointer(x).pointer(a).i64(n).i64(pieces).i32(backwards).pointer(pieces == 1 ? 0 : states.at(0)).pointer(y).launch(blocks, THREADS);
        }
    }
}
