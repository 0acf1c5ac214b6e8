package dev.tenfold.nn.optim;

import static dev.tenfold.kernels.expr.Expr.c;
import static dev.tenfold.kernels.expr.Expr.p;
import static dev.tenfold.kernels.expr.Expr.x;

import dev.tenfold.kernels.expr.Expr;
import dev.tenfold.nn.Module;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.op.Update;
import java.util.ArrayList;
import java.util.List;

/**
 * LAMB (You et al. 2020): Adam's step, scaled for each parameter tensor to the norm of its weights. With m and v as Adam has them,
 * divided by {@code 1 - b^t} where the bias is corrected,
 *
 * <pre>{@code
 * u = m / (sqrt(v) + eps) + wd w
 * w = w - lr min(|w|, limit) / |u| u
 * }</pre>
 *
 * where the ratio is 1 if either norm is 0. Norms are taken in f64.
 */
public final class Lamb extends Optimiser {
    /**
     * What does not change while the optimiser runs.
     *
     * @param biasCorrection whether m and v are divided by {@code 1 - b^t}
     * @param normLimit      the largest norm of a weight that counts; infinity for none
     */
    public record Settings(double beta1, double beta2, double eps, double weightDecay, boolean biasCorrection, double normLimit) {
        /** As the paper: b1 = 0.9, b2 = 0.999, eps = 1e-6, weight decay 0.01, the bias corrected, norms as they are. */
        public static final Settings PAPER = new Settings(0.9, 0.999, 1e-6, 0.01, true, Double.POSITIVE_INFINITY);

        /** @throws IllegalArgumentException when a number is out of range */
        public Settings {
            ParameterGroup.checkFraction("beta1", beta1);
            ParameterGroup.checkFraction("beta2", beta2);
            ParameterGroup.checkNumber("eps", eps);
            ParameterGroup.checkNumber("weight decay", weightDecay);
            if (!(normLimit > 0)) throw new IllegalArgumentException("the limit of norms " + normLimit + " must be positive");
        }

        public Settings betas(double first, double second) {
            return new Settings(first, second, eps, weightDecay, biasCorrection, normLimit);
        }

        public Settings eps(double value) {
            return new Settings(beta1, beta2, value, weightDecay, biasCorrection, normLimit);
        }

        public Settings weightDecay(double value) {
            return new Settings(beta1, beta2, eps, value, biasCorrection, normLimit);
        }

        public Settings withoutBiasCorrection() {
            return new Settings(beta1, beta2, eps, weightDecay, false, normLimit);
        }

        public Settings normLimit(double value) {
            return new Settings(beta1, beta2, eps, weightDecay, biasCorrection, value);
        }
    }

    // x(0) m, x(1) v, x(2) u, x(3) w, x(4) g; p(0) b1, p(1) b2, p(2) 1 / (1 - b1^t), p(3) 1 / (1 - b2^t), p(4) eps, p(5) weight decay
    private static final Expr FIRST = p(0).mul(x(0)).add(c(1).sub(p(0)).mul(x(4)));
    private static final Expr SECOND = p(1).mul(x(1)).add(c(1).sub(p(1)).mul(x(4).mul(x(4))));
    private static final Update DIRECTION = Update.of("lamb", 5, FIRST, SECOND,
            FIRST.mul(p(2)).div(SECOND.mul(p(3)).sqrt().add(p(4))).add(p(5).mul(x(3))));
    // x(0) w, x(1) u; p(0) lr times the ratio
    private static final Update STEP = Update.of("lambStep", 2, x(0).sub(p(0).mul(x(1))));

    private final Settings settings;

    /** LAMB as the paper has it. */
    public Lamb(Module module, double learningRate) {
        this(all(module), learningRate, Settings.PAPER);
    }

    public Lamb(List<ParameterGroup> groups, double learningRate, Settings settings) {
        super(groups, learningRate, "m", "v");
        this.settings = settings;
    }

    @Override
    void update(List<Learned> due) {
        double first = settings.biasCorrection ? 1 / (1 - Math.pow(settings.beta1, steps())) : 1;
        double second = settings.biasCorrection ? 1 / (1 - Math.pow(settings.beta2, steps())) : 1;
        List<Update.Call> directions = new ArrayList<>();
        for (Learned one : due) {
            double[] params = {settings.beta1, settings.beta2, first, second, settings.eps, one.group.weightDecay().orElse(settings.weightDecay)};
            Tensor u = Tensor.allocate(one.value().device(), one.value().dtype(), one.value().shape());
            directions.add(new Update.Call(params, one.state(0), one.state(1), u, one.value(), one.gradient()));
        }
        DIRECTION.apply(directions);
        List<Tensor> measured = new ArrayList<>();
        for (Update.Call call : directions) measured.addAll(List.of(call.tensors()[3], call.tensors()[2]));
        double[] norms = Gradients.norms(measured);
        List<Update.Call> steps = new ArrayList<>();
        for (int k = 0; k < due.size(); k++) {
            Tensor w = measured.get(2 * k);
            Tensor u = measured.get(2 * k + 1);
            double weight = Math.min(norms[2 * k], settings.normLimit);
            double length = norms[2 * k + 1];
            double ratio = weight == 0 || length == 0 ? 1 : weight / length;
            steps.add(new Update.Call(new double[] {rate(due.get(k)) * ratio}, w, u));
        }
        STEP.apply(steps);
    }

    @Override
    String settings() {
        return "Lamb(betas " + settings.beta1 + ", " + settings.beta2 + ", eps " + settings.eps + ", weight decay " + settings.weightDecay
                + (settings.biasCorrection ? "" : ", no bias correction")
                + (Double.isInfinite(settings.normLimit) ? "" : ", norms up to " + settings.normLimit) + ")";
    }
}
