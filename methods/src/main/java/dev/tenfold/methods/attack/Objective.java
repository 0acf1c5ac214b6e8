package dev.tenfold.methods.attack;

import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.util.Arrays;

/** What an attack raises. The values are per example, so that no example's gradient depends on the size of the batch. */
@FunctionalInterface
public interface Objective {
    /**
     * A batch at the attacker's present points.
     *
     * @param outputs of the network, [n, width]
     * @param scores  of the classes, [n, classes]
     * @param labels  the right answers, i64 [n]
     * @param targets the wrong answers that a targeted attack asks for, i64 [n]; null when it is not targeted
     */
    record View(Tensor outputs, Tensor scores, Tensor labels, Tensor targets) {
        private Tensor scoreOf(Tensor classes) {
            return scores.gather(1, classes.unsqueeze(1)).squeeze(1);
        }

        /** {@code max_{j != y} z_j}. */
        private Tensor bestWrong() {
            Tensor isLabel = labels.unsqueeze(1).eq(Tensors.arange(scores.size(1)).unsqueeze(0));
            return isLabel.where(Tensors.scalar(scores.dtype(), Double.NEGATIVE_INFINITY), scores).max(1);
        }

        /** The scores of every example in falling order; ties by class number. */
        private Tensor sorted() {
            return scores.gather(1, ranking(scores));
        }
    }

    /** The values [n]. */
    Tensor values(View view);

    /** The fewest classes for which it is defined. */
    default int leastClasses() {
        return 2;
    }

    /**
     * {@code -log softmax(scale z)[y]}: cross-entropy of scaled scores. Square-loss scores have a bounded range, where the
     * softmax is nearly linear at scale 1; larger scales sharpen it.
     */
    static Objective crossEntropy(double scale) {
        return view -> view.scores.mul(scale).logSoftmax(1).gather(1, view.labels.unsqueeze(1)).squeeze(1).neg();
    }

    /** {@code max_{j != y} z_j - z_y}: positive when the answer is wrong. */
    static Objective margin() {
        return view -> view.bestWrong().sub(view.scoreOf(view.labels));
    }

    /**
     * The difference of logits ratio, {@code -(z_y - max_{j != y} z_j) / (z_(1) - z_(3) + 1e-12)} over sorted scores (Croce and Hein
     * 2020, equation 6): it does not change when the scores are shifted or scaled. Needs three classes.
     */
    static Objective differenceOfLogitsRatio() {
        return new AtLeast(3, view -> {
            Tensor z = view.sorted();
            return view.bestWrong().sub(view.scoreOf(view.labels)).div(z.select(1, 0).sub(z.select(1, 2)).add(1e-12));
        });
    }

    /** The targeted ratio, {@code -(z_y - z_t) / (z_(1) - (z_(3) + z_(4)) / 2 + 1e-12)} (ibid., equation 7). Needs four classes. */
    static Objective targetedRatio() {
        return new AtLeast(4, view -> {
            Tensor z = view.sorted();
            Tensor spread = z.select(1, 0).sub(z.select(1, 2).add(z.select(1, 3)).mul(0.5)).add(1e-12);
            return view.scoreOf(view.targets).sub(view.scoreOf(view.labels)).div(spread);
        });
    }

    /**
     * The angle attack of Hu et al. 2022 on coded outputs: {@code -cos(f, v_y)}. (The paper writes that the cosine is maximised; an attack
     * must minimise it.)
     *
     * @param code unit vectors [classes][width]
     */
    static Objective angle(double[][] code) {
        double[] flat = Arrays.stream(code).flatMapToDouble(Arrays::stream).toArray();
        return view -> {
            Tensor v = Tensors.of(view.outputs.dtype(), flat, code.length, code[0].length).indexSelect(0, view.labels);
            Tensor length = view.outputs.square().sum(1).add(1e-12).sqrt();
            return view.outputs.mul(v).sum(1).div(length).neg();
        };
    }

    /** The classes of every row in the order of falling scores, i64 [n, classes]; ties by class number. */
    static Tensor ranking(Tensor scores) {
        int n = (int) scores.size(0);
        int k = (int) scores.size(1);
        double[] z = scores.toDoubles();
        long[] order = new long[n * k];
        for (int i = 0; i < n; i++) {
            for (int c = 0; c < k; c++) {
                int at = c;
                for (; at > 0 && z[i * k + (int) order[i * k + at - 1]] < z[i * k + c]; at--) order[i * k + at] = order[i * k + at - 1];
                order[i * k + at] = c;
            }
        }
        return Tensors.of(order, n, k);
    }

    /** An objective with a least number of classes. */
    record AtLeast(int leastClasses, Objective objective) implements Objective {
        @Override
        public Tensor values(View view) {
            if (view.scores.size(1) < leastClasses) {
                throw new IllegalArgumentException("attack: this objective needs at least " + leastClasses + " classes, but the scores are " + view.scores.shape());
            }
            return objective.values(view);
        }
    }
}
