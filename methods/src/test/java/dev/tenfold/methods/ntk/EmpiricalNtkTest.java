package dev.tenfold.methods.ntk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.autograd.Autograd;
import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.HostAllocator;
import dev.tenfold.nn.Module;
import dev.tenfold.nn.Parameter;
import dev.tenfold.nn.layers.Conv2d;
import dev.tenfold.nn.layers.Filter;
import dev.tenfold.nn.layers.Function;
import dev.tenfold.nn.layers.Linear;
import dev.tenfold.nn.layers.Mlp;
import dev.tenfold.nn.layers.Sequential;
import dev.tenfold.nn.models.ResNet;
import dev.tenfold.tensor.Convolutions;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EmpiricalNtkTest {
    private static final long PLENTY = 1 << 28;
    private Scope scope;
    private Tensor x;
    private Tensor z;

    @BeforeEach
    void open() {
        scope = Scope.open();
        Generator generator = new Generator(7);
        x = generator.normal(DType.F64, Shape.of(4, 5), 0, 1);
        z = generator.normal(DType.F64, Shape.of(3, 5), 0, 1);
    }

    @AfterEach
    void close() {
        scope.close();
    }

    /** The whole Jacobian [n, outputs, parameters]. */
    private static Tensor jacobian(Module network, Tensor x) {
        List<Tensor> parameters = network.parameters().stream().map(Parameter::value).toList();
        Tensor f = network.forward(x);
        List<Tensor> rows = new ArrayList<>();
        for (int k = 0; k < f.elements(); k++) {
            double[] unit = new double[(int) f.elements()];
            unit[k] = 1;
            List<Tensor> gradients = Autograd.grad(List.of(f), List.of(Tensors.of(f.dtype(), unit, f.shape().sizes())), parameters, Autograd.Options.RETAIN_GRAPH.allowingUnused());
            rows.add(Tensors.concat(0, gradients.stream().map(Tensor::flatten).toList()).to(DType.F64));
        }
        return Tensors.stack(0, rows).reshape(f.size(0), f.size(1), -1);
    }

    /** [n1, n2, o, o]. */
    private static Tensor bruteForce(Module network, Tensor x, Tensor z) {
        Tensor a = jacobian(network, x);
        Tensor b = jacobian(network, z);
        long o = a.size(1);
        return a.reshape(-1, a.size(2)).matmul(b.reshape(-1, b.size(2)).transpose()).reshape(a.size(0), o, b.size(0), o).permute(0, 2, 1, 3).contiguous();
    }

    private static Tensor meanOverOutputs(Tensor full) {
        long o = full.size(2);
        Tensor sum = Tensors.zeros(DType.F64, full.size(0), full.size(1));
        for (long k = 0; k < o; k++) sum = sum.add(full.select(3, k).select(2, k));
        return sum.div(o);
    }

    private static void agreesWithBruteForce(Module network, Tensor x, Tensor z, double tolerance) {
        Tensor full = bruteForce(network, x, z);
        double size = full.abs().max().item();
        EmpiricalNtk ntk = new EmpiricalNtk(network, PLENTY);
        assertEquals(0, Expect.difference(full, ntk.full(x, z)), tolerance * size);
        assertEquals(0, Expect.difference(meanOverOutputs(full), ntk.between(x, z)), tolerance * size);
        assertEquals(0, Expect.difference(meanOverOutputs(bruteForce(network, x, x)), ntk.symmetric(x)), tolerance * size);
        Tensor v = new Generator(9).normal(network.dtype(), Shape.of(z.size(0), full.size(2)), 0, 1);
        // Theta v = sum_{m, p} Theta[n, m, o, p] v[m, p]
        Tensor expected = full.permute(0, 2, 1, 3).contiguous().reshape(x.size(0), full.size(2), -1).matmul(v.to(DType.F64).flatten());
        assertEquals(0, Expect.difference(expected, ntk.product(x, z, v)), 10 * tolerance * size);
    }

    @Test
    void denseNetworksAgreeByLayersByChunksByProductsAndByBruteForce() {
        for (UnaryOperator<Tensor> activation : List.<UnaryOperator<Tensor>>of(Tensor::relu, Tensor::erf)) {
            DenseNetwork network = DenseNetwork.random(new Generator(1), activation, 1.5, .1, DType.F64, 5, 16, 12, 3);
            agreesWithBruteForce(network, x, z, 1e-13);
            Tensor mean = meanOverOutputs(bruteForce(network, x, z));
            assertEquals(0, Expect.difference(mean, EmpiricalNtk.layerwise(network, x, z)), 1e-12);
            assertEquals(0, Expect.difference(meanOverOutputs(bruteForce(network, x, x)), EmpiricalNtk.layerwise(network, x, null)), 1e-12);
        }
    }

    @Test
    void frozenParametersDoNotCount() {
        DenseNetwork network = DenseNetwork.random(new Generator(1), Tensor::relu, 1.5, .1, DType.F64, 5, 16, 3);
        network.parameters().get(0).freeze(true);
        network.parameters().get(3).freeze(true);
        assertEquals(0, Expect.difference(EmpiricalNtk.layerwise(network, x, z), new EmpiricalNtk(network, PLENTY).between(x, z)), 1e-12);
        network.freeze(true);
        assertThrows(IllegalArgumentException.class, () -> new EmpiricalNtk(network, PLENTY));
    }

    @Test
    void multilayerPerceptronsAreInStandardParametrisation() {
        Mlp mlp = new Mlp(new Generator(2), 5, 20, 10, 2);
        Tensor inputs = x.to(DType.F32);
        Tensor chunks = new EmpiricalNtk(mlp, PLENTY).symmetric(inputs);
        DenseNetwork copy = DenseNetwork.copyOf(mlp);
        assertEquals(0, Expect.difference(copy.forward(inputs), mlp.forward(inputs)), 1e-6);
        assertEquals(0, Expect.difference(chunks, EmpiricalNtk.layerwise(copy, inputs, null)), 1e-5);
        assertEquals(0, Expect.difference(chunks, meanOverOutputs(bruteForce(mlp, inputs, inputs))), 1e-5);
    }

    @Test
    void convolutionalAndResidualNetworksAgreeWithBruteForce() {
        Generator generator = new Generator(3);
        Module conv = new Sequential(new Conv2d(generator, 2, 4, Filter.square(3).same().withBias(), DType.F64), Function.relu(),
                Function.averagePool(2, 2, 0), new Conv2d(generator, 4, 3, Filter.square(3).same(), DType.F64), Function.tanh(),
                Function.flatten(), new Linear(generator, 12, 2, true, DType.F64));
        agreesWithBruteForce(conv, ConvKernelTest.images(), ConvKernelTest.images().mul(.5).narrow(0, 0, 2), 1e-12);
        Module resNet = new ResNet(generator, 3, 4, new int[] {1, 1}, 2).eval();
        Tensor images = generator.normal(DType.F32, Shape.of(3, 3, 8, 8), 0, 1);
        agreesWithBruteForce(resNet, images, images.narrow(0, 0, 2), 3e-6);
        assertThrows(IllegalArgumentException.class, () -> new EmpiricalNtk(resNet.train(true), PLENTY));
    }

    @Test
    void randomNetworksAreRefused() {
        Generator generator = new Generator(3);
        Module noisy = new Sequential(new Linear(generator, 5, 3, true, DType.F64), new Function(h -> h.mul(generator.uniform(DType.F64, Shape.of(1, 3), 0, 1))));
        String message = assertThrows(IllegalArgumentException.class, () -> new EmpiricalNtk(noisy, PLENTY).symmetric(x)).getMessage();
        assertTrue(message.contains("eval()"), message);
    }

    @Test
    void chunksOfAnySizeGiveTheSameKernel() {
        DenseNetwork network = DenseNetwork.random(new Generator(1), Tensor::erf, 1.5, .1, DType.F64, 5, 7, 3, 2);
        Tensor expected = new EmpiricalNtk(network, PLENTY).between(x, z);
        // 16 bytes per element of the result and 8 per row of the Jacobian's 2 x 7 and column.
        for (long columns : new long[] {1, 5, 34, 35, 36}) {
            assertEquals(0, Expect.difference(expected, new EmpiricalNtk(network, 16 * 12 + 8 * 14 * columns).between(x, z)), 1e-12);
        }
        String message = assertThrows(IllegalArgumentException.class, () -> new EmpiricalNtk(network, 16 * 12 + 8 * 14 - 1).between(x, z)).getMessage();
        assertTrue(message.contains((16 * 12 + 8 * 14) + " bytes"), message);
    }

    @Test
    void memoryStaysWithinTheBudgetThoughTheJacobianWouldNotFit() {
        DenseNetwork network = DenseNetwork.random(new Generator(1), Tensor::relu, 1.5, .1, DType.F64, 20, 128, 128, 4);
        Tensor points = new Generator(2).normal(DType.F64, Shape.of(64, 20), 0, 1);
        long whole = 8L * 64 * 4 * network.parameterCount();
        long budget = 4 << 20;
        assertTrue(whole > 9 * budget, "the whole Jacobian has " + whole + " bytes");
        long before = HostAllocator.get().stats().liveBytes();
        HostAllocator.get().resetPeak();
        Tensor ntk = new EmpiricalNtk(network, budget).symmetric(points);
        long peak = HostAllocator.get().stats().peakBytes() - before;
        // One sample's gradients: at most the parameters, once as they come and once flat.
        long sample = 3 * 8 * network.parameterCount();
        assertTrue(peak <= budget * 9 / 8 + sample, "peak " + peak);
        assertEquals(0, Expect.difference(ntk, EmpiricalNtk.layerwise(network, points, null)), 1e-10);
    }

    @Test
    void theKernelOfWiderNetworksConvergesToTheInfiniteOne() {
        Tensor four = new Generator(4).normal(DType.F64, Shape.of(4, 5), 0, 1);
        record Case(UnaryOperator<Tensor> phi, DualActivation dual) {
        }
        for (Case c : List.of(new Case(Tensor::relu, DualActivation.RELU), new Case(Tensor::erf, DualActivation.ERF))) {
            Tensor limit = FcKernel.neuralTangents(c.dual, 2, 1.5, .1).ntk(four);
            int[] widths = {64, 256, 1024};
            double[] errors = new double[3];
            for (int k = 0; k < 3; k++) {
                int seeds = 10;
                for (int seed = 0; seed < seeds; seed++) {
                    try (Scope inner = Scope.open(); DenseNetwork network = DenseNetwork.random(new Generator(100 + seed), c.phi, 1.5, .1, DType.F64, 5, widths[k], widths[k], 1)) {
                        errors[k] += EmpiricalNtk.layerwise(network, four, null).sub(limit).norm(2).item() / limit.norm(2).item() / seeds;
                    }
                }
            }
            // 1 / sqrt(width): a factor of 4 from the first to the last; single draws have heavy tails.
            assertTrue(errors[0] > errors[1] && errors[1] > errors[2], c.dual.name() + ": " + Arrays.toString(errors));
            assertTrue(errors[0] / errors[2] > 2 && errors[0] / errors[2] < 8, c.dual.name() + ": " + Arrays.toString(errors));
            assertTrue(errors[2] < .12, c.dual.name() + ": " + Arrays.toString(errors));
        }
    }

    /** Two 3x3 convolutions with zero padding, ReLU, global average pooling and a readout, in NTK parametrisation with sigma_w^2 = 2. */
    private static final class PooledConvolutions extends Module {
        private final Parameter first;
        private final Parameter second;
        private final Parameter readout;
        private final int width;

        PooledConvolutions(Generator generator, int width) {
            this.width = width;
            first = parameter("first", generator.normal(DType.F32, Shape.of(width, 2, 3, 3), 0, 1));
            second = parameter("second", generator.normal(DType.F32, Shape.of(width, width, 3, 3), 0, 1));
            readout = parameter("readout", generator.normal(DType.F32, Shape.of(1, width), 0, 1));
        }

        @Override
        public Tensor forward(Tensor x) {
            Tensor h = Convolutions.conv2d(x, first.value(), null, 1, 1).mul(Math.sqrt(2.0 / (9 * 2))).relu();
            h = Convolutions.conv2d(h, second.value(), null, 1, 1).mul(Math.sqrt(2.0 / (9 * width))).relu();
            return h.mean(2, 3).matmul(readout.value().transpose()).mul(Math.sqrt(2.0 / width));
        }
    }

    @Test
    void finiteConvolutionalNetworksHaveTheConvolutionalKernelOnAverage() {
        Tensor images = ConvKernelTest.images().to(DType.F32);
        Tensor mean = Tensors.zeros(DType.F64, 3, 3);
        int nets = 24;
        for (int k = 0; k < nets; k++) {
            try (Scope inner = Scope.open(); PooledConvolutions network = new PooledConvolutions(new Generator(40 + k), 256)) {
                mean.copyFrom(mean.add(new EmpiricalNtk(network, PLENTY).symmetric(images).div(nets)));
            }
        }
        Tensor limit = new ConvKernel(3, true, false).between(images, images);
        assertEquals(0, mean.div(limit).sub(1).abs().max().item(), .03);
    }
}
