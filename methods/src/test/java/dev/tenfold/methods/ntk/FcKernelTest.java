package dev.tenfold.methods.ntk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.WorkerPool;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FcKernelTest {
    private static final String AT = "00 01 02 03 11 12 22";
    private static final double DIGITS = 6e-11;
    private static final double ROOT2 = Math.sqrt(2);
    private Scope scope;
    private Tensor x;

    @BeforeEach
    void open() {
        scope = Scope.open();
        // Row 3 is twice row 0, row 2 is minus row 0.
        x = Tensors.of(new double[] {1, 2, -1, .5, -1, 2, -1, -2, 1, 2, 4, -2}, 4, 3);
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private static FcKernel relu(int depth) {
        return FcKernel.neuralTangents(DualActivation.RELU, depth, ROOT2, 0);
    }

    /** Both ways to compute the kernel of {@code x} with itself. */
    private void check(FcKernel kernel, double[] nngp, double[] ntk) {
        FcKernel.Kernels half = kernel.symmetric(x);
        FcKernel.Kernels full = kernel.between(x, x.copy());
        if (nngp != null) {
            Expect.entries(AT, half.nngp(), DIGITS, nngp);
            Expect.entries(AT, full.nngp(), 1e-7, nngp);
        }
        Expect.entries(AT, half.ntk(), DIGITS, ntk);
        // Off the exact diagonal an ulp of rho is 1.5e-8 in the angle.
        Expect.entries(AT, full.ntk(), 1e-6, ntk);
        Tensor diagonal = kernel.diagonal(x);
        for (int i = 0; i < 4; i++) assertEquals(half.ntk().get(i, i), diagonal.get(i), 1e-13);
        assertArrayEquals(half.ntk().toDoubles(), kernel.ntk(x).toDoubles());
        assertArrayEquals(half.nngp().toDoubles(), kernel.nngp(x).toDoubles());
    }

    @Test
    void reluKernelsOfOneToThreeLayersHaveTheirPrintedValues() {
        check(relu(1), new double[] {4, .2644997507, 0, 8, 3.5, 2.5978330840, 4}, new double[] {8, -.4020531372, 0, 16, 7, 4.2646135295, 8});
        check(relu(2), new double[] {4, 1.3262334733, 1.2732395447, 8, 3.5, 2.7906809177, 4},
                new double[] {12, 1.1161525563, 1.2732395447, 24, 10.5, 5.9647728295, 12});
        check(relu(3), null, new double[] {16, 2.6165587143, 2.7428345451, 32, 14, 7.5171270735, 16});
    }

    @Test
    void biasesCountInBothKernels() {
        FcKernel kernel = FcKernel.neuralTangents(DualActivation.RELU, 2, 1.5, .1);
        check(kernel, new double[] {5.72921875, 1.9153690466, 1.8363657045, 11.4245877601, 5.0173046875, 4.0063925641, 5.72921875},
                new double[] {17.15640625, 1.6243157080, 1.7569331616, 33.9234518230, 15.0206640625, 8.5542745246, 17.15640625});
        assertEquals(22.81515625, kernel.symmetric(x).nngp().get(3, 3), DIGITS);
        assertEquals(68.41421875, kernel.symmetric(x).ntk().get(3, 3), DIGITS);
    }

    @Test
    void erfKernelsHaveTheirPrintedValues() {
        check(FcKernel.neuralTangents(DualActivation.ERF, 2, 1.5, .1),
                new double[] {1.2544531309, -.5744430591, -1.2003054477, 1.2679670394, 1.2442931998, .6148495685, 1.2544531309},
                new double[] {6.0541734799, -1.9038243441, -5.7673389865, 6.7545841077, 5.8407346328, 1.9810023585, 6.0541734799});
    }

    @Test
    void theUciConventionHalvesTheKernelPerLayerAndMayFixTheFirst() {
        check(FcKernel.uci(1, 0), null, new double[] {6, -.3015398529, 0, 12, 5.25, 3.1984601471, 6});
        check(FcKernel.uci(2, 0), null, new double[] {4.5, .4185572086, .4774648293, 9, 3.9375, 2.2367898111, 4.5});
        check(FcKernel.uci(2, 1), null, new double[] {3, .5491649837, .4774648293, 6, 2.625, 1.7715793388, 3});
        assertArrayEquals(FcKernel.uci(2, 1).ntk(x).toDoubles(), FcKernel.uci(2, 0).training(false, true, true).ntk(x).toDoubles());
    }

    @Test
    void noHiddenLayerGivesTheLinearKernel() {
        Tensor linear = x.matmul(x.transpose()).mul(2.25 / 3).add(.01);
        FcKernel.Kernels kernels = FcKernel.neuralTangents(DualActivation.RELU, 0, 1.5, .1).symmetric(x);
        assertEquals(0, Expect.difference(linear, kernels.nngp()), 1e-14);
        assertEquals(0, Expect.difference(linear, kernels.ntk()), 1e-14);
    }

    @Test
    void theKernelOfHuIsItsFormulaAndNeedsUnitNorms() {
        double[] angles = {0, .7, 1.5, 2.6, 4.0};
        double[] points = new double[10];
        for (int i = 0; i < 5; i++) {
            points[2 * i] = Math.cos(angles[i]);
            points[2 * i + 1] = Math.sin(angles[i]);
        }
        Tensor circle = Tensors.of(points, 5, 2);
        Tensor h = FcKernel.hu().ntk(circle);
        for (int i = 0; i < 5; i++) {
            assertEquals(.5, h.get(i, i), 1e-15);
            for (int j = 0; j < i; j++) {
                double rho = Math.cos(angles[i] - angles[j]);
                assertEquals(rho * (Math.PI - Math.acos(rho)) / (2 * Math.PI), h.get(i, j), 1e-14);
            }
        }
        String message = assertThrows(IllegalArgumentException.class, () -> FcKernel.hu().symmetric(x)).getMessage();
        assertTrue(message.contains("norm 1"), message);
    }

    @Test
    void reluWithoutBiasIsHomogeneousInEachArgument() {
        Tensor scaled = Tensors.concat(0, List.of(x.narrow(0, 0, 2).mul(3), x.narrow(0, 2, 2)));
        Tensor whole = relu(3).ntk(x, x.copy());
        Tensor part = relu(3).ntk(scaled, x);
        for (int j = 0; j < 4; j++) {
            assertEquals(3 * whole.get(1, j), part.get(1, j), 3e-6);
            assertEquals(whole.get(2, j), part.get(2, j), 1e-12);
        }
        Tensor far = new Generator(2).normal(DType.F64, Shape.of(20, 5), 0, 1);
        Tensor near = new Generator(3).normal(DType.F64, Shape.of(30, 5), 0, 1);
        assertEquals(0, Expect.difference(relu(3).ntk(far.mul(7), near.mul(.5)), relu(3).ntk(far, near).mul(3.5)), 1e-12);
    }

    @Test
    void halfAndFullBlocksAndThreadsAgree() {
        Tensor points = new Generator(4).normal(DType.F64, Shape.of(300, 16), 0, 1);
        FcKernel kernel = FcKernel.neuralTangents(DualActivation.RELU, 3, 1.5, .1);
        Tensor half = kernel.ntk(points);
        assertArrayEquals(half.toDoubles(), half.transpose().toDoubles());
        Tensor off = Tensors.ones(DType.F64, 300, 300).sub(Tensors.eye(DType.F64, 300));
        assertEquals(0, Expect.difference(half.mul(off), kernel.ntk(points, points.copy()).mul(off)), 2e-13);
        Tensor blocks = Tensors.concat(0, List.of(kernel.ntk(points.narrow(0, 0, 77), points), kernel.ntk(points.narrow(0, 77, 223), points)));
        assertEquals(0, Expect.difference(half.mul(off), blocks.mul(off)), 2e-13);
        int before = WorkerPool.threads();
        try {
            for (int threads : new int[] {1, 3}) {
                WorkerPool.setThreads(threads);
                assertArrayEquals(half.toDoubles(), kernel.ntk(points).toDoubles(), "threads " + threads);
            }
        } finally {
            WorkerPool.setThreads(before);
        }
    }

    @Test
    void theKernelIsPositiveSemidefinite() {
        Tensor points = new Generator(5).normal(DType.F64, Shape.of(60, 3), 0, 1);
        Tensor k = FcKernel.neuralTangents(DualActivation.ERF, 2, 1.5, .1).ntk(points);
        assertTrue(GradientFlow.of(k).eigenvalues().get(0) > 0);
        Tensor repeated = Tensors.concat(0, List.of(points, points));
        assertTrue(GradientFlow.of(relu(3).ntk(repeated)).eigenvalues().get(0) > -1e-6);
        assertArrayEquals(k.toDoubles(), FcKernel.neuralTangents(DualActivation.ERF, 2, 1.5, .1).ntk(points, points).toDoubles());
    }

    @Test
    void veryDeepNetworksStayFinite() {
        FcKernel.Kernels deep = FcKernel.neuralTangents(DualActivation.RELU, 300, ROOT2, 0).symmetric(x);
        assertEquals(4, deep.nngp().get(0, 0), 1e-10);
        assertEquals(301 * 4, deep.ntk().get(0, 0), 1e-8);
        // Correlations converge to 1 as the depth grows.
        assertTrue(deep.nngp().get(0, 1) / Math.sqrt(4 * 3.5) > .999);
        // The UCI convention halves per layer: q^2 is far below the smallest double here.
        Tensor shrunk = FcKernel.uci(700, 0).ntk(x);
        assertEquals(701 * Math.scalb(6.0, -700), shrunk.get(0, 0), 1e-12 * Math.scalb(6.0, -690));
        assertTrue(shrunk.get(0, 1) > 0);
        String message = assertThrows(IllegalArgumentException.class,
                () -> FcKernel.neuralTangents(DualActivation.RELU, 300, 3, 0).symmetric(x)).getMessage();
        assertTrue(message.contains("variance before layer"), message);
    }

    @Test
    void aZeroRowGivesAZeroKernelRowWithoutBiasAndABiasKernelWithOne() {
        Tensor withZero = Tensors.of(new double[] {0, 0, 1, 2}, 2, 2);
        Expect.entries("00 01 10", relu(2).ntk(withZero), 0, 0, 0, 0);
        Tensor biased = FcKernel.neuralTangents(DualActivation.RELU, 2, 1.5, .1).ntk(withZero);
        assertTrue(biased.get(0, 0) > 0 && Double.isFinite(biased.get(0, 1)));
    }

    @Test
    void whatDoesNotFitIsRefusedWithItsReason() {
        refused("equal d", () -> relu(1).between(x, Tensors.zeros(DType.F64, 2, 4)));
        refused("not empty", () -> relu(1).symmetric(Tensors.zeros(DType.F64, 0, 3)));
        refused("NaN", () -> relu(1).symmetric(Tensors.of(new double[] {1, Double.NaN}, 1, 2)));
        refused("NaN or infinity", () -> relu(1).symmetric(Tensors.of(new double[] {1, Double.POSITIVE_INFINITY}, 1, 2)));
        refused("hidden layers", () -> relu(-1));
        refused("sigma_w", () -> FcKernel.neuralTangents(DualActivation.RELU, 1, 0, 0));
        refused("sigma_b", () -> FcKernel.neuralTangents(DualActivation.RELU, 1, 1, -1));
        refused("fixed layers", () -> FcKernel.uci(1, 2));
        refused("marks", () -> relu(1).training(true));
        // 2 kernels x 4 x 4 x 8 bytes
        refused("256 bytes", () -> relu(1).memoryBudget(255).symmetric(x));
        relu(1).memoryBudget(256).symmetric(x);
        relu(1).memoryBudget(128).ntk(x);
    }

    private static void refused(String reason, Runnable call) {
        String message = assertThrows(IllegalArgumentException.class, call::run).getMessage();
        assertTrue(message.contains(reason), message);
    }
}
