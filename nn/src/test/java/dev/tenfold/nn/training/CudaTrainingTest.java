package dev.tenfold.nn.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tenfold.autograd.Autograd;
import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.HostAllocator;
import dev.tenfold.kernels.MemoryStats;
import dev.tenfold.kernels.cuda.Cuda;
import dev.tenfold.nn.Module;
import dev.tenfold.nn.Parameter;
import dev.tenfold.nn.optim.Adam;
import dev.tenfold.nn.optim.Gradients;
import dev.tenfold.nn.optim.LossScaler;
import dev.tenfold.nn.optim.Optimiser;
import dev.tenfold.nn.optim.Sgd;
import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.util.Arrays;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Training on a CUDA device (the emulator, unless {@code -Pgpu} asks for a real one) beside the same training on the host. */
class CudaTrainingTest {
    private static final int STEPS = 12;
    private Device cuda;

    @BeforeEach
    void open() {
        if (!Boolean.getBoolean("tenfold.test.gpu")) {
            System.setProperty("tenfold.cuda.emulator", "true");
            assumeTrue(Cuda.available(), Cuda::status);
        }
        cuda = Device.cuda(0);
    }

    private MemoryStats memory() {
        return cuda.accelerator().allocator().stats();
    }

    /** Every number for itself: nothing is summed on the way to its gradient. */
    private static final class Scales extends Module {
        final Parameter scale = parameter("scale", new Generator(1).normal(DType.F32, 6, 35));

        @Override
        public Tensor forward(Tensor x) {
            return x.mul(scale.value());
        }
    }

    /** Softmax regression without a matrix product. */
    private static final class Regression extends Module {
        final Parameter weight = parameter("weight", new Generator(2).normal(DType.F32, 7, 3));
        final Parameter bias = parameter("bias", Tensors.zeros(DType.F32, 3));

        @Override
        public Tensor forward(Tensor x) {
            return x.unsqueeze(2).mul(weight.value()).sum(1).add(bias.value());
        }
    }

    private static Tensor squares(Scales scales) {
        Tensor x = new Generator(3).normal(DType.F32, 6, 35);
        return scales.forward(x).sub(0.5).square().sum();
    }

    /** Points around three centres; the loss is the mean negative log-likelihood of their classes. */
    private static Tensor likelihood(Regression net) {
        Tensor labels = new Generator(4).integers(DType.I64, 0, 3, 30);
        Tensor classes = Tensors.oneHot(DType.F32, labels, 3);
        Tensor centres = new Generator(5).normal(DType.F32, 3, 7);
        Tensor x = new Generator(6).normal(DType.F32, 30, 7).add(classes.unsqueeze(2).mul(centres).sum(1).mul(3));
        return net.forward(x).logSoftmax(1).mul(classes).sum(1).mean().neg();
    }

    /** The parameters after some steps, one after another, and then the last loss. */
    private static <M extends Module> double[] train(M net, Optimiser optimiser, Function<M, Tensor> loss, int steps) {
        double last = 0;
        for (int i = 0; i < steps; i++) {
            try (Scope scope = Scope.open()) {
                Tensor value = loss.apply(net);
                Autograd.backward(value);
                optimiser.step();
                net.zeroGrad();
                last = value.item();
            }
        }
        DoubleStream values = net.parameters().stream().flatMapToDouble(p -> Arrays.stream(p.value().toDoubles()));
        return DoubleStream.concat(values, DoubleStream.of(last)).toArray();
    }

    @Test
    void stepsWithoutSumsHaveTheBitsOfTheHost() {
        for (boolean adam : new boolean[] {false, true}) {
            double[][] results = new double[2][];
            for (Device device : new Device[] {Device.CPU, cuda}) {
                try (Device.Use there = device.use(); Scales net = new Scales()) {
                    assertSame(device, net.scale.value().device());
                    try (Optimiser optimiser = adam ? new Adam(net, 0.05, 0.9, 0.999, 1e-8, 0.01, true) : new Sgd(net, 0.05, 0.9, 0.01)) {
                        double[] all = train(net, optimiser, CudaTrainingTest::squares, STEPS);
                        results[device == cuda ? 1 : 0] = Arrays.copyOf(all, all.length - 1);
                    }
                }
            }
            assertArrayEquals(results[0], results[1]);
        }
    }

    @Test
    void aRegressionLearnsAsOnTheHost() {
        double[][] results = new double[2][];
        double first = 0;
        for (Device device : new Device[] {Device.CPU, cuda}) {
            try (Device.Use there = device.use(); Regression net = new Regression(); Optimiser adam = new Adam(net, 0.05)) {
                first = train(net, adam, CudaTrainingTest::likelihood, 1)[24];
                results[device == cuda ? 1 : 0] = train(net, adam, CudaTrainingTest::likelihood, 3 * STEPS);
            }
        }
        assertArrayEquals(results[0], results[1], 1e-4);
        assertTrue(results[1][24] < 0.7 * first, () -> "the loss stays at " + results[1][24]);
    }

    @Test
    void aStepTakesNothingFromTheDriverAfterTheFirstAndLeavesNothing() {
        long blocks = memory().liveBlocks();
        long hostBlocks = HostAllocator.get().stats().liveBlocks();
        try (Device.Use there = cuda.use(); Regression net = new Regression(); Optimiser adam = new Adam(net, 0.05)) {
            train(net, adam, CudaTrainingTest::likelihood, 2);
            MemoryStats before = memory();
            train(net, adam, CudaTrainingTest::likelihood, 5);
            MemoryStats after = memory();
            assertEquals(before.systemCalls(), after.systemCalls());
            assertEquals(before.liveBlocks(), after.liveBlocks());
            assertTrue(after.allocations() - before.allocations() > 100, before + ", then " + after);
        }
        assertEquals(blocks, memory().liveBlocks());
        assertTrue(HostAllocator.get().stats().liveBlocks() <= hostBlocks);
    }

    @Test
    void gradientsAreMeasuredAndUnscaledOnTheDevice() {
        double[] norms = new double[2];
        for (Device device : new Device[] {Device.CPU, cuda}) {
            try (Device.Use there = device.use(); Regression net = new Regression(); Scope scope = Scope.open()) {
                LossScaler scaler = LossScaler.dynamic();
                Autograd.backward(scaler.scale(likelihood(net)));
                assertTrue(scaler.unscale(net.parameters()));
                norms[device == cuda ? 1 : 0] = Gradients.clipNorm(net.parameters(), 0.1);
            }
        }
        assertEquals(norms[0], norms[1], 1e-5 * norms[0]);
    }
}
