package dev.tenfold.nn.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.autograd.Autograd;
import dev.tenfold.autograd.GradientCheck;
import dev.tenfold.kernels.DType;
import dev.tenfold.nn.Parameter;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.NoGrad;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MlpEnsembleTest {
    private Scope scope;
    private MlpEnsemble ensemble;

    @BeforeEach
    void open() {
        scope = Scope.open();
        ensemble = new MlpEnsemble(new Generator(3), 5, Activation.SILU, DType.F64, 4, 7, 6, 3);
    }

    @AfterEach
    void close() {
        scope.close();
        ensemble.close();
    }

    /** One member by itself, on x [n, 4]. */
    private Tensor member(int i, Tensor x) {
        Map<String, Parameter> parts = ensemble.namedParameters();
        Tensor h = x;
        for (int l = 1; l <= 3; l++) {
            h = h.matmul(parts.get("weight" + l).value().select(0, i)).add(parts.get("bias" + l).value().select(0, i));
            if (l < 3) h = h.mul(h.sigmoid());
        }
        return h;
    }

    @Test
    void everyMemberGivesWhatItGivesAlone() {
        try (NoGrad still = NoGrad.open()) {
            ensemble.namedParameters().get("bias2").value().copyFrom(new Generator(8).normal(DType.F64, 5, 1, 6));
        }
        Tensor x = new Generator(4).normal(DType.F64, 5, 9, 4);
        Tensor y = ensemble.forward(x);
        assertEquals(Shape.of(5, 9, 3), y.shape());
        for (int i = 0; i < 5; i++) assertArrayEquals(member(i, x.select(0, i)).toDoubles(), y.select(0, i).toDoubles(), 1e-14);
    }

    @Test
    void rowsMayBeSharedByAll() {
        Tensor x = new Generator(4).normal(DType.F64, 9, 4);
        Tensor y = ensemble.forward(x);
        for (int i = 0; i < 5; i++) assertArrayEquals(member(i, x).toDoubles(), y.select(0, i).toDoubles(), 1e-14);
    }

    @Test
    void gradientsReachInputsAndOnlyTheMembersThatAreUsed() {
        Tensor x = new Generator(4).normal(DType.F64, 5, 2, 4);
        GradientCheck.check(in -> ensemble.forward(in.getFirst()), List.of(x), 2, 1e-6);
        Autograd.backward(ensemble.forward(x).select(0, 1).sum());
        Tensor g = ensemble.namedParameters().get("weight1").grad();
        assertEquals(0, g.select(0, 0).abs().sum().item());
        assertTrue(g.select(0, 1).abs().sum().item() > 0);
    }

    @Test
    void decayIsHalfTheSquaresOfTheWeightsByLayer() {
        double expected = 0;
        double[] rates = {0.1, 0.2, 0.4};
        for (int l = 0; l < 3; l++) {
            double norm = ensemble.namedParameters().get("weight" + (l + 1)).value().norm(2).item();
            expected += rates[l] * norm * norm / 2;
        }
        assertEquals(expected, ensemble.decay(rates).item(), 1e-12);
    }

    @Test
    void wrongShapesAreRefused() {
        Tensor four = new Generator(4).normal(DType.F64, 4, 2, 4);
        String message = assertThrows(IllegalArgumentException.class, () -> ensemble.forward(four)).getMessage();
        assertTrue(message.contains("x is [4, 2, 4]; it must be [5, n, 4] or [n, 4]"), message);
        assertThrows(IllegalArgumentException.class, () -> ensemble.decay(0.1));
    }
}
