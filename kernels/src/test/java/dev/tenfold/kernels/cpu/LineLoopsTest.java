package dev.tenfold.kernels.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.VectorModule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The loops for f32 as chosen for this machine, against those of compiled expressions and against plain double arithmetic. */
class LineLoopsTest {
    private static final int[] LENGTHS = {1, 7, 15, 16, 17, 31, 48, 63, 64, 65, 100, 127, 128, 1000, 1024, 4099};
    private static final int LARGEST = 4099;
    private static final boolean VECTORS = VectorModule.available() && WideLines32.fits();
    // So many that the vectors are tried among them.
    private static final int CALLS_WITH_TRIALS = 80;

    private final NativeArrays arrays = new NativeArrays();

    @AfterEach
    void free() {
        arrays.close();
    }

    /** Every loop; each either fills a line or gives a number. */
    private enum Loop { SUM, MAX, SUM_SQUARES, SUM_PRODUCTS, EXP, EXP_AFFINE, SCALE, AFFINE, WEIGHTED, COMBINE, SOFTMAX, LOG_SOFTMAX, WEIGHTED_SUMS, GRADIENT_OF_X, GRADIENT_OF_WEIGHT, GRADIENT_OF_BIAS }

    /** The number (if any) and the lines that a loop leaves. */
    private double[] run(Loop loop, LineLoops loops, DType type, double[] x, double[] a, double[] b, int n) {
        NativeArrays own = arrays;
        long line = own.of(type, x);
        long first = own.of(type, a);
        long second = own.of(type, b);
        long y = own.empty(type, LARGEST);
        double number = 0;
        switch (loop) {
            case SUM -> number = loops.sum(line, n);
            case MAX -> number = loops.max(line, n);
            case SUM_SQUARES -> number = loops.sumSquares(line, n, 0.25);
            case SUM_PRODUCTS -> number = loops.sumProducts(first, line, n, 0.25);
            case EXP -> number = loops.exp(line, n, 2.5, y);
            case EXP_AFFINE -> loops.expAffine(line, n, 2.5, 3, -0.5, y);
            case SCALE -> loops.scale(line, n, 1.7);
            case AFFINE -> loops.affine(line, n, 0.25, 1.7, 0.3, y);
            case WEIGHTED -> loops.affine(line, n, 0.25, 1.7, first, second, y);
            case COMBINE -> loops.combine(first, line, n, 0.25, 1.7, -0.4, 0.3, y);
            case SOFTMAX -> loops.softmaxGradient(line, first, n, 0.7, y);
            case LOG_SOFTMAX -> loops.logSoftmaxGradient(own.of(type, Arrays.stream(x).map(v -> v - 2.5).toArray()), first, n, 0.7, y);
            case WEIGHTED_SUMS -> {
                loops.weightedSums(first, second, line, n, 0.25, y);
                return new double[] {Memory.getDouble(y), Memory.getDouble(y + 8)};
            }
            case GRADIENT_OF_X -> loops.weightedGradient(first, second, line, n, 0.25, 1.7, -0.4, 0.3, y, own.of(type, x), own.of(type, a));
            case GRADIENT_OF_WEIGHT -> loops.weightedGradient(first, second, line, n, 0.25, 1.7, -0.4, 0.3, own.of(type, x), y = own.of(type, b), own.of(type, a));
            case GRADIENT_OF_BIAS -> loops.weightedGradient(first, second, line, n, 0.25, 1.7, -0.4, 0.3, own.of(type, x), own.of(type, a), y = own.of(type, b));
        }
        List<Double> all = new ArrayList<>(List.of(number));
        boolean inPlace = loop == Loop.SCALE;
        boolean filled = loop.ordinal() >= Loop.EXP.ordinal();
        if (filled) for (double v : NativeArrays.read(type, inPlace ? line : y, n)) all.add(v);
        return all.stream().mapToDouble(v -> v).toArray();
    }

