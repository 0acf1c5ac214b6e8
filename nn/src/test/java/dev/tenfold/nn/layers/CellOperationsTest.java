package dev.tenfold.nn.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.autograd.GradientCheck;
import dev.tenfold.kernels.DType;
import dev.tenfold.nn.Module;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.NoGrad;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CellOperationsTest {
    private final CellOperations search = new CellOperations(new Generator(1), BatchNormOptions.DEFAULT.withoutAffine(), DType.F64);
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private static List<Module> all(CellOperations cell, int channels, int stride) {
        return List.of(cell.separable(channels, 3, stride), cell.separable(channels, 5, stride), cell.dilated(channels, 3, stride), cell.dilated(channels, 5, stride),
                cell.maxPool(channels, stride), cell.averagePool(channels, stride), cell.skip(channels, stride), cell.zero(stride));
    }

    @Test
    void weightsAreAsManyAsTheSearchSpaceSays() {
        long[] expected = {800, 1312, 400, 656, 0, 0, 0, 0};
        long[] withAffine = {864, 1376, 432, 688, 32, 32, 0, 0};
        assertArrayEquals(expected, all(search, 16, 1).stream().mapToLong(Module::parameterCount).toArray());
        CellOperations found = new CellOperations(new Generator(1), BatchNormOptions.DEFAULT, DType.F64);
        assertArrayEquals(withAffine, all(found, 16, 1).stream().mapToLong(Module::parameterCount).toArray());
        assertEquals(256, search.skip(16, 2).parameterCount());
        assertEquals(48, search.projection(12, 4).parameterCount());
    }

    @Test
    void everyOperationKeepsOrHalvesTheResolution() {
        try (NoGrad region = NoGrad.open()) {
            Tensor x = new Generator(2).normal(DType.F64, 2, 4, 8, 6);
            for (Module operation : all(search, 4, 1)) assertEquals(x.shape(), operation.forward(x).shape());
            for (Module operation : all(search, 4, 2)) assertEquals(Shape.of(2, 4, 4, 3), operation.forward(x).shape());
            for (Module pool : List.of(search.maxPool(4, 2), search.averagePool(4, 2), search.zero(2), search.dilated(4, 5, 2))) {
                assertEquals(Shape.of(2, 4, 4, 5), pool.forward(Tensors.ones(DType.F64, 2, 4, 7, 9)).shape());
            }
        }
    }

    @Test
    void skippingIsTheIdentityAndZeroCutsTheGradient() {
        Tensor x = new Generator(2).normal(DType.F64, 1, 2, 3, 3).requiresGrad(true);
        assertSame(x, search.skip(2, 1).forward(x));
        Tensor zero = search.zero(1).forward(x);
        assertFalse(zero.requiresGrad());
        assertTrue(Arrays.stream(zero.toDoubles()).allMatch(v -> v == 0));
    }

    @Test
    void theSecondHalfOfAFactorisedReductionSeesTheShiftedImage() {
        Module reduction = new CellOperations(new Generator(1), BatchNormOptions.DEFAULT.eps(0), DType.F64).factorisedReduction(1, 2).eval();
        Map<String, Tensor> state = new HashMap<>(reduction.state());
        state.put("conv1.weight", Tensors.ones(DType.F64, 1, 1, 1, 1));
        state.put("conv2.weight", Tensors.full(DType.F64, Shape.of(1, 1, 1, 1), 2));
        reduction.load(state);
        Tensor x = Tensors.arange(DType.F64, 0, 16, 1).reshape(1, 1, 4, 4);
        assertArrayEquals(new double[] {0, 2, 8, 10, 10, 14, 26, 30}, reduction.forward(x).toDoubles(), 1e-12);
        String message = assertThrows(IllegalArgumentException.class, () -> reduction.forward(Tensors.ones(DType.F64, 1, 1, 5, 4))).getMessage();
        assertTrue(message.contains("with even h and w, not [1, 1, 5, 4]"), message);
        assertThrows(IllegalArgumentException.class, () -> search.factorisedReduction(4, 3));
    }

    @Test
    void gradientsAgreeWithFiniteDifferences() {
        Tensor x = new Generator(3).normal(DType.F64, 2, 2, 4, 4);
        for (int stride = 1; stride <= 2; stride++) {
            for (Module operation : List.of(search.separable(2, 3, stride), search.dilated(2, 3, stride), search.averagePool(2, stride), search.skip(2, stride))) {
                GradientCheck.check(in -> operation.forward(in.getFirst()), List.of(x), 1, 1e-6);
            }
        }
    }
}
