package dev.tenfold.jmh.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
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
    private static final float RATE = 0.01f;
    private static final float DECAY = 5e-4f;
    private static final float MOMENTUM = 0.9f;

    /** One trained array with its velocity; {@code leaf} lives for one step. */
    private static final class Parameter {
        final NDArray value;
        final NDArray velocity;
        NDArray leaf;

        Parameter(NDArray value) {
            this.value = value;
            velocity = value.zerosLike();
        }
    }

    /** A convolution followed by batch normalisation. */
    private final class ConvNorm {
        private final ResNetShape.Conv shape;
        private final Parameter weight;
        private final Parameter gain;
        private final Parameter shift;
        private final NDArray mean;
        private final NDArray variance;

        ConvNorm(ResNetShape.Conv shape) {
            this.shape = shape;
            float bound = (float) Math.sqrt(6.0 / (shape.in() * shape.kernel() * shape.kernel()));
            weight = parameter(Torch.uniform(manager, 7, bound, shape.out(), shape.in(), shape.kernel(), shape.kernel()));
            gain = parameter(manager.ones(new Shape(shape.out())));
            shift = parameter(manager.zeros(new Shape(shape.out())));
            mean = manager.zeros(new Shape(shape.out()));
            variance = manager.ones(new Shape(shape.out()));
        }

        NDArray apply(NDArray x) {
            Shape stride = new Shape(shape.stride(), shape.stride());
            Shape padding = new Shape(shape.kernel() / 2, shape.kernel() / 2);
            NDArray y = keep(Conv2d.conv2d(x, weight.leaf, null, stride, padding).singletonOrThrow());
            return keep(BatchNorm.batchNorm(y, mean, variance, gain.leaf, shift.leaf, 1, 0.9f, 1e-5f, true)
                    .singletonOrThrow());
        }
    }

    private record Unit(ConvNorm first, ConvNorm second, ConvNorm shortcut) {
    }

    private final List<Parameter> parameters = new ArrayList<>();
    private final List<NDArray> kept = new ArrayList<>();
    private final List<Unit> units = new ArrayList<>();
    private NDManager manager;
    private ConvNorm stem;
    private Parameter classifier;
    private Parameter bias;
    private NDArray images;
    private NDArray oneHot;
    private NDArray one;

    @Setup
    public void open() {
        manager = Torch.manager();
        stem = new ConvNorm(ResNetShape.STEM);
        for (ResNetShape.Unit u : ResNetShape.UNITS) {
            units.add(new Unit(new ConvNorm(u.first()), new ConvNorm(u.second()),
                    u.shortcut() == null ? null : new ConvNorm(u.shortcut())));
        }
        classifier = parameter(Torch.uniform(manager, 8, 0.04f, ResNetShape.FEATURES, ResNetShape.CLASSES));
        bias = parameter(manager.zeros(new Shape(ResNetShape.CLASSES)));
        images = Torch.uniform(manager, 9, 1, BATCH, 3, 32, 32);
        oneHot = manager.create(Inputs.labels(BATCH, ResNetShape.CLASSES, 10)).oneHot(ResNetShape.CLASSES)
                .toType(DataType.FLOAT32, false);
        one = manager.ones(new Shape());
    }

    @Benchmark
    public void step() {
        Torch.record();
        for (Parameter p : parameters) p.leaf = Torch.leaf(p.value);
        Torch.backward(loss(), one);
        for (Parameter p : parameters) {
            try (NDArray gradient = p.leaf.getGradient()) {
                JniUtils.sgdUpdate((PtNDArray) p.value, (PtNDArray) gradient, (PtNDArray) p.velocity, RATE, DECAY, 1, -1,
                        MOMENTUM);
            }
            p.leaf.close();
        }
        for (NDArray array : kept) array.close();
        kept.clear();
    }

    private NDArray loss() {
        NDArray x = relu(stem.apply(images));
        for (Unit unit : units) {
            NDArray y = unit.second.apply(relu(unit.first.apply(x)));
            NDArray around = unit.shortcut == null ? x : unit.shortcut.apply(x);
            x = relu(keep(y.add(around)));
        }
        NDArray pooled = keep(JniUtils.adaptiveAvgPool((PtNDArray) x, new Shape(1, 1)));
        NDArray features = keep(pooled.reshape(BATCH, ResNetShape.FEATURES));
        NDArray scores = keep(keep(features.matMul(classifier.leaf)).add(bias.leaf));
        NDArray picked = keep(keep(scores.logSoftmax(1)).mul(oneHot));
        return keep(keep(picked.sum()).mul(-1f / BATCH));
    }

    private NDArray relu(NDArray x) {
        return keep(x.getNDArrayInternal().relu());
    }

    private Parameter parameter(NDArray value) {
        Parameter p = new Parameter(value);
        parameters.add(p);
        return p;
    }

    private NDArray keep(NDArray array) {
        kept.add(array);
        return array;
    }
}
