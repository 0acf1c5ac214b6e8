package dev.tenfold.kernels.cuda;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.expr.CudaText;
import dev.tenfold.kernels.expr.Pipeline;
import dev.tenfold.kernels.expr.PointwiseKernel;
import dev.tenfold.kernels.expr.StridedRun;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Element-wise loops on a device: what {@link PointwiseKernel} and {@link Pipeline} do on the CPU, with the same bits. Work is enqueued on
 * the device's current stream. Addresses are of the device; shapes and strides are trusted, as on the CPU.
 */
public final class CudaPointwise {
    private static final ConcurrentHashMap<PointwiseKernel, Compiled> KERNELS = new ConcurrentHashMap<>();
    private static final ConcurrentHashMap<String, Compiled> PIPELINES = new ConcurrentHashMap<>();
    private static final double[] NO_PARAMS = {};

    /** The kernels of one computation. */
    private static final class Compiled {
        final CudaText element;
        final int width;
        final CudaKernel packed;
        final CudaKernel strided;
        private ManyRuns apart;
        private ManyRuns inPlace;

        Compiled(CudaText element) {
            this.element = element;
            width = PointwiseText.width(element);
            KernelSource source = PointwiseText.source(element);
            List<Parameter> parameters = new ArrayList<>();
            parameters.add(IterationSpace.parameter(operands()));
            parameters.add(Parameter.I64);
            for (int i = 0; i < element.in().size() + element.out().size(); i++) parameters.add(Parameter.POINTER);
            for (DType type : element.params()) parameters.add(parameter(type));
            packed = CudaKernel.of(source, "packed", parameters.toArray(Parameter[]::new));
            strided = CudaKernel.of(source, "strided", parameters.toArray(Parameter[]::new));
        }

        /** Strided operands; a computation without inputs has one that it does not use. */
        int operands() {
            return Math.max(1, element.in().size());
        }

        synchronized ManyRuns runs(boolean changing) {
            if (changing) return inPlace != null ? inPlace : (inPlace = new ManyRuns(element, true));
            return apart != null ? apart : (apart = new ManyRuns(element, false));
        }
    }

    private CudaPointwise() {
    }

    static Parameter parameter(DType type) {
        return switch (type) {
            case F32 -> Parameter.F32;
            case F64 -> Parameter.F64;
            case I64 -> Parameter.I64;
            default -> Parameter.I32;
        };
    }

    private static Compiled compiled(PointwiseKernel kernel) {
        Compiled known = KERNELS.get(kernel);
        return known != null ? known : KERNELS.computeIfAbsent(kernel, k -> new Compiled(k.cudaText()));
    }

    /** The text of a kernel, for checks without a device. */
    static KernelSource source(PointwiseKernel kernel) {
        return compiled(kernel).packed.source();
    }

    /** The text that changes several tensors at once, for checks without a device. */
    static KernelSource runsSource(PointwiseKernel kernel) {
        return compiled(kernel).runs(true).source();
    }

    // ---- dense operands ----

    /**
     * Runs over dense operands.
     *
     * @param n        elements of the outputs
     * @param operands addresses of the inputs, then of the outputs: {@code n} dense elements each, or one element where its bit in
     *                 {@code scalars} is set; an output may be an input of the same element size
     * @param scalars  bit i set: input i is one element, used for all
     * @param params   values of the trees' parameters
     */
    public static void run(CudaDevice device, PointwiseKernel kernel, long n, long[] operands, int scalars, double... params) {
        if (n == 0) return;
        Compiled compiled = compiled(kernel);
        Launch launch = compiled.packed.on(device.stream());
        long units = (n + compiled.width - 1) / compiled.width;
        IterationSpace.writeLine(launch.struct(IterationSpace.bytes(compiled.operands())), compiled.operands(), units, compiled.width, scalars);
        finish(launch.i64(n), compiled.element, operands, params, units);
    }

    // ---- strided inputs ----

    /**
     * Runs over strided inputs and dense row-major outputs.
     *
     * @param shape    the outputs' sizes
     * @param strides  per input, per dimension, in elements; 0 where the input is broadcast; negative allowed
     * @param operands addresses of the inputs, then of the outputs
     */
    public static void run(CudaDevice device, PointwiseKernel kernel, long[] shape, long[][] strides, long[] operands, double... params) {
        run(device, compiled(kernel), shape, strides, operands, params);
    }

    /** Runs all stages of {@code pipeline} as one kernel; what is handed on stays in registers. */
    public static void run(CudaDevice device, Pipeline pipeline, long[] shape, long[][] strides, long[] addresses, long... targets) {
        Compiled compiled = compiled(pipeline.cudaText());
        long[] operands = Arrays.copyOf(addresses, addresses.length + targets.length);
        System.arraycopy(targets, 0, operands, addresses.length, targets.length);
        run(device, compiled, shape, strides, operands, NO_PARAMS);
    }

    private static Compiled compiled(CudaText element) {
        return PIPELINES.computeIfAbsent(element.text(), text -> new Compiled(element));
    }

    private static void run(CudaDevice device, Compiled compiled, long[] shape, long[][] strides, long[] operands, double[] params) {
        long n = 1;
        for (long size : shape) n *= size;
        if (n == 0) return;
        StridedRun plan = IterationSpace.plan("element-wise", shape, strides);
        int rank = plan.rank();
        // Packs may not reach from one row into the next, unless there is only one.
        boolean packs = rank == 0 || plan.innerScalars() >= 0 && (rank == 1 || plan.shape()[rank - 1] % compiled.width == 0);
        Launch launch = (packs ? compiled.packed : compiled.strided).on(device.stream());
        int width = packs ? compiled.width : 1;
        IterationSpace.write(launch.struct(IterationSpace.bytes(compiled.operands())), plan, width);
        finish(launch.i64(n), compiled.element, operands, params, (n + width - 1) / width);
    }

    private static void finish(Launch launch, CudaText element, long[] operands, double[] given, long units) {
        for (long operand : operands) launch.pointer(operand);
        params(launch, element, given);
        int threads = (int) Math.min(PointwiseText.THREADS, (units + 31) / 32 * 32);
        launch.launch(blocks((units + threads - 1) / threads), threads);
    }

    /** The parameters' values, of the computation or those {@code given}. */
    static void params(Launch launch, CudaText element, double[] given) {
        double[] params = element.values() != null ? element.values() : given;
        for (int p = 0; p < element.params().size(); p++) {
            switch (element.params().get(p)) {
                case F32 -> launch.f32((float) params[p]);
                case F64 -> launch.f64(params[p]);
                case I64 -> launch.i64((long) params[p]);
                default -> launch.i32((int) params[p]);
            }
        }
    }

    static int blocks(long blocks) {
        if (blocks > Integer.MAX_VALUE) throw new IllegalArgumentException("a launch of " + blocks + " blocks; a grid has at most " + Integer.MAX_VALUE);
        return (int) blocks;
    }

    // ---- many tensors at once ----

    /** Several runs in as few launches as their arguments allow, such as an optimiser's step over all parameters. */
    public static void runAll(CudaDevice device, PointwiseKernel kernel, List<PointwiseKernel.Run> runs) {
        Compiled compiled = compiled(kernel);
        compiled.runs(ManyRuns.inPlace(compiled.element, runs)).run(device.stream(), runs);
    }
}
