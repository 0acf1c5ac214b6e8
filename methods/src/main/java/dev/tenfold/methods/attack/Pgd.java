package dev.tenfold.methods.attack;

import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Projected gradient ascent on an objective (Madry et al. 2018): {@code x <- project(x + a direction(grad))}, k times.
 *
 * @param name      as it stands in tables
 * @param objective what is raised
 * @param steps     k
 * @param stepShare the step a as a share of the radius
 * @param restarts  how often it starts; from random points of the ball when {@code random}
 * @param random    whether it starts from a random point, otherwise from the clean input
 */
public record Pgd(String name, Objective objective, int steps, double stepShare, int restarts, boolean random) implements Attack {
    public Pgd {
        if (steps < 1 || restarts < 1 || !(stepShare > 0)) {
            throw new IllegalArgumentException(name + ": " + steps + " steps of " + stepShare + " radii from " + restarts + " starts; all must be positive");
        }
    }

    /** The usual PGD-k: one random start, steps of 2.5 radii / k. */
    public static Pgd of(String name, Objective objective, int steps) {
        return new Pgd(name, objective, steps, 2.5 / steps, 1, true);
    }

    /** FGSM (Goodfellow et al. 2015): one step of the whole radius from the clean input on the cross-entropy. */
    public static Pgd fgsm() {
        return new Pgd("FGSM", Objective.crossEntropy(1), 1, 1, 1, false);
    }

    @Override
    public Outcome run(Victim victim, Tensor x, long[] labels, Ball ball, Generator generator) {
        try (Scope scope = Scope.open()) {
            Chase chase = new Chase(victim, objective, x, labels);
            List<Tensor> state = new ArrayList<>(List.of(x.detach().copy()));
            chase.settle(chase.wrong(state.getFirst()), state.getFirst(), state);
            Tensor last = state.getFirst();
            for (int start = 0; start < restarts && !chase.over(); start++) {
                Tensor clean = state.getFirst();
                state.add(random ? ball.sample(clean, generator.fork(start)) : clean.copy());
                climb(chase, ball, state);
                last = state.removeLast();
            }
            Outcome outcome = chase.outcome(last);
            scope.keep(outcome.points());
            return outcome;
        }
    }

    /** State: the clean inputs, then the points, which climb. */
    private void climb(Chase chase, Ball ball, List<Tensor> state) {
        for (int step = 0; step < steps && !chase.over(); step++) {
            try (Scope scope = Scope.open()) {
                Tensor before = state.get(1);
                Chase.Look look = chase.look(before);
                state.set(1, ball.project(before.addScaled(ball.direction(look.gradient()), stepShare * ball.radius()), state.get(0)));
                chase.settle(look.wrong(), before, state);
                state.forEach(scope::keep);
                before.close();
            }
        }
        if (!chase.over()) chase.settle(chase.wrong(state.get(1)), state.get(1), state);
    }
}
