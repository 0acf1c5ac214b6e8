package dev.tenfold.nn.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tenfold.autograd.Autograd;
import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.HostAllocator;
import dev.tenfold.kernels.cuda.Cuda;
import dev.tenfold.kernels.cuda.CudaGraph;
import dev.tenfold.nn.Buffer;
import dev.tenfold.nn.Module;
import dev.tenfold.nn.Parameter;
import dev.tenfold.nn.TrainingState;
import dev.tenfold.nn.data.Batch.Position;
import dev.tenfold.nn.optim.Adam;
import dev.tenfold.nn.optim.Gradients;
import dev.tenfold.nn.optim.Lamb;
import dev.tenfold.nn.optim.LossScaler;
import dev.tenfold.nn.optim.Optimiser;
import dev.tenfold.nn.optim.Sgd;
import dev.tenfold.nn.optim.WeightAverage;
import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.NoGrad;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Modules that move between the host and a CUDA device, and what an optimiser asks of the device. */
class ModuleDevicesTest {
    @TempDir
    Path folder;

    private Device cuda;
    private long deviceBlocks;
    private long hostBlocks;

    @BeforeEach
    void open() {
        if (!Boolean.getBoolean("tenfold.test.gpu")) {
            System.setProperty("tenfold.cuda.emulator", "true");
            assumeTrue(Cuda.available(), Cuda::status);
        }
        cuda = Device.cuda(0);
        deviceBlocks = liveOnDevice();
        hostBlocks = HostAllocator.get().stats().liveBlocks();
    }

    @AfterEach
    void nothingIsLeft() {
        if (cuda == null) return;
        assertEquals(deviceBlocks, liveOnDevice());
        assertEquals(hostBlocks, HostAllocator.get().stats().liveBlocks());
    }

    private long liveOnDevice() {
        return cuda.accelerator().allocator().stats().liveBlocks();
    }

    private long launches() {
        return cuda.accelerator().stream().launchCount();
    }

    /** Two layers and a count of what went through. */
    private static final class Perceptron extends Module {
        private final Parameter first = parameter("first", new Generator(1).normal(DType.F32, 4, 6));
        private final Parameter bias = parameter("bias", Tensors.zeros(DType.F32, 6));
        private final Parameter second = parameter("second", new Generator(2).normal(DType.F32, 6, 1));
        private final Buffer seen = buffer("seen", Tensors.scalar(DType.F32, 0));

        @Override
        public Tensor forward(Tensor x) {
            if (isTraining()) {
                try (NoGrad region = NoGrad.open()) {
                    seen.value().copyFrom(seen.value().add(x.size(0)));
                }
            }
            return product(product(x, first).add(bias.value()).tanh(), second);
        }

        private static Tensor product(Tensor x, Parameter weight) {
            return x.unsqueeze(2).mul(weight.value()).sum(1);
        }
    }

    /** The squared error on a product of two numbers, wherever the module is. */
    private static Tensor loss(Module net) {
        Tensor x = new Generator(3).normal(DType.F32, 12, 4);
        Tensor y = x.narrow(1, 0, 1).mul(x.narrow(1, 1, 1));
        Device there = net.parameters().getFirst().value().device();
        return net.forward(x.to(there)).sub(y.to(there)).square().mean();
    }

    private static double[] train(Module net, Optimiser optimiser, int steps) {
        double[] losses = new double[steps];
        for (int i = 0; i < steps; i++) {
            try (Scope scope = Scope.open()) {
                Tensor loss = loss(net);
                Autograd.backward(loss);
                optimiser.step();
                losses[i] = loss.item();
            }
        }
        return losses;
    }

    private static double[] values(Module net) {
        return net.state().values().stream().flatMapToDouble(t -> Arrays.stream(t.toDoubles())).toArray();
    }

    @Test
    void aModuleThatMovesInItsTrainingLearnsAsOneThatStays() {
        try (Perceptron stays = new Perceptron(); Optimiser one = new Adam(stays, 0.05); WeightAverage average = new WeightAverage(stays, 0.5);
                Perceptron moves = new Perceptron(); Optimiser other = new Adam(moves, 0.05); WeightAverage moved = new WeightAverage(moves, 0.5)) {
            for (Device device : new Device[] {cuda, Device.CPU, cuda}) {
                assertSame(moves, moves.to(device));
                moves.state().values().forEach(t -> assertSame(device, t.device()));
                double[] expected = train(stays, one, 5);
                assertArrayEquals(expected, train(moves, other, 5), 1e-4);
                average.update();
                moved.update();
            }
            assertEquals(180, moves.seen.value().item());
            assertArrayEquals(values(stays), values(moves), 1e-4);
            try (WeightAverage.Use here = average.use(); WeightAverage.Use there = moved.use()) {
                assertArrayEquals(values(stays), values(moves), 1e-4);
            }
        }
    }

