package dev.tenfold.methods.squareloss;

import static dev.tenfold.methods.squareloss.Numbers.four;
import static dev.tenfold.methods.squareloss.Numbers.three;

import dev.tenfold.methods.Run;
import dev.tenfold.methods.ntk.FcKernel;
import dev.tenfold.methods.ntk.KernelSolver;
import dev.tenfold.methods.ntk.Ridge;
import dev.tenfold.methods.ntk.WideNetwork;
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
 * A wide network is its kernel: full-batch gradient descent on {@code sum_i (f(x_i) - y_i)^2 + mu ||W - W(0)||^2} against
 * {@code h(x, X) (H + mu I)^-1 y}, on five points of the circle.
 *
 * @param widths rising
 * @param steps  of gradient descent
 */
record WideNetStudy(int[] widths, int steps) implements Study {
    private static final double[] ANGLES = {0, .7, 1.5, 2.6, 4.0};
    private static final double[] LABELS = {1, 1, -1, -1, 1};
    private static final double[] TEST = {.3, 2.0, 3.3};
    private static final double RIDGE = 0.1;
    private static final double RATE = 0.2;

    /** A trained network's values at the test angles, and how far its weights went. */
    private record Trained(double[] values, double largestMove) {
    }

    @Override
    public void run(Run run) {
        run.section("A wide network is its kernel");
        run.text("One hidden layer, only the first weights trained, five points on the circle, gradient descent with the penalty 0.1 ||W - W(0)||^2, against kernel ridge regression with h"
                + " at three other points. The network starts at f = 0, as every hidden unit comes twice with opposite signs.");
        double[] exact;
        try (Scope scope = Scope.open()) {
            Tensor x = CircleStudy.circle(ANGLES);
            KernelSolver.Solution solution = KernelSolver.ridgeRegression(FcKernel.hu().ntk(x), Tensors.of(LABELS), Ridge.absolute(RIDGE));
            exact = solution.predict(FcKernel.hu().ntk(CircleStudy.circle(TEST), x)).toDoubles();
        }
        Trained[] nets = new Trained[widths.length];
        try (Run.Progress progress = run.progress("wide networks", widths.length)) {
            for (int i = 0; i < widths.length; i++) {
                nets[i] = train(widths[i], new Generator(run.seed()).fork(StudyNumber.WIDE).fork(widths[i]));
                progress.step("width " + widths[i]);
            }
        }
        report(run, exact, nets);
    }

    private Trained train(int width, Generator generator) {
        WideNetwork.Training training = new WideNetwork.Training(RATE, steps, RIDGE, WideNetwork.Anchor.INITIAL);
        try (Scope scope = Scope.open(); WideNetwork start = WideNetwork.antisymmetric(generator, width, 2, 1);
             WideNetwork net = start.train(CircleStudy.circle(ANGLES), Tensors.of(LABELS), training)) {
            return new Trained(net.forward(CircleStudy.circle(TEST)).toDoubles(), net.movement(start).max().item());
        }
    }

    private void report(Run run, double[] exact, Trained[] nets) {
        List<List<String>> rows = new ArrayList<>();
        double[] differences = new double[widths.length];
        for (int i = 0; i < widths.length; i++) {
            for (int t = 0; t < exact.length; t++) differences[i] = Math.max(differences[i], Math.abs(nets[i].values[t] - exact[t]));
            run.metric("wide.difference_" + widths[i], differences[i]);
            run.metric("wide.movement_" + widths[i], nets[i].largestMove);
            rows.add(row(Integer.toString(widths[i]), nets[i].values, four(differences[i]), three(nets[i].largestMove)));
        }
        rows.add(row("kernel", exact, "", ""));
        run.table(new Table("Values at the angles .3, 2.0, 3.3", List.of("width", "f(.3)", "f(2.0)", "f(3.3)", "largest difference", "largest ||w - w(0)||"), rows));
        double[] m = Arrays.stream(widths).asDoubleStream().toArray();
        run.plot("wide_net", new Plot("A wide network approaches its kernel", "width", "distance", true, true,
                List.of(Plot.Series.line("largest difference from the kernel", m, differences),
                        Plot.Series.line("largest movement of a weight vector", m, Arrays.stream(nets).mapToDouble(Trained::largestMove).toArray()))));
        int last = widths.length - 1;
        run.claim(new Claim("wide_net_is_kernel", "A network of width " + widths[last] + " trained by gradient descent computes what its tangent kernel computes, to 0.02", .009, differences[last],
                Double.NaN, differences[last] < 0.02));
        double slope = Numbers.logSlope(m, Arrays.stream(nets).mapToDouble(Trained::largestMove).toArray());
        run.claim(new Claim("wide_net_moves_little", "The weights move less the wider the network: like 1/sqrt(width) (slope between -0.65 and -0.35)", -.49, slope, Double.NaN,
                slope > -0.65 && slope < -0.35));
    }

    private static List<String> row(String name, double[] values, String difference, String movement) {
        List<String> row = new ArrayList<>(List.of(name));
        for (double value : values) row.add(four(value));
        row.addAll(List.of(difference, movement));
        return row;
    }
}
