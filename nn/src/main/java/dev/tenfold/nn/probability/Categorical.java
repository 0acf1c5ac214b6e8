package dev.tenfold.nn.probability;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.StraightThrough;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;

/** Classes with probabilities {@code softmax(logits)}, logits [batch..., classes]; a logit of minus infinity excludes a class. Values are i64. */
public final class Categorical implements Distribution {
    private final Tensor logits;
    private final Tensor logs;
    private final Shape batch;

    /** By logits [batch..., classes], up to a constant per row. */
    public Categorical(Tensor logits) {
        Parameters.requireLogits("Categorical", logits);
        this.logits = logits;
        this.logs = logits.logSoftmax(-1);
        this.batch = logits.shape().without(logits.rank() - 1);
    }

    @Override
    public Shape batch() {
        return batch;
    }

    /** How many classes there are. */
    public long classes() {
        return logits.size(-1);
    }

    /** [batch..., classes]. */
    public Tensor probabilities() {
        return logs.exp();
    }

    /** [batch..., classes]. */
    public Tensor logProbabilities() {
        return logs;
    }

    /** The most probable class, the first of several. */
    public Tensor mode() {
        return logits.detach().argMax(-1);
    }

    /** By Gumbel's maximum. */
    @Override
    public Tensor sample(Generator generator, long... count) {
        return generator.categorical(logits.detach().expand(Parameters.sizes(count, logits.shape())));
    }

    /**
     * Relaxed one-hot draws {@code softmax((logits + gumbel) / temperature)} [count..., batch..., classes], differentiable in the logits
     * (E. Jang et al. 2017, C. Maddison et al. 2017). Straight through: exact one-hot vectors of the largest entry, with the gradient of the relaxed ones.
     */
    public Tensor relaxedSample(Generator generator, double temperature, boolean straightThrough, long... count) {
        if (!(temperature > 0) || Double.isInfinite(temperature)) throw new IllegalArgumentException("Categorical: the temperature " + temperature + " must be positive and finite");
        Tensor noise = generator.gumbel(logits.dtype(), Parameters.sizes(count, logits.shape()));
        Tensor soft = noise.add(logits).div(temperature).softmax(-1);
        if (!straightThrough) return soft;
        return StraightThrough.of(Tensors.oneHot(soft.dtype(), soft.detach().argMax(-1), classes()), soft);
    }

    /** Of classes (integers) whose shape broadcasts with the batch. */
    @Override
    public Tensor logProbability(Tensor value) {
        if (!value.dtype().isInteger()) throw new IllegalArgumentException("Categorical: classes are " + value.dtype() + " " + value.shape() + "; they must be i64, i32 or u8");
        Shape shape = Shape.broadcast(value.shape(), batch, "Categorical.logProbability, value against batch");
        Tensor index = value.to(DType.I64).expand(shape).unsqueeze(-1);
        return logs.expand(shape.insert(shape.rank(), classes())).gather(-1, index).squeeze(-1);
    }

    @Override
    public Tensor entropy() {
        return expectation(logs).neg();
    }

    /** The divergence KL(this || other); infinite where the other excludes a class that this does not. */
    public Tensor kl(Categorical other) {
        if (other.classes() != classes()) throw new IllegalArgumentException("Categorical.kl: " + classes() + " classes against " + other.classes());
        return expectation(logs.sub(other.logs));
    }

    /** {@code sum p f} with 0 for excluded classes, whatever f is there. */
    private Tensor expectation(Tensor f) {
        Tensor p = logs.exp();
        return p.mul(p.detach().gt(0).where(f, Tensors.scalar(f.dtype(), 0))).sum(-1);
    }
}
