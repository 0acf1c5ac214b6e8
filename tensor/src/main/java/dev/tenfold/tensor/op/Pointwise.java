package dev.tenfold.tensor.op;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.expr.Expr;
import dev.tenfold.kernels.expr.PointwiseKernel;
import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Gradient;
import dev.tenfold.tensor.Operation;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.primitive.Loop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/**
 * An element-wise operation: a name, what it computes and its gradients, all as expression trees. Inputs broadcast.
 *
 * <p>In a gradient, {@link #Y} stands for the result and {@link #G} for the incoming gradient; a gradient that is not given
 * is derived from the tree. A gradient is a {@code Pointwise} again, so it runs as one fused loop and has gradients itself.
 */
public final class Pointwise {
    /** The operation's result, inside a gradient. */
    public static final Expr Y = Expr.x(62);
    /** The incoming gradient, inside a gradient. */
    public static final Expr G = Expr.x(63);
    static final int Y_INDEX = 62;
    static final int G_INDEX = 63;
    private static final double[] NO_PARAMS = {};

    /** How the result's type follows from the inputs'. */
    public enum Result {
        /** The promoted type; bool becomes i32. */
        SAME,
        /** The promoted type; integers and bool become f32. */
        FLOAT,
        /** bool. */
        BOOL,
        /** The promoted type of all inputs but the first, which is a condition. */
        SELECTED
    }

    /** A gradient as an operation, and what it is of: inputs, {@link #Y_INDEX}, {@link #G_INDEX}. */
    record Derived(Pointwise operation, int[] sources) {
    }

    /** The incoming gradient itself. */
    static final Derived PASSED_ON = new Derived(null, new int[0]);
    /** No gradient. */
    static final Derived NONE = new Derived(null, null);

    private final String name;
    private final int inputs;
    private final Result result;
    private final Expr value;
    private final Expr[] gradients;
    private final Derived[] derived;
    private final PointwiseKernel[] uniform = new PointwiseKernel[DType.values().length];
    private final ConcurrentHashMap<List<DType>, PointwiseKernel> mixed = new ConcurrentHashMap<>();
    private final int[] costs = new int[2];
    private final Applied withoutParams = new Applied(NO_PARAMS);

    private Pointwise(String name, int inputs, Result result, Expr value, Expr[] gradients) {
        this.name = name;
        this.inputs = inputs;
        this.result = result;
        this.value = value;
        this.gradients = gradients;
        this.derived = new Derived[inputs];
    }

    /** An entry of {@code inputs} inputs; gradients are given per input, or derived when none is given. */
    public static Pointwise of(String name, int inputs, Result result, Expr value, Expr... gradients) {
        if (gradients.length != 0 && gradients.length != inputs) {
            throw new IllegalArgumentException(name + ": " + gradients.length + " gradients for " + inputs + " inputs");
        }
        return new Pointwise(name, inputs, result, value, gradients.length == 0 ? new Expr[inputs] : gradients);
    }

    public String name() {
        return name;
    }

    /** How many tensors the operation takes. */
    public int inputs() {
        return inputs;
    }

    /** How the result's type follows. */
    public Result result() {
        return result;
    }

    /** What is computed. */
    public Expr value() {
        return value;
    }

    /** The gradient given for input {@code i}, or null when it is derived. */
    public Expr givenGradient(int i) {
        return gradients[i];
    }

    /** The result on {@code tensors}. */
    public Tensor apply(Tensor... tensors) {
        checkCount(tensors.length);
        return Operation.apply(withoutParams, tensors);
    }

    /** The result with the tree's parameters set. */
    public Tensor apply(double[] params, Tensor... tensors) {
        checkCount(tensors.length);
        return Operation.apply(params.length == 0 ? withoutParams : new Applied(params), tensors);
    }

    /**
     * Computes into {@code target}, which may be one of the inputs, in place and unrecorded.
     *
     * @throws IllegalArgumentException when the result's shape is not the target's, or the target is not dense
     */
    public void into(Tensor target, double[] params, Tensor... tensors) {
        checkCount(tensors.length);
        target.checkOpen(name);
        for (Tensor t : tensors) {
            t.checkOpen(name);
            if (t.device() != target.device()) {
                throw new IllegalArgumentException(name + " in place: an input lies on " + t.device() + ", the target on " + target.device() + "; move one with to(Device)");
            }
        }
        Shape shape = commonShape(tensors);
        if (!shape.equals(target.shape()) || !target.isDense()) {
            throw new IllegalArgumentException(name + " in place: the result " + shape + " does not fit the "
                    + (target.isDense() ? "" : "strided ") + "target " + target.shape() + "; it must be dense and of equal shape");
        }
        if (target.requiresGrad() && !dev.tenfold.tensor.NoGrad.active()) {
            throw new IllegalStateException(name + " in place: the target requires a gradient; change it inside NoGrad.open()");
        }
        Loop.run(kernel(tensors, target.dtype()), tensors, shape, params, target);
        target.markChanged();
    }

    void checkCount(int tensors) {
        if (tensors != inputs) throw new IllegalArgumentException(name + ": takes " + inputs + " tensors, not " + tensors);
    }

    private Shape commonShape(Tensor[] tensors) {
        Shape shape = tensors[0].shape();
        for (int i = 1; i < tensors.length; i++) {
            if (tensors[i].shape() != shape) shape = Shape.broadcast(shape, tensors[i].shape(), name);
        }
        return shape;
    }

