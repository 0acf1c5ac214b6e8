package dev.tenfold.methods.ntk;

import dev.tenfold.autograd.Autograd;
import dev.tenfold.kernels.DType;
import dev.tenfold.nn.Module;
import dev.tenfold.nn.Parameter;
import dev.tenfold.tensor.NoGrad;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import dev.tenfold.tensor.op.Elementwise;
import java.util.ArrayList;
import java.util.List;

/**
 * The tangent kernel of a finite network, {@code Theta[n, m, o, p] = sum_theta df_o(x_n)/dtheta df_p(z_m)/dtheta}, without its whole
 * Jacobian. N points, O outputs, P learned parameters; frozen parameters do not count. Results are f64.
 *
 * <p>Unless {@link #full} is asked for, the mean over outputs of the diagonal o = p, [N1, N2]: neural-tangents' {@code trace_axes = -1}.
 *
 * <p>Three ways: {@link #layerwise} for dense networks; Jacobian chunks for any module whose outputs for one sample do not depend on
 * the others (N O backward passes per chunk of parameters); {@link #product} for one column at a time.
 */
public final class EmpiricalNtk {
    private final Module network;
    private final long memoryBudget;

    /**
     * The kernel of {@code network} [n, …] to [n, outputs].
     *
     * @param memoryBudget bytes for the result and the Jacobian's chunk; one sample's graph and gradients come on top
     */
    public EmpiricalNtk(Module network, long memoryBudget) {
        if (memoryBudget < 1) throw new IllegalArgumentException("memory budget: " + memoryBudget + " bytes; must be at least 1");
        if (network.isTraining() && !network.namedBuffers().isEmpty()) {
            throw new IllegalArgumentException("empirical NTK: the network is in training mode and has buffers, so batch statistics may couple its samples; call eval() first");
        }
        if (network.parameters().stream().allMatch(Parameter::isFrozen)) throw new IllegalArgumentException("empirical NTK: the network has no learned parameters");
        this.network = network;
        this.memoryBudget = memoryBudget;
    }

    /** The kernel of x [n, …] with itself: [n, n]. */
    public Tensor symmetric(Tensor x) {
        return chunked(x, null, false);
    }

    /** The kernel between x [n1, …] and z [n2, …]: [n1, n2]. */
    public Tensor between(Tensor x, Tensor z) {
        return chunked(x, z, false);
    }

    /** All outputs against all: [n1, n2, o, o]. For small problems. */
    public Tensor full(Tensor x, Tensor z) {
        return chunked(x, z, true);
    }

    private Tensor chunked(Tensor x, Tensor z, boolean full) {
        requireSamples(x);
        if (z != null) requireSamples(z);
        try (Scope scope = Scope.open()) {
            long outputs = outputs(x);
            long n1 = x.size(0);
            long n2 = z == null ? n1 : z.size(0);
            long side = full ? outputs : 1;
            Tensor kernel = Tensors.zeros(DType.F64, side * n1, side * n2);
            // The result, and one product to add to it.
            long columns = Math.floorDiv(memoryBudget - 16 * kernel.elements(), 8 * outputs * (z == null ? n1 : n1 + n2));
            if (columns < 1) {
                throw new IllegalArgumentException("empirical NTK: the budget of " + memoryBudget + " bytes leaves no room for one column of the Jacobian; the result of "
                        + n1 + " x " + n2 + " points and " + outputs + " outputs needs " + (16 * kernel.elements() + 8 * outputs * (z == null ? n1 : n1 + n2)) + " bytes");
            }
            JacobianChunks chunks = new JacobianChunks(network, outputs, columns);
            for (int c = 0; c < chunks.count(); c++) {
                try (Scope inner = Scope.open()) {
                    Tensor left = chunks.jacobian(c, x);
                    Tensor right = z == null ? left : chunks.jacobian(c, z);
                    try (NoGrad region = NoGrad.open()) {
                        accumulate(kernel, left, right, full);
                    }
                }
            }
            if (!full) return scope.keep(kernel.div(outputs));
            return scope.keep(kernel.reshape(outputs, n1, outputs, n2).permute(1, 3, 0, 2).contiguous());
        }
    }

    /** How many outputs the network has, which must not change from one call to the next. */
    private long outputs(Tensor x) {
        try (Scope scope = Scope.open(); NoGrad region = NoGrad.open()) {
            Tensor once = network.forward(x.narrow(0, 0, 1));
            if (once.rank() != 2) throw new IllegalArgumentException("empirical NTK: the network's output is " + once.shape() + "; it must be [n, outputs]");
            if (once.ne(network.forward(x.narrow(0, 0, 1))).to(DType.I64).sum().item() != 0) {
                throw new IllegalArgumentException("empirical NTK: the network's output is random, or not a number; call eval() to switch dropout off");
            }
            return once.size(1);
        }
    }

    /** {@code Theta += J J^T} with Jacobians [outputs, n, columns]. */
    private static void accumulate(Tensor kernel, Tensor left, Tensor right, boolean full) {
        if (full) {
            addProduct(kernel, left.reshape(-1, left.size(2)), right.reshape(-1, right.size(2)));
            return;
        }
        for (long o = 0; o < left.size(0); o++) addProduct(kernel, left.select(0, o), right.select(0, o));
    }

