package dev.tenfold.nn.optim;

import static dev.tenfold.kernels.expr.Expr.c;
import static dev.tenfold.kernels.expr.Expr.p;
import static dev.tenfold.kernels.expr.Expr.x;

import dev.tenfold.kernels.expr.Expr;
import dev.tenfold.nn.Module;
import dev.tenfold.tensor.op.Update;
import java.util.List;

/**
 * Adam (Kingma and Ba 2015): {@code m = b1 m + (1 - b1) g}, {@code v = b2 v + (1 - b2) g^2},
 * {@code w = w - lr m / (1 - b1^t) / (sqrt(v / (1 - b2^t)) + eps)}. Weight decay is added to the gradient, or, decoupled
 * (AdamW, Loshchilov and Hutter 2019), taken from the weight: {@code w = w - lr wd w}. t counts the optimiser's steps.
 */
public final class Adam extends Optimiser {
    /** What does not change while the optimiser runs. */
    public record Settings(double beta1, double beta2, double eps, double weightDecay, boolean decoupled) {
        /** b1 = 0.9, b2 = 0.999, eps = 1e-8 and no weight decay. */
        public static final Settings USUAL = new Settings(0.9, 0.999, 1e-8, 0, false);

        /** @throws IllegalArgumentException when a number is out of range */
        public Settings {
            if (beta1 < 0 || beta1 >= 1 || beta2 < 0 || beta2 >= 1) throw new IllegalArgumentException("Adam: betas " + beta1 + ", " + beta2 + " are not in [0, 1)");
            ParameterGroup.checkNumber("eps", eps);
            ParameterGroup.checkNumber("weight decay", weightDecay);
        }

        public Settings betas(double first, double second) {
            return new Settings(first, second, eps, weightDecay, decoupled);
        }

        public Settings eps(double value) {
            return new Settings(beta1, beta2, value, weightDecay, decoupled);
        }

        /** With weight decay added to the gradient. */
        public Settings weightDecay(double value) {
            return new Settings(beta1, beta2, eps, value, false);
        }

        /** With decoupled weight decay: AdamW. */
        public Settings decoupledDecay(double value) {
            return new Settings(beta1, beta2, eps, value, true);
        }
    }

    // x(0) w, x(1) m, x(2) v, x(3) g; p(0) lr / (1 - b1^t), p(1) 1 / (1 - b2^t), p(2) eps, p(3) lr times decoupled decay,
    // p(4) b1, p(5) b2, p(6) weight decay added to the gradient
    private static final Expr W = x(0);
    private static final Expr G = x(3).add(p(6).mul(W));
    private static final Expr FIRST = p(4).mul(x(1)).add(c(1).sub(p(4)).mul(G));
    private static final Expr SECOND = p(5).mul(x(2)).add(c(1).sub(p(5)).mul(G.mul(G)));
    private static final Update STEP = Update.of("adam", 4,
            W.sub(p(3).mul(W)).sub(p(0).mul(FIRST).div(SECOND.mul(p(1)).sqrt().add(p(2)))), FIRST, SECOND);

    private final Settings settings;

    /** Adam with its usual b1 = 0.9, b2 = 0.999, eps = 1e-8 and no weight decay. */
    public Adam(Module module, double learningRate) {
        this(all(module), learningRate, Settings.USUAL);
    }

    public Adam(Module module, double learningRate, double beta1, double beta2, double eps, double weightDecay, boolean decoupled) {
        this(all(module), learningRate, new Settings(beta1, beta2, eps, weightDecay, decoupled));
    }

    public Adam(List<ParameterGroup> groups, double learningRate, Settings settings) {
        super(groups, learningRate, "m", "v");
        this.settings = settings;
    }

    @Override
    void update(List<Learned> due) {
        double first = 1 - Math.pow(settings.beta1, steps());
        double second = 1 / (1 - Math.pow(settings.beta2, steps()));
        STEP.apply(due.stream().map(one -> {
            double decay = one.group.weightDecay().orElse(settings.weightDecay);
            double[] params = {rate(one) / first, second, settings.eps, settings.decoupled ? rate(one) * decay : 0,
                settings.beta1, settings.beta2, settings.decoupled ? 0 : decay};
            return new Update.Call(params, one.value(), one.state(0), one.state(1), one.gradient());
        }).toList());
    }

    @Override
    String settings() {
        return (settings.decoupled ? "AdamW" : "Adam") + "(betas " + settings.beta1 + ", " + settings.beta2 + ", eps " + settings.eps
                + ", weight decay " + settings.weightDecay + ")";
    }
}
