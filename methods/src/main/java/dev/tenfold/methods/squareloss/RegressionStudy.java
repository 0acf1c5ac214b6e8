package dev.tenfold.methods.squareloss;

import static dev.tenfold.methods.squareloss.Numbers.plain;
import static dev.tenfold.methods.squareloss.Numbers.three;

import dev.tenfold.kernels.DType;
import dev.tenfold.methods.Run;
import dev.tenfold.methods.ntk.DualActivation;
import dev.tenfold.methods.ntk.FcKernel;
import dev.tenfold.methods.ntk.KernelSolver;
import dev.tenfold.methods.ntk.Ridge;
import dev.tenfold.methods.report.Claim;
import dev.tenfold.methods.report.Table;
import dev.tenfold.nn.data.image.ImageSet;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;

/**
 * Regression on simplex targets with the tangent kernel of an infinitely wide fully connected ReLU network. Depth and ridge are chosen on a
 * fifth of the training images; the test images are seen once, by the machine fitted to all training images. Depth 0 is linear
 * regression: the baseline.
 *
 * @param pictures the images
 * @param train    training images at most
 * @param test     test images at most
 * @param deepest  hidden layers tried: 1 to this
 */
record RegressionStudy(Pictures pictures, int train, int test, int deepest) implements Study {
    private static final double[] RIDGES = {1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1};
    private static final double HELD_BACK = 0.2;

    /** A choice and what it reaches on the images held back. */
    private record Choice(int depth, double ridge, double accuracy) {
    }

    /** A machine on the test images, with the seconds that the kernels and the solution took. */
    private record Fitted(Calibration calibration, double kernelSeconds, double solveSeconds, double jitter) {
    }

    @Override
    public void run(Run run) {
        Generator generator = new Generator(run.seed()).fork(StudyNumber.REGRESSION);
        Pictures used = pictures.subset(generator, train, test);
        ImageSet.Split split = used.train().split(HELD_BACK, run.seed());
        run.section("Kernel regression on images with the tangent kernel");
        run.text(used.train().size() + " training and " + used.test().size() + " test images of: " + pictures.description() + ". Every image centred and scaled to length 1; simplex targets;"
                + " ridge relative to the mean of the kernel's diagonal. Depth and ridge are those that are best on " + split.test().size() + " of the training images, held back for the choice.");
        List<Choice> choices = new ArrayList<>();
        Fitted network;
        Fitted linear;
        Choice best;
        Choice bestLinear;
        try (Run.Progress progress = run.progress("kernel regression", deepest + 3L)) {
            for (int depth = 0; depth <= deepest; depth++) {
                choices.addAll(validate(split, depth));
                progress.step("depth " + depth + ", held back " + three(choices.stream().mapToDouble(Choice::accuracy).max().orElseThrow()));
            }
            bestLinear = best(choices.stream().filter(c -> c.depth == 0).toList());
            best = best(choices.stream().filter(c -> c.depth > 0).toList());
            linear = fit(used.train(), used.test(), bestLinear);
            progress.step();
            network = fit(used.train(), used.test(), best);
            progress.step("accuracy " + three(network.calibration.accuracy()));
        }
        report(run, choices, best, bestLinear, network, linear);
    }

    /** The first of the best: the shallowest, with the least ridge. */
    private static Choice best(List<Choice> choices) {
        Choice best = choices.getFirst();
        for (Choice choice : choices) if (choice.accuracy > best.accuracy) best = choice;
        return best;
    }

    private static FcKernel kernel(int depth) {
        return FcKernel.neuralTangents(DualActivation.RELU, depth, Math.sqrt(2), 0);
    }

    /** Rows of mean 0 and length 1, f64 [n, pixels]; a constant image becomes 0. */
    static Tensor rows(ImageSet set) {
        Tensor x = set.images().to(DType.F64).flattenFrom(1);
        Tensor centred = x.sub(x.meanKeep(1));
        return centred.div(centred.square().sumKeep(1).sqrt().add(1e-12));
    }

