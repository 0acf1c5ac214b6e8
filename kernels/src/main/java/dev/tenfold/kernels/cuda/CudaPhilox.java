package dev.tenfold.kernels.cuda;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.cpu.PhiloxFill;
import dev.tenfold.kernels.expr.CudaText;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Random numbers on a device, bit for bit those of {@link PhiloxFill} on the CPU. Work is enqueued on the device's current stream.
 *
 * <p>{@code offset} is 0, or the device address of an i64 that is added to the counter: a captured graph draws new numbers at each replay
 * when it is advanced in between.
 */
public final class CudaPhilox {
    /** A distribution that is drawn from by inversion. */
    public enum Quantile {
        /** {@code -log(-log u)} */
        GUMBEL,
        /** {@code log u - log(1 - u)} */
        LOGISTIC
    }

    private static final int THREADS = 256;
    private static final int STREAM_BYTES = 32;
    private static final List<DType> FLOATS = List.of(DType.F32, DType.F64, DType.F16, DType.BF16);
    private static final List<DType> INTEGERS = List.of(DType.I32, DType.I64, DType.U8);

    /** The kernels for one floating type. */
    private record Floats(CudaKernel uniform, CudaKernel normal, CudaKernel inverted) {
        static Floats of(DType type) {
            KernelSource source = source("random/philox.cu", type);
            return new Floats(kernel(source, "uniform", Parameter.F64, Parameter.F64, Parameter.F64, Parameter.POINTER),
                    kernel(source, "normal", Parameter.F64, Parameter.F64, Parameter.POINTER), kernel(source, "inverted", Parameter.I32, Parameter.POINTER));
        }
    }

    private static final Map<DType, Floats> OF_FLOATS = new EnumMap<>(DType.class);
    private static final Map<DType, CudaKernel> OF_INTEGERS = new EnumMap<>(DType.class);

    static {
        for (DType type : FLOATS) OF_FLOATS.put(type, Floats.of(type));
        for (DType type : INTEGERS) {
            OF_INTEGERS.put(type, kernel(source("random/integers.cu", type), "integers", Parameter.I64, Parameter.I64, Parameter.POINTER));
        }
    }

    private CudaPhilox() {
    }

    private static KernelSource source(String file, DType type) {
        return KernelSource.of(file, "ELEMENT", CudaText.name(type));
    }

    private static CudaKernel kernel(KernelSource source, String entry, Parameter... own) {
        Parameter[] all = new Parameter[own.length + 2];
        all[0] = Parameter.struct(STREAM_BYTES);
        all[1] = Parameter.I64;
        System.arraycopy(own, 0, all, 2, own.length);
        return CudaKernel.of(source, entry, all);
    }

    static List<KernelFamily> families() {
        return List.of(new KernelFamily("random", "Philox: uniform, normal, Gumbel and logistic numbers", false, () -> FLOATS.stream().map(t -> source("random/philox.cu", t)).toList()),
                new KernelFamily("random-integers", "Philox: whole numbers", true, () -> INTEGERS.stream().map(t -> source("random/integers.cu", t)).toList()));
    }

    private static Launch begin(CudaDevice device, CudaKernel kernel, long seed, long subsequence, long counter, long offset, long n) {
        CudaStream stream = device.stream();
        Launch launch = kernel.on(stream);
        long address = launch.struct(STREAM_BYTES);
        Memory.putLong(address, seed);
        Memory.putLong(address + 8, subsequence);
        Memory.putLong(address + 16, counter);
        Memory.putLong(address + 24, offset);
        if (offset != 0) stream.touches(offset);
        return launch.i64(n);
    }

    private static void launch(Launch launch, DType type, long n) {
        launch.launch(CudaPointwise.blocks((PhiloxFill.counters(type, n) + THREADS - 1) / THREADS), THREADS);
    }

    /** Uniform in [low, high): 24 random bits for f32, f16 and bf16, 53 for f64. */
    public static void uniform(CudaDevice device, DType type, long seed, long subsequence, long counter, long offset, long n, double low, double high, long out) {
        Launch launch = begin(device, OF_FLOATS.get(type).uniform, seed, subsequence, counter, offset, n);
        launch(launch.f64(low).f64(high - low).f64(PhiloxFill.last(type, high)).pointer(out), type, n);
    }

    /** Normal by Box-Muller on pairs of uniforms. */
    public static void normal(CudaDevice device, DType type, long seed, long subsequence, long counter, long offset, long n, double mean, double sd, long out) {
        Launch launch = begin(device, OF_FLOATS.get(type).normal, seed, subsequence, counter, offset, n);
        launch(launch.f64(mean).f64(sd).pointer(out), type, n);
    }

    /** Draws by inversion. */
    public static void inverted(CudaDevice device, DType type, long seed, long subsequence, long counter, long offset, long n, Quantile quantile, long out) {
        Launch launch = begin(device, OF_FLOATS.get(type).inverted, seed, subsequence, counter, offset, n);
        launch(launch.i32(quantile == Quantile.LOGISTIC ? 1 : 0).pointer(out), type, n);
    }

    /** Integers uniform in [low, high). */
    public static void integers(CudaDevice device, DType type, long seed, long subsequence, long counter, long offset, long n, long low, long high, long out) {
        Launch launch = begin(device, OF_INTEGERS.get(type), seed, subsequence, counter, offset, n);
        launch(launch.i64(low).i64(high - low).pointer(out), type, n);
    }
}
