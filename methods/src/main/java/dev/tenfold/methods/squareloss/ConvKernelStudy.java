package dev.tenfold.methods.squareloss;

import static dev.tenfold.methods.squareloss.Numbers.three;

import dev.tenfold.kernels.DType;
import dev.tenfold.methods.Run;
import dev.tenfold.methods.ntk.ConvKernel;
import dev.tenfold.methods.ntk.DualActivation;
import dev.tenfold.methods.ntk.FcKernel;
import dev.tenfold.methods.ntk.KernelSolver;
import dev.tenfold.methods.ntk.Ridge;
import dev.tenfold.methods.report.Claim;
import dev.tenfold.methods.report.Table;
import dev.tenfold.nn.Metrics;
import dev.tenfold.nn.data.image.ImageSet;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.util.List;

/**
 * Regression with the convolutional tangent kernel with global average pooling, first and last layer fixed (CNTK-GAP of Arora et al. 2019): targets
 * 0.9 and -0.1, no ridge, as in the authors' script. Nothing is chosen, so the test images are seen once. The fully connected kernel of one
 * hidden layer on the same images is the baseline.
 *
 * @param pictures the images
 * @param train    training images at most
 * @param test     test images at most
 * @param depth    convolution layers plus one; the paper's best is 11
 * @param largest  images are shrunk by averaging until height and width are at most this: the work grows with their fourth power
 */
record ConvKernelStudy(Pictures pictures, int train, int test, int depth, int largest) implements Study {
    private static final long ROWS = 25;

    @Override
    public void run(Run run) {
        Pictures used = pictures.subset(new Generator(run.seed()).fork(StudyNumber.CONVOLUTION), train, test);
        int factor = factor(used.train());
        run.section("Convolutional tangent kernel");
        run.text(used.train().size() + " training and " + used.test().size() + " test images of: " + pictures.description()
                + (factor == 1 ? "" : "; every " + factor + " x " + factor + " pixels averaged into one") + ". CNTK-GAP of depth " + depth
                + ", first and last layer fixed, targets 0.9 and -0.1, no ridge.");
        try (Scope scope = Scope.open()) {
            Tensor x = pixels(used.train(), factor);
            Tensor z = pixels(used.test(), factor);
            Tensor y = Tensors.eye(DType.F64, used.train().classes()).sub(0.1).indexSelect(0, used.train().labelTensor());
            long[] labels = Pictures.labels(used.test());
            double flat = accuracy(flatKernel().ntk(RegressionStudy.rows(used.train())), flatKernel().ntk(RegressionStudy.rows(used.test()), RegressionStudy.rows(used.train())), y, labels);
            long start = System.nanoTime();
            double convolution = convolution(run, x, z, y, labels);
            report(run, convolution, flat, (System.nanoTime() - start) / 1e9, used);
        }
    }

    private static FcKernel flatKernel() {
        return FcKernel.neuralTangents(DualActivation.RELU, 1, Math.sqrt(2), 0);
    }

    private double convolution(Run run, Tensor x, Tensor z, Tensor y, long[] labels) {
        ConvKernel kernel = new ConvKernel(depth, true, true);
        long n = z.size(0);
        Tensor k;
        Tensor cross = Tensors.zeros(DType.F64, n, x.size(0));
        try (Run.Progress progress = run.progress("convolutional kernel", 1 + (n + ROWS - 1) / ROWS)) {
            k = kernel.between(x, x);
            progress.step();
            for (long from = 0; from < n; from += ROWS) {
                try (Scope scope = Scope.open()) {
                    long rows = Math.min(ROWS, n - from);
                    cross.narrow(0, from, rows).copyFrom(kernel.between(z.narrow(0, from, rows).copy(), x));
                }
                progress.step();
            }
        }
        return accuracy(k, cross, y, labels);
    }

    private int factor(ImageSet set) {
        int side = Math.max(set.height(), set.width());
        return (side + largest - 1) / largest;
    }

    /** Pixels in [0, 1] averaged over squares, f64 [n, c, h / factor, w / factor]; what does not fill a square is cut off. */
    static Tensor pixels(ImageSet set, int factor) {
        long h = set.height() / factor;
        long w = set.width() / factor;
        Tensor x = set.images().to(DType.F64).div(255).narrow(2, 0, h * factor).narrow(3, 0, w * factor);
        return x.reshape(set.size(), set.channels(), h, factor, w, factor).mean(3, 5);
    }

    private static double accuracy(Tensor k, Tensor cross, Tensor y, long[] labels) {
        try (Scope scope = Scope.open()) {
            long[] answers = KernelSolver.ridgeRegression(k, y, Ridge.NONE).predict(cross).argMax(1).toLongs();
            return Metrics.accuracy(answers, labels);
        }
    }

    private void report(Run run, double convolution, double flat, double seconds, Pictures used) {
        long pairs = (long) used.train().size() * (used.train().size() + 1) / 2 + (long) used.train().size() * used.test().size();
        run.metric("cntk.accuracy", convolution);
        run.metric("cntk.flat_accuracy", flat);
        run.table(new Table("Convolutional and fully connected tangent kernel on the same images", List.of("kernel", "accuracy", "pairs", "seconds"),
                List.of(List.of("CNTK-GAP, depth " + depth, three(convolution), Long.toString(pairs), three(seconds)), List.of("fully connected, 1 hidden layer", three(flat), "", ""))));
        run.claim(new Claim("cntk_beats_fc", "Convolution with pooling suits images: CNTK-GAP is more accurate than the fully connected tangent kernel on the same few images",
                Double.NaN, convolution, flat, convolution > flat));
    }
}
