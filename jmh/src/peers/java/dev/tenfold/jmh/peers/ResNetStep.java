package dev.tenfold.jmh.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import dev.tenfold.jmh.Inputs;
import dev.tenfold.jmh.ResNetShape;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** One training step of ResNet-18 on 32 images of 3x32x32: forward, cross-entropy, backward, SGD with momentum. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ResNetStep {
    private static final int BATCH = 32;

    /** A convolution followed by batch normalisation. */
    private final class ConvNorm {
        private final ResNetShape.Conv shape;
        private final Training.Parameter weight;
        private final Training.Parameter gain;
        private final Training.Parameter shift;
        private final NDArray mean;
        private final NDArray variance;

        ConvNorm(ResNetShape.Conv shape) {
            this.shape = shape;
            float bound = (float) Math.sqrt(6.0 / (shape.in() * shape.kernel() * shape.kernel()));
            weight = training.uniform(7, bound, shape.out(), shape.in(), shape.kernel(), shape.kernel());
            gain = training.parameter(training.manager.ones(new Shape(shape.out())));
            shift = training.parameter(training.manager.zeros(new Shape(shape.out())));
            mean = training.manager.zeros(new Shape(shape.out()));
            variance = training.manager.ones(new Shape(shape.out()));
        }

        NDArray apply(NDArray x) {
            Shape stride = new Shape(shape.stride(), shape.stride());
            Shape padding = new Shape(shape.kernel() / 2, shape.kernel() / 2);
            NDArray y = training.keep(Conv2d.conv2d(x, weight.leaf, null, stride, padding).singletonOrThrow());
            return training.keep(BatchNorm.batchNorm(y, mean, variance, gain.leaf, shift.leaf, 1, 0.9f, 1e-5f, true)
                    .singletonOrThrow());
        }
    }

    private record Unit(ConvNorm first, ConvNorm second, ConvNorm shortcut) {
    }

    private final List<Unit> units = new ArrayList<>();
    private Training training;
    private Training.Update sgd;
    private ConvNorm stem;
    private Training.Linear classifier;
    private NDArray images;
    private NDArray oneHot;

    @Setup
    public void open() {
        training = new Training();
        sgd = Training.momentum(0.01f, 0.9f, 5e-4f);
        stem = new ConvNorm(ResNetShape.STEM);
        for (ResNetShape.Unit u : ResNetShape.UNITS) {
            units.add(new Unit(new ConvNorm(u.first()), new ConvNorm(u.second()),
                    u.shortcut() == null ? null : new ConvNorm(u.shortcut())));
        }
        classifier = training.linear(ResNetShape.FEATURES, ResNetShape.CLASSES);
        images = Torch.uniform(training.manager, 9, 1, BATCH, 3, 32, 32);
        oneHot = training.oneHot(Inputs.labels(BATCH, ResNetShape.CLASSES, 10), ResNetShape.CLASSES);
    }

    @Benchmark
    public void step() {
        training.step(this::loss, sgd);
    }

    private NDArray loss() {
        NDArray x = training.relu(stem.apply(images));
        for (Unit unit : units) {
            NDArray y = unit.second.apply(training.relu(unit.first.apply(x)));
            NDArray around = unit.shortcut == null ? x : unit.shortcut.apply(x);
            x = training.relu(training.keep(y.add(around)));
        }
        NDArray pooled = training.keep(JniUtils.adaptiveAvgPool((PtNDArray) x, new Shape(1, 1)));
        NDArray features = training.keep(pooled.reshape(BATCH, ResNetShape.FEATURES));
        return training.crossEntropy(classifier.apply(features), oneHot);
    }
}
