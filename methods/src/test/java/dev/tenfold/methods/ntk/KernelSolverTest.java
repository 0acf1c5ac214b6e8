package dev.tenfold.methods.ntk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.FactorisationException;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Linalg;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class KernelSolverTest {
    private static final double DIGITS = 6e-11;
    /**
     * The printed values come from kernels whose diagonal was rounded: for points 3 and 4, x.x fell short of 1 by some halves of an
     * ulp, so that theta was 1e-8 instead of 0 and h .5 - 4e-9. With such a diagonal all printed digits agree; with the exact
     * one, this many.
     */
    private static final double EXACT = 9e-9;
    private Scope scope;
    private Tensor h;
    private Tensor cross;
    private Tensor y;

    @BeforeEach
    void open() {
        scope = Scope.open();
        h = FcKernel.hu().ntk(Circle.train());
        cross = FcKernel.hu().ntk(Circle.test(), Circle.train());
        y = Circle.targets();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    /** {@code k} with elements (3, 3) and (4, 4) as for {@code x.x = 1 - n 2^-53}; {@code slope} is -dk/dtheta at 0. */
    private static Tensor rounded(Tensor k, double slope, int third, int fourth) {
        double[] values = k.toDoubles();
        values[18] -= slope * Math.acos(1 - third * 0x1p-53);
        values[24] -= slope * Math.acos(1 - fourth * 0x1p-53);
        return Tensors.of(values, 5, 5);
    }

    @Test
    void theKernelOnTheCircleHasItsPrintedEntriesAndEigenvalues() {
        Expect.entries("01 02 03 04 12 13 14 23 24 34", h, DIGITS, .2972112033, .0184813379, -.0738613667, -.0893006427,
                .2596459013, -.0638838315, -.0248956608, .1473867893, -.0818068914, .0471120161);
        double[] spectrum = {.0840974582, .3395897045, .4868886235, .6584641681, .9309600415};
        Expect.values(GradientFlow.of(h).eigenvalues(), EXACT, spectrum);
        Expect.values(GradientFlow.of(rounded(h, .5 / Math.PI, 3, 0)).eigenvalues(), DIGITS, spectrum);
    }

    @Test
    void ridgeRegressionHasItsPrintedPredictions() {
        double[][] printed = {{1.0923913408, -1.3412781431, .2041507374}, {.9325377591, -1.1286368574, .1382104408}, {1.0913686169, -1.3398962503, .2037338609}};
        double[] train = {.9224537060, .7800380943, -.7810313748, -.9071501696, .8352296149};
        Ridge[] ridges = {Ridge.NONE, Ridge.absolute(.1), Ridge.relative(1e-3)};
        Tensor asPrinted = rounded(h, .5 / Math.PI, 3, 0);
        for (int i = 0; i < 3; i++) {
            Expect.values(KernelSolver.ridgeRegression(h, y, ridges[i]).predict(cross), EXACT, printed[i]);
            Expect.values(KernelSolver.ridgeRegression(asPrinted, y, ridges[i]).predict(cross), DIGITS, printed[i]);
        }
        Expect.values(KernelSolver.ridgeRegression(h, y, ridges[1]).predict(h), EXACT, train);
        Expect.values(KernelSolver.ridgeRegression(asPrinted, y, ridges[1]).predict(asPrinted), DIGITS, train);
        KernelSolver.Solution exact = KernelSolver.ridgeRegression(h, y, Ridge.NONE);
        Expect.values(exact.predict(h), 1e-13, 1, 1, -1, -1, 1);
        assertTrue(exact.residual() < 1e-14 && exact.jitter() == 0 && exact.ridge() == 0);
        assertEquals(.0005, KernelSolver.ridgeRegression(h, y, ridges[2]).ridge(), 1e-16);
    }

    @Test
    void severalOutputsAreSolvedAtOnce() {
        KernelSolver solver = KernelSolver.factor(h, Ridge.absolute(.1));
        Tensor two = Tensors.stack(1, List.of(y, y.mul(-2)));
        assertArrayEquals(solver.solve(y).alpha().mul(-2).toDoubles(), solver.solve(two).alpha().select(1, 1).toDoubles(), 1e-14);
    }

    @Test
    void gradientFlowHasItsPrintedPredictions() {
        FcKernel kernel = FcKernel.neuralTangents(DualActivation.RELU, 1, Math.sqrt(2), 0);
        Tensor ntk = kernel.ntk(Circle.train());
        assertEquals(2, ntk.get(3, 3), 1e-14);
        assertEquals(1.3939056719, ntk.get(0, 1), DIGITS);
        Tensor between = kernel.ntk(Circle.test(), Circle.train());
        GradientFlow flow = GradientFlow.of(ntk);
        GradientFlow asPrinted = GradientFlow.of(rounded(ntk, 1 / Math.PI, 1, 2));
        double[][] printed = {{1, .4264593359, -.4244588789, -.0286982655}, {10, 1.0626351790, -1.2776935967, .1103375402}, {100, 1.1152863502, -1.3719890793, .1750205172}};
        for (double[] row : printed) {
            double[] values = Arrays.copyOfRange(row, 1, 4);
            Expect.values(flow.predict(between, y, row[0]), EXACT, values);
            Expect.values(asPrinted.predict(between, y, row[0]), DIGITS, values);
        }
        assertEquals(2.3956067110, flow.largestStep(0), EXACT);
        assertEquals(2.3956067110, asPrinted.largestStep(0), DIGITS);
        assertEquals(1.9 * flow.largestStep(0), flow.largestStep(.9), 1e-14);
        Expect.values(flow.predict(between, y, 0), 0, 0, 0, 0);
        double[] limit = KernelSolver.ridgeRegression(ntk, y, Ridge.NONE).predict(between).toDoubles();
        assertArrayEquals(limit, flow.predict(between, y, 1e6).toDoubles(), 1e-12);
    }

    @Test
    void gradientFlowIsTheLimitOfSmallSteps() {
        Tensor f = Tensors.zerosLike(y);
        Tensor alpha = Tensors.zerosLike(y);
        int steps = 4000;
        for (int i = 0; i < steps; i++) {
            alpha = alpha.sub(f.sub(y).mul(3.0 / steps / 5));
            f = h.matmul(alpha);
        }
        Tensor flow = GradientFlow.of(h).coefficients(y, 3);
        assertEquals(0, Expect.difference(alpha, flow), 1e-3);
    }

    @Test
    void aSingularKernelFlowsByTheGuardedLimit() {
        Tensor rankOne = Tensors.ones(DType.F64, 3, 3);
        Tensor alpha = GradientFlow.of(rankOne).coefficients(Tensors.of(new double[] {3, 0, 0}), 6);
        // The mean moves with eigenvalue 3; the rest of y only collects t / n in alpha, which K does not see.
        double mean = (1 - Math.exp(-6)) / 3;
        Expect.values(alpha, 1e-12, 4 + mean, -2 + mean, -2 + mean);
    }

    @Test
    void posteriorVarianceIsItsFormulaAndVanishesAtNoiselessPoints() {
        Tensor prior = FcKernel.hu().diagonal(Circle.test());
        Tensor variance = KernelSolver.factor(h, Ridge.absolute(.1)).posteriorVariance(cross, prior);
        Tensor direct = prior.sub(Linalg.diagonal(cross.matmul(Linalg.solve(h.add(Tensors.eye(DType.F64, 5).mul(.1)), cross.transpose()))));
        assertEquals(0, Expect.difference(direct, variance), 1e-14);
        assertEquals(0, KernelSolver.factor(h, Ridge.NONE).posteriorVariance(h, FcKernel.hu().diagonal(Circle.train())).max().item(), 1e-14);
    }

    @Test
    void aRepeatedPointIsSolvedWithTheSmallestJitterThatWorksAndSaysSo() {
        Tensor points = new Generator(1).normal(DType.F64, Shape.of(40, 3), 0, 1);
        Tensor twice = Tensors.concat(0, List.of(points, points.mul(2)));
        // A linear kernel of rank 3 in 80 points.
        Tensor k = FcKernel.neuralTangents(DualActivation.RELU, 0, 1, 0).ntk(twice);
        List<String> logged = new ArrayList<>();
        Logger logger = Logger.getLogger("dev.tenfold.methods.ntk");
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord line) {
                logged.add(line.getMessage());
            }

            @Override
            public void flush() {
            }

            @Override
            public void close() {
            }
        };
        logger.addHandler(handler);
        KernelSolver.Solution solution = KernelSolver.ridgeRegression(k, twice.select(1, 0), Ridge.NONE);
        logger.removeHandler(handler);
        assertTrue(!logged.isEmpty() && logged.getFirst().contains("trying a jitter of 1.0E-12"), logged.toString());
        assertTrue(solution.jitter() > 0 && solution.jitter() < 1e-9, "jitter " + solution.jitter());
        assertTrue(solution.residual() < 1e-3, "residual " + solution.residual());
        assertEquals(0, Expect.difference(solution.predict(k), twice.select(1, 0)), 1e-3);
        assertEquals(0, KernelSolver.factor(k, Ridge.relative(1e-6)).jitter());
    }

    @Test
    void anIndefiniteKernelIsRefusedAfterTheLastJitter() {
        Tensor indefinite = Tensors.of(new double[] {1, 2, 2, 1}, 2, 2);
        FactorisationException failure = assertThrows(FactorisationException.class, () -> KernelSolver.factor(indefinite, Ridge.NONE));
        assertEquals(1, failure.pivot());
        assertTrue(failure.getMessage().contains("largest jitter"), failure.getMessage());
    }

    @Test
    void whatDoesNotFitIsRefusedWithItsReason() {
        refused("not symmetric", () -> KernelSolver.factor(Tensors.of(new double[] {1, .5, .4, 1}, 2, 2), Ridge.NONE));
        refused("square", () -> KernelSolver.factor(Tensors.zeros(DType.F64, 2, 3), Ridge.NONE));
        refused("square", () -> KernelSolver.factor(Tensors.zeros(DType.F64, 0, 0), Ridge.NONE));
        refused("NaN", () -> KernelSolver.factor(Tensors.of(new double[] {Double.NaN}, 1, 1), Ridge.NONE));
        refused("not negative", () -> Ridge.absolute(-1e-9));
        refused("not negative", () -> Ridge.relative(Double.NaN));
        refused("[5]", () -> KernelSolver.ridgeRegression(h, Tensors.of(new double[] {1, 2}), Ridge.NONE));
        refused("[points, 5]", () -> KernelSolver.ridgeRegression(h, y, Ridge.NONE).predict(h.narrow(1, 0, 3)));
        refused("not negative", () -> GradientFlow.of(h).coefficients(y, -1));
        refused("momentum", () -> GradientFlow.of(h).largestStep(1));
    }

    private static void refused(String reason, Runnable call) {
        String message = assertThrows(IllegalArgumentException.class, call::run).getMessage();
        assertTrue(message.contains(reason), message);
    }
}
