package dev.tenfold.kernels.cuda;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.cpu.Convolution.Geometry;
import dev.tenfold.kernels.expr.CudaText;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Pooling over the planes of dense NCHW blocks of a device, with the meaning of {@link dev.tenfold.kernels.cpu.Pooling}, for floating types; f16 and
 * bf16 are summed in f32. In the geometry, c = k. Work is enqueued on the device's current stream.
 */
public final class CudaPooling {
    private static final int THREADS = 256;
    private static final int POOL_BYTES = 56;
    private static final Parameter POOL = Parameter.struct(POOL_BYTES);
    private static final List<DType> TYPES = List.of(DType.F32, DType.F64, DType.F16, DType.BF16);

    /** The kernels for one type. */
    private record Kernels(CudaKernel maximum, CudaKernel maximumGradient, CudaKernel average, CudaKernel averageGradient) {
        static Kernels of(DType type) {
            KernelSource source = source(type);
            return new Kernels(CudaKernel.of(source, "maximum", POOL, Parameter.POINTER, Parameter.POINTER, Parameter.POINTER),
                    CudaKernel.of(source, "maximum_gradient", POOL, Parameter.POINTER, Parameter.POINTER, Parameter.POINTER),
                    CudaKernel.of(source, "average", POOL, Parameter.I32, Parameter.POINTER, Parameter.POINTER),
                    CudaKernel.of(source, "average_gradient", POOL, Parameter.I32, Parameter.POINTER, Parameter.POINTER));
        }
    }

    private static final Map<DType, Kernels> KERNELS = new EnumMap<>(DType.class);

    static {
        for (DType type : TYPES) KERNELS.put(type, Kernels.of(type));
    }

    private CudaPooling() {
    }

    private static KernelSource source(DType type) {
        return KernelSource.of("pool/pool.cu", "ELEMENT", CudaText.name(type));
    }

    static KernelFamily family() {
        return new KernelFamily("pooling", "maximum and average pooling and their gradients", true, () -> TYPES.stream().map(CudaPooling::source).toList());
    }

    private static Launch begin(CudaDevice device, CudaKernel kernel, Geometry g) {
        Launch launch = kernel.on(device.stream());
        long at = launch.struct(POOL_BYTES);
        Memory.putLong(at, (long) g.n() * g.c());
        int[] sizes = {g.h(), g.w(), g.r(), g.s(), g.strideH(), g.strideW(), g.padH(), g.padW(), g.dilationH(), g.dilationW(), g.outH(), g.outW()};
        for (int i = 0; i < sizes.length; i++) Memory.putInt(at + 8 + 4L * i, sizes[i]);
        return launch;
    }

    private static void launch(Launch launch, Geometry g, long height, long width) {
        launch.launch(CudaPointwise.blocks((g.n() * g.c() * height * width + THREADS - 1) / THREADS), THREADS);
    }

    /** Max pooling; positions (i64, into h w of the plane) go to {@code positions} when not 0. NaN wins, the first of equals is taken. */
    public static void max(CudaDevice device, DType type, Geometry g, long x, long y, long positions) {
        launch(begin(device, KERNELS.get(type).maximum, g).pointer(x).pointer(y).pointer(positions), g, g.outH(), g.outW());
    }

    /** The gradient of {@link #max}: each element of dy is added where its position tells, in the order of the windows. */
    public static void maxGradient(CudaDevice device, DType type, Geometry g, long dy, long positions, long dx) {
        launch(begin(device, KERNELS.get(type).maximumGradient, g).pointer(dy).pointer(positions).pointer(dx), g, g.h(), g.w());
    }

    /** Average pooling; padding counts as zero and is divided by when {@code countPadding}. */
    public static void average(CudaDevice device, DType type, Geometry g, boolean countPadding, long x, long y) {
        launch(begin(device, KERNELS.get(type).average, g).i32(countPadding ? 1 : 0).pointer(x).pointer(y), g, g.outH(), g.outW());
    }

    /** The adjoint of {@link #average}. */
    public static void averageGradient(CudaDevice device, DType type, Geometry g, boolean countPadding, long dy, long dx) {
        launch(begin(device, KERNELS.get(type).averageGradient, g).i32(countPadding ? 1 : 0).pointer(dy).pointer(dx), g, g.h(), g.w());
    }
}
