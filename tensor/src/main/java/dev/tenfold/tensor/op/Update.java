package dev.tenfold.tensor.op;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.expr.Expr;
import dev.tenfold.kernels.expr.PointwiseKernel;
import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.NoGrad;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.primitive.Loop;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Tensors of one shape and type changed in place by one pass over their elements, unrecorded: what a step of an optimiser is.
 * Result k, an expression of all tensors' old elements, becomes tensor k; the tensors after the last result are only read.
 *
 * <p>Many calls run as one, shared out among the threads together, so that small tensors cost little more than their elements.
 */
public final class Update {
    /**
     * What one call changes.
     *
     * @param params  values of the expressions' parameters
     * @param tensors dense, of one shape and type
     */
    public record Call(double[] params, Tensor... tensors) {
    }

    private final String name;
    private final int tensors;
    private final List<Expr> results;
    private final PointwiseKernel[] kernels = new PointwiseKernel[DType.values().length];

    private Update(String name, int tensors, List<Expr> results) {
        this.name = name;
        this.tensors = tensors;
        this.results = results;
    }

    /** The update of the first of {@code tensors} tensors by {@code results}. */
    public static Update of(String name, int tensors, Expr... results) {
        if (results.length == 0 || results.length > tensors) {
            throw new IllegalArgumentException(name + ": " + results.length + " results for " + tensors + " tensors; at least one, and a tensor for each");
        }
        return new Update(name, tensors, List.of(results));
    }

    /**
     * Changes the tensors of every call. No tensor may be changed by one call and be part of another.
     *
     * @throws IllegalArgumentException when the tensors of a call are strided or differ in shape or type; nothing is changed then
     * @throws IllegalStateException    when a tensor is closed, or requires a gradient outside of {@code NoGrad}
     */
    public void apply(List<Call> calls) {
        for (Call call : calls) check(call);
        List<Device> devices = new ArrayList<>(1);
        for (Call call : calls) if (!devices.contains(call.tensors[0].device())) devices.add(call.tensors[0].device());
        for (Device device : devices) applyOn(device, calls);
        for (Call call : calls) for (int k = 0; k < results.size(); k++) call.tensors[k].markChanged();
    }

    private void applyOn(Device device, List<Call> calls) {
        for (DType type : DType.values()) {
            List<PointwiseKernel.Run> runs = new ArrayList<>();
            for (Call call : calls) if (call.tensors[0].dtype() == type && call.tensors[0].device() == device) runs.add(run(call));
            if (!runs.isEmpty()) Loop.runAll(device, kernel(type), runs);
        }
    }

    private PointwiseKernel.Run run(Call call) {
        long[] operands = new long[tensors + results.size()];
        for (int i = 0; i < operands.length; i++) {
            Tensor t = call.tensors[i < tensors ? i : i - tensors];
            operands[i] = Loop.address(t);
        }
        return new PointwiseKernel.Run(call.tensors[0].elements(), operands, call.params);
    }

    private PointwiseKernel kernel(DType type) {
        PointwiseKernel kernel = kernels[type.ordinal()];
        if (kernel == null) {
            DType[] in = new DType[tensors];
            DType[] out = new DType[results.size()];
            Arrays.fill(in, type);
            Arrays.fill(out, type);
            kernels[type.ordinal()] = kernel = PointwiseKernel.of(results, in, type, out);
        }
        return kernel;
    }

    private void check(Call call) {
        if (call.tensors.length != tensors) throw new IllegalArgumentException(name + ": takes " + tensors + " tensors, not " + call.tensors.length);
        Tensor first = call.tensors[0];
        for (int i = 0; i < tensors; i++) {
            Tensor t = call.tensors[i];
            t.checkOpen(name);
            if (!t.isDense() || !t.shape().equals(first.shape()) || t.dtype() != first.dtype() || t.device() != first.device()) {
                throw new IllegalArgumentException(name + ": the tensors must be dense, of one shape and type and on one device, they are "
                        + Arrays.stream(call.tensors).map(x -> (x.isDense() ? "" : "strided ") + x.dtype() + " " + x.shape() + " on " + x.device()).collect(Collectors.joining(", ")));
            }
            if (i < results.size() && t.requiresGrad() && !NoGrad.active()) {
                throw new IllegalStateException(name + " in place: a target requires a gradient; change it inside NoGrad.open()");
            }
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
