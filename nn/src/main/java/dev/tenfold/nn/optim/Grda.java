package dev.tenfold.nn.optim;

import static dev.tenfold.kernels.expr.Expr.c;
import static dev.tenfold.kernels.expr.Expr.p;
import static dev.tenfold.kernels.expr.Expr.x;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.expr.Expr;
import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import dev.tenfold.tensor.op.Update;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Generalised regularised dual averaging (Chao and Cheng 2019; Chao et al. 2020), which drives weights to exact zeros: with
 * {@code v = w} before the first step,
 *
 * <pre>{@code
 * v = v - lr g
 * l = l + c lr^(1/2 + mu) ((t + 1)^mu - t^mu)        t = 0, 1, ...
 * w = sign(v) max(|v| - l, 0)
 * }</pre>
 *
 * so that with a constant rate {@code l = c lr^(1/2 + mu) n^mu} after n steps. The accumulator v is never thresholded: a weight that
 * became 0 comes back when its gradients insist. The threshold l is one number for all parameters, grows by the rate of each step, and is
 * kept in f64, since its growth is a small difference of large numbers. With zero gradients a weight w dies after
 * {@code (|w| / (c lr^(1/2 + mu)))^(1 / mu)} steps. A parameter without a gradient keeps its value in that step.
 */
public final class Grda extends Optimiser {
    private static final String THRESHOLD = "threshold";
    // x(0) w, x(1) v, x(2) g; p(0) lr, p(1) l, p(2) 1 at the first step of a parameter
    private static final Expr DUAL = p(2).gt(c(0)).select(x(0), x(1)).sub(p(0).mul(x(2)));
    private static final Update STEP = Update.of("grda", 3,
            DUAL.gt(p(1)).select(DUAL.sub(p(1)), DUAL.lt(p(1).neg()).select(DUAL.add(p(1)), c(0))), DUAL);

    private final double c;
    private final double mu;
    private Tensor threshold;

    /**
     * GRDA with threshold scale {@code c} and exponent {@code mu}.
     *
     * @throws IllegalArgumentException when c is negative, mu not in (0, 1), the rate not positive, or a group has a rate or a decay of
     *                                  its own: the one threshold leaves no room for them
     */
    public Grda(List<ParameterGroup> groups, double learningRate, double c, double mu) {
        super(groups, learningRate, "v");
        ParameterGroup.checkNumber("Grda: c", c);
        if (!(mu > 0 && mu < 1)) throw new IllegalArgumentException("Grda: mu " + mu + " is not in (0, 1)");
        if (learningRate == 0) throw new IllegalArgumentException("Grda: the learning rate is 0, must be positive");
        for (ParameterGroup group : groups) {
            if (!group.difference().isEmpty()) throw new IllegalArgumentException("Grda: its threshold is one for all parameters; a group differs by " + group.difference());
        }
        this.c = c;
        this.mu = mu;
    }

    /** The threshold l after the steps taken. */
    public double threshold() {
        return threshold == null ? 0 : threshold.item();
    }

    @Override
    void update(List<Learned> due) {
        long t = steps() - 1;
        // (t + 1)^mu - t^mu without cancellation
        double growth = t == 0 ? 1 : Math.pow(t, mu) * Math.expm1(mu * Math.log1p(1.0 / t));
        double grown = threshold() + c * Math.pow(learningRate(), 0.5 + mu) * growth;
        Tensor next = onHost(grown);
        STEP.apply(due.stream().map(one -> {
            double[] params = {learningRate(), grown, one.isFresh() ? 1 : 0};
            return new Update.Call(params, one.value(), one.state(0), one.gradient());
        }).toList());
        setThreshold(next);
    }

    /** On the host, which reads it in every step. */
    private static Tensor onHost(double value) {
        try (Device.Use host = Device.CPU.use()) {
            return Tensors.scalar(DType.F64, value);
        }
    }

    private void setThreshold(Tensor value) {
        if (threshold != null) threshold.close();
        threshold = Scope.release(value);
    }

    /** The accumulators and, after the first step, the threshold. */
    @Override
    public Map<String, Tensor> state() {
        Map<String, Tensor> state = super.state();
        if (threshold != null) state.put(THRESHOLD, threshold);
        return state;
    }

    @Override
    public void load(Map<String, Tensor> values) {
        checkFits(values);
        double saved = values.containsKey(THRESHOLD) ? values.get(THRESHOLD).item() : 0;
        super.load(accumulators(values));
        setThreshold(onHost(saved));
    }

    @Override
    public void checkFits(Map<String, Tensor> values) {
        Tensor saved = values.get(THRESHOLD);
        if (saved != null && (saved.dtype() != DType.F64 || saved.elements() != 1)) {
            throw new IllegalArgumentException("load " + THRESHOLD + ": it must be one f64, it is " + saved.dtype() + " " + saved.shape());
        }
        super.checkFits(accumulators(values));
    }

    private static Map<String, Tensor> accumulators(Map<String, Tensor> values) {
        Map<String, Tensor> rest = new HashMap<>(values);
        rest.remove(THRESHOLD);
        return rest;
    }

    @Override
    String settings() {
        return "Grda(c " + c + ", mu " + mu + ")";
    }

    @Override
    public void close() {
        super.close();
        if (threshold != null) threshold.close();
        threshold = null;
    }
}
