package dev.tenfold.nn.probability;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;

/**
 * Normal variables z squashed into (-1, 1): {@code u = tanh z} (T. Haarnoja et al. 2018, "Soft actor-critic"),
 * {@code log p(u) = log p(z) - 2 (log 2 - z - softplus(-2 z))}, where the last term is {@code log(1 - u^2)} without its cancellation.
 *
 * <p>A drawn action comes with its z: near the border u rounds to 1 and cannot be inverted any more. {@link #logProbability} of an action alone
 * takes z from u moved to the largest number below 1, which bounds z by 8.7 in f32 and 18.7 in f64.
 */
public final class TanhNormal implements Reparametrised {
    /**
     * A drawn action.
     *
     * @param value          {@code tanh z}
     * @param preTanh        z
     * @param logProbability of the value, per element, from z
     */
    public record Action(Tensor value, Tensor preTanh, Tensor logProbability) {
    }

    private final Normal normal;

    /** The tanh of {@code normal}. */
    public TanhNormal(Normal normal) {
        this.normal = normal;
    }

    @Override
    public Shape batch() {
        return normal.batch();
    }

    /** The tanh of the mean: the median, and the action of a policy that does not explore. */
    public Tensor median() {
        return normal.mean().tanh();
    }

    /** The mean by a sum over 129 points: to 1e-4 up to a scale of 7, to 3e-2 at any. */
    public Tensor mean() {
        return Quadrature.NORMAL.expectation(normal.type(), normal.mean(), normal.scale(), Tensor::tanh);
    }

    @Override
    public Tensor reparametrisedSample(Generator generator, long... count) {
        return normal.reparametrisedSample(generator, count).tanh();
    }

    /** Draws with their log-probabilities, differentiable in the parameters. */
    public Action act(Generator generator, long... count) {
        Tensor z = normal.reparametrisedSample(generator, count);
        return new Action(z.tanh(), z, logProbabilityOf(z));
    }

    /** The log-probability of {@code tanh z} for each z. */
    public Tensor logProbabilityOf(Tensor preTanh) {
        return normal.logProbability(preTanh).sub(logSlope(preTanh));
    }

    /** Of actions in [-1, 1]; those at the border count as the largest number below 1, without a gradient in the action. */
    @Override
    public Tensor logProbability(Tensor value) {
        Parameters.requireValue("TanhNormal", value, batch());
        Tensor inside = value.to(value.dtype().compute()).clamp(-belowOne(value.dtype()), belowOne(value.dtype()));
        return logProbabilityOf(inside.log1p().sub(inside.neg().log1p()).mul(0.5));
    }

    /** The entropy {@code H(z) + E log(1 - tanh^2 z)}, the expectation by a sum over 129 points: to 1e-4 up to a scale of 7, to 1 % beyond. */
    @Override
    public Tensor entropy() {
        return normal.entropy().add(Quadrature.NORMAL.expectation(normal.type(), normal.mean(), normal.scale(), TanhNormal::logSlope));
    }

    /** {@code log(1 - tanh(z)^2) = 2 (log 2 - z - softplus(-2 z))}. */
    private static Tensor logSlope(Tensor z) {
        return z.mul(-2).softplus().add(z).subFrom(Math.log(2)).mul(2);
    }

    private static double belowOne(DType type) {
        return switch (type) {
            case F64 -> 1 - 0x1p-53;
            case F16 -> 1 - 0x1p-11;
            case BF16 -> 1 - 0x1p-8;
            default -> 1 - 0x1p-24;
        };
    }
}
