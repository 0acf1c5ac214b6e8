package dev.tenfold.kernels.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.kernels.DType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PhiloxFillTest {
    private final NativeArrays arrays = new NativeArrays();

    @AfterEach
    void free() {
        arrays.close();
    }

    /** The known answers published with Random123 (kat_vectors, philox4x32 10). */
    @Test
    void wordsAreThePublishedOnes() {
        int[] words = new int[4];
        PhiloxFill.words(0, 0, 0, words);
        assertArrayEquals(new int[] {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}, words);
        PhiloxFill.words(-1, -1, -1, words);
        assertArrayEquals(new int[] {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}, words);
        PhiloxFill.words(0x299f31d0a4093822L, 0x0370734413198a2eL, 0x85a308d3243f6a88L, words);
        assertArrayEquals(new int[] {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}, words);
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"F32", "F64", "BF16"})
    void uniformsStayInRangeWithTheRightMoments(DType type) {
        int n = 100_001;
        long out = arrays.empty(type, n);
        PhiloxFill.uniform(type, 42, 1, 0, n, -1, 3, out);
        double sum = 0;
        double squares = 0;
        for (double x : NativeArrays.read(type, out, n)) {
            assertTrue(x >= -1 && (type == DType.BF16 ? x <= 3 : x < 3));
            sum += x;
            squares += x * x;
        }
        assertEquals(1, sum / n, 0.02);
        assertEquals(16.0 / 12 + 1, squares / n, 0.03);
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"F32", "F64"})
    void normalsHaveTheRightDistribution(DType type) {
        int n = 200_000;
        long out = arrays.empty(type, n);
        PhiloxFill.normal(type, 7, 0, 0, n, 0, 1, out);
        double[] x = NativeArrays.read(type, out, n);
        java.util.Arrays.sort(x);
        // Kolmogorov-Smirnov against the normal distribution at the 0.1 % level.
        double worst = 0;
        for (int i = 0; i < n; i++) {
            double cdf = 0.5 * (1 + approximateErf(x[i] / Math.sqrt(2)));
            worst = Math.max(worst, Math.max(Math.abs(cdf - (double) i / n), Math.abs(cdf - (i + 1.0) / n)));
        }
        assertTrue(worst < 1.95 / Math.sqrt(n), "distance " + worst);
    }

    /** Abramowitz and Stegun 7.1.26: within 1.5e-7. */
    private static double approximateErf(double x) {
        double t = 1 / (1 + 0.3275911 * Math.abs(x));
        double y = 1 - ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t * Math.exp(-x * x);
        return Math.copySign(y, x);
    }

    @Test
    void anElementDependsOnItsPlaceAlone() {
        long all = arrays.empty(DType.F32, 4000);
        long part = arrays.empty(DType.F32, 400);
        PhiloxFill.normal(DType.F32, 5, 9, 100, 4000, 0, 1, all);
        PhiloxFill.normal(DType.F32, 5, 9, 100 + PhiloxFill.counters(DType.F32, 1200), 400, 0, 1, part);
        assertArrayEquals(NativeArrays.read(DType.F32, all + 4800, 400), NativeArrays.read(DType.F32, part, 400));
    }

    @Test
    void integersCoverTheirRangeEvenly() {
        for (DType type : new DType[] {DType.I32, DType.I64, DType.U8}) {
            int n = 60_000;
            long out = arrays.empty(type, n);
            PhiloxFill.integers(type, 1, 2, 3, n, 10, 16, out);
            int[] counts = new int[6];
            for (double x : NativeArrays.read(type, out, n)) counts[(int) x - 10]++;
            for (int count : counts) assertEquals(10_000, count, 500);
        }
    }
}
