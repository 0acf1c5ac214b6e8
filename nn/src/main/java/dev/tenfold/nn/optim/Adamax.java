package dev.tenfold.nn.optim;

import static dev.tenfold.kernels.expr.Expr.c;
import static dev.tenfold.kernels.expr.Expr.p;
import static dev.tenfold.kernels.expr.Expr.x;

import dev.tenfold.kernels.expr.Expr;
import dev.tenfold.nn.Module;
import dev.tenfold.tensor.op.Update;
import java.util.List;

/**
 * Adamax (Kingma and Ba 2015, section 7.1): {@code m = b1 m + (1 - b1) g}, {@code u = max(b2 u, |g| + eps)},
 * {@code w = w - lr m / ((1 - b1^t) u)}. The paper has no eps; it keeps the step finite before the first gradient that is not zero.
 */
public final class Adamax extends Optimiser {
    /** What does not change while the optimiser runs; weight decay is added to the gradient. */
    public record Settings(double beta1, double beta2, double eps, double weightDecay) {
        /** b1 = 0.9, b2 = 0.999, eps = 1e-8 and no weight decay. */
        public static final Settings USUAL = new Settings(0.9, 0.999, 1e-8, 0);

        /** @throws IllegalArgumentException when a number is out of range */
        public Settings {
            ParameterGroup.checkFraction("beta1", beta1);
            ParameterGroup.checkFraction("beta2", beta2);
            ParameterGroup.checkNumber("eps", eps);
            ParameterGroup.checkNumber("weight decay", weightDecay);
        }
    }

    // x(0) w, x(1) m, x(2) u, x(3) g; p(0) lr / (1 - b1^t), p(1) b1, p(2) b2, p(3) eps, p(4) weight decay
    private static final Expr G = x(3).add(p(4).mul(x(0)));
    private static final Expr FIRST = p(1).mul(x(1)).add(c(1).sub(p(1)).mul(G));
    private static final Expr LARGEST = p(2).mul(x(2)).max(G.abs().add(p(3)));
    private static final Update STEP = Update.of("adamax", 4, x(0).sub(p(0).mul(FIRST).div(LARGEST)), FIRST, LARGEST);

    private final Settings settings;

    /** Adamax with its usual settings. */
    public Adamax(Module module, double learningRate) {
        this(all(module), learningRate, Settings.USUAL);
    }

    public Adamax(List<ParameterGroup> groups, double learningRate, Settings settings) {
        super(groups, learningRate, "m", "u");
        this.settings = settings;
    }

    @Override
    void update(List<Learned> due) {
        double correction = 1 - Math.pow(settings.beta1, steps());
        STEP.apply(due.stream().map(one -> {
            double[] params = {rate(one) / correction, settings.beta1, settings.beta2, settings.eps, one.group.weightDecay().orElse(settings.weightDecay)};
            return new Update.Call(params, one.value(), one.state(0), one.state(1), one.gradient());
        }).toList());
    }

    @Override
    String settings() {
        return "Adamax(betas " + settings.beta1 + ", " + settings.beta2 + ", eps " + settings.eps + ", weight decay " + settings.weightDecay + ")";
    }
}
