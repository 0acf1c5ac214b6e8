package dev.tenfold.methods.squareloss;

import static dev.tenfold.methods.squareloss.Numbers.four;
import static dev.tenfold.methods.squareloss.Numbers.three;

import dev.tenfold.autograd.Autograd;
import dev.tenfold.kernels.DType;
import dev.tenfold.methods.Run;
import dev.tenfold.methods.ntk.FcKernel;
import dev.tenfold.methods.ntk.KernelLogistic;
import dev.tenfold.methods.ntk.KernelSolver;
import dev.tenfold.methods.ntk.Ridge;
import dev.tenfold.methods.report.Claim;
import dev.tenfold.methods.report.Plot;
import dev.tenfold.methods.report.Table;
import dev.tenfold.nn.optim.Adam;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Separable classes in the tangent-kernel regime: kernel ridge regression (the square loss's limit) against kernel logistic regression
 * (cross-entropy's) with the kernel h on spirals, and trained networks of finite width beside them.
 *
 * @param draws    repetitions of data for the kernels
 * @param netDraws repetitions for the networks; 0 leaves them out
 * @param test     test points; the margin is measured on the first 300 at most
 * @param netSteps of Adam, full batch
 */
record SpiralStudy(int draws, int netDraws, int test, int netSteps) implements Study {
    private static final int[] SIZES = {25, 50, 100, 200, 400};
    private static final double[] RIDGES = {1e-4, 1e-2};
    private static final String[] KERNEL_NAMES = {"SL, mu=1e-4", "SL, mu=1e-2", "CE, lambda=1e-4", "CE, lambda=1e-2"};
    private static final String[] KERNEL_KEYS = {"sl_1e_4", "sl_1e_2", "ce_1e_4", "ce_1e_2"};
    private static final int WIDTH = 512;
    private static final int NET_SIZE = 100;
    private static final double NET_DECAY = 1e-4;
    private static final double NET_RATE = 0.1;

    /** How a finite network is trained. */
    private enum Loss {
        SQUARE_L2("sl_l2", "SL + l2", true, NET_DECAY), CROSS_L2("ce_l2", "CE + l2", false, NET_DECAY), CROSS("ce", "CE", false, 0);

        final String key;
        final String label;
        final boolean square;
        final double decay;

        Loss(String key, String label, boolean square, double decay) {
            this.key = key;
            this.label = label;
            this.square = square;
            this.decay = decay;
        }
    }

    @Override
    public void run(Run run) {
        run.section("Separable spirals: error and margin in the tangent-kernel regime");
        run.text("Two spiral arms in the plane, mapped to the sphere. The kernel h of an infinitely wide network with one hidden layer, with ridge regression (SL) or logistic"
                + " regression (CE). Error on " + test + " points; margin: the radius within which 95 % of the answers do not change. Means over " + draws + " draws.");
        SpiralJudge.Verdict[][] kernels = new SpiralJudge.Verdict[SIZES.length][];
        try (Run.Progress progress = run.progress("spirals, kernels", (long) SIZES.length * draws)) {
            for (int s = 0; s < SIZES.length; s++) {
                SpiralJudge.Verdict[][] all = new SpiralJudge.Verdict[draws][];
                for (int draw = 0; draw < draws; draw++) {
                    Generator generator = new Generator(run.seed()).fork(StudyNumber.SPIRALS).fork(draw);
                    all[draw] = kernels(Spirals.of(generator.fork(SIZES[s]), SIZES[s]), judge(generator));
                    progress.step("n " + SIZES[s] + ", error " + four(all[draw][0].error()));
                }
                kernels[s] = mean(all);
            }
        }
        reportKernels(run, kernels);
        if (netDraws > 0) networks(run);
    }

    private void networks(Run run) {
        Loss[] losses = Loss.values();
        SpiralJudge.Verdict[][] nets = new SpiralJudge.Verdict[netDraws][losses.length];
        try (Run.Progress progress = run.progress("spirals, networks", (long) netDraws * losses.length)) {
            for (int draw = 0; draw < netDraws; draw++) {
                Generator generator = new Generator(run.seed()).fork(StudyNumber.SPIRALS).fork(draw);
                Spirals train = Spirals.of(generator.fork(NET_SIZE), NET_SIZE);
                for (Loss loss : losses) {
                    nets[draw][loss.ordinal()] = network(train, judge(generator), loss, generator.fork(-1));
                    progress.step(loss.label + ", error " + four(nets[draw][loss.ordinal()].error()));
                }
            }
        }
        reportNetworks(run, mean(nets));
    }

    private SpiralJudge judge(Generator generator) {
        return new SpiralJudge(Spirals.of(generator.fork(0), test), Math.min(300, test));
    }

    private static SpiralJudge.Verdict[] kernels(Spirals train, SpiralJudge judge) {
        try (Scope scope = Scope.open()) {
            Tensor x = train.onSphere();
            Tensor y = Tensors.of(train.labels());
            Tensor h = FcKernel.hu().ntk(x);
            List<Tensor> alphas = new ArrayList<>();
            for (double ridge : RIDGES) alphas.add(KernelSolver.ridgeRegression(h, y, Ridge.absolute(ridge)).alpha().unsqueeze(1));
            for (double lambda : RIDGES) alphas.add(KernelLogistic.binary(h, y, lambda).alpha().unsqueeze(1));
            Tensor alpha = Tensors.concat(1, alphas);
            return judge.judge(points -> FcKernel.hu().ntk(points, x).matmul(alpha));
        }
    }

    private SpiralJudge.Verdict network(Spirals train, SpiralJudge judge, Loss loss, Generator generator) {
        try (Scope scope = Scope.open(); TwoLayerNet net = new TwoLayerNet(generator, 3, WIDTH); Adam adam = new Adam(net, NET_RATE)) {
            Tensor x = train.onSphere().to(DType.F32);
            Tensor y = train.column().to(DType.F32);
            for (int step = 0; step < netSteps; step++) {
                try (Scope inner = Scope.open()) {
                    Tensor f = net.forward(x);
                    Tensor sum = loss.square ? f.sub(y).square().sum() : f.mul(y).neg().softplus().sum();
                    Autograd.backward(loss.decay == 0 ? sum : sum.add(net.movement().mul(loss.decay)));
                    adam.setLearningRate(NET_RATE * (1 - (double) step / netSteps));
                    adam.step();
                }
            }
            return judge.judge(points -> net.forward(points.to(DType.F32)))[0];
        }
    }

    private static SpiralJudge.Verdict[] mean(SpiralJudge.Verdict[][] all) {
        SpiralJudge.Verdict[] means = new SpiralJudge.Verdict[all[0].length];
        for (int c = 0; c < means.length; c++) {
            int column = c;
            means[c] = new SpiralJudge.Verdict(Arrays.stream(all).mapToDouble(v -> v[column].error()).average().orElseThrow(),
                    Arrays.stream(all).mapToDouble(v -> v[column].margin()).average().orElseThrow());
        }
        return means;
    }

    private static void reportKernels(Run run, SpiralJudge.Verdict[][] kernels) {
        List<List<String>> rows = new ArrayList<>();
        for (int s = 0; s < SIZES.length; s++) {
            List<String> row = new ArrayList<>(List.of(Integer.toString(SIZES[s])));
            for (int c = 0; c < KERNEL_KEYS.length; c++) {
                run.metric("spirals." + KERNEL_KEYS[c] + ".error_" + SIZES[s], kernels[s][c].error());
                run.metric("spirals." + KERNEL_KEYS[c] + ".margin_" + SIZES[s], kernels[s][c].margin());
                row.add(four(kernels[s][c].error()) + " / " + three(kernels[s][c].margin()));
            }
            rows.add(row);
        }
        List<String> columns = new ArrayList<>(List.of("n"));
        columns.addAll(List.of(KERNEL_NAMES));
        run.table(new Table("Spirals: error / margin of kernel ridge (SL) and kernel logistic regression (CE)", columns, rows));
        double[] n = Arrays.stream(SIZES).asDoubleStream().toArray();
        List<Plot.Series> errors = new ArrayList<>();
        List<Plot.Series> margins = new ArrayList<>();
        for (int c = 0; c < KERNEL_KEYS.length; c++) {
            int column = c;
            // Zero has no logarithm: a gap.
            errors.add(Plot.Series.line(KERNEL_NAMES[c], n, Arrays.stream(kernels).mapToDouble(k -> k[column].error() > 0 ? k[column].error() : Double.NaN).toArray()));
            margins.add(Plot.Series.line(KERNEL_NAMES[c], n, Arrays.stream(kernels).mapToDouble(k -> k[column].margin()).toArray()));
        }
        run.plot("spirals_error", new Plot("Spirals: test error", "training points", "error", false, true, errors));
        run.plot("spirals_margin", new Plot("Spirals: margin (5th percentile)", "training points", "radius", false, false, margins));
        SpiralJudge.Verdict[] last = kernels[SIZES.length - 1];
        run.claim(new Claim("spirals_error", "With separable classes the square loss reaches an error near zero: below 0.5 % at n = 400", .0001, last[0].error(), last[2].error(),
                last[0].error() < 0.005));
        double ratio = kernels[2][0].error() / kernels[0][0].error();
        run.claim(new Claim("spirals_exponential", "The error falls roughly exponentially in n: error(100) / error(25) is below 0.2", .077, ratio,
                kernels[2][2].error() / kernels[0][2].error(), ratio < 0.2));
        run.claim(new Claim("spirals_margin", "The distance from the decision boundary to the classes stays away from zero: margin at n = 400 above 0.08", .12, last[0].margin(),
                last[2].margin(), last[0].margin() > 0.08));
        double excess = Double.NEGATIVE_INFINITY;
        for (int s = 1; s < SIZES.length; s++) excess = Math.max(excess, kernels[s][0].error() - kernels[s][2].error());
        run.claim(new Claim("spirals_no_worse_than_ce", "From 50 points on the square loss errs at most half a point more than cross-entropy: largest difference SL - CE (1e-4 each)",
                -.0006, excess, Double.NaN, excess <= 0.005));
    }

    private void reportNetworks(Run run, SpiralJudge.Verdict[] nets) {
        List<List<String>> rows = new ArrayList<>();
        for (Loss loss : Loss.values()) {
            SpiralJudge.Verdict v = nets[loss.ordinal()];
            run.metric("spirals.net." + loss.key + ".error", v.error());
            run.metric("spirals.net." + loss.key + ".margin", v.margin());
            rows.add(List.of(loss.label, four(v.error()), three(v.margin())));
        }
        run.table(new Table("Spirals, networks of width " + WIDTH + " trained by Adam on " + NET_SIZE + " points; l2: " + NET_DECAY + " ||W - W(0)||^2. Means over " + netDraws + " draws",
                List.of("loss", "error", "margin"), rows));
        SpiralJudge.Verdict square = nets[Loss.SQUARE_L2.ordinal()];
        SpiralJudge.Verdict cross = nets[Loss.CROSS_L2.ordinal()];
        run.claim(new Claim("spirals_net_margin", "Finite networks too: the square loss with l2 leaves a larger margin than cross-entropy with l2", .093, square.margin(), cross.margin(),
                square.margin() > cross.margin()));
        run.claim(new Claim("spirals_net_error", "Finite networks too: the square loss with l2 errs no more than cross-entropy with l2", .010, square.error(), cross.error(),
                square.error() <= cross.error()));
    }
}
