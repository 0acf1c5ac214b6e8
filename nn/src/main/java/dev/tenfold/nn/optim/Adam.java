package dev.tenfold.nn.optim;

import static dev.tenfold.kernels.expr.Expr.c;
import static dev.tenfold.kernels.expr.Expr.p;
import static dev.tenfold.kernels.expr.Expr.x;

import dev.tenfold.kernels.expr.Expr;
import dev.tenfold.nn.Module;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.op.Pointwise;
import java.util.List;

/**
 * Adam (Kingma and Ba 2015): {@code m = b1 m + (1 - b1) g}, {@code v = b2 v + (1 - b2) g^2},
 * {@code w = w - lr m / (1 - b1^t) / (sqrt(v / (1 - b2^t)) + eps)}. Weight decay is added to the gradient, or, decoupled
 * (AdamW, Loshchilov and Hutter 2019), taken from the weight: {@code w = w - lr wd w}.
 */
public final class Adam extends Optimiser {
    // x(0) w, x(1) g, x(2) m or v; p(0) decay rate b, p(1) weight decay added to the gradient
    private static final Expr G = x(1).add(p(1).mul(x(0)));
    private static final Pointwise FIRST = Pointwise.of("adamFirst", 3, Pointwise.Result.SAME, p(0).mul(x(2)).add(c(1).sub(p(0)).mul(G)));
    private static final Pointwise SECOND = Pointwise.of("adamSecond", 3, Pointwise.Result.SAME,
            p(0).mul(x(2)).add(c(1).sub(p(0)).mul(G.mul(G))));
    // x(0) w, x(1) m, x(2) v; p(0) lr / (1 - b1^t), p(1) 1 / (1 - b2^t), p(2) eps, p(3) lr times decoupled decay
    private static final Pointwise STEP = Pointwise.of("adamStep", 3, Pointwise.Result.SAME,
            x(0).sub(p(3).mul(x(0))).sub(p(0).mul(x(1)).div(x(2).mul(p(1)).sqrt().add(p(2)))));

    private final double beta1;
    private final double beta2;
    private final double eps;
    private final double weightDecay;
    private final boolean decoupled;

    /** Adam with its usual b1 = 0.9, b2 = 0.999, eps = 1e-8 and no weight decay. */
    public Adam(Module module, double learningRate) {
        this(module, learningRate, 0.9, 0.999, 1e-8, 0, false);
    }

    public Adam(Module module, double learningRate, double beta1, double beta2, double eps, double weightDecay, boolean decoupled) {
        super(module, learningRate);
        if (beta1 < 0 || beta1 >= 1 || beta2 < 0 || beta2 >= 1) throw new IllegalArgumentException("Adam: betas " + beta1 + ", " + beta2 + " are not in [0, 1)");
        this.beta1 = beta1;
        this.beta2 = beta2;
        this.eps = eps;
        this.weightDecay = weightDecay;
        this.decoupled = decoupled;
    }

    @Override
    void update(String name, Tensor value, Tensor gradient) {
        Tensor m = slot(name, "m", value);
        Tensor v = slot(name, "v", value);
        double added = decoupled ? 0 : weightDecay;
        FIRST.into(m, new double[] {beta1, added}, value, gradient, m);
        SECOND.into(v, new double[] {beta2, added}, value, gradient, v);
        double lr = learningRate() / (1 - Math.pow(beta1, steps()));
        STEP.into(value, new double[] {lr, 1 / (1 - Math.pow(beta2, steps())), eps, decoupled ? learningRate() * weightDecay : 0}, value, m, v);
    }

    @Override
    List<String> kinds() {
        return List.of("m", "v");
    }

    @Override
    public String toString() {
        return (decoupled ? "AdamW" : "Adam") + "(betas " + beta1 + ", " + beta2 + ", eps " + eps + ", weight decay " + weightDecay + ")";
    }
}
