package dev.tenfold.jmh.gpu;

import dev.tenfold.autograd.Autograd;
import dev.tenfold.jmh.DenseShapes;
import dev.tenfold.jmh.ResNetShape;
import dev.tenfold.jmh.engine.TokenNamer;
import dev.tenfold.kernels.DType;
import dev.tenfold.nn.Losses;
import dev.tenfold.nn.Module;
import dev.tenfold.nn.layers.Mlp;
import dev.tenfold.nn.models.ResNet;
import dev.tenfold.nn.optim.Adam;
import dev.tenfold.nn.optim.Optimiser;
import dev.tenfold.nn.optim.Sgd;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Precision;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import java.util.Arrays;
import java.util.Map;

/**
 * Whole training steps: forward, cross-entropy, backward, and the optimiser's step. In a narrow type, forward runs in a {@link Precision} region: parameters stay
 * f32, as in PyTorch's autocast.
 */
final class Steps {
    private Steps() {
    }

    static void addTo(Map<String, Workload> all) {
        all.put("mlp-step", new Workload("MLP step", row -> Workload.arithmetic(row.size(0), DenseShapes.trainingFlops(row.edge(0), widths(row), true)), Steps::mlp));
        all.put("resnet-step", new Workload("ResNet-18 step", row -> Workload.arithmetic(row.size(0),
                ResNetShape.trainingFlops(row.edge(0), row.edge(1), row.edge(2))), Steps::resNet));
        all.put("transformer-step", new Workload("transformer step", row -> Workload.arithmetic(row.size(0) * row.size(1),
                DenseShapes.transformerFlops(row.edge(0), row.edge(1), row.edge(2), row.edge(4))), Steps::transformer));
    }

    private static int[] widths(Row row) {
        return Arrays.stream(row.size()).skip(1).mapToInt(Math::toIntExact).toArray();
    }

    private static Call mlp(Row row) {
        int[] widths = widths(row);
        Module net = new Mlp(new Generator(7), widths);
        return step(row, net, new Sgd(net, 0.01, 0.9, 5e-4), Draws.uniform(DType.F32, 9, row.size(0), widths[0]),
                Draws.integers(10, widths[widths.length - 1], row.size(0)));
    }

    private static Call resNet(Row row) {
        Module net = ResNet.resNet18(new Generator(7), 3, row.edge(1), ResNetShape.CLASSES);
        return step(row, net, new Sgd(net, 0.01, 0.9, 5e-4), Draws.uniform(DType.F32, 9, row.size(0), 3, row.size(2), row.size(2)),
                Draws.integers(10, ResNetShape.CLASSES, row.size(0)));
    }

    private static Call transformer(Row row) {
        Module net = new TokenNamer(new Generator(7), DenseShapes.VOCABULARY, row.edge(1), row.edge(2), row.edge(3), row.edge(4));
        return step(row, net, new Adam(net, 1e-3), Draws.integers(9, DenseShapes.VOCABULARY, row.size(0), row.size(1)),
                Draws.integers(10, DenseShapes.VOCABULARY, row.size(0) * row.size(1)));
    }

    private static Call step(Row row, Module net, Optimiser optimiser, Tensor inputs, Tensor labels) {
        return Call.of(() -> {
            try (Scope scope = Scope.open()) {
                Autograd.backward(loss(row, net, inputs, labels));
                optimiser.step();
            }
        }).closing(() -> {
            optimiser.close();
            net.close();
        });
    }

    private static Tensor loss(Row row, Module net, Tensor inputs, Tensor labels) {
        if (row.dtype() == DType.F32) return scored(net, inputs, labels);
        try (Precision region = Precision.compute(row.dtype())) {
            return scored(net, inputs, labels);
        }
    }

    private static Tensor scored(Module net, Tensor inputs, Tensor labels) {
        Tensor scores = net.forward(inputs);
        return Losses.crossEntropy(scores.reshape(labels.size(0), scores.size(-1)), labels);
    }
}
