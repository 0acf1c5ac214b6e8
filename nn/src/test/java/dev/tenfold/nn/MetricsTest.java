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
}
