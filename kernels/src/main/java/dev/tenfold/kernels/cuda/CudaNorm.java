package dev.tenfold.kernels.cuda;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.cuda.SetNormKernels.Elements;
import dev.tenfold.kernels.cuda.SetNormKernels.Sets;
import java.util.ArrayList;
import java.util.List;

/**
 * Layer, batch and group normalisation on a device and their gradients, as {@link dev.tenfold.kernels.cpu.RowNorm}, {@link dev.tenfold.kernels.cpu.ChannelNorm}
 * and {@link dev.tenfold.kernels.cpu.GroupNorm} on the CPU, for dense tensors of a floating type; statistics are of the type that it is computed in. Rows that
 * a block's registers hold are read once; others, and the channels of a batch, once for the sums and once for the result. Work is enqueued on the
 * device's current stream; sums are cut by the sizes alone.
 */
public final class CudaNorm {
    private CudaNorm() {
    }

    static KernelFamily family() {
        return new KernelFamily("norm", "layer, batch and group normalisation and their gradients", true, () -> {
            List<KernelSource> sources = new ArrayList<>();
            for (DType type : DType.values()) if (type.isFloating()) sources.addAll(List.of(RowNormKernels.source(type), SetNormKernels.source(type)));
            return sources;
        });
    }

    /** See {@link dev.tenfold.kernels.cpu.RowNorm#forward}. */
    public static void rows(CudaDevice device, DType type, long x, long rows, long n, long weight, long bias, double eps, long y, long mean, long root) {
        CudaStream stream = device.stream();
        if (RowNormKernels.of(type).holds(n)) RowNormKernels.of(type).forward(stream, x, rows, n, weight, bias, 1, 1, n, eps, y, mean, root);
        else spread(stream, type, x, rows, n, new Elements(rows * n, 1, n, n), weight, bias, eps, y, mean, root);
    }

    /** Normalises {@code sets} neighbouring stretches of {@code n} elements, with blocks for the pieces of each. */
    private static void spread(CudaStream stream, DType type, long x, long sets, long n, Elements elements, long weight, long bias, double eps, long y, long mean, long root) {
        SetNormKernels kernels = SetNormKernels.of(type);
        Sets all = kernels.sets(sets, 1, n);
        try (DeviceScratch scratch = new DeviceScratch(stream, all.bytes())) {
            kernels.elementSums(stream, all, x, scratch.at(0));
            kernels.statistics(stream, all, scratch.at(0), x, eps, mean, 0, root);
            kernels.apply(stream, elements, x, weight, bias, mean, root, y);
        }
    }

    /** See {@link dev.tenfold.kernels.cpu.RowNorm#backward}. */
    public static void rowsGradient(CudaDevice device, DType type, long x, long g, long rows, long n, long weight, long mean, long root, long dx, long dweight, long dbias) {
        CudaStream stream = device.stream();
        if (RowNormKernels.of(type).holdsPairs(n)) {
            RowNormKernels.of(type).gradient(stream, x, g, rows, n, weight, mean, root, dx, dweight, dbias);
            return;
        }
        SetNormKernels kernels = SetNormKernels.of(type);
        Sets all = kernels.sets(rows, 1, n);
        Sets columns = kernels.columns(rows, n);
        long statistics = rows * type.compute().bytes();
        try (DeviceScratch scratch = new DeviceScratch(stream, all.bytes(), rows * SetNormKernels.SUMS, statistics, statistics, columns.bytes(), n * SetNormKernels.SUMS)) {
            kernels.gradientSums(stream, all, x, g, weight, 1, mean, scratch.at(0));
            long sums = kernels.joined(stream, all, scratch.at(0), scratch.at(1));
            kernels.slopes(stream, sums, rows, 1, 0, 1, n, root, scratch.at(2), scratch.at(3));
            kernels.combine(stream, new Elements(rows * n, 1, n, n), x, g, weight, mean, root, scratch.at(2), scratch.at(3), dx);
            if (weight == 0) return;
            kernels.columnSums(stream, columns, x, g, mean, root, scratch.at(4));
            kernels.affine(stream, kernels.joined(stream, columns, scratch.at(4), scratch.at(5)), 1, n, 1, 0, dweight, dbias);
        }
    }

