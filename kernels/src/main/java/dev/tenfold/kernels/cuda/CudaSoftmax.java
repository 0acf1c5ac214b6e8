package dev.tenfold.kernels.cuda;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.expr.CudaText;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Softmax, its logarithm, their gradients and log-sum-exp along the middle dimension of dense {@code [outer, n, inner]} blocks on a device,
 * for floating types; f16 and bf16 are computed in f32. Work is enqueued on the device's current stream.
 */
public final class CudaSoftmax {
    private static final int THREADS = 256;
    /** Elements of a row that a warp holds in registers: 8 or 32 a thread. */
    private static final int FEW = 8 * 32;
    private static final int MANY = 32 * 32;
    private static final int MOST_WIDTH = 32;
    private static final int SOFTMAX = 0;
    private static final int LOGARITHM = 1;
    private static final int LOG_SUM_EXP = 2;
    private static final List<DType> TYPES = List.of(DType.F32, DType.F64, DType.F16, DType.BF16);

    /** The kernels of one file for one type; they take {@code inputs} arrays, sizes, a number that says what is computed, and the output. */
    private record Kernels(CudaKernel held8, CudaKernel held32, CudaKernel rows, CudaKernel columns) {
        static Kernels of(String file, DType type, int inputs) {
            KernelSource source = source(file, type);
            return new Kernels(kernel(source, "held_8", inputs, Parameter.I64, Parameter.I32, Parameter.I32),
                    kernel(source, "held_32", inputs, Parameter.I64, Parameter.I32, Parameter.I32), kernel(source, "rows", inputs, Parameter.I64),
                    kernel(source, "columns", inputs, Parameter.I64, Parameter.I64, Parameter.I32));
        }

        private static CudaKernel kernel(KernelSource source, String entry, int inputs, Parameter... sizes) {
            Stream<Parameter> pointers = Stream.generate(() -> Parameter.POINTER).limit(inputs);
            return CudaKernel.of(source, entry, Stream.of(pointers, Stream.of(sizes), Stream.of(Parameter.I32, Parameter.POINTER)).flatMap(s -> s).toArray(Parameter[]::new));
        }
    }

    private static final Map<DType, Kernels> FORWARD = new EnumMap<>(DType.class);
    private static final Map<DType, Kernels> GRADIENT = new EnumMap<>(DType.class);

    static {
        for (DType type : TYPES) {
            FORWARD.put(type, Kernels.of("softmax/softmax.cu", type, 1));
            GRADIENT.put(type, Kernels.of("softmax/gradient.cu", type, 2));
        }
    }

    private CudaSoftmax() {
    }

    private static KernelSource source(String file, DType type) {
        return KernelSource.of(file, "ELEMENT", CudaText.name(type));
    }

    static KernelFamily family() {
        return new KernelFamily("softmax", "softmax, its logarithm, their gradients, log-sum-exp", true,
                () -> TYPES.stream().flatMap(type -> Stream.of(source("softmax/softmax.cu", type), source("softmax/gradient.cu", type))).toList());
    }

    /** Softmax, or its logarithm. */
    public static void forward(CudaDevice device, boolean log, DType type, long in, long outer, long n, long inner, long out) {
        if (n > 0) run(device, FORWARD.get(type), outer, n, inner, log ? LOGARITHM : SOFTMAX, out, in);
    }

    /** From output y and incoming g: {@code y (g - sum(g y))}; of log-softmax {@code g - exp(y) sum(g)}. */
    public static void gradient(CudaDevice device, boolean log, DType type, long y, long g, long outer, long n, long inner, long out) {
        if (n > 0) run(device, GRADIENT.get(type), outer, n, inner, log ? LOGARITHM : SOFTMAX, out, y, g);
    }

    /** {@code out[o, i] = log sum_k exp in[o, k, i]}; of nothing minus infinity. */
    public static void logSumExp(CudaDevice device, DType type, long in, long outer, long n, long inner, long out) {
        if (n > 0) run(device, FORWARD.get(type), outer, n, inner, LOG_SUM_EXP, out, in);
        else CudaCopy.fill(device, type, outer * inner, out, Double.NEGATIVE_INFINITY);
    }

    private static void run(CudaDevice device, Kernels kernels, long outer, long n, long inner, int what, long out, long... inputs) {
        if (outer * inner == 0) return;
        CudaKernel kernel = inner > 1 ? kernels.columns : n > MANY ? kernels.rows : n > FEW ? kernels.held32 : kernels.held8;
        Launch launch = kernel.on(device.stream());
        for (long input : inputs) launch.pointer(input);
        long blocks;
        if (inner > 1) {
            int width = 1;
            while (width < MOST_WIDTH && width < inner) width *= 2;
            launch.i64(n).i64(inner).i32(width);
            blocks = outer * ((inner + width - 1) / width);
        } else if (n > MANY) {
            launch.i64(n);
            blocks = outer;
        } else {
            int lanes = lanes((int) n);
            launch.i64(outer).i32((int) n).i32(lanes);
            blocks = (outer + THREADS / lanes - 1) / (THREADS / lanes);
        }
        launch.i32(what).pointer(out).launch(CudaPointwise.blocks(blocks), THREADS);
    }

    /** Threads for a row that is held: so few that each has 4 elements, where there are. */
    private static int lanes(int n) {
        int lanes = 1;
        while (lanes < 32 && lanes * 4 < n) lanes *= 2;
        return lanes;
    }
}
