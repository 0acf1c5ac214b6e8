package dev.tenfold.methods.attack;

import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Auto-PGD (Croce and Hein 2020, algorithm 1): gradient ascent with momentum 0.75 whose step, at first two radii, is halved per example
 * at fixed checks, where it starts again from the best point so far. Checks come after {@code 0.22 n} of n iterations, then after windows
 * shorter by {@code 0.03 n} each, down to {@code 0.06 n}. A step is halved when the objective rose in at most 75 % of the window's
 * iterations, or when it was not halved at the check before and the best value has not improved since.
 *
 * @param name       as it stands in tables
 * @param objective  what is raised
 * @param iterations n
 * @param targets    how many classes are asked for one after another, from the second best answer on the clean input down (each with
 *                   n iterations, on the examples that still stand); 0 for an untargeted attack
 */
public record Apgd(String name, Objective objective, int iterations, int targets) implements Attack {
    private static final double MOMENTUM = 0.75;
    private static final double RISES = 0.75;

    public Apgd {
        if (iterations < 1 || targets < 0) throw new IllegalArgumentException(name + ": " + iterations + " iterations, " + targets + " targets");
    }

    /** APGD on the difference of logits ratio. */
    public static Apgd ratio(int iterations) {
        return new Apgd("APGD-DLR", Objective.differenceOfLogitsRatio(), iterations, 0);
    }

    /** APGD on the targeted ratio, for the {@code targets} most likely wrong classes: AutoAttack has 9. */
    public static Apgd targeted(int iterations, int targets) {
        return new Apgd("APGD-T", Objective.targetedRatio(), iterations, targets);
    }

    /** The iterations after which the steps are checked. */
    static List<Integer> checks(int iterations) {
        List<Integer> checks = new ArrayList<>();
        int window = Math.max((int) (0.22 * iterations), 1);
        for (int at = window; at <= iterations; at += window) {
            checks.add(at);
            window = Math.max(window - Math.max((int) (0.03 * iterations), 1), Math.max((int) (0.06 * iterations), 1));
        }
        return checks;
    }

    @Override
    public Outcome run(Victim victim, Tensor x, long[] labels, Ball ball, Generator generator) {
        try (Scope scope = Scope.open()) {
            Chase chase = new Chase(victim, objective, x, labels);
            List<Tensor> clean = new ArrayList<>(List.of(x.detach().copy()));
            chase.settle(chase.wrong(clean.getFirst()), clean.getFirst(), clean);
            Tensor last = clean.getFirst();
            for (int run = 0; run < Math.max(1, targets) && !chase.over(); run++) {
                if (targets > 0) {
                    try (Scope inner = Scope.open()) {
                        chase.aimAt(chase.scores(clean.getFirst()), run + 2);
                    }
                }
                ApgdClimb climb = new ApgdClimb(chase, ball, clean.getFirst(), MOMENTUM, RISES);
                climb.run(iterations, checks(iterations), generator.fork(run));
                clean.set(0, climb.clean());
                last = climb.points();
            }
            Outcome outcome = chase.outcome(last);
            scope.keep(outcome.points());
            return outcome;
        }
    }
}