    /** See {@link dev.tenfold.kernels.cpu.ChannelNorm#forward}. */
    public static void channels(CudaDevice device, DType type, long x, long n, long c, long plane, long weight, long bias, double eps, long y, long mean, long variance) {
        CudaStream stream = device.stream();
        SetNormKernels kernels = SetNormKernels.of(type);
        Sets all = kernels.sets(c, n, plane);
        try (DeviceScratch scratch = new DeviceScratch(stream, all.bytes(), c * type.compute().bytes())) {
            kernels.elementSums(stream, all, x, scratch.at(0));
            kernels.statistics(stream, all, scratch.at(0), x, eps, mean, variance, scratch.at(1));
            kernels.apply(stream, new Elements(n * c * plane, plane, c, 0), x, weight, bias, mean, scratch.at(1), y);
        }
    }

    /** See {@link dev.tenfold.kernels.cpu.ChannelNorm#backward}; {@code dweight} and {@code dbias} are both given or both 0. */
    public static void channelsGradient(CudaDevice device, DType type, long x, long g, long n, long c, long plane, long weight, double eps, long mean, long variance,
                                        long dx, long dweight, long dbias) {
        CudaStream stream = device.stream();
        SetNormKernels kernels = SetNormKernels.of(type);
        Sets all = kernels.sets(c, n, plane);
        long statistics = c * type.compute().bytes();
        try (DeviceScratch scratch = new DeviceScratch(stream, all.bytes(), statistics, statistics, statistics)) {
            kernels.gradientSums(stream, all, x, g, 0, 1, mean, scratch.at(0));
            kernels.channels(stream, all, scratch.at(0), weight, variance, eps, dweight, dbias, scratch.at(1), scratch.at(2), scratch.at(3));
            kernels.combine(stream, new Elements(n * c * plane, plane, c, 0), x, g, weight, mean, scratch.at(1), scratch.at(2), scratch.at(3), dx);
        }
    }

    /** Of x [n, groups, channels, plane]; see {@link dev.tenfold.kernels.cpu.GroupNorm#forward}. */
    public static void groups(CudaDevice device, DType type, long x, long n, long groups, long channels, long plane, long weight, long bias, double eps, long y, long mean, long root) {
        CudaStream stream = device.stream();
        long size = channels * plane;
        long all = groups * channels;
        if (RowNormKernels.of(type).holds(size)) {
            RowNormKernels.of(type).forward(stream, x, n * groups, size, weight, bias, plane, groups, channels, eps, y, mean, root);
        } else {
            spread(stream, type, x, n * groups, size, new Elements(n * all * plane, plane, all, size), weight, bias, eps, y, mean, root);
        }
    }

    /** Of x [n, groups, channels, plane]; see {@link dev.tenfold.kernels.cpu.GroupNorm#backward}. */
    public static void groupsGradient(CudaDevice device, DType type, long x, long g, long n, long groups, long channels, long plane, long weight, long mean, long root,
                                      long dx, long dweight, long dbias) {
        CudaStream stream = device.stream();
        SetNormKernels kernels = SetNormKernels.of(type);
        long all = groups * channels;
        Sets planes = kernels.sets(n * all, 1, plane);
        long statistics = n * groups * type.compute().bytes();
        try (DeviceScratch scratch = new DeviceScratch(stream, planes.bytes(), n * all * SetNormKernels.SUMS, statistics, statistics)) {
            kernels.gradientSums(stream, planes, x, g, 0, channels, mean, scratch.at(0));
            long sums = kernels.joined(stream, planes, scratch.at(0), scratch.at(1));
            kernels.slopes(stream, sums, n * groups, channels, weight, all, channels * plane, root, scratch.at(2), scratch.at(3));
            kernels.combine(stream, new Elements(n * all * plane, plane, all, channels * plane), x, g, weight, mean, root, scratch.at(2), scratch.at(3), dx);
            if (dweight != 0) kernels.affine(stream, sums, n, all, channels, root, dweight, dbias);
        }
    }
}
