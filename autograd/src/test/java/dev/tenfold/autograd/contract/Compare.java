package dev.tenfold.autograd.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Tensor;
import java.util.Arrays;

/** Compares a tensor with what it should be. */
final class Compare {
    private Compare() {
    }

    /**
     * The tensor has the array's shape and, rounded to its type, its values: to {@code tolerance} relative to max(1, |expected|),
     * or exactly (the sign of zero included) where that is 0. NaN and infinities must agree either way.
     */
    static void withReference(String what, Array expected, Tensor actual, double tolerance) {
        assertArrayEquals(expected.shape(), actual.shape().sizes(), () -> what + ": shape " + actual.shape() + ", the reference's is " + Arrays.toString(expected.shape()));
        double[] values = actual.toDoubles();
        for (int i = 0; i < values.length; i++) {
            double wanted = Rounding.to(actual.dtype(), expected.values()[i]);
            double distance = Math.abs(values[i] - wanted);
            boolean agrees = Double.compare(values[i], wanted) == 0
                    || (actual.dtype().isInteger() && values[i] == wanted)
                    || (Double.isFinite(wanted) && tolerance > 0 && distance <= tolerance * Math.max(1, Math.abs(wanted)));
            if (!agrees) {
                fail(what + ": element " + Arrays.toString(Array.indexOf(i, expected.shape())) + " of " + actual.dtype() + " " + actual.shape() + " is " + values[i]
                        + ", the reference says " + wanted + (tolerance == 0 ? "; not one bit may differ" : "; allowed relative error " + tolerance));
            }
        }
    }

    /** Both tensors have one type, one shape and the same bits (any NaN equals any other). */
    static void bits(String what, Tensor expected, Tensor actual) {
        close(what, expected, actual, 0);
    }

    /** Both tensors have one type and shape, and values within {@code tolerance}; 0: the same bits. */
    static void close(String what, Tensor expected, Tensor actual, double tolerance) {
        assertEquals(expected.dtype(), actual.dtype(), what);
        DType type = expected.dtype();
        Array reference = new Array(expected.shape().sizes(), type == DType.I64 ? Arrays.stream(expected.toLongs()).asDoubleStream().toArray() : expected.toDoubles());
        withReference(what, reference, actual, tolerance);
    }
}
