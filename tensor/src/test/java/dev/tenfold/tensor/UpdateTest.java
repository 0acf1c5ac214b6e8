package dev.tenfold.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.expr.Expr;
import dev.tenfold.tensor.op.Update;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class UpdateTest {
    /** Sum and difference of two tensors take their places. */
    private static final Update BUTTERFLY = Update.of("butterfly", 2, Expr.x(0).add(Expr.x(1)), Expr.x(0).sub(Expr.x(1)));
    /** a becomes a + p b. */
    private static final Update SCALED = Update.of("scaled", 2, Expr.x(0).add(Expr.p(0).mul(Expr.x(1))));
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void everyResultIsComputedFromTheOldElements() {
        for (DType type : DType.values()) {
            if (type == DType.BOOL) continue;
            int n = 100_003;
            Tensor a = Tensors.arange(n).remainder(Tensors.scalar(DType.I64, 50)).add(50).to(type);
            Tensor b = Tensors.arange(n).remainder(Tensors.scalar(DType.I64, 7)).to(type);
            double[] sum = a.add(b).toDoubles();
            double[] difference = a.sub(b).toDoubles();
            for (int repeat = 0; repeat < 4; repeat++) { // first scalar loops, then vectors
                Tensor x = a.copy();
                Tensor y = b.copy();
                int version = x.version();
                BUTTERFLY.apply(List.of(new Update.Call(new double[0], x, y)));
                assertArrayEquals(sum, x.toDoubles(), type + ", first result");
                assertArrayEquals(difference, y.toDoubles(), type + ", second result");
                assertTrue(x.version() > version);
            }
        }
    }

    @Test
    void manyCallsOfAllSizesAndTypesRunAsOne() {
        List<Update.Call> calls = new ArrayList<>();
        List<double[]> expected = new ArrayList<>();
        int[] sizes = {1, 0, 40_000, 3, 0, 0, 32_768, 65_536, 7, 0};
        for (int k = 0; k < sizes.length; k++) {
            DType type = k % 3 == 0 ? DType.F64 : DType.F32;
            Tensor a = new Generator(k).uniform(type, sizes[k]);
            Tensor b = new Generator(100 + k).uniform(type, sizes[k]);
            expected.add(a.addScaled(b, k).toDoubles());
            calls.add(new Update.Call(new double[] {k}, a, b));
        }
        SCALED.apply(calls);
        for (int k = 0; k < sizes.length; k++) assertArrayEquals(expected.get(k), calls.get(k).tensors()[0].toDoubles(), "call " + k);
    }

    @Test
    void whatDoesNotFitIsRefusedAndNothingChanges() {
        Tensor good = Tensors.zeros(DType.F32, 2, 3);
        Update.Call first = new Update.Call(new double[] {1}, good, Tensors.full(DType.F32, Shape.of(2, 3), 1));
        for (Tensor bad : List.of(Tensors.zeros(DType.F32, 3, 2).permute(1, 0), Tensors.zeros(DType.F32, 3), Tensors.zeros(DType.F64, 2, 3))) {
            String message = assertThrows(IllegalArgumentException.class,
                    () -> SCALED.apply(List.of(first, new Update.Call(new double[] {1}, Tensors.zeros(DType.F32, 2, 3), bad)))).getMessage();
            assertTrue(message.contains("scaled") && message.contains("f32 [2, 3]"), message);
        }
        assertThrows(IllegalArgumentException.class, () -> SCALED.apply(List.of(new Update.Call(new double[0], good))));
        assertThrows(IllegalArgumentException.class, () -> Update.of("none", 1));
        assertEquals(0, good.sum().item());
    }
}