    private static Tensor targets(SimplexCode code, ImageSet set) {
        return code.encode(set.labelTensor(), Tensors.scalar(DType.F64, 0));
    }

    private static List<Choice> validate(ImageSet.Split split, int depth) {
        List<Choice> choices = new ArrayList<>();
        try (Scope scope = Scope.open()) {
            SimplexCode code = new SimplexCode(split.train().classes(), SimplexCode.Form.TRIANGULAR);
            Tensor x = rows(split.train());
            Tensor k = kernel(depth).ntk(x);
            Tensor cross = kernel(depth).ntk(rows(split.test()), x);
            Tensor y = targets(code, split.train());
            for (double ridge : RIDGES) {
                try (Scope inner = Scope.open()) {
                    Tensor f = KernelSolver.ridgeRegression(k, y, Ridge.relative(ridge)).predict(cross);
                    choices.add(new Choice(depth, ridge, Calibration.of(code.probabilities(f), Pictures.labels(split.test())).accuracy()));
                }
            }
        }
        return choices;
    }

    private static Fitted fit(ImageSet train, ImageSet test, Choice choice) {
        try (Scope scope = Scope.open()) {
            SimplexCode code = new SimplexCode(train.classes(), SimplexCode.Form.TRIANGULAR);
            Tensor x = rows(train);
            long start = System.nanoTime();
            Tensor k = kernel(choice.depth).ntk(x);
            Tensor cross = kernel(choice.depth).ntk(rows(test), x);
            long built = System.nanoTime();
            KernelSolver.Solution solution = KernelSolver.ridgeRegression(k, targets(code, train), Ridge.relative(choice.ridge));
            long solved = System.nanoTime();
            Calibration calibration = Calibration.of(code.probabilities(solution.predict(cross)), Pictures.labels(test));
            return new Fitted(calibration, (built - start) / 1e9, (solved - built) / 1e9, solution.jitter());
        }
    }

    private void report(Run run, List<Choice> choices, Choice best, Choice bestLinear, Fitted network, Fitted linear) {
        List<String> columns = new ArrayList<>(List.of("hidden layers"));
        for (double ridge : RIDGES) columns.add("ridge " + plain(ridge));
        List<List<String>> rows = new ArrayList<>();
        for (int depth = 0; depth <= deepest; depth++) {
            List<String> row = new ArrayList<>(List.of(depth == 0 ? "0 (linear)" : Integer.toString(depth)));
            for (int r = 0; r < RIDGES.length; r++) row.add(three(choices.get(depth * RIDGES.length + r).accuracy));
            rows.add(row);
        }
        run.table(new Table("Accuracy on the images held back for the choice", columns, rows));
        run.table(new Table("Accuracy and calibration on the test images, after the choice", List.of("machine", "ridge", "accuracy", "ECE", "kernel, s", "solution, s"),
                List.of(row("tangent kernel, " + best.depth + " hidden layers", best, network), row("linear", bestLinear, linear))));
        run.metric("regression.depth", best.depth);
        run.metric("regression.ridge", best.ridge);
        run.metric("regression.accuracy", network.calibration.accuracy());
        run.metric("regression.ece", network.calibration.error());
        run.metric("regression.validation_accuracy", best.accuracy);
        run.metric("regression.linear_accuracy", linear.calibration.accuracy());
        run.metric("regression.jitter", network.jitter);
        run.claim(new Claim("regression_beats_linear", "Square loss with the tangent kernel classifies images well: better than linear regression on the same pixels",
                Double.NaN, network.calibration.accuracy(), linear.calibration.accuracy(), network.calibration.accuracy() > linear.calibration.accuracy()));
    }

    private static List<String> row(String name, Choice choice, Fitted fitted) {
        return List.of(name, plain(choice.ridge), three(fitted.calibration.accuracy()), three(fitted.calibration.error()), three(fitted.kernelSeconds), three(fitted.solveSeconds));
    }
}
