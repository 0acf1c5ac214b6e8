package dev.tenfold.kernels.cuda;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.expr.CudaText;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Passes over many dense tensors of one floating type in few launches, on a device: what training does with its gradients. The bits of a
 * tensor do not depend on the others. Work is enqueued on the device's current stream.
 */
public final class CudaManyTensors {
    private static final int THREADS = 256;
    private static final int STRETCH = 2048;
    private static final int MOST = 120;
    private static final int ONE_BYTES = 32;
    private static final List<DType> TYPES = List.of(DType.F32, DType.F64, DType.F16, DType.BF16);

    /** The kernels of {@code src-cuda/optimise/many.cu} for one type. */
    private record Kernels(CudaKernel scale, CudaKernel squares, CudaKernel join) {
        static Kernels of(DType type) {
            KernelSource source = source(type);
            Parameter many = Parameter.struct(MOST * ONE_BYTES);
            return new Kernels(CudaKernel.of(source, "scale", many, Parameter.F64, Parameter.POINTER), CudaKernel.of(source, "squares", many, Parameter.I64, Parameter.POINTER),
                    CudaKernel.of(source, "join", many, Parameter.I64, Parameter.POINTER, Parameter.POINTER));
        }
    }

    private static final Map<DType, Kernels> KERNELS = new EnumMap<>(DType.class);

    static {
        for (DType type : TYPES) KERNELS.put(type, Kernels.of(type));
    }

    private CudaManyTensors() {
    }

    private static KernelSource source(DType type) {
        return KernelSource.of("optimise/many.cu", "ELEMENT", CudaText.name(type));
    }

    static KernelFamily family() {
        return new KernelFamily("optimise/many", "norms, scaling and finiteness of many gradients", true, () -> TYPES.stream().map(CudaManyTensors::source).toList());
    }

    /**
     * {@code y = x factor} for every tensor, rounded in its type.
     *
     * @param n        elements of each
     * @param found    where 1 (i32) is written if a result is infinite or NaN, nothing otherwise; 0: nowhere
     */
    public static void scale(CudaDevice device, DType type, long[] n, long[] x, double factor, long[] y, long found) {
        CudaStream stream = device.stream();
        for (int from = 0; from < n.length; from += MOST) {
            Launch launch = KERNELS.get(type).scale.on(stream);
            long blocks = write(launch, stream, from, n, x, y);
            launch.f64(factor).pointer(found).launch(CudaPointwise.blocks(blocks), THREADS);
        }
    }

    /** {@code sums[r]}, f64, becomes the sum of the squares of tensor r, computed and summed in f64. */
    public static void sumsOfSquares(CudaDevice device, DType type, long[] n, long[] x, long sums) {
        CudaStream stream = device.stream();
        long all = 0;
        for (long elements : n) all += blocks(elements);
        DeviceBlock partials = device.allocator().allocate(8 * all, stream);
        try {
            Kernels kernels = KERNELS.get(type);
            long before = 0;
            for (int from = 0; from < n.length; from += MOST) {
                Launch squares = kernels.squares.on(stream);
                long blocks = write(squares, stream, from, n, x, null);
                squares.i64(before).pointer(partials.address()).launch(CudaPointwise.blocks(blocks), THREADS);
                Launch join = kernels.join.on(stream);
                write(join, stream, from, n, x, null);
                join.i64(before).pointer(partials.address()).pointer(sums + 8L * from).launch(Math.min(MOST, n.length - from), THREADS);
                before += blocks;
            }
        } finally {
            partials.release();
        }
    }

    private static long blocks(long elements) {
        return (elements + STRETCH - 1) / STRETCH;
    }

    /** Gives the argument for up to {@link #MOST} tensors; returns their blocks. */
    private static long write(Launch launch, CudaStream stream, int from, long[] n, long[] x, long[] y) {
        long at = launch.struct(MOST * ONE_BYTES);
        long blocks = 0;
        for (int r = from; r < Math.min(n.length, from + MOST); r++, at += ONE_BYTES) {
            blocks += blocks(n[r]);
            Memory.putLong(at, blocks);
            Memory.putLong(at + 8, n[r]);
            Memory.putLong(at + 16, x[r]);
            stream.touches(x[r]);
            if (y != null) Memory.putLong(at + 24, y[r]);
            if (y != null) stream.touches(y[r]);
        }
        return blocks;
    }
}
