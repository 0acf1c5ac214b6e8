package dev.tenfold.methods.ntk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.autograd.Autograd;
import dev.tenfold.autograd.GradientCheck;
import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Linalg;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DifferentiableKernelTest {
    private Scope scope;
    private Tensor x;
    private Tensor w;
    private Tensor b;

    @BeforeEach
    void open() {
        scope = Scope.open();
        // Row 3 is twice row 0: rho = 1 without a bias.
        x = Tensors.of(new double[] {1, 2, -1, .5, -1, 2, -1, -2, 1, 2, 4, -2}, 4, 3);
        w = Tensors.scalar(DType.F64, 2.25);
        b = Tensors.scalar(DType.F64, .01);
    }

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void valuesAreThoseOfTheTiledKernel() {
        for (DualActivation activation : List.of(DualActivation.RELU, DualActivation.ERF)) {
            FcKernel.Kernels tiled = FcKernel.neuralTangents(activation, 3, 1.5, .1).symmetric(x);
            FcKernel.Kernels recorded = new DifferentiableKernel(activation, 3).symmetric(x, w, b);
            assertEquals(0, Expect.difference(tiled.ntk(), recorded.ntk()), 1e-12);
            assertEquals(0, Expect.difference(tiled.nngp(), recorded.nngp()), 1e-12);
            assertEquals(tiled.ntk().get(3, 3), recorded.ntk().get(3, 3), 1e-13);
        }
    }

    @Test
    void gradientsWithRespectToInputsAndHyperParametersAgreeWithFiniteDifferences() {
        Generator generator = new Generator(1);
        Tensor points = generator.normal(DType.F64, Shape.of(3, 2), 0, 1);
        Tensor others = generator.normal(DType.F64, Shape.of(2, 2), 0, 1);
        for (DualActivation activation : List.of(DualActivation.RELU, DualActivation.ERF)) {
            DifferentiableKernel kernel = new DifferentiableKernel(activation, 2);
            GradientCheck.check(in -> kernel.symmetric(in.get(0), in.get(1), in.get(2)).ntk(), List.of(points, w, b));
            GradientCheck.check(in -> kernel.between(in.get(0), in.get(1), in.get(2), in.get(3)).ntk(), List.of(points, others, w, b));
        }
        DifferentiableKernel shallow = new DifferentiableKernel(DualActivation.RELU, 1);
        GradientCheck.check(in -> shallow.symmetric(in.get(0), in.get(1), in.get(2)).ntk(), List.of(points, w, b), 2, 1e-6);
    }

    @Test
    void hyperParametersHaveGradientsAtPerfectCorrelation() {
        // Without a bias rows 0 and 3 have rho = 1 in every layer, whatever sigma_w is: the kernel is a power of sigma_w^2.
        Tensor weight = w.detach().requiresGrad(true);
        FcKernel.Kernels kernels = new DifferentiableKernel(DualActivation.RELU, 2).symmetric(x, weight, Tensors.scalar(DType.F64, 0));
        Tensor gradient = Autograd.grad(kernels.ntk().select(0, 0).select(0, 3), List.of(weight)).getFirst();
        assertEquals(3 * kernels.ntk().get(0, 3) / 2.25, gradient.item(), 1e-6);
    }

    @Test
    void aZeroInputHasFiniteGradients() {
        Tensor withZero = Tensors.of(new double[] {0, 0, 1, 2, 1, 2}, 3, 2);
        for (double bias : new double[] {0, .01}) {
            Tensor leaf = withZero.copy().requiresGrad(true);
            Tensor weight = w.detach().requiresGrad(true);
            Tensor ntk = new DifferentiableKernel(DualActivation.RELU, 2).symmetric(leaf, weight, Tensors.scalar(DType.F64, bias)).ntk();
            for (Tensor gradient : Autograd.grad(ntk.sum(), List.of(leaf, weight))) {
                for (double g : gradient.toDoubles()) assertTrue(Double.isFinite(g), "bias " + bias + ": " + gradient);
            }
        }
        Tensor only = Tensors.of(new double[] {0, 0, 1, 2}, 2, 2);
        GradientCheck.check(in -> new DifferentiableKernel(DualActivation.RELU, 2).symmetric(in.get(0), in.get(1), in.get(2)).nngp(), List.of(only, w, b));
    }

    @Test
    void theMarginalLikelihoodTeachesTheHyperParameters() {
        Generator generator = new Generator(5);
        Tensor points = generator.normal(DType.F64, Shape.of(12, 2), 0, 1);
        Tensor y = points.select(1, 0).mul(2).sin().add(points.select(1, 1));
        Tensor logWeight = Tensors.scalar(DType.F64, 3).requiresGrad(true);
        Tensor logBias = Tensors.scalar(DType.F64, -1).requiresGrad(true);
        double first = Double.NaN;
        double last = Double.NaN;
        for (int step = 0; step < 40; step++) {
            Tensor k = new DifferentiableKernel(DualActivation.ERF, 1).symmetric(points, logWeight.exp(), logBias.exp()).nngp();
            Tensor noisy = k.add(Tensors.eye(DType.F64, 12).mul(.05));
            Tensor loss = y.dot(Linalg.choleskySolve(Linalg.cholesky(noisy), y)).add(Linalg.logDet(noisy)).mul(.5);
            List<Tensor> gradients = Autograd.grad(loss, List.of(logWeight, logBias));
            logWeight = logWeight.detach().addScaled(gradients.get(0), -.05).requiresGrad(true);
            logBias = logBias.detach().addScaled(gradients.get(1), -.05).requiresGrad(true);
            if (step == 0) first = loss.item();
            last = loss.item();
        }
        assertTrue(last < first - .5, first + " to " + last);
    }

    @Test
    void whatDoesNotFitIsRefusedWithItsReason() {
        DifferentiableKernel kernel = new DifferentiableKernel(DualActivation.RELU, 1);
        refused("f64", () -> kernel.symmetric(x.to(DType.F32), w, b));
        refused("sigma_w^2", () -> kernel.symmetric(x, Tensors.scalar(DType.F64, -1), b));
        refused("equal d", () -> kernel.between(x, x.narrow(1, 0, 2), w, b));
        refused("depth", () -> new DifferentiableKernel(DualActivation.RELU, -1));
    }

    private static void refused(String reason, Runnable call) {
        String message = assertThrows(IllegalArgumentException.class, call::run).getMessage();
        assertTrue(message.contains(reason), message);
    }
}
