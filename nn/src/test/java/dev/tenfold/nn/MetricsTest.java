package dev.tenfold.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class MetricsTest {
    private static final double[] CONFIDENCES = {.95, .91, .88, .62, .58, .55, .33, .71, .97, 1.0};
    private static final boolean[] CORRECT = {true, true, false, true, false, true, false, true, true, true};

    @Test
    void calibrationErrorOfTheWorkedExample() {
        assertEquals(.184, Metrics.expectedCalibrationError(CONFIDENCES, CORRECT, 5), 1e-12);
        assertEquals(.218, Metrics.expectedCalibrationError(CONFIDENCES, CORRECT, 10), 1e-12);
        assertEquals(.200, Metrics.expectedCalibrationError(CONFIDENCES, CORRECT, 15), 1e-12);
    }

    @Test
    void edgesBelongToTheBinBelowAndOneToTheLast() {
        Metrics.Bin[] bins = Metrics.reliability(new double[] {0.2, 0.4, 1.0, 0.0}, new boolean[4], 5);
        assertEquals(2, bins[0].count());
        assertEquals(1, bins[1].count());
        assertEquals(1, bins[4].count());
    }

    @Test
    void nothingToMeasureIsAnError() {
        assertThrows(IllegalArgumentException.class, () -> Metrics.expectedCalibrationError(new double[0], new boolean[0], 15));
        assertThrows(IllegalArgumentException.class, () -> Metrics.reliability(new double[] {1.1}, new boolean[1], 5));
    }

    @Test
    void topKCountsTheLabelAmongTheHighestScores() {
        double[] scores = {.1, .4, .3, .2, .5, .5, .5, .0};
        assertEquals(0, Metrics.topKAccuracy(scores, 4, new long[] {3, 2}, 1));
        assertEquals(0.5, Metrics.topKAccuracy(scores, 4, new long[] {2, 2}, 2), "of equal scores the first are higher");
        assertEquals(1, Metrics.topKAccuracy(scores, 4, new long[] {2, 2}, 3));
        assertEquals(1, Metrics.topKAccuracy(scores, 4, new long[] {0, 3}, 4));
        assertThrows(IllegalArgumentException.class, () -> Metrics.topKAccuracy(scores, 4, new long[] {4, 0}, 1));
        assertThrows(IllegalArgumentException.class, () -> Metrics.topKAccuracy(scores, 3, new long[] {0, 0}, 1));
        assertThrows(IllegalArgumentException.class, () -> Metrics.topKAccuracy(new double[] {Double.NaN, 1}, 2, new long[] {0}, 1));
    }

    @Test
    void logLossOfTheWorkedExampleIsClipped() {
        double[] p = {.9, .4, .4, .4, .1, .8};
        assertEquals(.39530109, Metrics.logLoss(p, new long[] {1, 0, 1, 0, 0, 1}, 1e-8), 1e-8);
        assertEquals(8 * Math.log(10), Metrics.logLoss(new double[] {0, 1}, new long[] {1, 0}, 1e-8), 1e-7);
        double[] rows = {.7, .2, .1, 0, 0, 1};
        assertEquals((-Math.log(.2) - Math.log(1e-3)) / 2, Metrics.logLoss(rows, 3, new long[] {1, 0}, 1e-3), 1e-12);
        assertThrows(IllegalArgumentException.class, () -> Metrics.logLoss(new double[] {1.5}, new long[] {1}, 1e-8));
        assertThrows(IllegalArgumentException.class, () -> Metrics.logLoss(rows, 4, new long[] {1, 0}, 1e-8));
    }

    @Test
    void bitsPerDimensionOfAUniformByteIsEight() {
        assertEquals(8, Metrics.bitsPerDimension(3072 * Math.log(256), 3072), 1e-12);
    }
}
