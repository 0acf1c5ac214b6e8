package dev.tenfold.kernels.cuda;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.cpu.Reductions.Kind;
import dev.tenfold.kernels.expr.Expr;
import dev.tenfold.kernels.expr.Pipeline;
import dev.tenfold.kernels.expr.PointwiseKernel;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Reductions of dense {@code [outer, n, inner]} blocks over the middle dimension on a device, as {@link dev.tenfold.kernels.cpu.Reductions}
 * on the CPU. Fixed trees: the bits depend on the sizes alone.
 */
public final class CudaReductions {
    private CudaReductions() {
    }

    /**
     * {@code out[o, i] = reduce_k in[o, k, i]}; out has the type of in (bool for ALL and ANY). NaN wins in MAX and MIN. Empty n gives the
     * neutral element; MAX and MIN of nothing are the caller's error.
     */
    public static void reduce(CudaDevice device, Kind kind, DType type, long in, long outer, long n, long inner, long out) {
        if (outer * inner == 0) return;
        if (kind == Kind.LOG_SUM_EXP) CudaSoftmax.logSumExp(device, type, in, outer, n, inner, out);
        else ReductionKernels.of(name(kind), type).run(device, in, outer, n, inner, out);
    }

    private static String name(Kind kind) {
        return switch (kind) {
            case SUM -> "Sum";
            case PROD -> "Prod";
            case MAX -> "Max";
            case MIN -> "Min";
            case SUM_SQUARES -> "SumSquares";
            case ALL -> "All";
            case ANY -> "Any";
            case LOG_SUM_EXP -> throw new IllegalArgumentException("log-sum-exp has kernels of its own");
        };
    }

    /**
     * {@code out[o] = reduce_k f(x)[o, k]} for the only result of {@code kernel} over {@code outer} rows of {@code n} elements, which are
     * computed and never stored: the bits of {@link #reduce} on the stored values.
     *
     * @param kind SUM, MAX, MIN or SUM_SQUARES
     */
    public static void reduceComputed(CudaDevice device, Kind kind, PointwiseKernel kernel, long[] shape, long[][] strides, long[] inputs, double[] params,
                                      long outer, long n, long out) {
        ComputedReduction.of(name(kind), kernel.cudaText()).run(device, shape, strides, inputs, params, outer, n, out);
    }

    /** As above, for the only result of a pipeline. */
    public static void reduceComputed(CudaDevice device, Kind kind, Pipeline pipeline, long[] shape, long[][] strides, long[] inputs, long outer, long n, long out) {
        ComputedReduction.of(name(kind), pipeline.cudaText()).run(device, shape, strides, inputs, null, outer, n, out);
    }

    static List<KernelFamily> families() {
        return List.of(new KernelFamily("reduce", "sums, products, extremes, truth and their places", true, CudaReductions::stored),
                new KernelFamily("reduce-chain", "sums and extremes of element-wise chains", true, CudaReductions::computed),
                new KernelFamily("scan", "running sums", true, () -> Stream.of(DType.values()).map(RunningSum::source).toList()));
    }

    private static List<KernelSource> stored() {
        List<KernelSource> sources = new ArrayList<>();
        for (DType type : DType.values()) {
            for (String kind : List.of("Sum", "Prod", "Max", "Min", "SumSquares", "All", "Any", "ArgMax", "ArgMin")) sources.add(ReductionKernels.source(kind, type));
        }
        return sources;
    }

    private static List<KernelSource> computed() {
        Expr sum = Expr.x(0).mul(Expr.x(1)).add(Expr.x(2));
        return Stream.of(chain(DType.F32, sum), chain(DType.F32, sum.tanh()), chain(DType.F64, sum))
                .flatMap(kernel -> Stream.of("Sum", "Max").map(kind -> ComputedReduction.source(kind, kernel.cudaText()))).toList();
    }

    private static PointwiseKernel chain(DType type, Expr value) {
        return PointwiseKernel.of(value, new DType[] {type, type, type}, type, type);
    }

    /** i64 index of the first largest (or smallest) element; the first NaN counts as largest and as smallest. */
    public static void argExtreme(CudaDevice device, boolean largest, DType type, long in, long outer, long n, long inner, long outIndices) {
        if (outer * inner == 0) return;
        ReductionKernels.of(largest ? "ArgMax" : "ArgMin", type).run(device, in, outer, n, inner, outIndices);
    }

    /** Inclusive running sum along the middle dimension; {@code reverse} runs from the end. */
    public static void cumulativeSum(CudaDevice device, DType type, long in, long outer, long n, long inner, boolean reverse, long out) {
        RunningSum.of(type).run(device.stream(), in, outer, n, inner, reverse, out);
    }
}
