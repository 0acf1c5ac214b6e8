package dev.tenfold.kernels.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.VectorModule;
import dev.tenfold.kernels.cpu.Convolution.Geometry;
import dev.tenfold.kernels.cpu.WinogradLines.Lines;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WinogradTest {
    private static final int WIDTH = PanelKernel.WIDTH;
    private static final long LINE = PanelKernel.LINE;

    private final NativeArrays arrays = new NativeArrays();

    @AfterEach
    void free() {
        arrays.close();
    }

    private long random(int seed, int count) {
        long at = arrays.empty(DType.F32, count);
        PhiloxFill.normal(DType.F32, seed, 0, 0, count, 0, 1, at);
        return at;
    }

    /** Rows that are positions, with a gap between the first four and the last, three panels of channels. */
    private double[] overChannels(PanelKernel kernel) {
        long a = random(1, 3 * 12 * WIDTH);
        long c = arrays.empty(DType.F32, 8 * WIDTH);
        kernel.multiply(a, 6 * LINE, 21, 12 * LINE, 3, random(2, 3 * 21 * WIDTH), random(3, 8 * WIDTH), c);
        return NativeArrays.read(DType.F32, c, 8 * WIDTH);
    }

    private double[] overPositions(PanelKernel kernel) {
        long c = random(3, 8 * WIDTH);
        kernel.multiply(random(1, 13 * WIDTH), 16, 13, 0, 1, random(2, 13 * WIDTH), c, c);
        return NativeArrays.read(DType.F32, c, 8 * WIDTH);
    }

    @Test
    void panelKernelSumsProductsInOrder() {
        double[] c = overChannels(new PanelKernel.Scalar(LINE, 4));
        double[] a = NativeArrays.read(DType.F32, random(1, 3 * 12 * WIDTH), 3 * 12 * WIDTH);
        double[] b = NativeArrays.read(DType.F32, random(2, 63 * WIDTH), 63 * WIDTH);
        double[] start = NativeArrays.read(DType.F32, random(3, 8 * WIDTH), 8 * WIDTH);
        for (int r = 0; r < 8; r++) for (int w = 0; w < WIDTH; w++) {
            float sum = (float) start[r * WIDTH + w];
            for (int o = 0; o < 3; o++) for (int d = 0; d < 21; d++) {
                int row = o * 12 + r / 4 * 6 + r % 4;
                sum = Math.fma((float) a[row * WIDTH + d], (float) b[(o * 21 + d) * WIDTH + w], sum);
            }
            assertEquals(sum, c[r * WIDTH + w]);
        }
    }

    @Test
    void vectorsAndPlainLoopsGiveTheSameBits() {
        assumeTrue(VectorModule.available());
        assertArrayEquals(overChannels(new PanelKernel.Scalar(LINE, 4)), overChannels(PanelKernelCompiler.compile(LINE, 4)));
        assertArrayEquals(overPositions(new PanelKernel.Scalar(4, LINE)), overPositions(PanelKernelCompiler.compile(4, LINE)));
        for (int transform = 0; transform < 5; transform++) {
            assertArrayEquals(lines(new ScalarWinogradLines(), transform), lines(new VectorWinogradLines(), transform));
        }
    }

    private double[] lines(WinogradLines implementation, int transform) {
        Lines from = new Lines(random(7, 6 * 5 * WIDTH), 5 * LINE, LINE);
        long results = arrays.empty(DType.F32, 6 * 5 * WIDTH);
        Lines to = new Lines(results, LINE, 6 * LINE);
        switch (transform) {
            case 0 -> implementation.input(from, to, 5);
            case 1 -> implementation.output(from, to, 5, random(8, WIDTH));
            case 2 -> implementation.outputGradient(from, to, 5);
            case 3 -> implementation.filter(from, to, 5);
            default -> implementation.filterGradient(from, to, 5);
        }
        return NativeArrays.read(DType.F32, results, 6 * 5 * WIDTH);
    }

    /** Whole numbers: their convolution is known exactly, and within half of one a float that is only rounded finds it. */
    private static double[] whole(int count, int step, int range) {
        double[] x = new double[count];
        for (int i = 0; i < count; i++) x[i] = i * step % range - range / 2;
        return x;
    }

    private interface Convolve {
        void run(DType type, Geometry g, long[] operands, long result);
    }

    private void assertWholeNumbersComeOut(Geometry g, int[] sizes, int resultSize, Convolve convolve) {
        long[] wide = new long[sizes.length];
        long[] narrow = new long[sizes.length];
        for (int i = 0; i < sizes.length; i++) {
            double[] x = whole(sizes[i], 7 - 2 * i, 11 - 4 * i);
            wide[i] = arrays.of(DType.F64, x);
            narrow[i] = arrays.of(DType.F32, x);
        }
        long exact = arrays.empty(DType.F64, resultSize);
        long result = arrays.empty(DType.F32, resultSize);
        convolve.run(DType.F64, g, wide, exact);
        convolve.run(DType.F32, g, narrow, result);
        double[] rounded = NativeArrays.read(DType.F32, result, resultSize);
        for (int i = 0; i < resultSize; i++) rounded[i] = Math.rint(rounded[i]) + 0.0;
        assertArrayEquals(NativeArrays.read(DType.F64, exact, resultSize), rounded, g.toString());
    }

    // Blocks of tiles and panels of filters, one image and several in a block, images that tiles do not cover evenly, groups.
    private static final Geometry[] GEOMETRIES = {
        new Geometry(4, 32, 8, 8, 32, 3, 3, 1, 1, 1, 1, 1, 1, 1),
        new Geometry(8, 40, 5, 7, 132, 3, 3, 1, 1, 1, 1, 1, 1, 1),
        new Geometry(3, 72, 9, 38, 60, 3, 3, 1, 1, 0, 2, 1, 1, 2),
        new Geometry(2, 32, 37, 33, 24, 3, 3, 1, 1, 1, 0, 1, 1, 1),
        new Geometry(9, 300, 4, 4, 130, 3, 3, 1, 1, 1, 1, 1, 1, 1)};

    @Test
    void wholeNumbersComeOut() {
        for (Geometry g : GEOMETRIES) {
            assertTrue(Winograd.serves(DType.F32, g), g.toString());
            int x = g.n() * g.c() * g.h() * g.w();
            int y = g.n() * g.k() * g.outH() * g.outW();
            int weight = g.k() * g.c() / g.groups() * 9;
            assertWholeNumbersComeOut(g, new int[] {x, weight, g.k()}, y, (type, same, in, out) -> Convolution.forward(type, g, in[0], in[1], in[2], out));
            assertWholeNumbersComeOut(g, new int[] {y, weight}, x, (type, same, in, out) -> Convolution.backwardInput(type, g, in[0], in[1], out));
            assertWholeNumbersComeOut(g, new int[] {x, y}, weight, (type, same, in, out) -> Convolution.backwardWeight(type, g, in[0], in[1], out));
        }
    }

    @Test
    void errorsStayInTheLastDigits() {
        Geometry g = new Geometry(4, 96, 6, 6, 96, 3, 3, 1, 1, 1, 1, 1, 1, 1);
        int xs = 4 * 96 * 36;
        int ws = 96 * 96 * 9;
        long x = random(1, xs);
        long w = random(2, ws);
        long y = arrays.empty(DType.F32, xs);
        long exact = arrays.empty(DType.F64, xs);
        Convolution.forward(DType.F32, g, x, w, 0, y);
        Convolution.forward(DType.F64, g, arrays.of(DType.F64, NativeArrays.read(DType.F32, x, xs)), arrays.of(DType.F64, NativeArrays.read(DType.F32, w, ws)), 0, exact);
        double[] expected = NativeArrays.read(DType.F64, exact, xs);
        double[] got = NativeArrays.read(DType.F32, y, xs);
        double worst = 0;
        double squares = 0;
        for (int i = 0; i < xs; i++) {
            double error = Math.abs(got[i] - expected[i]);
            worst = Math.max(worst, error);
            squares += error * error;
        }
        // The sums have a standard deviation of 29; half a unit in the last place is 6e-8. The usual points, 1 and 2, give 2.3e-6 in the mean.
        assertTrue(Math.sqrt(squares / xs) < 29 * 1.2e-6, "mean error " + Math.sqrt(squares / xs));
        assertTrue(worst < 29 * 1e-5, "largest error " + worst);
    }

    @Test
    void otherConvolutionsGoTheOtherWay() {
        assertFalse(Winograd.serves(DType.F64, new Geometry(4, 32, 8, 8, 32, 3, 3, 1, 1, 1, 1, 1, 1, 1)));
        assertFalse(Winograd.serves(DType.F32, new Geometry(4, 32, 8, 8, 32, 3, 3, 2, 1, 1, 1, 1, 1, 1)));
        assertFalse(Winograd.serves(DType.F32, new Geometry(4, 32, 8, 8, 32, 3, 3, 1, 1, 1, 1, 1, 2, 1)));
        assertFalse(Winograd.serves(DType.F32, new Geometry(4, 32, 8, 8, 32, 3, 3, 1, 1, 1, 1, 1, 1, 32)));
        assertFalse(Winograd.serves(DType.F32, new Geometry(1, 32, 8, 8, 32, 3, 3, 1, 1, 1, 1, 1, 1, 1)));
    }
}