    @Test
    void aCheckpointOfOneDeviceIsLoadedOnTheOther() throws IOException {
        for (Device device : new Device[] {cuda, Device.CPU}) {
            Device other = device == cuda ? Device.CPU : cuda;
            Path file = folder.resolve(device + ".safetensors");
            try (Perceptron writes = new Perceptron(); Optimiser its = new Adam(writes, 0.05); Perceptron reads = new Perceptron(); Optimiser own = new Adam(reads, 0.05)) {
                writes.to(device);
                reads.to(other);
                train(writes, its, 3);
                new TrainingState().module("net", writes).optimiser("adam", its).save(file, new TrainingState.Progress(new Position(0, 0), Map.of(), Map.of()));
                new TrainingState().module("net", reads).optimiser("adam", own).restore(file);
                assertSame(other, reads.first.value().device());
                assertArrayEquals(values(writes), values(reads));
                assertArrayEquals(train(writes, its, 3), train(reads, own, 3), 1e-4);
            }
        }
    }

    @Test
    void gradientsMoveAlongAndFrozenParametersStayFrozen() {
        try (Scope scope = Scope.open(); Perceptron net = new Perceptron()) {
            net.bias.freeze(true);
            Autograd.backward(loss(net));
            double[] gradient = net.first.grad().toDoubles();
            Tensor before = net.first.value();
            net.to(Device.CPU);
            assertSame(before, net.first.value(), "it is there already");
            net.to(cuda);
            assertSame(cuda, net.first.grad().device());
            assertArrayEquals(gradient, net.first.grad().toDoubles());
            assertTrue(net.first.value().requiresGrad());
            assertFalse(net.bias.value().requiresGrad());
        }
    }

    /** Many parameters of different sizes, each with its own gradient. */
    private static final class Many extends Module {
        Many(int count) {
            for (int i = 0; i < count; i++) parameter("p" + i, new Generator(i).normal(DType.F32, 1 + 7 * i));
        }

        @Override
        public Tensor forward(Tensor x) {
            return x;
        }

        void setGradients(double scale) {
            int i = 0;
            for (Parameter p : parameters()) p.value().setGrad(new Generator(1000 + i++).normal(DType.F32, p.value().elements()).mul(scale));
        }
    }

    @Test
    void aStepOverManyParametersIsOneLaunch() {
        try (Device.Use there = cuda.use(); Scope scope = Scope.open(); Many net = new Many(40); Optimiser adam = new Adam(net, 0.01); Optimiser sgd = new Sgd(net, 0.01, 0.9, 0)) {
            for (Optimiser optimiser : new Optimiser[] {adam, sgd}) {
                net.setGradients(1);
                long before = launches();
                optimiser.step();
                assertEquals(1, launches() - before, optimiser.toString());
            }
            net.setGradients(1);
            long before = launches();
            LossScaler scaler = LossScaler.fixed(4);
            assertTrue(scaler.unscale(net.parameters()));
            assertEquals(1, launches() - before, "unscaled and looked through");
            before = launches();
            Gradients.clipNorm(net.parameters(), 0.1);
            assertEquals(3, launches() - before, "squares, sums, scaling");
        }
    }

    @Test
    void lambAndClippedGradientsAreThoseOfTheHost() {
        double[][] results = new double[2][];
        for (Device device : new Device[] {Device.CPU, cuda}) {
            try (Device.Use there = device.use(); Scope scope = Scope.open(); Many net = new Many(9); Optimiser lamb = new Lamb(net, 0.01)) {
                for (int step = 0; step < 3; step++) {
                    net.setGradients(step);
                    Gradients.clipNorm(net.parameters(), 2);
                    lamb.step();
                }
                results[device == cuda ? 1 : 0] = values(net);
            }
        }
        assertArrayEquals(results[0], results[1], 1e-6);
    }

    @Test
    void anOverflowIsFoundAmongManyGradients() {
        try (Device.Use there = cuda.use(); Scope scope = Scope.open(); Many net = new Many(30)) {
            net.setGradients(1);
            net.parameters().get(21).value().setGrad(Tensors.full(DType.F32, net.parameters().get(21).value().shape(), Double.POSITIVE_INFINITY));
            assertFalse(LossScaler.dynamic().unscale(net.parameters()));
            assertTrue(net.parameters().stream().allMatch(p -> p.grad() == null));
        }
    }

    @Test
    void aStepInAGraphHasTheBitsOfAStepOutsideOfIt() {
        double[][] results = new double[2][];
        for (boolean captured : new boolean[] {false, true}) {
            try (Device.Use there = cuda.use(); Scope scope = Scope.open(); Many net = new Many(12); Optimiser sgd = new Sgd(net, 0.01, 0.9, 0.1)) {
                net.setGradients(1);
                sgd.step();
                net.setGradients(1);
                if (captured) {
                    // A step drops the gradients; those that a graph reads must live on.
                    net.parameters().forEach(p -> p.grad().detach());
                    try (CudaGraph graph = cuda.capture(sgd::step)) {
                        for (int i = 0; i < 4; i++) graph.replay();
                        cuda.synchronize();
                    }
                } else {
                    for (int i = 0; i < 4; i++) {
                        net.setGradients(1);
                        sgd.step();
                    }
                }
                results[captured ? 1 : 0] = values(net);
            }
        }
        assertArrayEquals(results[0], results[1]);
    }
}
