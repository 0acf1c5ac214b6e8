package dev.tenfold.methods.squareloss;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;

/**
 * K Gaussian classes in R^d with unit noise: {@code x = mu_y + N(0, I)}, y uniform, the means random directions of one length.
 *
 * @param train      f32 [n, d]
 * @param trainLabel n labels
 * @param test       f32 [m, d]
 * @param testLabel  m labels
 * @param bayes      share of the test points that the nearest mean (the Bayes rule) answers rightly
 */
record GaussianClasses(Tensor train, long[] trainLabel, Tensor test, long[] testLabel, double bayes) {
    /** The tensors belong to the innermost scope. */
    static GaussianClasses of(Generator generator, int classes, int dimension, double length, int train, int test) {
        Tensor g = generator.fork(0).normal(DType.F32, Shape.of(classes, dimension), 0, 1);
        Tensor means = g.div(g.square().sumKeep(1).sqrt()).mul(length);
        long[] trainLabel = generator.fork(1).integers(DType.I64, 0, classes, train).toLongs();
        long[] testLabel = generator.fork(2).integers(DType.I64, 0, classes, test).toLongs();
        Tensor x = generator.fork(3).normal(DType.F32, train, dimension).add(means.indexSelect(0, Tensors.of(trainLabel)));
        Tensor z = generator.fork(4).normal(DType.F32, test, dimension).add(means.indexSelect(0, Tensors.of(testLabel)));
        // The means have one length, so the nearest is the one of the largest inner product.
        long[] nearest = z.matmul(means.transpose()).argMax(1).toLongs();
        int hits = 0;
        for (int i = 0; i < test; i++) if (nearest[i] == testLabel[i]) hits++;
        return new GaussianClasses(x, trainLabel, z, testLabel, (double) hits / test);
    }
}
