package dev.tenfold.methods.squareloss;

import dev.tenfold.methods.Method;
import dev.tenfold.methods.Run;
import dev.tenfold.methods.squareloss.PictureStudy.Architecture;
import dev.tenfold.methods.squareloss.PictureStudy.Limits;
import dev.tenfold.nn.models.ResNet;
import dev.tenfold.nn.models.WideResNet;
import java.io.IOException;
import java.util.List;

/** The square loss for classifiers, its tangent-kernel theory and its robustness (Hu et al. 2022). */
public final class SquareLoss implements Method {
    private static final int[] SMALL_CIRCLE = {100, 200, 400, 800, 1600};
    private static final int[] FULL_CIRCLE = {100, 200, 400, 800, 1600, 3200};
    private static final int[] WIDTHS = {512, 4096, 32768};

    @Override
    public String name() {
        return "squareloss";
    }

    @Override
    public String title() {
        return "Square loss for overparametrised classifiers, and the tangent kernel under it";
    }

    @Override
    public String paper() {
        return "T. Hu, J. Wang, W. Wang, Z. Li: Understanding Square Loss in Training Overparametrized Neural Network Classifiers. NeurIPS 2022, arXiv:2112.03657";
    }

    @Override
    public List<String> operations() {
        return List.of("matmul", "linear", "conv2d", "conv2dInputGradient", "conv2dWeightGradient", "averagePool2d", "batchNorm", "crossEntropy", "indexSelect", "gather",
                "cholesky", "triangularSolve", "eigh");
    }

    @Override
    public void run(Run run) throws IOException {
        boolean small = run.scale() == Run.Scale.SMALL;
        Pictures pictures = Pictures.of(run, small ? new Pictures.Made(1, 16, 0.06, 3000, 1000) : new Pictures.Made(3, 32, 0.06, 50_000, 10_000));
        run.describeData(pictures.description());
        for (Study study : small ? small(pictures) : full(pictures)) study.run(run);
    }

    /** One to four minutes on two cores, by the size of the images. */
    private static List<Study> small(Pictures pictures) {
        Architecture net = new Architecture("A residual network of width 8 (three stages of one block)", (g, channels, outputs) -> new ResNet(g, channels, 8, new int[] {1, 1, 1}, outputs));
        return List.of(new SpiralStudy(5, 3, 4000, 1000), new CircleStudy(5, SMALL_CIRCLE), new WideNetStudy(WIDTHS, 3000), new GaussianStudy(3, 2000, 4000, 1000, 40),
                new RegressionStudy(pictures, 1500, 1000, 3), new PictureStudy(pictures, net, new PictureTraining(16, 32, 0.1, 5e-4), 1, new Limits(4000, 1000, 200, 100, 50, 0)),
                new ConvKernelStudy(pictures, 100, 100, 11, 8));
    }

    /** Section 7.2 of the specification: for a large machine. */
    private static List<Study> full(Pictures pictures) {
        Architecture net = new Architecture("WRN-16-4", (g, channels, outputs) -> new WideResNet(g, 16, 4, channels, outputs));
        return List.of(new SpiralStudy(5, 3, 4000, 1000), new CircleStudy(5, FULL_CIRCLE), new WideNetStudy(WIDTHS, 3000), new GaussianStudy(3, 2000, 4000, 4000, 40),
                new RegressionStudy(pictures, Integer.MAX_VALUE, Integer.MAX_VALUE, 5), new PictureStudy(pictures, net, new PictureTraining(15, 128, 0.1, 5e-4), 2,
                        new Limits(Integer.MAX_VALUE, Integer.MAX_VALUE, 1000, 100, 100, 100)), new ConvKernelStudy(pictures, 2000, 1000, 11, 32));
    }
}
