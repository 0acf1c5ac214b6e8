package dev.tenfold.tensor.op;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.FactorisationException;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;

/** Checks and copies of arguments that are matrices, in the last two dimensions. */
final class Matrices {
    private Matrices() {
    }

    /** The argument has rows and columns. */
    static void require(String operation, Shape a) {
        if (a.rank() < 2) throw new IllegalArgumentException(operation + ": " + a + " is not a matrix [..., rows, columns]");
    }

    /** As many rows as columns. */
    static void requireSquare(String operation, Shape a) {
        require(operation, a);
        if (a.size(-1) != a.size(-2)) {
            throw new IllegalArgumentException(operation + ": the matrix " + a + " has " + a.size(-2) + " rows and " + a.size(-1)
                    + " columns; it must be square, [..., n, n]");
        }
    }

    /** One type, of the two that LAPACK knows. */
    static void requireLapackType(String operation, Tensor... inputs) {
        DType type = Single.commonType(operation, inputs);
        if (type.compute() != type) {
            throw new IllegalArgumentException(operation + ": the matrix is " + type + " " + inputs[0].shape()
                    + "; factorisations work in f32 and f64, convert with to(DType.F32)");
        }
    }

    /** The right-hand side has the batch dimensions of {@code a} and as many rows. */
    static void requireRightHandSide(String operation, Shape a, Shape b) {
        require(operation, b);
        if (!MatMul.batch(a).equals(MatMul.batch(b)) || a.size(-1) != b.size(-2)) {
            throw new IllegalArgumentException(operation + ": the matrix " + a + " and the right-hand side " + b
                    + " do not fit; they must be [..., n, n] and [..., n, m]");
        }
    }

    /** How many matrices there are. */
    static long count(Shape a) {
        return a.product(0, a.rank() - 2);
    }

    /** The dense symmetric part {@code (A + A^T) / 2}, to be closed by the caller or returned; exactly A when A is symmetric. */
    static Tensor symmetricPart(Tensor a) {
        try (Tensor half = a.mul(0.5); Tensor other = a.transpose()) {
            return half.addScaled(other, 0.5);
        }
    }

    /** "matrix 3 of [4, 8, 8]" for batches, "the matrix [8, 8]" else. */
    static String which(Shape a, long matrix) {
        return a.rank() == 2 ? "the matrix " + a : "matrix " + matrix + " of " + a;
    }

    /** An iteration that failed, on values that are not finite in all likelihood. */
    static FactorisationException notConverged(String operation, Shape a, long matrix) {
        return new FactorisationException(operation + ": " + which(a, matrix)
                + " has NaN or infinite elements, or its iteration did not converge; check it with isFinite()", matrix, -1);
    }
}
