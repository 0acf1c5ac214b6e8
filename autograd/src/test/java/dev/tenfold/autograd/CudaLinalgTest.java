package dev.tenfold.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.autograd.contract.CudaUnderTest;
import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.cuda.CudaGraph;
import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.FactorisationException;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Linalg;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Linear algebra on CUDA devices: what is left to the host, what failures tell, and graphs. */
class CudaLinalgTest {
    private static Device device;

    @BeforeAll
    static void open() {
        device = CudaUnderTest.open();
    }

    private static Tensor random(long... shape) {
        return new Generator(7).normal(DType.F64, shape);
    }

    @Test
    void spectraOfLargeMatricesAreTheHosts() {
        try (Scope scope = Scope.open()) {
            Tensor a = random(130, 130);
            Linalg.Eigh here = Linalg.eigh(a);
            Linalg.Eigh there = Linalg.eigh(a.to(device));
            assertTrue(there.values().device() == device && there.vectors().device() == device);
            assertArrayEquals(here.values().toDoubles(), there.values().toDoubles());
            assertArrayEquals(here.vectors().toDoubles(), there.vectors().toDoubles());
            Tensor b = random(2, 131, 140);
            Linalg.Svd left = Linalg.svd(b);
            Linalg.Svd right = Linalg.svd(b.to(device));
            assertTrue(right.u().device() == device && right.s().device() == device && right.vt().device() == device);
            assertArrayEquals(left.u().toDoubles(), right.u().toDoubles());
            assertArrayEquals(left.s().toDoubles(), right.s().toDoubles());
            assertArrayEquals(left.vt().toDoubles(), right.vt().toDoubles());
        }
    }

    @Test
    void theFailingMatrixAndPivotAreNamed() {
        try (Scope scope = Scope.open(); Device.Use there = device.use()) {
            Tensor a = Tensors.stack(0, List.of(Tensors.eye(DType.F32, 40), Linalg.diagonalEmbed(Tensors.arange(DType.F32, 5, -35, -1))));
            FactorisationException cholesky = assertThrows(FactorisationException.class, () -> Linalg.cholesky(a));
            assertEquals(1, cholesky.matrix());
            assertEquals(5, cholesky.pivot());
            FactorisationException solve = assertThrows(FactorisationException.class, () -> Linalg.inverse(a));
            assertEquals(1, solve.matrix());
            FactorisationException eigh = assertThrows(FactorisationException.class, () -> Linalg.eigh(a.log()));
            assertEquals(0, eigh.matrix());
        }
    }

    @Test
    void solversAndFactorsAreReplayedByGraphs() {
        try (Scope scope = Scope.open(); Device.Use there = device.use()) {
            Tensor a = random(3, 40, 40).add(Tensors.eye(DType.F64, 40).mul(50));
            Tensor b = random(3, 40, 5);
            Tensor eager = Linalg.solve(a, b);
            double[] determinants = Linalg.signLogDet(a).logAbs().toDoubles();
            Tensor[] results = new Tensor[2];
            try (CudaGraph graph = device.capture(() -> {
                results[0] = Linalg.solve(a, b);
                results[1] = Linalg.signLogDet(a).logAbs();
            })) {
                graph.replay();
                assertArrayEquals(eager.toDoubles(), results[0].toDoubles());
                assertArrayEquals(determinants, results[1].toDoubles());
            }
        }
    }
}
