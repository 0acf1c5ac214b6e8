package dev.tenfold.methods.ntk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.WorkerPool;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ConvKernelTest {
    private static final String AT = "00 01 02 11 12 22";
    private static final double DIGITS = 6e-11;
    private Scope scope;
    private Tensor x;

    @BeforeEach
    void open() {
        scope = Scope.open();
        x = images();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    /** {@code x_t[c, i, j] = sin(1 + .7 t + 1.3 c + .9 i + 1.7 j + .4 i j)}, two channels, 4x4, t = 0, 1, 2. */
    static Tensor images() {
        double[] values = new double[96];
        for (int k = 0; k < 96; k++) {
            int i = k / 4 % 4;
            int j = k % 4;
            values[k] = Math.sin(1 + .7 * (k / 32) + 1.3 * (k / 16 % 2) + .9 * i + 1.7 * j + .4 * i * j);
        }
        return Tensors.of(values, 3, 2, 4, 4);
    }

    @Test
    void kernelsHaveTheirPrintedValues() {
        printed(3, true, false, .3807593027, .3643124932, .3546209541, .3889209460, .3674087347, .3861366437);
        printed(3, true, true, .0965391383, .0904753977, .0871127232, .0987817740, .0913981862, .0980721286);
        printed(3, false, false, 24.9666687239, 16.2976463095, 7.3892516861, 25.3690475787, 16.4437356215, 25.2202671165);
        printed(4, true, true, .1426601834, .1289953432, .1233334351, .1454321417, .1301860902, .1446372035);
        printed(2, true, true, 0, 0, 0, 0, 0, 0);
        printed(2, false, true, 0, 0, 0, 0, 0, 0);
    }

    private void printed(int depth, boolean pooling, boolean fixEnds, double... expected) {
        ConvKernel kernel = new ConvKernel(depth, pooling, fixEnds);
        Expect.entries(AT, kernel.between(x, x), DIGITS, expected);
        // Off the exact diagonal an ulp of rho is 1.5e-8 in the angle.
        Expect.entries(AT, kernel.between(x, x.copy()), 3e-6, expected);
    }

    @Test
    void neuralTangentsConventionDiffersByHalfTheChannelsAndThePixels() {
        Expect.entries("00 01 02", new ConvKernel(3, true, false).nngp(x, x), DIGITS, .2413466331, .2414361923, .2386646020);
        Expect.entries("00 01 02", new ConvKernel(3, false, false).nngp(x, x).div(16), DIGITS, .5201389317, .4343699455, .2895099320);
        Expect.entries("00 01 02", new ConvKernel(3, false, false).between(x, x).div(16), DIGITS, 1.5604167952, 1.0186028943, .4618282304);
    }

    @Test
    void planesOfDisplacementsAddUpToThePooledKernel() {
        ConvKernel kernel = new ConvKernel(3, true, false);
        double sum = 0;
        for (int dy = -3; dy <= 3; dy++) for (int dx = -3; dx <= 3; dx++) sum += kernel.plane(x.narrow(0, 0, 1), x.narrow(0, 1, 1), dy, dx);
        assertEquals(.3643124932, sum / 256, DIGITS);
        double[] self = {kernel.plane(x, x, 1, -2), kernel.plane(x, x, -1, 2)};
        assertEquals(self[0], self[1], 1e-14);
    }

    @Test
    void kernelsAgreeWithTheDefinitionOverPairsOfPixels() {
        Generator generator = new Generator(1);
        Tensor a = generator.normal(DType.F64, Shape.of(1, 3, 3, 5), 0, 1);
        Tensor b = generator.normal(DType.F64, Shape.of(1, 3, 3, 5), 0, 1);
        for (int depth : new int[] {2, 3, 5}) {
            for (boolean pooling : new boolean[] {true, false}) {
                for (boolean fixEnds : new boolean[] {true, false}) {
                    double expected = new PixelPairs(3, 3, 5, depth, pooling, fixEnds).value(a.toDoubles(), b.toDoubles());
                    double value = new ConvKernel(depth, pooling, fixEnds).between(a, b).item();
                    assertEquals(expected, value, 1e-12 * Math.max(1, Math.abs(expected)));
                }
            }
        }
    }

    @Test
    void imagesOfOnePixelAndImagesOfZerosAreFine() {
        // One pixel: a fully connected ReLU network with a ninth of the variance per layer.
        Tensor pixel = Tensors.of(new double[] {1, 2, -1, .5, -1, 2}, 2, 3, 1, 1);
        Tensor dense = FcKernel.uci(2, 0).ntk(pixel.reshape(2, 3)).mul(4.0 / 81);
        assertEquals(0, Expect.difference(dense, new ConvKernel(3, true, false).between(pixel, pixel)), 1e-14);
        Tensor black = Tensors.zeros(DType.F64, 1, 2, 4, 4);
        assertEquals(0, new ConvKernel(3, true, false).between(black, x).abs().max().item());
    }

    @Test
    void threadsDoNotChangeABit() {
        int before = WorkerPool.threads();
        double[] expected = new ConvKernel(4, true, true).between(x, x).toDoubles();
        try {
            WorkerPool.setThreads(3);
            assertArrayEquals(expected, new ConvKernel(4, true, true).between(x, x).toDoubles());
        } finally {
            WorkerPool.setThreads(before);
        }
    }

    @Test
    void whatDoesNotFitIsRefusedWithItsReason() {
        refused("depth 1", () -> new ConvKernel(1, true, false));
        refused("equal C, H, W", () -> new ConvKernel(3, true, false).between(x, x.narrow(3, 0, 3)));
        refused("not empty", () -> new ConvKernel(3, true, false).between(x, x.narrow(0, 0, 0)));
        Tensor broken = x.copy();
        broken.narrow(0, 0, 1).copyFrom(Tensors.full(DType.F64, Shape.of(1, 2, 4, 4), Double.NaN));
        refused("NaN", () -> new ConvKernel(3, true, false).between(broken, x));
    }

    private static void refused(String reason, Runnable call) {
        String message = assertThrows(IllegalArgumentException.class, call::run).getMessage();
        assertTrue(message.contains(reason), message);
    }
}
