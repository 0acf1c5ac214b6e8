package dev.tenfold.nn.optim;

import static dev.tenfold.kernels.expr.Expr.p;
import static dev.tenfold.kernels.expr.Expr.x;

import dev.tenfold.kernels.expr.Expr;
import dev.tenfold.nn.Module;
import dev.tenfold.tensor.op.Update;
import java.util.List;

/**
 * Stochastic gradient descent with momentum and weight decay, as the field's default has it: {@code g' = g + wd w},
 * {@code v = momentum v + (1 - dampening) g'}, {@code w = w - lr v}, or with Nesterov's step {@code w = w - lr (g' + momentum v)}.
 * At a parameter's first step {@code v = g'}, without dampening.
 */
public final class Sgd extends Optimiser {
    /** What does not change while the optimiser runs. */
    public record Settings(double momentum, double dampening, double weightDecay, boolean nesterov) {
        /** No momentum, no weight decay. */
        public static final Settings PLAIN = new Settings(0, 0, 0, false);

        /** @throws IllegalArgumentException when a number is out of range, or Nesterov's step is asked for without momentum or with dampening */
        public Settings {
            ParameterGroup.checkFraction("momentum", momentum);
            if (!(dampening >= 0 && dampening <= 1)) throw new IllegalArgumentException("dampening " + dampening + " is not in [0, 1]");
            ParameterGroup.checkNumber("weight decay", weightDecay);
            if (nesterov && (momentum == 0 || dampening != 0)) throw new IllegalArgumentException("Nesterov's step needs momentum and no dampening");
        }

        public Settings momentum(double value) {
            return new Settings(value, dampening, weightDecay, nesterov);
        }

        public Settings dampening(double value) {
            return new Settings(momentum, value, weightDecay, nesterov);
        }

        public Settings weightDecay(double value) {
            return new Settings(momentum, dampening, value, nesterov);
        }

        public Settings withNesterov() {
            return new Settings(momentum, dampening, weightDecay, true);
        }
    }

    // x(0) w, then v and g, or g alone; p(0) lr, p(1) momentum, p(2) weight decay, p(3) 1 - dampening
    private static final Expr W = x(0);
    private static final Expr G = x(2).add(p(2).mul(W));
    private static final Expr V = p(1).mul(x(1)).add(p(3).mul(G));
    private static final Update PLAIN = Update.of("sgd", 2, W.sub(p(0).mul(x(1).add(p(2).mul(W)))));
    private static final Update MOMENTUM = Update.of("sgd with momentum", 3, W.sub(p(0).mul(V)), V);
    private static final Update NESTEROV = Update.of("sgd of Nesterov", 3, W.sub(p(0).mul(G.add(p(1).mul(V)))), V);

    private final Settings settings;

    public Sgd(Module module, double learningRate, double momentum, double weightDecay) {
        this(module, learningRate, momentum, weightDecay, false);
    }

    public Sgd(Module module, double learningRate, double momentum, double weightDecay, boolean nesterov) {
        this(all(module), learningRate, new Settings(momentum, 0, weightDecay, nesterov));
    }

    public Sgd(List<ParameterGroup> groups, double learningRate, Settings settings) {
        super(groups, learningRate, settings.momentum == 0 ? new String[0] : new String[] {"velocity"});
        this.settings = settings;
    }

    @Override
    void update(List<Learned> due) {
        if (settings.momentum == 0) PLAIN.apply(due.stream().map(one -> new Update.Call(params(one, 0), one.value(), one.gradient())).toList());
        else (settings.nesterov ? NESTEROV : MOMENTUM).apply(due.stream().map(this::withVelocity).toList());
    }

    private Update.Call withVelocity(Learned one) {
        double[] params = params(one, one.isFresh() ? 0 : settings.dampening);
        return new Update.Call(params, one.value(), one.state(0), one.gradient());
    }

    private double[] params(Learned one, double dampening) {
        return new double[] {rate(one), settings.momentum, one.group.weightDecay().orElse(settings.weightDecay), 1 - dampening};
    }

    @Override
    String settings() {
        return "Sgd(momentum " + settings.momentum + ", weight decay " + settings.weightDecay
                + (settings.dampening == 0 ? "" : ", dampening " + settings.dampening) + (settings.nesterov ? ", Nesterov" : "") + ")";
    }
}
