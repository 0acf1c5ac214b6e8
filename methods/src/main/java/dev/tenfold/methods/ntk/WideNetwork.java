package dev.tenfold.methods.ntk;

import static dev.tenfold.kernels.expr.Expr.c;
import static dev.tenfold.kernels.expr.Expr.p;
import static dev.tenfold.kernels.expr.Expr.x;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.NoGrad;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import dev.tenfold.tensor.op.Pointwise;
import java.util.List;

/**
 * The two-layer network of Hu et al. 2022, section 2: {@code f(x) = m^-1/2 sum_r a_r relu(w_r . x)}, x of norm 1 in R^d,
 * {@code w_r ~ N(0, xi^2 I_d)}, {@code a_r = +-1}, of which only W [m, d] is trained, by full-batch gradient descent. As m grows, training
 * with l2 towards W(0) reaches {@code h(x, X) (H + mu I)^-1 y} with the kernel h of {@link FcKernel#hu()}. f64.
 */
public final class WideNetwork implements AutoCloseable {
    /** Where the l2 penalty pulls the weights to. */
    public enum Anchor {
        /** To W(0): training stays in the kernel regime. */
        INITIAL,
        /** To 0, as plain weight decay: W(0) is slowly erased, and with it the kernel regime. */
        ORIGIN
    }

    /**
     * Gradient descent on {@code sum_i (f(x_i) - y_i)^2 + mu |W - anchor|^2}.
     *
     * @param step    eta
     * @param steps   how many
     * @param penalty mu, not negative
     */
    public record Training(double step, int steps, double penalty, Anchor anchor) {
        public Training {
            if (!(step > 0) || steps < 0 || !(penalty >= 0)) {
                throw new IllegalArgumentException("training: step " + step + " must be positive, " + steps + " steps and penalty " + penalty + " not negative");
            }
        }
    }

    /** {@code r_i a_r} where {@code w_r . x_i > 0}, 0 elsewhere: z [n, m], r [n, 1], a [m]. */
    private static final Pointwise GATED = Pointwise.of("gated", 3, Pointwise.Result.SAME, x(0).gt(c(0)).select(x(1).mul(x(2)), c(0)));
    /** {@code w - p0 g - p1 (w - w0)}. */
    private static final Pointwise DESCEND = Pointwise.of("anchoredDescent", 3, Pointwise.Result.SAME,
            x(0).sub(p(0).mul(x(1))).sub(p(1).mul(x(0).sub(x(2)))));

    private final Tensor weight;
    private final Tensor sign;

    private WideNetwork(Tensor weight, Tensor sign) {
        this.weight = Scope.release(weight);
        this.sign = Scope.release(sign);
    }

    /**
     * Antisymmetric initialisation: every w_r of the first half occurs again with the opposite a_r, so that f = 0 at first.
     *
     * @param m  width, even
     * @param xi standard deviation of the weights
     */
    public static WideNetwork antisymmetric(Generator generator, int m, int d, double xi) {
        if (m < 2 || m % 2 != 0 || d < 1 || !(xi > 0)) {
            throw new IllegalArgumentException("wide network: width " + m + " must be even and positive, inputs " + d + " and xi " + xi + " positive");
        }
        try (Scope scope = Scope.open(); NoGrad region = NoGrad.open()) {
            Tensor half = generator.normal(DType.F64, Shape.of(m / 2, d), 0, xi);
            Tensor coin = generator.bernoulli(.5, m / 2).to(DType.F64).mul(2).sub(1);
            return new WideNetwork(Tensors.concat(0, List.of(half, half)), Tensors.concat(0, List.of(coin, coin.neg())));
        }
    }

    /** f at the rows of {@code x} [n, d]: [n]. */
    public Tensor forward(Tensor x) {
        return checked(x).matmul(weight.transpose()).relu().matmul(sign).div(Math.sqrt(weight.size(0)));
    }

    /**
     * The network after training from these weights, which stay as they are.
     *
     * @param y [n]
     * @throws IllegalStateException when the step is too large and the weights overflow
     */
    public WideNetwork train(Tensor x, Tensor y, Training training) {
        Tensor points = checked(x);
        if (y.rank() != 1 || y.size(0) != points.size(0)) {
            throw new IllegalArgumentException("wide network: targets are " + y.shape() + ", inputs " + x.shape() + "; they must be [n] and [n, d]");
        }
        try (Scope scope = Scope.open(); NoGrad region = NoGrad.open()) {
            Tensor targets = y.to(DType.F64);
            Tensor w = weight.copy();
            Tensor anchor = training.anchor == Anchor.INITIAL ? weight : Tensors.zerosLike(weight);
            double root = Math.sqrt(weight.size(0));
            double[] rates = {training.step * 2 / root, training.step * 2 * training.penalty};
            for (int step = 0; step < training.steps; step++) {
                try (Scope inner = Scope.open()) {
                    Tensor z = points.matmul(w.transpose());
                    Tensor left = z.relu().matmul(sign).div(root).sub(targets);
                    Tensor gradient = GATED.apply(z, left.unsqueeze(1), sign).transpose().matmul(points);
                    DESCEND.into(w, rates, w, gradient, anchor);
                }
            }
            double largest = w.abs().max().item();
            if (!Double.isFinite(largest)) throw new IllegalStateException("wide network: training diverged; the step " + training.step + " is too large");
            return new WideNetwork(w, sign.copy());
        }
    }

    /** How far each w_r is from that of {@code other}: [m]. */
    public Tensor movement(WideNetwork other) {
        if (!other.weight.shape().equals(weight.shape())) throw new IllegalArgumentException("movement: weights are " + weight.shape() + " and " + other.weight.shape());
        return weight.sub(other.weight).square().sum(1).sqrt();
    }

    private Tensor checked(Tensor x) {
        if (x.rank() != 2 || x.size(1) != weight.size(1) || x.size(0) == 0) {
            throw new IllegalArgumentException("wide network: inputs are " + x.shape() + "; they must be [n, " + weight.size(1) + "], n at least 1");
        }
        return x.to(DType.F64);
    }

    /** Frees the weights. */
    @Override
    public void close() {
        weight.close();
        sign.close();
    }
}
