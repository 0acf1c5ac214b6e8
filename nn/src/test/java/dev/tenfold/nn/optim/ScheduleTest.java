package dev.tenfold.nn.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class ScheduleTest {
    private static void assertRates(Schedule schedule, double[] progress, double[] rates) {
        for (int i = 0; i < progress.length; i++) assertEquals(rates[i], schedule.rate(progress[i]), 1e-14, "at " + progress[i]);
    }

    @Test
    void curvesHaveTheirValues() {
        double[] at = {0, 0.25, 0.5, 1, 2};
        assertRates(Schedule.linear(1, 3), at, new double[] {1, 1.5, 2, 3, 3});
        assertRates(Schedule.polynomial(1, 0, 2), at, new double[] {1, 0.5625, 0.25, 0, 0});
        assertRates(Schedule.exponential(0.003, 0.3), at, new double[] {0.003, 0.003 * Math.sqrt(10), 0.03, 0.3, 0.3});
        assertRates(Schedule.cosine(1, 0), at, new double[] {1, (1 + Math.sqrt(0.5)) / 2, 0.5, 0, 0});
    }

    @Test
    void restartsBeginAgainInLongerCycles() {
        // Cycles of 1, 2 and 4 sevenths.
        Schedule schedule = Schedule.cosineRestarts(1, 0, 3, 2);
        assertRates(schedule, new double[] {0, 0.5 / 7, 1 / 7.0, 2 / 7.0, 3 / 7.0, 5 / 7.0, 1}, new double[] {1, 0.5, 1, 0.5, 1, 0.5, 0});
    }

    @Test
    void oneCycleRisesFallsAndVanishes() {
        Schedule schedule = Schedule.oneCycle(0.1, 1, 0.001, 0.4);
        assertRates(schedule, new double[] {0, 0.2, 0.4, 0.6, 0.8, 0.9, 1}, new double[] {0.1, 0.55, 1, 0.55, 0.1, 0.0505, 0.001});
        assertEquals(0.1, Schedule.oneCycle(0.1, 1, 0.1, 0.5).rate(1), 1e-15);
    }

    @Test
    void oneScheduleAfterAnother() {
        Schedule warmUpThenCosine = Schedule.linear(0, 1).then(0.2, Schedule.cosine(1, 0));
        assertRates(warmUpThenCosine, new double[] {0, 0.1, 0.2, 0.6, 1}, new double[] {0, 0.5, 1, 0.5, 0});
        assertEquals(7, Schedule.constant(3).then(0, Schedule.constant(7)).rate(0));
        assertEquals(7, Schedule.constant(3).then(1, Schedule.constant(7)).rate(1));
    }

    @Test
    void settingsMustMakeSense() {
        assertThrows(IllegalArgumentException.class, () -> Schedule.exponential(0, 1));
        assertThrows(IllegalArgumentException.class, () -> Schedule.oneCycle(0.1, 1, 0, 0.6));
        assertThrows(IllegalArgumentException.class, () -> Schedule.cosineRestarts(1, 0, 0, 1));
        assertThrows(IllegalArgumentException.class, () -> Schedule.constant(1).then(1.5, Schedule.constant(1)));
    }
}