    private static double[] expected(Loop loop, double[] x, double[] a, double[] b, int n) {
        double[] result = new double[loop == Loop.WEIGHTED_SUMS ? 2 : loop.ordinal() >= Loop.EXP.ordinal() ? n + 1 : 1];
        if (loop == Loop.MAX) result[0] = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < n; i++) {
            double c = x[i] - 0.25;
            switch (loop) {
                case SUM -> result[0] += x[i];
                case MAX -> result[0] = Math.max(result[0], x[i]);
                case SUM_SQUARES -> result[0] += c * c;
                case SUM_PRODUCTS -> result[0] += a[i] * c;
                case EXP -> result[0] += result[i + 1] = Math.exp(x[i] - 2.5);
                case EXP_AFFINE -> result[i + 1] = Math.exp(x[i] - 2.5) * 3 - 0.5;
                case SCALE -> result[i + 1] = x[i] * 1.7;
                case AFFINE -> result[i + 1] = c * 1.7 + 0.3;
                case WEIGHTED -> result[i + 1] = c * 1.7 * a[i] + b[i];
                case COMBINE -> result[i + 1] = 1.7 * a[i] - 0.4 * c + 0.3;
                case SOFTMAX -> result[i + 1] = x[i] * (a[i] - 0.7);
                case LOG_SOFTMAX -> result[i + 1] = a[i] - Math.exp(x[i] - 2.5) * 0.7;
                case WEIGHTED_SUMS -> {
                    result[0] += a[i] * b[i];
                    result[1] += a[i] * b[i] * c;
                }
                case GRADIENT_OF_X -> result[i + 1] = 1.7 * a[i] * b[i] - 0.4 * c + 0.3;
                case GRADIENT_OF_WEIGHT -> result[i + 1] = b[i] + a[i] * c * 1.7;
                case GRADIENT_OF_BIAS -> result[i + 1] = b[i] + a[i];
            }
        }
        return result;
    }

    private static double[] line(int seed) {
        Random random = new Random(seed);
        double[] x = new double[LARGEST];
        for (int i = 0; i < x.length; i++) x[i] = (float) (random.nextDouble() * 4.5 - 2);
        return x;
    }

    @ParameterizedTest
    @EnumSource(Loop.class)
    void everyLoopComputesWhatItSays(Loop loop) {
        double[] x = line(1);
        double[] a = line(2);
        double[] b = line(3);
        for (DType type : new DType[] {DType.F32, DType.F64}) {
            for (int n : LENGTHS) {
                double[] wanted = expected(loop, x, a, b, n);
                double[] got = run(loop, LineLoops.of(type), type, x, a, b, n);
                double tolerance = type == DType.F32 ? 1e-6 : 1e-14;
                // The first number is a sum of n terms, and of two sums so is the second.
                int sums = loop == Loop.WEIGHTED_SUMS ? 2 : 1;
                for (int s = 0; s < sums; s++) assertEquals(wanted[s], got[s], 4 * tolerance * Math.max(8, n), loop + " of " + n + " in " + type);
                assertArrayEquals(Arrays.copyOfRange(wanted, sums, wanted.length), Arrays.copyOfRange(got, sums, got.length), 8 * tolerance, loop + " of " + n + " in " + type);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Loop.class)
    void vectorsGiveTheBitsOfTheLoopsThatServeBeforeThem(Loop loop) {
        double[] x = line(4);
        // Where an exponential vanishes, and numbers that are none.
        x[3] = -100;
        x[40] = Double.NEGATIVE_INFINITY;
        double[] a = line(5);
        a[5] = Double.NaN;
        double[] b = line(6);
        LineLoops chosen = LineLoops.of(DType.F32);
        LineLoops general = new ExpressionLines(DType.F32);
        for (int i = 0; i < CALLS_WITH_TRIALS; i++) {
            run(loop, chosen, DType.F32, x, a, b, LARGEST);
            arrays.close();
        }
        for (int n : LENGTHS) {
            double[] wanted = run(loop, general, DType.F32, x, a, b, n);
            assertArrayEquals(wanted, run(loop, chosen, DType.F32, x, a, b, n), loop + " of " + n);
            if (VECTORS && n >= WideLines32.L) {
                assertArrayEquals(wanted, run(loop, new WideLines32(), DType.F32, x, a, b, n), loop + " of " + n + " on vectors");
            }
        }
    }

    @Test
    void exponentialsThatWouldBeSubnormalAreZero() {
        for (DType type : new DType[] {DType.F32, DType.F64}) {
            double nothing = type == DType.F32 ? LineLoops.NOTHING_32 : LineLoops.NOTHING_64;
            long x = arrays.of(type, 0, nothing, nothing - 0.5, Double.NEGATIVE_INFINITY, Double.NaN);
            long y = arrays.empty(type, 5);
            LineLoops.of(type).exp(x, 4, 0, y);
            double[] got = NativeArrays.read(type, y, 4);
            assertEquals(Math.exp(nothing), got[1], 1e-6 * Math.exp(nothing));
            assertArrayEquals(new double[] {1, got[1], 0, 0}, got);
            LineLoops.of(type).exp(x + 4 * type.bytes(), 1, 0, y);
            assertEquals(Double.NaN, NativeArrays.read(type, y, 1)[0]);
        }
    }
}
