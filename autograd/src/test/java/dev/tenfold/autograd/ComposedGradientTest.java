package dev.tenfold.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.HostAllocator;
import dev.tenfold.tensor.Linalg;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.StraightThrough;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Public methods that are made of several operations: their gradients, twice. */
class ComposedGradientTest {
    private Scope scope;
    private long blocks;
    private Tensor x;

    @BeforeEach
    void open() {
        blocks = HostAllocator.get().stats().liveBlocks();
        scope = Scope.open();
        x = Tensors.of(new double[] {0.3, -1.2, 0.8, 1.7, -0.4, 0.9, -1.5, 0.1, 0.6, 1.1, -0.7, 0.2}, 3, 4);
    }

    @AfterEach
    void close() {
        scope.close();
        assertEquals(blocks, HostAllocator.get().stats().liveBlocks(), "blocks still live");
    }

    private void check(UnaryOperator<Tensor> f) {
        GradientCheck.check(in -> f.apply(in.getFirst()), List.of(x), 2, 1e-6);
    }

    @Test
    void movedAndRepeatedElementsSendTheirGradientsHome() {
        check(t -> t.tile(2, 3));
        check(t -> t.roll(1, 3));
        check(t -> t.pad(0, 1, 2, 0.7));
        check(t -> t.take(Tensors.of(new long[] {3, 3, -1, 0}, 2, 2)));
        check(t -> t.maskedSelect(t.gt(0)));
    }

    @Test
    void spreadsAndNorms() {
        check(t -> t.variance(1, 0));
        check(t -> t.std(0, -1));
        check(t -> t.std(1));
        check(Linalg::frobenius);
        check(t -> Linalg.trace(t.matmul(t.transpose())));
    }

    @Test
    void smoothActivationsHaveSecondDerivativesAtZero() {
        Tensor zero = Tensors.zeros(DType.F64, 1);
        List<UnaryOperator<Tensor>> smooth = List.of(Tensor::softplus, Tensor::logSigmoid, Tensor::silu, Tensor::sigmoid, Tensor::tanh, Tensor::gelu);
        for (UnaryOperator<Tensor> f : smooth) GradientCheck.check(in -> f.apply(in.get(0)), List.of(zero), 2, 1e-6);
    }

    @Test
    void straightThroughHasTheValuesOfOneAndTheGradientOfTheOther() {
        Tensor half = Tensors.of(new double[] {0.5, 1.5, -2.3, 0.1, 1e300}).requiresGrad(true);
        Tensor rounded = StraightThrough.round(half);
        assertArrayEquals(new double[] {0, 2, -2, 0, 1e300}, rounded.toDoubles());
        Tensor weights = Tensors.of(new double[] {1, 2, 3, 4, 5});
        Autograd.backward(rounded.mul(weights).sum());
        assertArrayEquals(weights.toDoubles(), half.grad().toDoubles());
        Tensor soft = x.sigmoid();
        assertArrayEquals(x.sign().toDoubles(), StraightThrough.of(x.sign(), soft).toDoubles());
        String message = assertThrows(IllegalArgumentException.class, () -> StraightThrough.of(half, weights.to(DType.F32))).getMessage();
        assertTrue(message.contains("f64 [5]") && message.contains("f32 [5]"), message);
    }

    @Test
    void theDeviationOfEqualElementsHasNoGradient() {
        Tensor equal = Tensors.ones(DType.F64, 2, 3).requiresGrad(true);
        Autograd.backward(equal.std(1, 1).sum());
        assertArrayEquals(new double[6], equal.grad().toDoubles());
    }

    @Test
    void systemsWithACholeskyFactorOrASharedMatrix() {
        check(t -> {
            Tensor spd = t.matmul(t.transpose()).add(Tensors.eye(DType.F64, 3));
            return Linalg.choleskySolve(Linalg.cholesky(spd), t);
        });
        check(t -> Linalg.solve(t.matmul(t.transpose()).add(Tensors.eye(DType.F64, 3)), t.expand(2, 3, 4)));
        check(t -> Linalg.inverse(t.narrow(1, 0, 3).add(Tensors.eye(DType.F64, 3).mul(3))));
        check(t -> Linalg.det(t.narrow(1, 1, 3)));
    }

    @Test
    void spectralFunctionsOfMatrices() {
        check(t -> {
            Linalg.Eigh e = Linalg.eigh(t.matmul(t.transpose()));
            return e.vectors().mul(e.values().exp().unsqueeze(-2)).matmul(e.vectors().transpose());
        });
        check(t -> {
            Linalg.Svd d = Linalg.svd(t);
            return d.u().mul(d.s().tanh().unsqueeze(-2)).matmul(d.vt());
        });
        check(t -> {
            Linalg.Svd d = Linalg.svd(t.transpose());
            return d.u().mul(d.s().tanh().unsqueeze(-2)).matmul(d.vt());
        });
    }
}
