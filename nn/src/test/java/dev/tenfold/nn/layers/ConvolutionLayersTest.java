package dev.tenfold.nn.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.autograd.Autograd;
import dev.tenfold.kernels.DType;
import dev.tenfold.nn.Module;
import dev.tenfold.nn.Parameter;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.NoGrad;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ConvolutionLayersTest {
    private final Generator generator = new Generator(1);
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private static Shape shapeOf(Module layer, long... x) {
        try (NoGrad region = NoGrad.open()) {
            return layer.forward(Tensors.zeros(DType.F32, x)).shape();
        }
    }

    @Test
    void samePaddingKeepsTheSizeOfAnyOddFilter() {
        for (int[] size : new int[][] {{1, 1}, {3, 3}, {5, 3}, {1, 7}}) {
            for (int dilation = 1; dilation <= 3; dilation++) {
                Filter filter = Filter.of(size[0], size[1]).dilation(dilation).same();
                assertEquals(Shape.of(2, 4, 9, 8), shapeOf(new Conv2d(generator, 3, 4, filter), 2, 3, 9, 8));
            }
        }
        String message = assertThrows(IllegalArgumentException.class, () -> Filter.of(3, 2).same()).getMessage();
        assertTrue(message.contains("no symmetric padding keeps the size under a filter of 3x2"), message);
    }

    @Test
    void rectangularFiltersMoveByTheirOwnSteps() {
        Conv2d layer = new Conv2d(generator, 2, 6, Filter.of(3, 1).stride(2, 3).padding(1, 0).groups(2).withBias());
        assertEquals(Shape.of(6, 1, 3, 1), layer.weight().value().shape());
        assertEquals(Shape.of(6), layer.bias().value().shape());
        assertEquals(Shape.of(1, 6, 4, 3), shapeOf(layer, 1, 2, 7, 8));
    }

    @Test
    void depthwiseFiltersSeeTheirOwnChannelOnly() {
        Conv2d layer = Conv2d.depthwise(generator, 3, Filter.square(3).same());
        assertEquals(27, layer.parameterCount());
        float[] x = new float[3 * 16];
        x[16 + 5] = 1; // in channel 1
        float[] y = layer.forward(Tensors.of(x, 1, 3, 4, 4)).toFloats();
        for (int i = 0; i < 48; i++) assertTrue(i / 16 == 1 || y[i] == 0);
        assertEquals(layer.weight().value().get(1, 0, 1, 1), y[16 + 5]);
        assertEquals(12, Conv2d.pointwise(generator, 3, 4).parameterCount());
    }

    @Test
    void oneDimensionalConvolutionIsASlidingProduct() {
        Conv1d layer = new Conv1d(generator, 1, 1, Filter.of(1, 3).stride(2).padding(1).withBias(), DType.F64);
        layer.load(Map.of("weight", Tensors.of(new double[] {1, 10, 100}, 1, 1, 3), "bias", Tensors.of(new double[] {0.5})));
        assertArrayEquals(new double[] {210.5, 432.5, 54.5}, layer.forward(Tensors.of(new double[] {1, 2, 3, 4, 5}, 1, 1, 5)).toDoubles());
        assertTrue(assertThrows(IllegalArgumentException.class, () -> new Conv1d(generator, 1, 1, Filter.square(3), DType.F32)).getMessage().contains("must have one row"));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> layer.forward(Tensors.ones(DType.F64, 1, 5))).getMessage().contains("x is [1, 5]; it must be [n, 1, length]"));
    }

    @Test
    void transposedConvolutionIsTheAdjointOfConvolution() {
        Filter filter = Filter.square(3).stride(2).padding(1).groups(2);
        Conv2d down = new Conv2d(generator, 4, 6, filter, DType.F64);
        ConvTranspose2d up = new ConvTranspose2d(generator, 6, 4, filter, 1, DType.F64);
        up.load(Map.of("weight", down.weight().value().detach()));
        Tensor x = generator.normal(DType.F64, 2, 4, 8, 8);
        Tensor y = generator.normal(DType.F64, 2, 6, 4, 4);
        assertEquals(Shape.of(2, 4, 8, 8), up.forward(y).shape());
        double left = down.forward(x).mul(y).sum().item();
        double right = x.mul(up.forward(y)).sum().item();
        assertEquals(left, right, 1e-12 * Math.abs(left) + 1e-12);
    }

    @Test
    void theUsualUpsamplingDoubles() {
        assertEquals(Shape.of(1, 2, 8, 10), shapeOf(new ConvTranspose2d(generator, 3, 2, Filter.square(4).stride(2).padding(1).withBias()), 1, 3, 4, 5));
        String message = assertThrows(IllegalArgumentException.class, () -> new ConvTranspose2d(generator, 3, 2, Filter.square(3).stride(2), 2, DType.F32)).getMessage();
        assertTrue(message.contains("outputPadding 2 must be at least 0 and below the stride 2"), message);
    }

    @Test
    void signalsKeepTheirSizeThroughManyLayers() {
        // He's initialisation: the variance of ReLU networks neither dies out nor explodes, also where few inputs make an output.
        for (Filter filter : List.of(Filter.square(3).same(), Filter.square(3).same().groups(8))) {
            try (NoGrad region = NoGrad.open()) {
                Tensor x = generator.normal(DType.F32, 4, 8, 12, 12);
                for (int depth = 0; depth < 8; depth++) x = new Conv2d(generator, 8, 8, filter).forward(x).relu();
                double size = x.square().mean().item();
                assertTrue(size > 0.02 && size < 10, filter + ": " + size);
            }
        }
    }

    @Test
    void groupsMustDivideTheChannels() {
        String message = assertThrows(IllegalArgumentException.class, () -> new Conv2d(generator, 4, 6, Filter.square(3).groups(4))).getMessage();
        assertTrue(message.contains("Conv2d: 4 groups do not divide 4 and 6 channels"), message);
        assertThrows(IllegalArgumentException.class, () -> new ConvTranspose2d(generator, 4, 6, Filter.square(3).groups(4)));
    }

    @Test
    void weightsOfTransposedConvolutionsHaveTheRightGradients() {
        ConvTranspose2d up = new ConvTranspose2d(generator, 2, 3, Filter.square(2).stride(2).withBias(), 1, DType.F64);
        Tensor x = generator.normal(DType.F64, 1, 2, 2, 2);
        Autograd.backward(up.forward(x).tanh().sum());
        for (Parameter p : up.parameters()) {
            double[] values = p.value().toDoubles();
            try (NoGrad region = NoGrad.open()) {
                double[] moved = values.clone();
                moved[1] += 1e-6;
                p.value().copyFrom(Tensors.of(moved, p.value().shape().sizes()));
                double above = up.forward(x).tanh().sum().item();
                moved[1] -= 2e-6;
                p.value().copyFrom(Tensors.of(moved, p.value().shape().sizes()));
                double below = up.forward(x).tanh().sum().item();
                p.value().copyFrom(Tensors.of(values, p.value().shape().sizes()));
                assertEquals((above - below) / 2e-6, p.grad().toDoubles()[1], 1e-7);
            }
        }
    }
}
