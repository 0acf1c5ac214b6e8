package dev.tenfold.methods.squareloss;

import static dev.tenfold.methods.squareloss.Numbers.three;

import dev.tenfold.kernels.DType;
import dev.tenfold.methods.Run;
import dev.tenfold.methods.ntk.FcKernel;
import dev.tenfold.methods.ntk.KernelSolver;
import dev.tenfold.methods.ntk.Ridge;
import dev.tenfold.methods.report.Claim;
import dev.tenfold.methods.report.Plot;
import dev.tenfold.methods.report.Table;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Classes that overlap, on the circle: {@code eta = 0.5 + 0.45 cos(2 angle)}, kernel ridge regression with h and {@code mu = 0.05 n^(1/3)}. By theorem
 * 3.4 of Hu et al. 2022 {@code (f + 1) / 2} converges to eta in the supremum norm, at least like {@code n^(-1/6)} for d = 2. The target is even, as
 * the kernel without biases has no odd frequencies above 1.
 *
 * @param draws repetitions
 * @param sizes numbers of training points, rising
 */
record CircleStudy(int draws, int[] sizes) implements Study {
    private static final int GRID = 720;

    /** The distance of the estimate from eta on a grid of angles. */
    private record Distance(double supremum, double rms, double[] estimate) {
    }

    private static double eta(double angle) {
        return 0.5 + 0.45 * Math.cos(2 * angle);
    }

    @Override
    public void run(Run run) {
        run.section("Overlapping classes on the circle: the square loss estimates probabilities");
        run.text("Angles uniform on the circle, the probability of class +1 is 0.5 + 0.45 cos(2 angle). Kernel ridge regression with h, mu = 0.05 n^(1/3); the estimate is (f + 1) / 2, compared"
                + " with the truth on " + GRID + " angles. Means over " + draws + " draws.");
        double[] supremum = new double[sizes.length];
        double[] rms = new double[sizes.length];
        double[][] first = new double[sizes.length][];
        try (Run.Progress progress = run.progress("circle", (long) sizes.length * draws)) {
            for (int s = 0; s < sizes.length; s++) {
                for (int draw = 0; draw < draws; draw++) {
                    Distance distance = once(sizes[s], new Generator(run.seed()).fork(StudyNumber.CIRCLE).fork(draw).fork(sizes[s]));
                    supremum[s] += distance.supremum / draws;
                    rms[s] += distance.rms / draws;
                    if (draw == 0) first[s] = distance.estimate;
                    progress.step("n " + sizes[s] + ", largest error " + three(distance.supremum));
                }
            }
        }
        report(run, supremum, rms, first);
    }

    private static Distance once(int n, Generator generator) {
        try (Scope scope = Scope.open()) {
            double[] u = generator.uniform(DType.F64, n, 2).toDoubles();
            double[] angles = new double[n];
            double[] labels = new double[n];
            for (int i = 0; i < n; i++) {
                angles[i] = 2 * Math.PI * u[2 * i];
                labels[i] = u[2 * i + 1] < eta(angles[i]) ? 1 : -1;
            }
            Tensor x = circle(angles);
            Tensor alpha = KernelSolver.ridgeRegression(FcKernel.hu().ntk(x), Tensors.of(labels), Ridge.absolute(0.05 * Math.cbrt(n))).alpha();
            double[] grid = grid();
            double[] estimate = FcKernel.hu().ntk(circle(grid), x).matmul(alpha).add(1).mul(0.5).toDoubles();
            double worst = 0;
            double squares = 0;
            for (int i = 0; i < GRID; i++) {
                double error = Math.abs(estimate[i] - eta(grid[i]));
                worst = Math.max(worst, error);
                squares += error * error;
            }
            return new Distance(worst, Math.sqrt(squares / GRID), estimate);
        }
    }

    private static double[] grid() {
        double[] angles = new double[GRID];
        Arrays.setAll(angles, i -> 2 * Math.PI * i / GRID);
        return angles;
    }

    /** The points of the circle at the given angles, f64 [n, 2]. */
    static Tensor circle(double[] angles) {
        double[] points = new double[2 * angles.length];
        for (int i = 0; i < angles.length; i++) {
            points[2 * i] = Math.cos(angles[i]);
            points[2 * i + 1] = Math.sin(angles[i]);
        }
        return Tensors.of(points, angles.length, 2);
    }

    private void report(Run run, double[] supremum, double[] rms, double[][] estimates) {
        double[] n = Arrays.stream(sizes).asDoubleStream().toArray();
        List<List<String>> rows = new ArrayList<>();
        for (int s = 0; s < sizes.length; s++) {
            run.metric("circle.sup_" + sizes[s], supremum[s]);
            run.metric("circle.rms_" + sizes[s], rms[s]);
            rows.add(List.of(Integer.toString(sizes[s]), three(supremum[s]), three(rms[s])));
        }
        run.table(new Table("Distance of the estimated probability from the truth", List.of("n", "largest", "root mean square"), rows));
        double slope = Numbers.logSlope(n, supremum);
        run.metric("circle.sup_slope", slope);
        double[] guarantee = Arrays.stream(n).map(k -> supremum[0] * Math.pow(k / n[0], -1 / 6.0)).toArray();
        run.plot("circle_error", new Plot("Circle: largest error of the probability", "training points", "largest error", true, true,
                List.of(Plot.Series.line("measured", n, supremum), Plot.Series.line("guaranteed rate n^(-1/6)", n, guarantee))));
        double[] grid = grid();
        int last = sizes.length - 1;
        run.plot("circle_estimate", new Plot("Circle: probability of class +1", "angle", "probability", false, false,
                List.of(Plot.Series.line("truth", grid, Arrays.stream(grid).map(CircleStudy::eta).toArray()),
                        Plot.Series.line("n = " + sizes[0], grid, estimates[0]), Plot.Series.line("n = " + sizes[last], grid, estimates[last]))));
        run.claim(new Claim("circle_calibration_rate", "With overlapping classes the square loss learns the class probabilities uniformly: the largest error falls faster than n^-0.2"
                + " (slope over log n; the guarantee is -1/6, shown as baseline)", -.40, slope, -1 / 6.0, slope < -0.2));
    }
}
