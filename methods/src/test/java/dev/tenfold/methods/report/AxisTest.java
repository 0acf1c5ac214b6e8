package dev.tenfold.methods.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class AxisTest {
    private static List<String> labels(double low, double high, boolean log) {
        return Axis.over(Axis.place(low, log), Axis.place(high, log), log).labelled().stream().map(Axis.Mark::label).toList();
    }

    @Test
    void linearNumbersAreRound() {
        assertEquals(List.of("0", "0.2", "0.4", "0.6", "0.8", "1.0"), labels(0, 1, false));
        assertEquals(List.of("0", "20", "40", "60", "80", "100", "120", "140", "160", "180", "200"), labels(0, 199, false));
        assertEquals(List.of("-1.0", "-0.5", "0", "0.5", "1.0", "1.5", "2.0"), labels(-1, 2, false));
    }

    @Test
    void logarithmicNumbersFollowTheRange() {
        assertEquals(List.of("0.0001", "0.001", "0.01", "0.1", "1"), labels(1e-4, 1, true));
        assertEquals(List.of("100", "200", "500"), labels(100, 800, true));
        assertEquals(List.of("20", "50", "100", "200", "500", "1000", "2000"), labels(16, 3000, true));
        assertEquals(List.of("5.0", "5.2", "5.4", "5.6", "5.8", "6.0"), labels(5, 6, true));
        assertEquals(List.of("1e-14", "1e-12", "1e-10", "1e-8", "1e-6", "0.0001", "0.01", "1"), labels(1e-14, 10, true));
    }
}
