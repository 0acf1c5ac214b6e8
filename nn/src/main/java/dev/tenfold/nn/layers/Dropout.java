package dev.tenfold.nn.layers;

import static dev.tenfold.kernels.expr.Expr.c;
import static dev.tenfold.kernels.expr.Expr.p;
import static dev.tenfold.kernels.expr.Expr.x;
import static dev.tenfold.tensor.op.Pointwise.G;

import dev.tenfold.kernels.expr.Expr;
import dev.tenfold.kernels.expr.Fn;
import dev.tenfold.nn.Module;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.op.Pointwise;

/**
 * Dropout (Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov 2014): in training every element is zero with probability {@code rate}
 * and divided by {@code 1 - rate} otherwise, so that its expectation stays and evaluation is the identity. x of any shape.
 *
 * <p>The masks come from a generator of the module's own, whose position a {@link dev.tenfold.nn.TrainingState} saves. Evaluation and
 * rate 0 draw nothing.
 */
public final class Dropout extends Module {
    // x(0) values, x(1) bool, which are kept; p(0) 1 / (1 - rate). A selection, since a dropped infinity must not become NaN.
    private static final Expr KEPT = Expr.of(Fn.NE, x(1), c(0));
    private static final Pointwise KEEP = Pointwise.of("dropout", 2, Pointwise.Result.SAME,
            KEPT.select(x(0).mul(p(0)), c(0)), KEPT.select(G.mul(p(0)), c(0)), c(0));

    private final Generator masks;
    private double rate;

    /**
     * A dropout of its own stream.
     *
     * @param generator from which the module's own is split, at any rate, so that what is drawn from it later does not depend on the rate
     * @param rate      the probability to drop, in [0, 1)
     */
    public Dropout(Generator generator, double rate) {
        setRate(rate);
        masks = generator("masks", generator);
    }

    public double rate() {
        return rate;
    }

    /** Changes the probability to drop; as a setting of the program it is not part of a checkpoint. */
    public void setRate(double rate) {
        this.rate = checkedRate("Dropout", rate);
    }

    @Override
    public Tensor forward(Tensor x) {
        if (!isTraining() || rate == 0) return x;
        return keep(x, masks.bernoulli(1 - rate, x.shape().sizes()), rate);
    }

    static double checkedRate(String layer, double rate) {
        if (!(rate >= 0 && rate < 1)) throw new IllegalArgumentException(layer + ": the rate " + rate + " is not in [0, 1)");
        return rate;
    }

    /** {@code x / (1 - rate)} where the mask, which broadcasts, is true; 0 elsewhere. */
    static Tensor keep(Tensor x, Tensor mask, double rate) {
        return KEEP.apply(new double[] {1 / (1 - rate)}, x, mask);
    }
}
