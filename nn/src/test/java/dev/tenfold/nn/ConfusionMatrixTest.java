package dev.tenfold.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ConfusionMatrixTest {
    /** Labels 0: three right, one taken for 1. Labels 1: one right, one taken for 0. Class 2 is predicted once, of a 1. Class 3 never occurs. */
    private static ConfusionMatrix worked() {
        return new ConfusionMatrix(4).add(new long[] {0, 0, 0, 1}, new long[] {0, 0, 0, 0}).add(new long[] {1, 0, 2}, new long[] {1, 1, 1});
    }

    @Test
    void measuresOfTheWorkedExample() {
        ConfusionMatrix matrix = worked();
        assertEquals(1, matrix.count(0, 1));
        assertEquals(4, matrix.examples(0));
        assertEquals(2, matrix.predicted(1));
        assertEquals(4 / 7.0, matrix.accuracy());
        assertEquals(0.75, matrix.recall(0));
        assertEquals(1 / 3.0, matrix.recall(1));
        assertEquals(0.75, matrix.precision(0));
        assertEquals(0.5, matrix.precision(1));
        assertEquals(0.75, matrix.f1(0));
        assertEquals(0.4, matrix.f1(1));
        assertEquals(0, matrix.f1(2));
        assertEquals((0.75 + 1 / 3.0) / 2, matrix.balancedAccuracy());
        assertEquals((0.75 + 0.4) / 3, matrix.macroF1(), 1e-15);
    }

    @Test
    void whatWouldDivideByZeroIsNotANumber() {
        ConfusionMatrix matrix = worked();
        assertTrue(Double.isNaN(matrix.recall(2)) && Double.isNaN(matrix.recall(3)) && Double.isNaN(matrix.precision(3)) && Double.isNaN(matrix.f1(3)));
        assertTrue(Double.isNaN(new ConfusionMatrix(2).accuracy()));
    }

    @Test
    void aBatchThatDoesNotFitIsNotCounted() {
        ConfusionMatrix matrix = new ConfusionMatrix(2);
        String message = assertThrows(IllegalArgumentException.class, () -> matrix.add(new long[] {0, 2}, new long[] {0, 1})).getMessage();
        assertTrue(message.contains("label 2 at 1 is not in 0 to 1"), message);
        assertThrows(IllegalArgumentException.class, () -> matrix.add(new long[1], new long[2]));
        assertEquals(0, matrix.examples(0));
    }
}
