package dev.tenfold.methods.attack;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** One run of {@link Apgd} over the standing examples of a chase. Its tensors belong to the scope that is open when it runs. */
final class ApgdClimb {
    private static final int CLEAN = 0;
    private static final int POINT = 1;
    private static final int BEFORE = 2;
    private static final int BEST = 3;
    private static final int GRADIENT = 4;
    private static final int BEST_GRADIENT = 5;

    private final Chase chase;
    private final Ball ball;
    private final double momentum;
    private final double enoughRises;
    private final List<Tensor> state = new ArrayList<>();
    private double[] step;
    private double[] value;
    private double[] best;
    private double[] bestAtCheck;
    private int[] rises;
    private boolean[] halvedAtCheck;

    ApgdClimb(Chase chase, Ball ball, Tensor clean, double momentum, double enoughRises) {
        this.chase = chase;
        this.ball = ball;
        this.momentum = momentum;
        this.enoughRises = enoughRises;
        state.add(clean);
    }

    /** The clean inputs of the examples that stand after the run. */
    Tensor clean() {
        return state.get(CLEAN);
    }

    /** Their last points. */
    Tensor points() {
        return state.get(POINT);
    }

    void run(int iterations, List<Integer> checks, Generator generator) {
        start(generator);
        int lastCheck = 0;
        for (int i = 1; i <= iterations && !chase.over(); i++) {
            try (Scope scope = Scope.open()) {
                move(i == 1 ? 1 : momentum);
                if (!chase.over() && checks.contains(i)) {
                    check(i - lastCheck);
                    lastCheck = i;
                }
                state.forEach(scope::keep);
            }
        }
    }

    private void start(Generator generator) {
        int n = chase.standing();
        step = new double[n];
        Arrays.fill(step, 2 * ball.radius());
        rises = new int[n];
        halvedAtCheck = new boolean[n];
        Arrays.fill(halvedAtCheck, true);
        Tensor point = ball.border(clean(), generator);
        Chase.Look look = chase.look(point);
        value = look.values();
        best = value.clone();
        bestAtCheck = value.clone();
        state.addAll(List.of(point, point.copy(), point.copy(), look.gradient(), look.gradient().copy()));
        settle(look.wrong());
    }

    private void settle(boolean[] wrong) {
        int[] rows = chase.settle(wrong, state.get(POINT), state);
        if (rows == null) return;
        step = Chase.thin(step, rows);
        value = Chase.thin(value, rows);
        best = Chase.thin(best, rows);
        bestAtCheck = Chase.thin(bestAtCheck, rows);
        rises = Chase.thin(rises, rows);
        halvedAtCheck = Chase.thin(halvedAtCheck, rows);
    }

    private void replace(int which, Tensor next) {
        state.set(which, next).close();
    }

    /** {@code z = project(x + step direction(g))}, {@code x' = project(x + a (z - x) + (1 - a) (x - x_before))}. */
    private void move(double a) {
        Tensor x = state.get(POINT);
        Tensor z = ball.project(x.add(ball.direction(state.get(GRADIENT)).mul(perExample(step, x))), clean());
        Tensor next = ball.project(x.addScaled(z.sub(x), a).addScaled(x.sub(state.get(BEFORE)), 1 - a), clean());
        replace(BEFORE, x.copy());
        replace(POINT, next);
        Chase.Look look = chase.look(next);
        replace(GRADIENT, look.gradient());
        boolean[] better = new boolean[best.length];
        for (int i = 0; i < better.length; i++) {
            double now = look.values()[i];
            if (now > value[i]) rises[i]++;
            better[i] = now > best[i];
            if (better[i]) best[i] = now;
        }
        value = look.values();
        choose(better, POINT, BEST);
        choose(better, GRADIENT, BEST_GRADIENT);
        settle(look.wrong());
    }

    /** Copies the rows that are {@code wanted} from one tensor of the state into another. */
    private void choose(boolean[] wanted, int from, int into) {
        double[] mask = new double[wanted.length];
        for (int i = 0; i < mask.length; i++) mask[i] = wanted[i] ? 1 : 0;
        replace(into, perExample(mask, state.get(from)).where(state.get(from), state.get(into)));
    }

    private static Tensor perExample(double[] values, Tensor like) {
        return Tensors.of(like.dtype() == DType.F64 ? DType.F64 : DType.F32, values, Ball.perExample(like).sizes());
    }

    private void check(int window) {
        boolean[] halve = new boolean[step.length];
        for (int i = 0; i < halve.length; i++) {
            halve[i] = rises[i] <= enoughRises * window || (!halvedAtCheck[i] && bestAtCheck[i] >= best[i]);
            if (halve[i]) {
                step[i] /= 2;
                value[i] = best[i];
            }
            rises[i] = 0;
        }
        halvedAtCheck = halve;
        bestAtCheck = best.clone();
        choose(halve, BEST, POINT);
        choose(halve, BEST_GRADIENT, GRADIENT);
    }
}
