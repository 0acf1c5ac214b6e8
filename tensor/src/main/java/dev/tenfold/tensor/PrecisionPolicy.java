package dev.tenfold.tensor;

import dev.tenfold.kernels.DType;
import java.util.HashSet;
import java.util.Set;

/**
 * Which operations of a {@link Precision} region take their operands in the narrow type and which in f32, by the operations' names.
 * Every other operation follows its operands: where their floating types differ, they are promoted to a common one first.
 *
 * @param narrow products of many terms, whose operands bear rounding because the sum is f32
 * @param wide   sums, means of squares, exponentials and what else needs f32's range or digits
 */
public record PrecisionPolicy(Set<String> narrow, Set<String> wide) {
    /**
     * Matrix products, attention and convolutions narrow; reductions, norms, softmax, exponentials, logarithms, powers and factorisations
     * wide (P. Micikevicius et al. 2018, "Mixed precision training").
     */
    public static final PrecisionPolicy STANDARD = new PrecisionPolicy(
            Set.of("matmul", "linear", "attention", "selfAttention", "conv2d", "conv2dInputGradient", "conv2dWeightGradient"),
            Set.of("batchNorm", "layerNorm", "groupNorm", "crossEntropy",
                    "sum", "prod", "cumulativeSum", "logCumulativeSumExp", "linearRecurrence", "norm", "softmax", "logSoftmax", "logSumExp",
                    "exp", "expm1", "log", "log1p", "pow", "powScalar", "square", "rsqrt", "reciprocal", "scalarDiv", "softplus", "logSigmoid",
                    "erf", "lgamma", "digamma", "asin", "acos", "atan2",
                    "lu", "cholesky", "logDet", "triangularSolve", "solve", "inverse", "det", "signLogDet", "eigh", "svd"));

    /** Copies the sets. */
    public PrecisionPolicy {
        narrow = Set.copyOf(narrow);
        wide = Set.copyOf(wide);
        for (String operation : narrow) {
            if (wide.contains(operation)) throw new IllegalArgumentException("PrecisionPolicy: " + operation + " cannot be both narrow and wide");
        }
    }

    /** This policy with {@code operations} narrow, such as a user's own products. */
    public PrecisionPolicy withNarrow(String... operations) {
        return new PrecisionPolicy(with(narrow, operations), without(wide, operations));
    }

    /** This policy with {@code operations} wide. */
    public PrecisionPolicy withWide(String... operations) {
        return new PrecisionPolicy(without(narrow, operations), with(wide, operations));
    }

    /** This policy with {@code operations} following their operands. */
    public PrecisionPolicy withFollowing(String... operations) {
        return new PrecisionPolicy(without(narrow, operations), without(wide, operations));
    }

    private static Set<String> with(Set<String> names, String[] more) {
        Set<String> changed = new HashSet<>(names);
        changed.addAll(Set.of(more));
        return changed;
    }

    private static Set<String> without(Set<String> names, String[] fewer) {
        Set<String> changed = new HashSet<>(names);
        changed.removeAll(Set.of(fewer));
        return changed;
    }

    /** The type that the floating operands of {@code operation} take in a region of type {@code compute}, or null where they stay. */
    DType operandType(String operation, DType compute) {
        return narrow.contains(operation) ? compute : wide.contains(operation) ? DType.F32 : null;
    }
}
