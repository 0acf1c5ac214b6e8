package dev.tenfold.methods.attack;

import dev.tenfold.autograd.Autograd;
import dev.tenfold.tensor.NoGrad;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The bookkeeping of an attack on a batch: which examples still stand, and the points found. State that attacks keep per standing
 * example lives in tensors [standing, ...], which {@link #settle} thins out as examples fall.
 */
final class Chase {
    /**
     * One look at the victim.
     *
     * @param values   the objective per standing example
     * @param gradient of the objective's sum with respect to the points
     * @param wrong    whether the answer is wrong
     */
    record Look(double[] values, Tensor gradient, boolean[] wrong) {
    }

    private final Victim victim;
    private final Objective objective;
    private final Tensor found;
    private final boolean[] fooled;
    private int[] standing;
    private long[] labels;
    private long[] targets;

    Chase(Victim victim, Objective objective, Tensor x, long[] labels) {
        if (x.rank() < 2 || x.size(0) != labels.length || labels.length == 0) {
            throw new IllegalArgumentException("attack: inputs " + x.shape() + " and " + labels.length + " labels; the inputs must be [n, ...] with n labels, n at least 1");
        }
        this.victim = victim;
        this.objective = objective;
        this.labels = labels.clone();
        found = x.detach().copy();
        fooled = new boolean[labels.length];
        standing = new int[labels.length];
        Arrays.setAll(standing, i -> i);
    }

    boolean over() {
        return standing.length == 0;
    }

    /** How many examples still stand. */
    int standing() {
        return standing.length;
    }

    /** Asks from now on for the class of rank {@code rank} (1 is the best answer) of the given scores [standing, classes]. */
    void aimAt(Tensor scores, int rank) {
        if (scores.size(1) < rank) throw new IllegalArgumentException("attack: a target of rank " + rank + " among " + scores.size(1) + " classes");
        targets = Objective.ranking(scores).select(1, rank - 1).toLongs();
    }

    /** The scores at the given points, without gradients. */
    Tensor scores(Tensor points) {
        try (NoGrad region = NoGrad.open()) {
            return victim.scores(victim.outputs(points));
        }
    }

    /** Which of the points are answered wrongly. */
    boolean[] wrong(Tensor points) {
        try (Scope scope = Scope.open()) {
            return differs(scores(points));
        }
    }

    private boolean[] differs(Tensor scores) {
        long[] answers = scores.argMax(1).toLongs();
        boolean[] wrong = new boolean[answers.length];
        for (int i = 0; i < wrong.length; i++) wrong[i] = answers[i] != labels[i];
        return wrong;
    }

    /** The objective, its gradient and the answers at the given points [standing, ...]. */
    Look look(Tensor points) {
        try (Scope scope = Scope.open()) {
            Tensor leaf = points.detach().requiresGrad(true);
            Tensor outputs = victim.outputs(leaf);
            Tensor scores = victim.scores(outputs);
            Tensor values = objective.values(new Objective.View(outputs, scores, Tensors.of(labels), targets == null ? null : Tensors.of(targets)));
            boolean[] wrong = differs(scores);
            double[] read = values.toDoubles();
            Tensor gradient = Autograd.grad(values.sum(), List.of(leaf)).getFirst();
            return new Look(read, scope.keep(gradient), wrong);
        }
    }

    /**
     * Notes the points of examples that fell and drops them from the state.
     *
     * @param points where the answers were given, [standing, ...]
     * @param state  tensors [standing, ...]; the fallen rows are removed and the old tensors closed
     * @return the kept rows, in order, to thin out arrays by; null when nothing fell
     */
    int[] settle(boolean[] wrong, Tensor points, List<Tensor> state) {
        List<Integer> left = new ArrayList<>();
        for (int i = 0; i < wrong.length; i++) {
            if (!wrong[i]) {
                left.add(i);
                continue;
            }
            fooled[standing[i]] = true;
            note(points, i);
        }
        if (left.size() == wrong.length) return null;
        int[] rows = left.stream().mapToInt(Integer::intValue).toArray();
        standing = thin(standing, rows);
        labels = thin(labels, rows);
        if (targets != null) targets = thin(targets, rows);
        try (NoGrad region = NoGrad.open(); Tensor index = Tensors.of(Arrays.stream(rows).asLongStream().toArray())) {
            state.replaceAll(t -> {
                Tensor kept = t.indexSelect(0, index);
                t.close();
                return kept;
            });
        }
        return rows;
    }

    private void note(Tensor points, int row) {
        try (Scope scope = Scope.open()) {
            found.narrow(0, standing[row], 1).copyFrom(points.narrow(0, row, 1));
        }
    }

    static int[] thin(int[] values, int[] rows) {
        int[] kept = new int[rows.length];
        for (int i = 0; i < rows.length; i++) kept[i] = values[rows[i]];
        return kept;
    }

    static long[] thin(long[] values, int[] rows) {
        long[] kept = new long[rows.length];
        for (int i = 0; i < rows.length; i++) kept[i] = values[rows[i]];
        return kept;
    }

    static double[] thin(double[] values, int[] rows) {
        double[] kept = new double[rows.length];
        for (int i = 0; i < rows.length; i++) kept[i] = values[rows[i]];
        return kept;
    }

    static boolean[] thin(boolean[] values, int[] rows) {
        boolean[] kept = new boolean[rows.length];
        for (int i = 0; i < rows.length; i++) kept[i] = values[rows[i]];
        return kept;
    }

    /** The outcome, with the last points [standing, ...] of those that stood. */
    Attack.Outcome outcome(Tensor last) {
        for (int i = 0; i < standing.length; i++) note(last, i);
        return new Attack.Outcome(found, fooled);
    }
}
