package dev.tenfold.methods.attack;

import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * Several attacks on the same examples, and the worst of them per example.
 *
 * @param attacks at least one
 * @param batch   examples attacked at a time
 */
public record Suite(List<Attack> attacks, int batch) {
    /** Told after every batch of every attack. */
    @FunctionalInterface
    public interface Watcher {
        void batchDone(String attack);
    }

    /**
     * What stood.
     *
     * @param attacks the attacks
     * @param stood   per attack and example: answered rightly on the clean input and everywhere the attack went
     */
    public record Result(List<Attack> attacks, boolean[][] stood) {
        /** The share that stood against attack {@code i}. */
        public double accuracy(int i) {
            return share(stood[i]);
        }

        /** The share that stood against the attack of this name. */
        public double accuracy(String attack) {
            for (int i = 0; i < stood.length; i++) if (attacks.get(i).name().equals(attack)) return accuracy(i);
            throw new IllegalArgumentException("suite: no attack \"" + attack + "\" among " + attacks.stream().map(Attack::name).toList());
        }

        /** The share that stood against every attack that stays in the ball. */
        public double worstCase() {
            boolean[] all = new boolean[stood[0].length];
            Arrays.fill(all, true);
            for (int a = 0; a < stood.length; a++) {
                if (!attacks.get(a).bounded()) continue;
                for (int i = 0; i < all.length; i++) all[i] &= stood[a][i];
            }
            return share(all);
        }

        private static double share(boolean[] stood) {
            int count = 0;
            for (boolean s : stood) if (s) count++;
            return (double) count / stood.length;
        }
    }

    public Suite {
        if (attacks.isEmpty() || batch < 1) throw new IllegalArgumentException("suite: " + attacks.size() + " attacks on batches of " + batch);
        attacks = List.copyOf(attacks);
    }

    /** How often a watcher will be told for n examples. */
    public int steps(int n) {
        return attacks.size() * ((n + batch - 1) / batch);
    }

    /**
     * Attacks n examples. Every attack sees every example (not only those that stood before), so that each has its own number.
     *
     * @param x      [n, ...], inside the ball's range
     * @param labels the right answers
     * @throws IllegalStateException when an attack leaves the ball
     */
    public Result run(Victim victim, Tensor x, long[] labels, Ball ball, Generator generator, Watcher watcher) {
        boolean[][] stood = new boolean[attacks.size()][labels.length];
        for (int a = 0; a < stood.length; a++) {
            Attack attack = attacks.get(a);
            Generator own = generator.fork(a);
            for (int from = 0; from < labels.length; from += batch) {
                int n = Math.min(batch, labels.length - from);
                try (Scope scope = Scope.open()) {
                    Tensor part = x.narrow(0, from, n).copy();
                    Attack.Outcome outcome = attack.run(victim, part, Arrays.copyOfRange(labels, from, from + n), ball, own.fork(from));
                    if (attack.bounded()) ball.requireInside(outcome.points(), part);
                    for (int i = 0; i < n; i++) stood[a][from + i] = !outcome.fooled()[i];
                }
                watcher.batchDone(attack.name());
            }
        }
        return new Result(attacks, stood);
    }
}
