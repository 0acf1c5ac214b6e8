package dev.tenfold.nn.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tenfold.autograd.Autograd;
import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.cuda.Cuda;
import dev.tenfold.kernels.cuda.CudaGraph;
import dev.tenfold.nn.Losses;
import dev.tenfold.nn.Module;
import dev.tenfold.nn.layers.Transformer;
import dev.tenfold.nn.layers.TransformerDesign;
import dev.tenfold.nn.models.ResNet;
import dev.tenfold.nn.models.ResNetDesign;
import dev.tenfold.nn.optim.Optimiser;
import dev.tenfold.nn.optim.Sgd;
import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.util.Arrays;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whole training steps on a CUDA device, the emulator unless {@code -Pgpu} asks for a real one: near the host's, and the same bits out of a graph. */
class CudaStepTest {
    private static final int STEPS = 3;
    private Device cuda;

    @BeforeEach
    void open() {
        if (!Boolean.getBoolean("tenfold.test.gpu")) {
            System.setProperty("tenfold.cuda.emulator", "true");
            assumeTrue(Cuda.available(), Cuda::status);
        }
        cuda = Device.cuda(0);
    }

    /** A network with its optimiser, and the tensors that its step reads and writes. */
    private static final class Training implements AutoCloseable {
        final Module net;
        final Function<Module, Tensor> logits;
        final Optimiser optimiser;
        final Tensor input;
        final Tensor labels;
        final Tensor loss = Tensors.zeros(DType.F32);

        Training(Module net, Function<Training, Tensor> logits, Tensor input, Tensor labels) {
            this.net = net;
            this.logits = module -> logits.apply(this);
            this.input = input;
            this.labels = labels;
            optimiser = new Sgd(net, 0.1, 0.9, 1e-4);
        }

        void step() {
            try (Scope scope = Scope.open()) {
                Tensor value = Losses.crossEntropy(logits.apply(net), labels);
                Autograd.backward(value);
                optimiser.step();
                net.zeroGrad();
                loss.copyFrom(value.detach());
            }
        }

        /** Everything that a step changes. */
        double[] state() {
            Stream<Tensor> all = Stream.concat(net.parameters().stream().map(p -> p.value()), net.namedBuffers().values().stream());
            return Stream.concat(all, Stream.of(loss)).flatMapToDouble(t -> Arrays.stream(t.toDoubles())).toArray();
        }

        @Override
        public void close() {
            optimiser.close();
            net.close();
        }
    }

    private static Training resNet() {
        Module net = new ResNet(new Generator(1), ResNetDesign.cifar(8).width(4), 5);
        return new Training(net, t -> t.net.forward(t.input), new Generator(2).normal(DType.F32, 3, 3, 8, 8), new Generator(3).integers(DType.I64, 0, 5, 3));
    }

    /** With dropout, whose masks must differ from step to step in a graph as well. */
    private static Training transformer() {
        Module net = new Transformer(new Generator(4), TransformerDesign.of(16, 2).withDropout(0.2), 2, 6, Transformer.Positions.LEARNED);
        return new Training(net, t -> t.net.forward(t.input).mean(1), new Generator(5).normal(DType.F32, 2, 6, 16), new Generator(6).integers(DType.I64, 0, 16, 2));
    }

    private void replaysAsItRuns(Supplier<Training> made) {
        double[][] states = new double[3][];
        for (Device device : new Device[] {Device.CPU, cuda}) {
            try (Scope all = Scope.open(); Device.Use there = device.use(); Training training = made.get()) {
                for (int i = 0; i < 1 + STEPS; i++) training.step();
                states[device == cuda ? 1 : 0] = training.state();
            }
        }
        try (Scope all = Scope.open(); Device.Use there = cuda.use(); Training training = made.get()) {
            training.step();
            try (CudaGraph graph = cuda.capture(training::step)) {
                for (int i = 0; i < STEPS; i++) graph.replay();
                states[2] = training.state();
            }
        }
        assertArrayEquals(states[0], states[1], 2e-3, "the device is near the host");
        assertEquals(states[1].length, states[2].length);
        assertArrayEquals(states[1], states[2], "a graph has the bits of the calls");
        assertTrue(Arrays.stream(states[2]).allMatch(Double::isFinite));
    }

    @Test
    void aResNetsStepInAGraphHasItsBits() {
        replaysAsItRuns(CudaStepTest::resNet);
    }

    @Test
    void aTransformersStepInAGraphHasItsBits() {
        replaysAsItRuns(CudaStepTest::transformer);
    }
}