    private static void addProduct(Tensor kernel, Tensor left, Tensor right) {
        try (Scope scope = Scope.open()) {
            Elementwise.ADD.into(kernel, new double[0], kernel, left.matmul(right.transpose()));
        }
    }

    /**
     * The mean over outputs for a dense network, layer by layer, from inputs A_l and gradients G_l with respect to preactivations:
     * {@code sum_l (u_l^2 A_l A'_l^T + v_l^2) o (G_l G'_l^T)}; O backward passes in all, each over the whole batch, and no Jacobian.
     *
     * @param x [n1, d]
     * @param z [n2, d], or null for x with itself
     */
    public static Tensor layerwise(DenseNetwork network, Tensor x, Tensor z) {
        requireSamples(x);
        if (z != null) requireSamples(z);
        try (Scope scope = Scope.open()) {
            DenseNetwork.Traced left = network.trace(x.detach());
            DenseNetwork.Traced right = z == null ? left : network.trace(z.detach());
            List<Tensor> inputs = new ArrayList<>();
            try (NoGrad region = NoGrad.open()) {
                for (int l = 0; l < network.layers().size(); l++) {
                    DenseNetwork.Layer layer = network.layers().get(l);
                    Tensor products = left.inputs().get(l).to(DType.F64).matmul(right.inputs().get(l).to(DType.F64).transpose());
                    double weight = layer.weight().isFrozen() ? 0 : layer.weightScale() * layer.weightScale();
                    double bias = layer.bias() == null || layer.bias().isFrozen() ? 0 : layer.biasScale() * layer.biasScale();
                    inputs.add(products.mul(weight).add(bias));
                }
            }
            Tensor sum = Tensors.zeros(DType.F64, x.size(0), right.outputs().getFirst().size(0));
            long outputs = left.outputs().getLast().size(1);
            for (long o = 0; o < outputs; o++) {
                try (Scope inner = Scope.open()) {
                    List<Tensor> g = gradients(left, o);
                    List<Tensor> h = z == null ? g : gradients(right, o);
                    try (NoGrad region = NoGrad.open()) {
                        for (int l = 0; l < g.size(); l++) {
                            Tensor term = inputs.get(l).mul(g.get(l).to(DType.F64).matmul(h.get(l).to(DType.F64).transpose()));
                            Elementwise.ADD.into(sum, new double[0], sum, term);
                        }
                    }
                }
            }
            return scope.keep(sum.div(outputs));
        }
    }

    /** The gradients of output {@code o} with respect to every layer's preactivations. */
    private static List<Tensor> gradients(DenseNetwork.Traced traced, long o) {
        Tensor output = traced.outputs().getLast();
        return Autograd.grad(List.of(output), List.of(DenseNetwork.seed(output, o)), traced.outputs(), Autograd.Options.RETAIN_GRAPH.allowingUnused());
    }

    /**
     * {@code Theta(x, z) v = J(x) (J(z)^T v)}, a vector-Jacobian and a Jacobian-vector product, with no Jacobian at all.
     *
     * @param v [n2, outputs]
     * @return [n1, outputs], in the network's element type
     */
    public Tensor product(Tensor x, Tensor z, Tensor v) {
        requireSamples(x);
        requireSamples(z);
        try (Scope scope = Scope.open()) {
            List<Tensor> parameters = network.parameters().stream().filter(p -> !p.isFrozen()).map(Parameter::value).toList();
            Tensor right = network.forward(z);
            if (!right.shape().equals(v.shape())) throw new IllegalArgumentException("NTK-vector product: v is " + v.shape() + ", but the outputs on z are " + right.shape());
            List<Tensor> pulled = Autograd.grad(List.of(right), List.of(v.to(right.dtype())), parameters, Autograd.Options.DEFAULT.allowingUnused());
            Tensor left = network.forward(x);
            // J u is the gradient of u' J^T u with respect to u' (Townsend 2017).
            Tensor dual = Tensors.zerosLike(left).requiresGrad(true);
            List<Tensor> adjoint = Autograd.grad(List.of(left), List.of(dual), parameters, Autograd.Options.CREATE_GRAPH.allowingUnused());
            List<Tensor> outputs = new ArrayList<>();
            List<Tensor> seeds = new ArrayList<>();
            for (int i = 0; i < adjoint.size(); i++) {
                if (!adjoint.get(i).requiresGrad()) continue;
                outputs.add(adjoint.get(i));
                seeds.add(pulled.get(i));
            }
            if (outputs.isEmpty()) return scope.keep(Tensors.zerosLike(left));
            return scope.keep(Autograd.grad(outputs, seeds, List.of(dual), Autograd.Options.DEFAULT.allowingUnused()).getFirst());
        }
    }

    private static void requireSamples(Tensor x) {
        if (x.rank() < 2 || x.elements() == 0) throw new IllegalArgumentException("empirical NTK: samples are " + x.shape() + "; they must be [n, …] and not empty");
    }
}
