package dev.tenfold.kernels.cuda;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.expr.StridedRun;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Copies and fills of strided regions on a device; strides are in elements. Work is enqueued on the device's current stream. */
public final class CudaCopy {
    private static final int THREADS = 256;
    /** A side of a square that is turned in shared memory. */
    private static final int SIDE = 32;
    /** Sizes below which turning squares leaves most threads idle. */
    private static final int LEAST_SIDE = 8;
    private static final String[] UNITS = {"u8", "u16", "u32", "u64", "u128"};

    /** The kernels for units of one size. */
    private record Kernels(CudaKernel copy, CudaKernel tiles, CudaKernel fill) {
        static Kernels of(String unit) {
            KernelSource source = source(unit);
            return new Kernels(CudaKernel.of(source, "copy", IterationSpace.parameter(2), Parameter.I64, Parameter.POINTER, Parameter.POINTER),
                    CudaKernel.of(source, "tiles", IterationSpace.parameter(2), Parameter.I64, Parameter.I64, Parameter.I64, Parameter.I64, Parameter.POINTER, Parameter.POINTER),
                    CudaKernel.of(source, "fill", IterationSpace.parameter(1), Parameter.I64, Parameter.POINTER, Parameter.I64));
        }
    }

    /** By the logarithm of the unit's bytes. */
    private static final Kernels[] KERNELS = Arrays.stream(UNITS).map(Kernels::of).toArray(Kernels[]::new);

    private CudaCopy() {
    }

    private static KernelSource source(String unit) {
        return KernelSource.of("copy/strided.cu", "UNIT", unit);
    }

    static KernelFamily family() {
        return new KernelFamily("copy", "strided copies, transposes and fills", true, () -> Arrays.stream(UNITS).map(CudaCopy::source).toList());
    }

    private static Kernels kernels(int bytes) {
        return KERNELS[Integer.numberOfTrailingZeros(bytes)];
    }

    /** Strided to strided copy of one element type; strides of 0 and below are allowed for the source. The regions do not overlap. */
    public static void copy(CudaDevice device, DType type, long[] shape, long from, long[] fromStrides, long to, long[] toStrides) {
        long n = elements(shape);
        if (n == 0) return;
        StridedRun plan = plan(shape, fromStrides, toStrides);
        int row = plan.rank() - 1;
        long fromStep = row < 0 ? 1 : plan.strides()[0][row];
        long toStep = row < 0 ? 1 : plan.strides()[1][row];
        int across = toStep == 1 && fromStep != 1 && fromStep != 0 ? denseSource(plan) : -1;
        CudaStream stream = device.stream();
        if (row <= 0 && fromStep == 1 && toStep == 1) Transfers.copy(from, to, n * type.bytes(), stream);
        else if (across >= 0 && plan.shape()[row] >= LEAST_SIDE) tiles(stream, type.bytes(), plan, across, from, to);
        else units(stream, type.bytes(), plan, n, from, to);
    }

    private static long elements(long[] shape) {
        long n = 1;
        for (long size : shape) n *= size;
        return n;
    }

    /** Dimensions in order of falling target strides, so that neighbouring threads write neighbours; merged where they can be. */
    private static StridedRun plan(long[] shape, long[] fromStrides, long[] toStrides) {
        List<Integer> order = new ArrayList<>();
        for (int d = 0; d < shape.length; d++) if (shape[d] != 1) order.add(d);
        order.sort((a, b) -> Long.compare(Math.abs(toStrides[b]), Math.abs(toStrides[a])));
        long[] sizes = order.stream().mapToLong(d -> shape[d]).toArray();
        long[][] strides = {order.stream().mapToLong(d -> fromStrides[d]).toArray(), order.stream().mapToLong(d -> toStrides[d]).toArray()};
        return IterationSpace.plan("copy", sizes, strides);
    }

    /** The dimension, other than the row, along which the source is dense and long; -1 if there is none. */
    private static int denseSource(StridedRun plan) {
        for (int d = plan.rank() - 2; d >= 0; d--) if (plan.strides()[0][d] == 1 && plan.shape()[d] >= LEAST_SIDE) return d;
        return -1;
    }

