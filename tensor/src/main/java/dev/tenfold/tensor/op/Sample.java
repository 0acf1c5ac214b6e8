package dev.tenfold.tensor.op;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Tensor;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;

/**
 * One way to call an operation: what the contract test runs, over every type, layout and thread count, against a float64
 * reference of the same name and finite differences.
 *
 * @param label     tells the samples of one operation apart
 * @param inputs    what to make as arguments
 * @param call      the call, through the public interface
 * @param types     element types that the operation claims for its {@link Kind#REAL} inputs
 * @param order     how often it can be differentiated with respect to its real inputs: 0, 1 or 2
 * @param tolerance relative error allowed in f32 (f64 is held to 1e-10 at most); 0: bitwise
 * @param large     inputs of the same call that fill several chunks of work, for the test of thread counts; empty: the same as {@code inputs}
 * @param missing   what the operation does not promise
 */
public record Sample(String label, List<Input> inputs, Function<List<Tensor>, Tensor> call, Set<DType> types, int order, double tolerance,
                     List<Input> large, Set<Promise> missing) {
    /** All element types that carry gradients. */
    public static final Set<DType> FLOATING = EnumSet.of(DType.F32, DType.F64, DType.F16, DType.BF16);
    /** The two types that LAPACK and convolutions work in. */
    public static final Set<DType> SINGLE_DOUBLE = EnumSet.of(DType.F32, DType.F64);
    /** Floats and integers, not bool. */
    public static final Set<DType> NUMBERS = EnumSet.complementOf(EnumSet.of(DType.BOOL));
    /** Every type. */
    public static final Set<DType> ALL = EnumSet.allOf(DType.class);

    /** A promise of the contract that an operation may be without. */
    public enum Promise {
        /** NaN and infinities go through as in the reference; factorisations refuse them, say. */
        NOT_FINITE,
        /** Inputs of any layout give the bits of dense ones; another BLAS kernel, say, stays only within the tolerance. */
        BITS_OF_ANY_LAYOUT
    }

    /** What the values of an input are. */
    public enum Kind {
        /** Numbers in [low, high), of the type under test, differentiated where the order says so. */
        REAL,
        /** Whole numbers in [low, high), of the type under test: where equal elements matter. */
        WHOLE,
        /** i64 indices in [low, high). */
        INDEX,
        /** bool. */
        TRUTH,
        /** A symmetric positive definite matrix (the last two dimensions), f32 or f64. */
        POSITIVE_DEFINITE
    }

    /**
     * An argument.
     *
     * @param low  smallest value
     * @param high values stay below it
     */
    public record Input(Kind kind, double low, double high, long... shape) {
        public static Input real(double low, double high, long... shape) {
            return new Input(Kind.REAL, low, high, shape);
        }

        public static Input real(long... shape) {
            return new Input(Kind.REAL, -2, 2, shape);
        }

        public static Input whole(double low, double high, long... shape) {
            return new Input(Kind.WHOLE, low, high, shape);
        }

        public static Input index(long size, long... shape) {
            return new Input(Kind.INDEX, 0, size, shape);
        }

        public static Input truth(long... shape) {
            return new Input(Kind.TRUTH, 0, 2, shape);
        }

        public static Input positiveDefinite(long... shape) {
            return new Input(Kind.POSITIVE_DEFINITE, 0, 0, shape);
        }

        /** Row-major values, the same for the same {@code random}. */
        public double[] values(Random random) {
            int n = 1;
            for (long size : shape) n *= (int) size;
            double[] values = new double[n];
            for (int i = 0; i < n; i++) {
                double v = low + (high - low) * random.nextDouble();
                values[i] = kind == Kind.REAL ? v : Math.floor(v);
            }
            if (kind == Kind.POSITIVE_DEFINITE) makePositiveDefinite(values, random);
            return values;
        }

        private void makePositiveDefinite(double[] values, Random random) {
            int n = (int) shape[shape.length - 1];
            for (int start = 0; start < values.length; start += n * n) {
                double[] root = new double[n * n];
                for (int i = 0; i < n * n; i++) root[i] = random.nextDouble() - 0.5;
                for (int i = 0; i < n; i++) {
                    for (int j = 0; j < n; j++) {
                        double sum = i == j ? 0.5 : 0;
                        for (int k = 0; k < n; k++) sum += root[i * n + k] * root[j * n + k];
                        values[start + i * n + j] = sum;
                    }
                }
            }
        }
    }

    /** A sample that is differentiable twice, for all floating types, with tolerance 2e-6. */
    public static Sample of(String label, Function<List<Tensor>, Tensor> call, Input... inputs) {
        return new Sample(label, List.of(inputs), call, FLOATING, 2, 2e-6, List.of(), Set.of());
    }

    public Sample types(Set<DType> claimed) {
        return new Sample(label, inputs, call, claimed, order, tolerance, large, missing);
    }

    public Sample order(int times) {
        return new Sample(label, inputs, call, types, times, tolerance, large, missing);
    }

    public Sample tolerance(double relative) {
        return new Sample(label, inputs, call, types, order, relative, large, missing);
    }

    public Sample large(Input... several) {
        return new Sample(label, inputs, call, types, order, tolerance, List.of(several), missing);
    }

    public Sample without(Promise... promises) {
        return new Sample(label, inputs, call, types, order, tolerance, large, Set.of(promises));
    }
}
