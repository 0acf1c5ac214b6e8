package dev.tenfold.nn.probability;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.NoGrad;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;

/**
 * Logistic variables rounded to {@link Bins} of width w. With {@code a = (v - w/2 - mean) / s}, {@code b = (v + w/2 - mean) / s}:
 * {@code log p(v) = log(sigmoid(b) - sigmoid(a)) = -softplus(-b) - softplus(a) + log(-expm1(-w / s))}, a sum of terms of one sign, which is
 * exact in both tails and for any scale; {@code -softplus(-b)} for the first bin and {@code -softplus(a)} for the last (T. Salimans et al. 2017,
 * "PixelCNN++"). The logarithm of the scale may go to about -80 and 80 in f32, -700 and 700 in f64.
 */
public final class DiscretisedLogistic implements Distribution {
    /** From this scale on, in widths, the entropy of endless bins follows from that of the density: to 3e-9. */
    private static final double LARGE_SCALE = 16;
    /** What lies further out than this many scales, 2e-14, is left out of a sum over endless bins. */
    private static final double REACH = 32;

    private final Tensor mean;
    private final Tensor logScale;
    private final Bins bins;
    private final DType type;
    private final Shape batch;

    /** By the means and logarithms of scales of the variables that are rounded, in units of the values. */
    public DiscretisedLogistic(Tensor mean, Tensor logScale, Bins bins) {
        this.type = Parameters.type("DiscretisedLogistic", mean, logScale);
        this.batch = Shape.broadcast(mean.shape(), logScale.shape(), "DiscretisedLogistic, mean and log-scale");
        this.mean = mean;
        this.logScale = logScale;
        this.bins = bins;
    }

    @Override
    public Shape batch() {
        return batch;
    }

    @Override
    public Tensor sample(Generator generator, long... count) {
        try (NoGrad region = NoGrad.open()) {
            return rounded(generator.logistic(type, Parameters.sizes(count, batch)).mul(logScale.exp()).add(mean), bins);
        }
    }

    /** The value whose bin x lies in. */
    static Tensor rounded(Tensor x, Bins bins) {
        if (!bins.isBounded()) return x.div(bins.width()).round().mul(bins.width());
        return x.sub(bins.first()).div(bins.width()).round().mul(bins.width()).add(bins.first()).clamp(bins.first(), bins.last());
    }

    /** The most probable value: the one nearest to the mean, or one of the ends. */
    public Tensor mode() {
        try (NoGrad region = NoGrad.open()) {
            Tensor best = rounded(mean, bins).expand(batch);
            if (!bins.isBounded()) return best;
            for (double end : new double[] {bins.first(), bins.last()}) {
                Tensor other = Tensors.scalar(type, end);
                best = logProbability(other).gt(logProbability(best)).where(other, best);
            }
            return best;
        }
    }

    /**
     * Of values of the bins, of any type.
     *
     * @throws IllegalArgumentException when shapes do not broadcast or a value lies beyond the ends
     */
    @Override
    public Tensor logProbability(Tensor value) {
        Parameters.requireValue("DiscretisedLogistic", value, batch);
        return logMass("DiscretisedLogistic", value, mean, logScale, bins);
    }

    static Tensor logMass(String distribution, Tensor value, Tensor mean, Tensor logScale, Bins bins) {
        requireInside(distribution, value, bins);
        double w = bins.width();
        Tensor x = value.sub(mean);
        Tensor rate = logScale.neg().exp();
        Tensor belowEnd = x.add(w / 2).mul(rate).logSigmoid();
        Tensor aboveStart = x.sub(w / 2).mul(rate).softplus().neg();
        Tensor inside = belowEnd.add(aboveStart).add(rate.mul(-w).expm1().neg().log());
        if (!bins.isBounded()) return inside;
        Tensor number = value.to(inside.dtype());
        return number.lt(bins.first() + w / 2).where(belowEnd, number.gt(bins.last() - w / 2).where(aboveStart, inside));
    }

    private static void requireInside(String distribution, Tensor value, Bins bins) {
        if (!bins.isBounded() || value.elements() == 0) return;
        double low = value.detach().min().item();
        double high = value.detach().max().item();
        if (low < bins.first() - bins.width() / 4 || high > bins.last() + bins.width() / 4) {
            throw new IllegalArgumentException(distribution + ".logProbability: values " + value.shape() + " reach from " + low + " to " + high
                    + "; they must lie in " + bins.first() + " to " + bins.last());
        }
    }

    /**
     * By the sum over all bins; with endless bins over those within 32 scales of the mean, or, for a scale s above 16 widths w,
     * {@code log(s / w) + 2 + w^2 / (72 s^2)}: the logistic's entropy plus half the uniform noise's variance times its Fisher information. It
     * takes as many elements as there are bins for each distribution, at most 1027 of endless ones.
     */
    @Override
    public Tensor entropy() {
        if (bins.isBounded()) return entropyOver(Tensors.of(type, bins.values()), mean, logScale);
        double w = bins.width();
        double limit = Math.log(LARGE_SCALE * w);
        // Both ways are gone everywhere, each with scales that it holds for.
        Tensor small = logScale.clamp(Double.NEGATIVE_INFINITY, limit);
        double largest = batch.elements() == 0 ? 0 : Math.exp(small.detach().max().item());
        int half = (int) Math.ceil(Math.min(LARGE_SCALE, largest / w) * REACH) + 1;
        Tensor offsets = Tensors.arange(type, -half, half + 1, 1).mul(w);
        Tensor summed = entropyOver(offsets, mean.sub(rounded(mean.detach(), bins)), small);
        Tensor ratio = logScale.clamp(limit, Double.POSITIVE_INFINITY).sub(Math.log(w));
        Tensor smooth = ratio.mul(-2).exp().div(72).add(ratio).add(2);
        return logScale.detach().gt(limit).where(smooth, summed).expand(batch);
    }

    private Tensor entropyOver(Tensor values, Tensor mean, Tensor logScale) {
        Tensor logs = logMass("DiscretisedLogistic", values, mean.expand(batch).unsqueeze(-1), logScale.expand(batch).unsqueeze(-1), bins);
        return logs.exp().mul(logs).sum(-1).neg();
    }
}
