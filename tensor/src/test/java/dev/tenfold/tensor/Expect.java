package dev.tenfold.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.kernels.DType;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.function.Executable;

/** What the tests of this module compare and make. */
final class Expect {
    private Expect() {
    }

    /** Values in [-2, 2), the same for the same seed. */
    static Tensor random(DType type, long seed, long... shape) {
        Random random = new Random(seed);
        double[] values = new double[(int) Shape.of(shape).elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = type.isFloating() ? random.nextDouble() * 4 - 2 : random.nextInt(type == DType.U8 ? 20 : 41) - (type == DType.U8 ? 0 : 20);
        }
        return Tensors.of(type, values, shape);
    }

    /** Every element of {@code actual} equals {@code reference} of its index, to {@code tolerance} relative to max(1, |expected|). */
    static void elements(Tensor actual, double tolerance, ToDoubleFunction<long[]> reference) {
        long[] sizes = actual.shape().sizes();
        long[] index = new long[sizes.length];
        for (long i = 0; i < actual.elements(); i++) {
            long rest = i;
            for (int d = sizes.length - 1; d >= 0; d--) {
                index[d] = rest % sizes[d];
                rest /= sizes[d];
            }
            double expected = reference.applyAsDouble(index);
            double value = actual.get(index);
            double allowed = tolerance * Math.max(1, Math.abs(expected));
            assertTrue(Double.compare(expected, value) == 0 || Math.abs(expected - value) <= allowed,
                    () -> "element " + java.util.Arrays.toString(index) + " of " + actual.shape() + ": expected " + expected + ", is " + value);
        }
    }

    /** Equal shapes and, to the tolerance, elements. */
    static void close(Tensor expected, Tensor actual, double tolerance) {
        assertEquals(expected.shape(), actual.shape());
        elements(actual, tolerance, expected::get);
    }

    /** The call fails, and its message has these words. */
    static void fails(Class<? extends Throwable> type, Executable call, String... words) {
        String message = assertThrows(type, call).getMessage();
        for (String word : words) assertTrue(message.contains(word), () -> "\"" + message + "\" does not say \"" + word + "\"");
    }
}
