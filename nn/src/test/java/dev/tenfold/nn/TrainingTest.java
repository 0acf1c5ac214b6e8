package dev.tenfold.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.autograd.Autograd;
import dev.tenfold.autograd.GradientCheck;
import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.HostAllocator;
import dev.tenfold.kernels.WorkerPool;
import dev.tenfold.nn.layers.BatchNorm2d;
import dev.tenfold.nn.layers.Conv2d;
import dev.tenfold.nn.layers.Filter;
import dev.tenfold.nn.layers.Linear;
import dev.tenfold.nn.layers.Mlp;
import dev.tenfold.nn.models.ResNet;
import dev.tenfold.nn.optim.Adam;
import dev.tenfold.nn.optim.Schedule;
import dev.tenfold.nn.optim.Sgd;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TrainingTest {
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    /** One linear layer without bias, weight [1, 2] = (1, -2). */
    private static Linear tiny() {
        Linear layer = new Linear(new Generator(1), 2, 1, false, DType.F64);
        layer.load(Map.of("weight", Tensors.of(new double[] {1, -2}, 1, 2)));
        return layer;
    }

    private static void gradient(Linear layer) {
        // d/dw sum(x w) = x = (3, 4)
        Autograd.backward(layer.forward(Tensors.of(new double[] {3, 4}, 1, 2)).sum());
    }

    @Test
    void sgdWithMomentumTakesTheStepsOfItsFormula() {
        for (boolean nesterov : new boolean[] {false, true}) {
            Linear layer = tiny();
            Sgd sgd = new Sgd(layer, 0.1, 0.9, 0.5, nesterov);
            double[] w = {1, -2};
            double[] v = {0, 0};
            for (int step = 0; step < 3; step++) {
                gradient(layer);
                sgd.step();
                for (int i = 0; i < 2; i++) {
                    double g = 3 + i + 0.5 * w[i];
                    v[i] = 0.9 * v[i] + g;
                    w[i] -= 0.1 * (nesterov ? g + 0.9 * v[i] : v[i]);
                }
                assertArrayEquals(w, layer.weight().value().toDoubles(), 1e-12);
            }
        }
    }

    @Test
    void adamTakesTheStepsOfItsFormula() {
        for (boolean decoupled : new boolean[] {false, true}) {
            Linear layer = tiny();
            Adam adam = new Adam(layer, 0.1, 0.9, 0.99, 1e-8, 0.2, decoupled);
            double[] w = {1, -2};
            double[] m = {0, 0};
            double[] v = {0, 0};
            for (int t = 1; t <= 3; t++) {
                gradient(layer);
                adam.step();
                for (int i = 0; i < 2; i++) {
                    double g = 3 + i + (decoupled ? 0 : 0.2 * w[i]);
                    m[i] = 0.9 * m[i] + 0.1 * g;
                    v[i] = 0.99 * v[i] + 0.01 * g * g;
                    double move = 0.1 * m[i] / (1 - Math.pow(0.9, t)) / (Math.sqrt(v[i] / (1 - Math.pow(0.99, t))) + 1e-8);
                    w[i] -= move + (decoupled ? 0.1 * 0.2 * w[i] : 0);
                }
                assertArrayEquals(w, layer.weight().value().toDoubles(), 1e-10);
            }
        }
    }

    @Test
    void schedulesHaveTheirValues() {
        assertEquals(1, Schedule.cosine(1, 0).rate(0));
        assertEquals(0.5, Schedule.cosine(1, 0).rate(0.5), 1e-15);
        assertEquals(0.2, Schedule.cosine(1, 0.2).rate(1), 1e-15);
        assertEquals(0.04, Schedule.steps(1, 0.2, 0.3, 0.6, 0.8).rate(0.7), 1e-15);
        assertEquals(0.25, Schedule.constant(1).warmUp(0.4).rate(0.1), 1e-15);
    }

    @Test
    void batchNormNormalisesAndRemembers() {
        BatchNorm2d norm = new BatchNorm2d(2, 0.1, 1e-5, DType.F64);
        Tensor x = new Generator(3).normal(DType.F64, Shape.of(4, 2, 3, 3), 5, 2);
        Tensor y = norm.forward(x);
        for (double mean : y.mean(0, 2, 3).toDoubles()) assertEquals(0, mean, 1e-12);
        double[] variance = x.varianceKeep(0, 0, 2, 3).toDoubles();
        double[] after = y.varianceKeep(0, 0, 2, 3).toDoubles();
        for (int c = 0; c < 2; c++) assertEquals(variance[c] / (variance[c] + 1e-5), after[c], 1e-12);
        double[] running = norm.state().get("running_var").toDoubles();
        for (int c = 0; c < 2; c++) assertEquals(0.9 + 0.1 * variance[c] * 36 / 35, running[c], 1e-12);
        norm.eval();
        double mean = norm.state().get("running_mean").toDoubles()[0];
        assertEquals((x.get(0, 0, 0, 0) - mean) / Math.sqrt(running[0] + 1e-5), norm.forward(x).get(0, 0, 0, 0), 1e-12);
    }

    @Test
    void batchNormAndConvolutionHaveTheRightGradients() {
        Generator generator = new Generator(4);
        BatchNorm2d norm = new BatchNorm2d(2, 0.1, 1e-5, DType.F64);
        Conv2d conv = new Conv2d(generator, 2, 2, Filter.square(3).same().withBias(), DType.F64);
        GradientCheck.check(in -> norm.forward(conv.forward(in.getFirst())), List.of(generator.normal(DType.F64, Shape.of(2, 2, 3, 3), 0, 1)), 1, 1e-6);
    }

    @Test
    void crossEntropyAgreesWithItsDefinition() {
        Tensor logits = Tensors.of(new double[] {1, 2, 3, 1, 1, 1}, 2, 3);
        Tensor labels = Tensors.of(new long[] {2, 0});
        double first = Math.log(Math.exp(1) + Math.exp(2) + Math.exp(3));
        assertEquals((first - 3 + Math.log(3)) / 2, Losses.crossEntropy(logits, labels).item(), 1e-12);
        double smooth = 0.9 * ((first - 3 + Math.log(3)) / 2) + 0.1 * ((first - 2 + Math.log(3)) / 2);
        assertEquals(smooth, Losses.crossEntropy(logits, labels, 0.1).item(), 1e-12);
        assertEquals((1 + 4 + 9 + 4 + 1 + 1) / 2.0, Losses.square(logits, Tensors.of(new double[] {0, 0, 0, -1, 0, 0}, 2, 3)).item(), 1e-12);
    }

    @Test
    void aSmallNetworkLearnsTheExclusiveOr() {
        Mlp net = new Mlp(new Generator(5), 2, 16, 2);
        Adam adam = new Adam(net, 0.02);
        Tensor x = Tensors.of(new float[] {0, 0, 0, 1, 1, 0, 1, 1}, 4, 2);
        Tensor labels = Tensors.of(new long[] {0, 1, 1, 0});
        for (int step = 0; step < 200; step++) {
            try (Scope inner = Scope.open()) {
                Autograd.backward(Losses.crossEntropy(net.forward(x), labels));
                adam.step();
            }
        }
        assertArrayEquals(new long[] {0, 1, 1, 0}, net.forward(x).argMax(1).toLongs());
    }

    @Test
    void residualNetworksTrainWithTheSameBitsOnAnyNumberOfThreadsAndLeaveNothingBehind() {
        int before = WorkerPool.threads();
        float[][] results = new float[2][];
        try {
            for (int threads = 1; threads <= 2; threads++) {
                WorkerPool.setThreads(threads);
                Generator generator = new Generator(6);
                ResNet net = ResNet.resNet18(generator, 3, 4, 10);
                Sgd sgd = new Sgd(net, 0.1, 0.9, 5e-4);
                Tensor x = generator.normal(DType.F32, Shape.of(8, 3, 16, 16), 0, 1);
                Tensor labels = generator.integers(DType.I64, 0, 10, 8);
                long blocks = 0;
                double last = 0;
                for (int step = 0; step < 4; step++) {
                    try (Scope inner = Scope.open()) {
                        Tensor loss = Losses.crossEntropy(net.forward(x), labels);
                        last = loss.item();
                        Autograd.backward(loss);
                        sgd.step();
                    }
                    long now = HostAllocator.get().stats().liveBlocks();
                    // Fewer when the collector frees what other tests left.
                    if (step > 0) assertTrue(now <= blocks, "live blocks after step " + step + ": " + now + ", before " + blocks);
                    blocks = now;
                }
                assertTrue(last < 3, "loss " + last);
                results[threads - 1] = net.forward(x).toFloats();
                net.close();
                sgd.close();
            }
        } finally {
            WorkerPool.setThreads(before);
        }
        assertArrayEquals(results[0], results[1]);
    }

    @Test
    void statesMustFit() {
        Mlp net = new Mlp(new Generator(5), 2, 3, 2);
        assertEquals(List.of("fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"), List.copyOf(net.namedParameters().keySet()));
        String message = assertThrows(IllegalArgumentException.class, () -> net.load(Map.of("fc1.weight", Tensors.of(new float[] {1})))).getMessage();
        assertTrue(message.contains("missing") && message.contains("fc2.bias"), message);
    }
}
