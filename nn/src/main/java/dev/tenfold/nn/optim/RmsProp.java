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
 * RMSProp (Tieleman and Hinton 2012), in the two forms that are called so. With {@code v = b v + (1 - b) g^2}, v = 0 at first, and,
 * where centred (Graves 2013), {@code a = b a + (1 - b) g} and {@code s = v - a^2}, otherwise {@code s = v}:
 *
 * <ul>
 * <li>PyTorch's: {@code q = momentum q + g / (sqrt(s) + eps)}, {@code w = w - lr q};
 * <li>TensorFlow's, with eps under the root and the learning rate inside the momentum:
 * {@code q = momentum q + lr g / sqrt(s + eps)}, {@code w = w - q}.
 * </ul>
 *
 * The forms differ most where gradients are small: eps = 1e-8 under a root is 1e-4 outside of it.
 */
public final class RmsProp extends Optimiser {
    /** Whose RMSProp. */
    public enum Form { PYTORCH, TENSORFLOW }

    /** What does not change while the optimiser runs; weight decay is added to the gradient. */
    public record Settings(Form form, double decay, double eps, double momentum, boolean centred, double weightDecay) {
        /** b = 0.99, eps = 1e-8, no momentum, not centred. */
        public static final Settings PYTORCH = new Settings(Form.PYTORCH, 0.99, 1e-8, 0, false, 0);
        /** b = 0.9, eps = 1e-7, no momentum, not centred. */
        public static final Settings TENSORFLOW = new Settings(Form.TENSORFLOW, 0.9, 1e-7, 0, false, 0);

        /** @throws IllegalArgumentException when a number is out of range */
        public Settings {
            ParameterGroup.checkFraction("the decay of the mean square", decay);
            ParameterGroup.checkNumber("eps", eps);
            ParameterGroup.checkFraction("momentum", momentum);
            ParameterGroup.checkNumber("weight decay", weightDecay);
        }
    }

    private final Settings settings;
    private final Update step;

    /** PyTorch's RMSProp with its usual settings. */
    public RmsProp(Module module, double learningRate) {
        this(all(module), learningRate, Settings.PYTORCH);
    }

    public RmsProp(List<ParameterGroup> groups, double learningRate, Settings settings) {
        super(groups, learningRate, kinds(settings));
        this.settings = settings;
        this.step = step(settings);
    }

    /** State tensors only for what the settings need. */
    private static String[] kinds(Settings settings) {
        List<String> kinds = new ArrayList<>(List.of("v"));
        if (settings.momentum > 0) kinds.add("q");
        if (settings.centred) kinds.add("a");
        return kinds.toArray(String[]::new);
    }

    /** Of w, the state tensors and g; p(0) lr, p(1) b, p(2) eps, p(3) momentum, p(4) weight decay. */
    private static Update step(Settings settings) {
        List<String> kinds = List.of(kinds(settings));
        Expr gradient = x(1 + kinds.size()).add(p(4).mul(x(0)));
        Expr square = p(1).mul(x(1)).add(c(1).sub(p(1)).mul(gradient.mul(gradient)));
        Expr mean = p(1).mul(x(1 + kinds.indexOf("a"))).add(c(1).sub(p(1)).mul(gradient));
        Expr spread = settings.centred ? square.sub(mean.mul(mean)) : square;
        boolean outside = settings.form == Form.PYTORCH;
        Expr scaled = outside ? gradient.div(spread.sqrt().add(p(2))) : p(0).mul(gradient).div(spread.add(p(2)).sqrt());
        Expr q = settings.momentum > 0 ? p(3).mul(x(1 + kinds.indexOf("q"))).add(scaled) : scaled;
        List<Expr> results = new ArrayList<>(List.of(x(0).sub(outside ? p(0).mul(q) : q), square));
        if (settings.momentum > 0) results.add(q);
        if (settings.centred) results.add(mean);
        return Update.of("rmsProp", kinds.size() + 2, results.toArray(Expr[]::new));
    }

    @Override
    void update(List<Learned> due) {
        step.apply(due.stream().map(one -> {
            double[] params = {rate(one), settings.decay, settings.eps, settings.momentum, one.group.weightDecay().orElse(settings.weightDecay)};
            Tensor[] tensors = new Tensor[one.kinds() + 2];
            tensors[0] = one.value();
            for (int k = 0; k < one.kinds(); k++) tensors[k + 1] = one.state(k);
            tensors[tensors.length - 1] = one.gradient();
            return new Update.Call(params, tensors);
        }).toList());
    }

    @Override
    String settings() {
        return "RmsProp(" + settings.form + ", decay " + settings.decay + ", eps " + settings.eps + ", momentum " + settings.momentum
                + (settings.centred ? ", centred" : "") + ", weight decay " + settings.weightDecay + ")";
    }
}
