package dev.tenfold.nn.optim;

import static dev.tenfold.kernels.expr.Expr.p;
import static dev.tenfold.kernels.expr.Expr.x;

import dev.tenfold.nn.Module;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.op.Pointwise;
import java.util.List;

/**
 * Stochastic gradient descent with momentum and weight decay, as the field's default has it: {@code g' = g + wd w},
 * {@code v = momentum v + g'}, {@code w = w - lr v}, or with Nesterov's step {@code w = w - lr (g' + momentum v)}.
 */
public final class Sgd extends Optimiser {
    // x(0) w, x(1) g, x(2) v; p(0) lr, p(1) momentum, p(2) weight decay
    private static final Pointwise PLAIN = Pointwise.of("sgd", 2, Pointwise.Result.SAME, x(0).sub(p(0).mul(x(1).add(p(2).mul(x(0))))));
    private static final Pointwise VELOCITY = Pointwise.of("sgdVelocity", 3, Pointwise.Result.SAME,
            p(1).mul(x(2)).add(x(1).add(p(2).mul(x(0)))));
    private static final Pointwise STEP = Pointwise.of("sgdStep", 3, Pointwise.Result.SAME, x(0).sub(p(0).mul(x(2))));
    private static final Pointwise NESTEROV = Pointwise.of("sgdNesterov", 3, Pointwise.Result.SAME,
            x(0).sub(p(0).mul(x(1).add(p(2).mul(x(0))).add(p(1).mul(x(2))))));

    private final double momentum;
    private final double weightDecay;
    private final boolean nesterov;

    public Sgd(Module module, double learningRate, double momentum, double weightDecay) {
        this(module, learningRate, momentum, weightDecay, false);
    }

    public Sgd(Module module, double learningRate, double momentum, double weightDecay, boolean nesterov) {
        super(module, learningRate);
        if (momentum < 0 || momentum >= 1) throw new IllegalArgumentException("momentum " + momentum + " is not in [0, 1)");
        if (nesterov && momentum == 0) throw new IllegalArgumentException("Nesterov's step needs momentum");
        this.momentum = momentum;
        this.weightDecay = weightDecay;
        this.nesterov = nesterov;
    }

    @Override
    void update(String name, Tensor value, Tensor gradient) {
        double[] params = {learningRate(), momentum, weightDecay};
        if (momentum == 0) {
            PLAIN.into(value, params, value, gradient);
            return;
        }
        Tensor velocity = slot(name, "velocity", value);
        VELOCITY.into(velocity, params, value, gradient, velocity);
        (nesterov ? NESTEROV : STEP).into(value, params, value, gradient, velocity);
    }

    @Override
    List<String> kinds() {
        return List.of("velocity");
    }

    @Override
    public String toString() {
        return "Sgd(momentum " + momentum + ", weight decay " + weightDecay + (nesterov ? ", Nesterov" : "") + ")";
    }
}
