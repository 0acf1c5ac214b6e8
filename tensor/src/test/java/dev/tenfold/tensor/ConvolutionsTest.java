package dev.tenfold.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.op.Conv2dInputGradient;
import dev.tenfold.tensor.op.Conv2dWeightGradient;
import dev.tenfold.tensor.op.Window;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ConvolutionsTest {
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private static double padded(Tensor x, long n, long c, long i, long j) {
        return i < 0 || j < 0 || i >= x.size(2) || j >= x.size(3) ? 0 : x.get(n, c, i, j);
    }

    private static void check(DType type, Window w, int groups, long[] xShape, long[] weightShape) {
        Tensor x = Expect.random(type, 1, xShape);
        Tensor weight = Expect.random(type, 2, weightShape);
        Tensor bias = Expect.random(type, 3, weightShape[0]);
        Tensor y = Convolutions.conv2d(x, weight, bias, w, groups);
        long channels = weightShape[1];
        long filters = weightShape[0] / groups;
        double tolerance = type == DType.F64 ? 1e-12 : type == DType.F32 ? 2e-5 : type == DType.F16 ? 2e-3 : 2e-2;
        assertEquals(type, y.dtype());
        Expect.elements(y, tolerance, at -> {
            double sum = bias.get(at[1]);
            for (long c = 0; c < channels; c++) {
                for (long p = 0; p < weightShape[2]; p++) {
                    for (long q = 0; q < weightShape[3]; q++) {
                        sum += weight.get(at[1], c, p, q) * padded(x, at[0], at[1] / filters * channels + c,
                                at[2] * w.strideH() + p * w.dilationH() - w.padH(), at[3] * w.strideW() + q * w.dilationW() - w.padW());
                    }
                }
            }
            return sum;
        });
        adjointsAgree(x, weight, w, groups);
    }

    /** {@code <conv(x, w), g> = <x, inputGradient(g, w)> = <w, weightGradient(x, g)>}. */
    private static void adjointsAgree(Tensor x, Tensor weight, Window w, int groups) {
        if (x.dtype() != DType.F64) return;
        Tensor y = Convolutions.conv2d(x, weight, null, w, groups);
        Tensor g = Expect.random(DType.F64, 9, y.shape().sizes());
        double forward = y.mul(g).sum().item();
        Tensor dx = Operation.apply(new Conv2dInputGradient(w, groups, x.size(2), x.size(3)), g, weight);
        Tensor dw = Operation.apply(new Conv2dWeightGradient(w, groups, weight.size(2), weight.size(3)), x, g);
        assertEquals(x.shape(), dx.shape());
        assertEquals(weight.shape(), dw.shape());
        assertEquals(forward, dx.mul(x).sum().item(), 1e-10 * Math.max(1, Math.abs(forward)));
        assertEquals(forward, dw.mul(weight).sum().item(), 1e-10 * Math.max(1, Math.abs(forward)));
    }

    @Test
    void convolutionEqualsItsDefinitionForEveryWindow() {
        for (DType type : new DType[] {DType.F64, DType.F32, DType.F16, DType.BF16}) {
            check(type, Window.square(1, 1, 1), 1, new long[] {2, 3, 6, 5}, new long[] {4, 3, 3, 3});
            check(type, Window.square(2, 1, 1), 1, new long[] {2, 3, 7, 8}, new long[] {5, 3, 3, 3});
            check(type, Window.square(1, 2, 2), 2, new long[] {1, 4, 6, 5}, new long[] {6, 2, 3, 3});
            check(type, Window.square(1, 0, 1), 1, new long[] {3, 5, 4, 4}, new long[] {2, 5, 1, 1});
            check(type, Window.square(2, 0, 1), 1, new long[] {3, 5, 5, 4}, new long[] {2, 5, 1, 1});
            check(type, Window.square(1, 1, 1), 4, new long[] {2, 4, 5, 5}, new long[] {4, 1, 3, 3});
            check(type, new Window(2, 3, 0, 2, 2, 1), 1, new long[] {1, 2, 7, 9}, new long[] {3, 2, 2, 4});
        }
    }

    @Test
    void stridedInputsAreConvolvedAsTheirDenseCopies() {
        Tensor x = Expect.random(DType.F32, 1, 2, 5, 6, 3).permute(0, 3, 1, 2);
        Tensor weight = Expect.random(DType.F32, 2, 3, 3, 4, 3).permute(2, 3, 0, 1);
        Expect.close(Convolutions.conv2d(x.copy(), weight.copy(), null, 1, 1), Convolutions.conv2d(x, weight, null, 1, 1), 0);
    }

    @Test
    void noImagesGiveNoImagesAndAZeroWeightGradient() {
        Tensor x = Tensors.zeros(DType.F32, 0, 3, 8, 8);
        Tensor y = Convolutions.conv2d(x, Tensors.ones(DType.F32, 4, 3, 3, 3), null, 1, 1);
        assertEquals(Shape.of(0, 4, 8, 8), y.shape());
        Tensor dw = Operation.apply(new Conv2dWeightGradient(Window.square(1, 1, 1), 1, 3, 3), x, y);
        assertArrayEquals(new double[108], dw.toDoubles());
    }

    @Test
    void transposedConvolutionScattersEveryPixel() {
        Tensor x = Tensors.of(new double[] {1, 2, 3, 4}, 1, 1, 2, 2);
        Tensor weight = Tensors.of(new double[] {1, 10, 100, 1000}, 1, 1, 2, 2);
        Tensor y = Convolutions.convTranspose2d(x, weight, Tensors.of(new double[] {0.5}), Window.square(2, 0, 1), 0, 1);
        assertArrayEquals(new double[] {1.5, 10.5, 2.5, 20.5, 100.5, 1000.5, 200.5, 2000.5, 3.5, 30.5, 4.5, 40.5, 300.5, 3000.5, 400.5, 4000.5}, y.toDoubles());
        assertEquals(Shape.of(1, 1, 5, 5), Convolutions.convTranspose2d(x, weight, null, Window.square(2, 0, 1), 1, 1).shape());
    }

    @Test
    void maxPoolingKeepsTheFirstMaximumAndItsPosition() {
        Tensor x = Tensors.of(new double[] {1, 3, 3, -1, 2, 0, 7, Double.NaN, -5, -6, -7, -8}, 1, 1, 3, 4);
        Tensor[] both = Convolutions.maxPool2dWithPositions(x, 2, 2, Window.square(2, 1, 1));
        assertArrayEquals(new double[] {1, 3, -1, 2, 7, Double.NaN}, both[0].toDoubles());
        assertArrayEquals(new long[] {0, 1, 3, 4, 6, 7}, both[1].toLongs());
    }

    @Test
    void averagePoolingCountsPaddingOrNot() {
        Tensor x = Tensors.of(new double[] {1, 2, 3, 4}, 1, 1, 2, 2);
        Window w = Window.square(2, 1, 1);
        assertArrayEquals(new double[] {0.25, 0.5, 0.75, 1}, Convolutions.averagePool2d(x, 2, 2, w, true).toDoubles());
        assertArrayEquals(new double[] {1, 2, 3, 4}, Convolutions.averagePool2d(x, 2, 2, w, false).toDoubles());
    }

    @Test
    void adaptivePoolingCoversThePlaneEvenly() {
        Tensor x = Tensors.arange(DType.F64, 0, 30, 1).reshape(1, 1, 5, 6);
        Expect.close(Convolutions.averagePool2d(x.unsqueeze(0).reshape(1, 1, 5, 6), 5, 2, new Window(5, 2, 0, 0, 1, 1), true),
                Convolutions.adaptiveAveragePool2d(x, 1, 3), 0);
        // Rows 0-2 and 2-4, columns 0-1, 1-2, 3-4, 4-5.
        Tensor y = Convolutions.adaptiveAveragePool2d(x, 2, 4);
        Expect.elements(y, 1e-12, at -> 6 * (at[2] == 0 ? 1 : 3) + new double[] {0.5, 1.5, 3.5, 4.5}[(int) at[3]]);
        assertArrayEquals(new double[] {14.5}, Convolutions.globalAveragePool2d(x).toDoubles(), 1e-12);
        assertEquals(Shape.of(1, 1), Convolutions.globalAveragePool2d(x).shape());
    }

    @Test
    void whatDoesNotFitIsNamed() {
        Tensor x = Tensors.zeros(DType.F32, 1, 3, 8, 8);
        Tensor w = Tensors.zeros(DType.F32, 4, 2, 3, 3);
        Expect.fails(IllegalArgumentException.class, () -> Convolutions.conv2d(x, w, null, 1, 1), "conv2d", "[1, 3, 8, 8]", "3 channels", "[4, 2, 3, 3]", "takes 2");
        Expect.fails(IllegalArgumentException.class, () -> Convolutions.conv2d(x, Tensors.zeros(DType.F32, 4, 3, 9, 9), null, 1, 0), "spans 9x9", "8x8");
        Expect.fails(IllegalArgumentException.class, () -> Convolutions.conv2d(x, Tensors.zeros(DType.F64, 4, 3, 3, 3), null, 1, 0), "of one type", "f64");
        Expect.fails(IllegalArgumentException.class, () -> Convolutions.conv2d(x, Tensors.zeros(DType.F32, 4, 3, 3, 3), x, 1, 0), "bias", "[4]");
        Expect.fails(IllegalArgumentException.class, () -> Window.square(0, 0, 1), "stride 0x0");
        Expect.fails(IllegalArgumentException.class, () -> Convolutions.maxPool2d(x, 2, 2, 2), "wholly outside", "padding 2x2");
        Expect.fails(IllegalArgumentException.class, () -> Convolutions.maxPool2d(x.reshape(3, 8, 8), 2, 2, 0), "[n, c, h, w]");
        Expect.fails(IllegalArgumentException.class, () -> Convolutions.adaptiveAveragePool2d(x, 0, 2), "0x2");
        Expect.fails(IllegalArgumentException.class,
                () -> Convolutions.convTranspose2d(x, Tensors.zeros(DType.F32, 3, 1, 2, 2), null, Window.square(2, 0, 1), 2, 1), "outputPadding 2");
    }
}
