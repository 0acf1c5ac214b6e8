package dev.tenfold.methods.attack;

import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.NoGrad;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;

/**
 * Not an adversary, but the mildest disturbance: {@code clamp(x + sd N(0, 1))}, drawn once. The ball is used for its range only.
 *
 * @param sd standard deviation, in the units of the input
 */
public record GaussianNoise(double sd) implements Attack {
    public GaussianNoise {
        if (!(sd >= 0)) throw new IllegalArgumentException("noise: standard deviation " + sd + " must not be negative");
    }

    @Override
    public String name() {
        return "noise " + sd;
    }

    @Override
    public boolean bounded() {
        return false;
    }

    @Override
    public Outcome run(Victim victim, Tensor x, long[] labels, Ball ball, Generator generator) {
        try (Scope scope = Scope.open(); NoGrad region = NoGrad.open()) {
            Tensor noisy = x.add(generator.fork(0).normal(x.dtype(), x.shape(), 0, sd));
            if (!Double.isInfinite(ball.low()) || !Double.isInfinite(ball.high())) noisy = noisy.clamp(ball.low(), ball.high());
            Chase chase = new Chase(victim, Objective.margin(), x, labels);
            boolean[] fooled = chase.wrong(noisy);
            boolean[] wrongBefore = chase.wrong(x);
            for (int i = 0; i < fooled.length; i++) fooled[i] |= wrongBefore[i];
            return new Outcome(scope.keep(noisy), fooled);
        }
    }
}
