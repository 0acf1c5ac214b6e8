package dev.tenfold.jmh;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** All benchmarks with their sizes. A new one is a class in {@code engine}, its twin in {@code peers}, and a line here. */
public final class Catalogue {
    // Small enough for the nearest caches, for the second level, for none.
    private static final long[] STREAM_SIZES = {4096, 65536, 16777216};
    private static final String[] STREAM_NAMES = {"4 K", "64 K", "16 M"};
    private static final int SOFTMAX_WIDTH = 1000;

    private static final List<BenchCase> CASES = cases();

    private Catalogue() {
    }

    /** Every row, in the order of the table. */
    public static List<BenchCase> all() {
        return CASES;
    }

    /** The rows of one benchmark, or of all. */
    public static List<BenchCase> named(String name) {
        return name.equals("all") ? CASES : CASES.stream().filter(c -> c.name().equals(name)).toList();
    }

    /** What can be named on the command line. */
    public static Set<String> names() {
        Set<String> names = new LinkedHashSet<>();
        for (BenchCase c : CASES) names.add(c.name());
        return names;
    }

    private static List<BenchCase> cases() {
        List<BenchCase> cases = new ArrayList<>();
        for (int n : new int[] {128, 512, 2048}) {
            String size = n + " x " + n;
            cases.add(new BenchCase("gemm", "Gemm.multiply", "gemm", "n", "" + n, size,
                    Work.arithmetic((double) n * n, 2.0 * n * n * n)));
        }
        streaming(cases, "exp", "Elementwise.exp", 2);
        streaming(cases, "add", "Elementwise.add", 3);
        streaming(cases, "sum", "Elementwise.sum", 1);
        cases.add(new BenchCase("chain", "Chain.six", "chain of 6 operations", null, null, "1 M", Work.streaming(1 << 20, 4)));
        cases.add(new BenchCase("adam", "AdamStep.step", "Adam step", null, null, "2 M in 16", Work.streaming(2 << 20, 7)));
        for (int rows : new int[] {4, 64, 16384}) {
            cases.add(new BenchCase("softmax", "Softmax.softmax", "softmax", "rows", "" + rows,
                    rows + " x " + SOFTMAX_WIDTH, Work.streaming((long) rows * SOFTMAX_WIDTH, 2)));
        }
        normalisations(cases);
        convolution(cases);
        cases.add(new BenchCase("small", "SmallTensor.recordedAdd", "recorded add", null, null, "16", Work.overhead()));
        cases.add(BenchCase.step("resnet", "ResNetStep.step", "ResNet-18 step", "32 x 3x32x32",
                Work.arithmetic(32, ResNetShape.trainingFlops(32))));
        networks(cases);
        return List.copyOf(cases);
    }

    private static void networks(List<BenchCase> cases) {
        cases.add(BenchCase.step("mlp", "MlpStep.step", "MLP step", "128 x 784-512-512-10",
                Work.arithmetic(DenseShapes.MLP_BATCH, DenseShapes.trainingFlops(DenseShapes.MLP_BATCH, DenseShapes.MLP, true))));
        cases.add(BenchCase.step("transformer", "TransformerStep.step", "transformer step", "64 x 32, 4 layers of 128",
                Work.arithmetic(DenseShapes.SEQUENCES, DenseShapes.transformerFlops())));
        cases.add(BenchCase.step("ctr", "ClicksStep.step", "CTR step", "1024 x 20 of 100 K x 16",
                Work.arithmetic(DenseShapes.CLICKS_BATCH, DenseShapes.trainingFlops(DenseShapes.CLICKS_BATCH, DenseShapes.CLICKS, false))));
    }

    private static void streaming(List<BenchCase> cases, String name, String method, int arrays) {
        for (int i = 0; i < STREAM_SIZES.length; i++) {
            cases.add(new BenchCase(name, method, name, "n", "" + STREAM_SIZES[i], STREAM_NAMES[i],
                    Work.streaming(STREAM_SIZES[i], arrays)));
        }
    }

    /** Softmax and its like, and normalisations, with their gradients: x and g read, y and the gradient of x written. */
    private static void normalisations(List<BenchCase> cases) {
        cases.add(new BenchCase("softmax", "Softmax.forwardBackward", "softmax fwd + bwd", "rows", "64", "64 x " + SOFTMAX_WIDTH,
                Work.streaming(64L * SOFTMAX_WIDTH, 4)));
        for (int rows : new int[] {4, 64, 16384}) {
            cases.add(new BenchCase("logsumexp", "Softmax.logSumExp", "log-sum-exp", "rows", "" + rows, rows + " x " + SOFTMAX_WIDTH,
                    Work.streaming((long) rows * SOFTMAX_WIDTH, 1)));
        }
        cases.add(new BenchCase("crossentropy", "CrossEntropy.forwardBackward", "cross-entropy fwd + bwd", null, null, "128 x 1000",
                Work.streaming(128L * 1000, 2)));
        cases.add(new BenchCase("batchnorm", "BatchNorm.forwardBackward", "batch norm fwd + bwd", null, null, "32x64x32x32",
                Work.streaming(32L * 64 * 32 * 32, 4)));
        for (String size : new String[] {"2048x128", "64x1000"}) {
            String[] sides = size.split("x");
            cases.add(new BenchCase("layernorm", "LayerNorm.forwardBackward", "layer norm fwd + bwd", "size", size, sides[0] + " x " + sides[1],
                    Work.streaming(Long.parseLong(sides[0]) * Long.parseLong(sides[1]), 4)));
        }
    }

    private static void convolution(List<BenchCase> cases) {
        String size = "32x64x32x32, 3x3, 64";
        double outputs = 32.0 * 64 * 32 * 32;
        double forward = outputs * 64 * 9 * 2;
        cases.add(new BenchCase("conv", "Convolution.forward", "conv forward", null, null, size,
                Work.arithmetic(outputs, forward)));
        cases.add(new BenchCase("conv", "Convolution.forwardBackward", "conv fwd + bwd", null, null, size,
                Work.arithmetic(outputs, 3 * forward)));
    }
}