    private static void tiles(CudaStream stream, int bytes, StridedRun plan, int across, long from, long to) {
        int row = plan.rank() - 1;
        long[] shape = plan.shape().clone();
        long turned = shape[across];
        long along = shape[row];
        shape[across] = 1;
        shape[row] = 1;
        StridedRun planes = StridedRun.plan(shape, plan.strides());
        long blocks = elements(shape) * ((turned + SIDE - 1) / SIDE) * ((along + SIDE - 1) / SIDE);
        Launch launch = kernels(bytes).tiles.on(stream);
        IterationSpace.write(launch.struct(IterationSpace.bytes(2)), planes, 1);
        launch.i64(turned).i64(along).i64(plan.strides()[0][row]).i64(plan.strides()[1][across]).pointer(from).pointer(to)
                .launch(CudaPointwise.blocks(blocks), THREADS);
    }

    private static void units(CudaStream stream, int bytes, StridedRun plan, long n, long from, long to) {
        int unit = unit(bytes, plan, from, to);
        int width = unit / bytes;
        StridedRun wider = width == 1 ? plan : widened(plan, width);
        Launch launch = kernels(unit).copy.on(stream);
        IterationSpace.write(launch.struct(IterationSpace.bytes(2)), wider, 1);
        launch.i64(n / width).pointer(from).pointer(to).launch(CudaPointwise.blocks((n / width + THREADS - 1) / THREADS), THREADS);
    }

    /** The most bytes, up to 16, that lie together on both sides, at addresses that are their multiples. */
    private static int unit(int bytes, StridedRun plan, long from, long to) {
        int row = plan.rank() - 1;
        if (row < 0 || plan.strides()[0][row] != 1 || plan.strides()[1][row] != 1) return bytes;
        long all = from | to | plan.shape()[row] * bytes;
        for (long[] strides : plan.strides()) for (int d = 0; d < row; d++) all |= strides[d] * bytes;
        return (int) Math.min(16, Long.lowestOneBit(all | 16));
    }

    private static StridedRun widened(StridedRun plan, int width) {
        int row = plan.rank() - 1;
        long[] shape = plan.shape().clone();
        shape[row] /= width;
        long[][] strides = {plan.strides()[0].clone(), plan.strides()[1].clone()};
        for (long[] steps : strides) for (int d = 0; d < row; d++) steps[d] /= width;
        return new StridedRun(shape, strides);
    }

    /** Sets every element of a strided region to {@code value}. */
    public static void fill(CudaDevice device, DType type, long[] shape, long to, long[] toStrides, double value) {
        long n = elements(shape);
        if (n == 0) return;
        StridedRun plan = IterationSpace.plan("fill", shape, new long[][] {toStrides});
        if (plan.rank() == 0 || plan.rank() == 1 && plan.strides()[0][0] == 1) {
            fill(device, type, n, to, value);
            return;
        }
        fill(device.stream(), type.bytes(), plan, n, to, bits(type, value));
    }

    /** Sets {@code n} dense elements to {@code value}. */
    public static void fill(CudaDevice device, DType type, long n, long to, double value) {
        long bits = bits(type, value);
        CudaStream stream = device.stream();
        switch (type.bytes()) {
            case 1 -> Transfers.fill8(to, (byte) bits, n, stream);
            case 2 -> Transfers.fill16(to, (short) bits, n, stream);
            case 4 -> Transfers.fill32(to, (int) bits, n, stream);
            default -> {
                if ((int) bits == (int) (bits >>> 32)) Transfers.fill32(to, (int) bits, 2 * n, stream);
                else if (n > 0) fill(stream, 8, StridedRun.plan(new long[] {n}, new long[][] {{1}}), n, to, bits);
            }
        }
    }

    private static void fill(CudaStream stream, int bytes, StridedRun plan, long n, long to, long bits) {
        Launch launch = kernels(bytes).fill.on(stream);
        IterationSpace.write(launch.struct(IterationSpace.bytes(1)), plan, 1);
        launch.i64(n).pointer(to).i64(bits).launch(CudaPointwise.blocks((n + THREADS - 1) / THREADS), THREADS);
    }

    /** The bits of one element, in the lowest places. */
    private static long bits(DType type, double value) {
        return switch (type) {
            case F32 -> Float.floatToRawIntBits((float) value);
            case F64 -> Double.doubleToRawLongBits(value);
            case F16 -> Float.floatToFloat16((float) value);
            case BF16 -> Memory.floatToBf16((float) value);
            case I32 -> (int) value;
            case I64, U8 -> (long) value;
            case BOOL -> value != 0 ? 1 : 0;
        };
    }
}
