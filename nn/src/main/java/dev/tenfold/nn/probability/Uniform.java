package dev.tenfold.nn.probability;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;

/** Uniform on [low, high). */
public final class Uniform implements Reparametrised {
    private final Tensor low;
    private final Tensor width;
    private final DType type;
    private final Shape batch;

    /** @throws IllegalArgumentException when shapes do not broadcast, types are not floating or low is not below high */
    public Uniform(Tensor low, Tensor high) {
        this.type = Parameters.type("Uniform", low, high);
        this.batch = Shape.broadcast(low.shape(), high.shape(), "Uniform, low and high");
        this.low = low;
        this.width = high.sub(low);
        Parameters.requirePositive("Uniform", "high - low", width);
    }

    @Override
    public Shape batch() {
        return batch;
    }

    /** The middle. */
    public Tensor mean() {
        return width.mul(0.5).add(low);
    }

    @Override
    public Tensor reparametrisedSample(Generator generator, long... count) {
        return generator.uniform(type, Parameters.sizes(count, batch)).mul(width).add(low);
    }

    /** {@code -log(high - low)} inside, minus infinity outside. */
    @Override
    public Tensor logProbability(Tensor value) {
        Parameters.requireValue("Uniform", value, batch);
        Tensor place = value.detach().sub(low.detach());
        Tensor inside = place.ge(0).and(place.lt(width.detach()));
        return inside.where(width.log().neg(), Tensors.scalar(type, Double.NEGATIVE_INFINITY));
    }

    /** {@code log(high - low)}. */
    @Override
    public Tensor entropy() {
        return width.log();
    }
}