    private Tensor[] compute(Tensor[] tensors, double[] params) {
        Shape shape = commonShape(tensors);
        DType type = resultType(tensors);
        Tensor out = Tensor.allocate(type, shape);
        Loop.run(kernel(tensors, type), tensors, shape, params, out);
        return new Tensor[] {out};
    }

    private DType promoted(Tensor[] tensors) {
        int first = result == Result.SELECTED ? 1 : 0;
        DType type = tensors[first].dtype();
        for (int i = first + 1; i < tensors.length; i++) type = DType.promote(type, tensors[i].dtype());
        return type;
    }

    private DType resultType(Tensor[] tensors) {
        DType type = promoted(tensors);
        return switch (result) {
            case SAME -> type == DType.BOOL ? DType.I32 : type;
            case FLOAT -> type.isFloating() ? type : DType.F32;
            case BOOL -> DType.BOOL;
            case SELECTED -> type;
        };
    }

    private PointwiseKernel kernel(Tensor[] tensors, DType out) {
        DType first = tensors[0].dtype();
        boolean same = result == Result.BOOL || out == first;
        for (Tensor t : tensors) same &= t.dtype() == first;
        if (same) {
            PointwiseKernel kernel = uniform[first.ordinal()];
            if (kernel == null) {
                kernel = compile(tensors, out);
                uniform[first.ordinal()] = kernel;
            }
            return kernel;
        }
        List<DType> key = new ArrayList<>(tensors.length + 1);
        for (Tensor t : tensors) key.add(t.dtype());
        key.add(out);
        PointwiseKernel kernel = mixed.get(key);
        return kernel != null ? kernel : mixed.computeIfAbsent(key, k -> compile(tensors, out));
    }

    private PointwiseKernel compile(Tensor[] tensors, DType out) {
        DType[] types = new DType[tensors.length];
        for (int i = 0; i < types.length; i++) types[i] = tensors[i].dtype();
        DType compute = (result == Result.BOOL ? promoted(tensors) : DType.promote(promoted(tensors), out)).compute();
        return PointwiseKernel.of(value, types, compute == DType.BOOL ? DType.I32 : compute, out);
    }

    Derived gradientOf(int i) {
        Derived known = derived[i];
        if (known == null) derived[i] = known = derive(i);
        return known;
    }

    /** How many primitive steps a loop of it takes, in f32 or f64. */
    int cost(DType compute) {
        int slot = compute == DType.F32 ? 0 : 1;
        if (costs[slot] == 0) costs[slot] = PointwiseKernel.cost(value, compute);
        return costs[slot];
    }

    private Derived derive(int i) {
        Expr tree = gradients[i] != null ? gradients[i] : chained(value.diff(i));
        if (tree.equals(G)) return PASSED_ON;
        if (tree.equals(Expr.c(0))) return NONE;
        long read = tree.inputs();
        List<Integer> sources = new ArrayList<>();
        for (int k = 0; k <= G_INDEX; k++) if ((read >>> k & 1) != 0) sources.add(k);
        List<Expr> renamed = new ArrayList<>();
        for (int k = 0; k <= G_INDEX; k++) renamed.add(Expr.x(Math.max(0, sources.indexOf(k))));
        Pointwise operation = of(name + "Gradient" + (inputs == 1 ? "" : i), sources.size(), Result.FLOAT, tree.substitute(renamed));
        return new Derived(operation, sources.stream().mapToInt(Integer::intValue).toArray());
    }

    /** The incoming gradient times {@code slope}. */
    private static Expr chained(Expr slope) {
        if (slope.equals(Expr.c(0))) return slope;
        return slope.equals(Expr.c(1)) ? G : G.mul(slope);
    }

    /** The operation with its parameters. */
    private final class Applied implements Operation {
        private final double[] params;
        private long savedInputs = -1;
        private long savedOutputs;

        Applied(double[] params) {
            this.params = params;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public boolean runsOn(Device.Kind kind) {
            return true;
        }

        @Override
        public Tensor[] forward(Tensor[] tensors) {
            return compute(tensors, params);
        }

        private void findSaved() {
            long in = 0;
            long out = 0;
            for (int i = 0; i < inputs; i++) {
                Derived d = gradientOf(i);
                if (d.sources == null) continue;
                for (int source : d.sources) {
                    if (source == Y_INDEX) out = 1;
                    else if (source != G_INDEX) in |= 1L << source;
                }
            }
            savedOutputs = out;
            savedInputs = in;
        }

        @Override
        public long savedInputs() {
            if (savedInputs == -1) findSaved();
            return savedInputs;
        }

        @Override
        public long savedOutputs() {
            if (savedInputs == -1) findSaved();
            return savedOutputs;
        }

        @Override
        public Tensor[] backward(Gradient gradient) {
            Tensor[] results = new Tensor[inputs];
            for (int i = 0; i < inputs; i++) {
                if (!gradient.needs(i)) continue;
                Derived d = gradientOf(i);
                if (d == NONE) continue;
                Tensor whole = d == PASSED_ON ? gradient.output() : d.operation.apply(params, operands(gradient, d.sources));
                results[i] = whole.to(gradient.inputType(i)).sumTo(gradient.inputShape(i));
            }
            return results;
        }

        private Tensor[] operands(Gradient gradient, int[] sources) {
            Tensor[] operands = new Tensor[sources.length];
            for (int k = 0; k < sources.length; k++) {
                operands[k] = switch (sources[k]) {
                    case Y_INDEX -> gradient.savedOutput(0);
                    case G_INDEX -> gradient.output();
                    default -> gradient.savedInput(sources[k]);
                };
            }
            return operands;
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
