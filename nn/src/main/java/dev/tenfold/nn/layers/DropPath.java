package dev.tenfold.nn.layers;

import dev.tenfold.nn.Module;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Tensor;
import java.util.Arrays;

/**
 * Stochastic depth (Huang, Sun, Liu, Sedra, Weinberger 2016), the "drop path" of searched cells and of vision transformers: in training
 * each sample's whole branch, x[i, ...], is zero with probability {@code rate} and divided by {@code 1 - rate} otherwise. (The paper
 * scales in evaluation instead, which has the same expectations.) Evaluation and rate 0 are the identity and draw nothing.
 */
public final class DropPath extends Module {
    private final Generator masks;
    private double rate;

    /** See {@link Dropout#Dropout(Generator, double)}. */
    public DropPath(Generator generator, double rate) {
        setRate(rate);
        masks = generator("masks", generator);
    }

    public double rate() {
        return rate;
    }

    /** Changes the probability to drop, as schedules that raise it during training do. */
    public void setRate(double rate) {
        this.rate = Dropout.checkedRate("DropPath", rate);
    }

    @Override
    public Tensor forward(Tensor x) {
        if (x.rank() == 0) throw new IllegalArgumentException("DropPath: x is a scalar; its first dimension must be the samples");
        if (!isTraining() || rate == 0) return x;
        long[] mask = new long[x.rank()];
        Arrays.fill(mask, 1);
        mask[0] = x.size(0);
        return Dropout.keep(x, masks.bernoulli(1 - rate, mask), rate);
    }
}
