package dev.tenfold.methods.ntk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.autograd.Autograd;
import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class KernelLogisticTest {
    private Scope scope;
    private Tensor h;
    private Tensor y;

    @BeforeEach
    void open() {
        scope = Scope.open();
        h = FcKernel.hu().ntk(Circle.train());
        y = Circle.targets();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void theOptimumHasNoGradient() {
        for (double lambda : new double[] {10, .1, 1e-3, 1e-6}) {
            KernelLogistic.Model model = KernelLogistic.binary(h, y, lambda);
            Tensor alpha = model.alpha().detach().requiresGrad(true);
            Tensor f = h.matmul(alpha);
            Tensor objective = f.mul(y).neg().softplus().sum().add(alpha.dot(f).mul(lambda / 2));
            assertEquals(objective.item(), model.objective(), 1e-10 * Math.max(1, objective.item()));
            assertEquals(0, Autograd.grad(objective, List.of(alpha)).getFirst().abs().max().item(), 1e-8, "lambda " + lambda);
            assertTrue(model.iterations() < 60, model.iterations() + " steps");
        }
    }

    @Test
    void smallPenaltiesSeparateTheClasses() {
        Tensor p = KernelLogistic.binary(h, y, 1e-4).probabilities(h);
        for (int i = 0; i < 5; i++) assertTrue((p.get(i) - .5) * y.get(i) > .49);
    }

    @Test
    void twoClassesByEitherMethodAgree() {
        // With scores +-g the softmax of two classes is the sigmoid of 2 g, and the penalty counts both.
        Tensor labels = y.add(1).mul(.5).to(DType.I64);
        KernelLogistic.Model two = KernelLogistic.multiclass(h, labels, 2, .02);
        KernelLogistic.Model one = KernelLogistic.binary(h, y, .01);
        assertEquals(0, Expect.difference(two.probabilities(h).select(1, 1), one.probabilities(h)), 1e-8);
        assertEquals(0, two.alpha().sum(1).abs().max().item(), 1e-7);
    }

    @Test
    void severalClassesReachTheOptimum() {
        Generator generator = new Generator(3);
        int n = 40;
        Tensor x = generator.normal(DType.F64, Shape.of(n, 4), 0, 1);
        Tensor labels = x.narrow(1, 0, 3).argMax(1);
        Tensor k = FcKernel.neuralTangents(DualActivation.RELU, 2, 1.4, .1).ntk(x);
        KernelLogistic.Model model = KernelLogistic.multiclass(k, labels, 3, 1e-3);
        Tensor alpha = model.alpha().detach().requiresGrad(true);
        Tensor f = k.matmul(alpha);
        Tensor objective = f.logSoftmax(1).gather(1, labels.unsqueeze(1)).sum().neg().add(alpha.mul(f).sum().mul(5e-4));
        assertEquals(objective.item(), model.objective(), 1e-9);
        assertEquals(0, Autograd.grad(objective, List.of(alpha)).getFirst().abs().max().item(), 1e-6);
        assertEquals(0, model.scores(k).argMax(1).sub(labels).abs().sum().item());
    }

    @Test
    void whatDoesNotFitIsRefusedWithItsReason() {
        refused("-1 or +1", () -> KernelLogistic.binary(h, Tensors.of(new double[] {0, 1, 1, 0, 1}), 1));
        refused("lambda", () -> KernelLogistic.binary(h, y, 0));
        refused("at least 2", () -> KernelLogistic.multiclass(h, Tensors.of(new long[5]), 1, 1));
        refused("label 3 of point 4", () -> KernelLogistic.multiclass(h, Tensors.of(new long[] {0, 1, 2, 0, 3}), 3, 1));
        refused("[5]", () -> KernelLogistic.multiclass(h, Tensors.of(new long[4]), 3, 1));
    }

    private static void refused(String reason, Runnable call) {
        String message = assertThrows(IllegalArgumentException.class, call::run).getMessage();
        assertTrue(message.contains(reason), message);
    }
}
