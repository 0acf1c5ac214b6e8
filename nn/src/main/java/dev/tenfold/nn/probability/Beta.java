package dev.tenfold.nn.probability;

import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.NoGrad;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;

/** Beta distributions on [0, 1]: {@code log p(x) = (a - 1) log x + (b - 1) log(1 - x) - log B(a, b)}. Samples carry no gradient. */
public final class Beta implements Distribution {
    private final Tensor a;
    private final Tensor b;
    private final Shape batch;

    /** @throws IllegalArgumentException when shapes do not broadcast, types are not floating or a parameter is not positive */
    public Beta(Tensor a, Tensor b) {
        Parameters.type("Beta", a, b);
        this.batch = Shape.broadcast(a.shape(), b.shape(), "Beta, a and b");
        Parameters.requirePositive("Beta", "a", a);
        Parameters.requirePositive("Beta", "b", b);
        this.a = a;
        this.b = b;
    }

    @Override
    public Shape batch() {
        return batch;
    }

    /** {@code a / (a + b)}. */
    public Tensor mean() {
        return a.div(a.add(b));
    }

    /** As {@link Generator#beta(Tensor, Tensor)}. */
    @Override
    public Tensor sample(Generator generator, long... count) {
        try (NoGrad region = NoGrad.open()) {
            long[] sizes = Parameters.sizes(count, batch);
            return generator.beta(a.detach().expand(sizes), b.detach().expand(sizes));
        }
    }

    @Override
    public Tensor logProbability(Tensor value) {
        Parameters.requireValue("Beta", value, batch);
        return power(a, value.log()).add(power(b, value.neg().log1p())).sub(logBeta());
    }

    /** {@code (a - 1) log x}, and 0 for a = 1 where x is 0. */
    private static Tensor power(Tensor a, Tensor logX) {
        return a.detach().eq(1).where(Tensors.scalar(logX.dtype(), 0), a.sub(1).mul(logX));
    }

    private Tensor logBeta() {
        return a.lgamma().add(b.lgamma()).sub(a.add(b).lgamma());
    }

    /** {@code log B(a, b) - (a - 1) psi(a) - (b - 1) psi(b) + (a + b - 2) psi(a + b)}, psi the digamma function. */
    @Override
    public Tensor entropy() {
        Tensor sum = a.add(b);
        return logBeta().sub(a.sub(1).mul(a.digamma())).sub(b.sub(1).mul(b.digamma())).add(sum.sub(2).mul(sum.digamma()));
    }
}
