package dev.tenfold.methods.ntk;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tenfold.tensor.Tensor;

/** Comparisons with printed values. */
final class Expect {
    private Expect() {
    }

    /** The elements of a matrix named by pairs of digits, as in "00 01 12", against {@code expected}. */
    static void entries(String at, Tensor matrix, double tolerance, double... expected) {
        String[] names = at.split(" ");
        assertEquals(names.length, expected.length, "entries named");
        for (int k = 0; k < names.length; k++) {
            double value = matrix.get(names[k].charAt(0) - '0', names[k].charAt(1) - '0');
            assertEquals(expected[k], value, tolerance, "entry " + names[k]);
        }
    }

    /** All elements, row-major. */
    static void values(Tensor actual, double tolerance, double... expected) {
        double[] values = actual.toDoubles();
        assertEquals(expected.length, values.length, "elements of " + actual.shape());
        for (int k = 0; k < values.length; k++) assertEquals(expected[k], values[k], tolerance, "element " + k + " of " + actual.shape());
    }

    /** {@code max |a - b|}. */
    static double difference(Tensor a, Tensor b) {
        return a.sub(b).abs().max().item();
    }
}
