package dev.tenfold.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.HostAllocator;
import dev.tenfold.tensor.Linalg;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LinalgGradientTest {
    private Scope scope;
    private long blocks;

    @BeforeEach
    void open() {
        blocks = HostAllocator.get().stats().liveBlocks();
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
        assertEquals(blocks, HostAllocator.get().stats().liveBlocks(), "blocks still live");
    }

    @Test
    void theTwoNormHasNoGradientAtZero() {
        Tensor x = Tensors.of(new double[] {0, 0, 3, 4}, 2, 2).requiresGrad(true);
        Autograd.backward(x.norm(2, 1).sum());
        assertArrayEquals(new double[] {0, 0, 0.6, 0.8}, x.grad().toDoubles(), 1e-15);
    }

    @Test
    void equalEigenvaluesGiveFiniteGradientsOfWhatDoesNotDependOnTheChoice() {
        Tensor x = Tensors.eye(DType.F64, 3).requiresGrad(true);
        Linalg.Eigh eigen = Linalg.eigh(x);
        Tensor rebuilt = eigen.vectors().mul(eigen.values().exp().unsqueeze(-2)).matmul(eigen.vectors().transpose());
        Autograd.backward(Linalg.trace(rebuilt));
        assertArrayEquals(Tensors.eye(DType.F64, 3).mul(Math.E).toDoubles(), x.grad().toDoubles(), 1e-14);
        Tensor y = Tensors.zeros(DType.F64, 3, 2).requiresGrad(true);
        Linalg.Svd svd = Linalg.svd(y);
        Autograd.backward(svd.u().matmul(svd.vt()).sum().add(svd.s().sum()));
        for (double g : y.grad().toDoubles()) assertTrue(Double.isFinite(g));
    }

    @Test
    void aSolutionThatIsKeptBringsItsFactorsAlong() {
        Tensor a = Tensors.eye(DType.F64, 3).mul(2).detach().requiresGrad(true);
        Tensor x;
        try (Scope inner = Scope.open()) {
            x = inner.keep(Linalg.solve(a, Tensors.ones(DType.F64, 3)));
        }
        Autograd.backward(x.sum());
        assertArrayEquals(Tensors.full(DType.F64, a.shape(), -0.25).toDoubles(), a.grad().toDoubles(), 1e-15);
    }

    @Test
    void factorsAreFreedWithTheGraph() {
        long before = HostAllocator.get().stats().liveBlocks();
        try (Scope inner = Scope.open()) {
            Tensor a = Tensors.eye(DType.F64, 3).mul(2).detach().requiresGrad(true);
            Autograd.backward(Linalg.solve(a, Tensors.ones(DType.F64, 3)).sum().add(Linalg.det(a)).add(Linalg.signLogDet(a).logAbs()));
        }
        assertEquals(before, HostAllocator.get().stats().liveBlocks());
    }
}
