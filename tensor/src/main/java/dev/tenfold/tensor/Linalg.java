package dev.tenfold.tensor;

import dev.tenfold.tensor.op.Cholesky;
import dev.tenfold.tensor.op.Determinant;
import dev.tenfold.tensor.op.Diagonal;
import dev.tenfold.tensor.op.DiagonalEmbed;
import dev.tenfold.tensor.op.Lu;
import dev.tenfold.tensor.op.LuSolve;
import dev.tenfold.tensor.op.SingularValues;
import dev.tenfold.tensor.op.SymmetricEigen;
import dev.tenfold.tensor.op.Triangle;
import dev.tenfold.tensor.op.TriangularSolve;
import java.util.Arrays;

/**
 * Linear algebra on matrices, which are the last two dimensions; the leading ones are a batch, and broadcast between a matrix and
 * its right-hand side. Factorisations work in f32 and f64. All results have gradients, of any order.
 */
public final class Linalg {
    /** The determinant's sign (-1, 0 or 1) and the logarithm of its absolute value (minus infinity for a singular matrix). */
    public record SignLogDet(Tensor sign, Tensor logAbs) {
    }

    /** Eigenvalues [..., n], ascending, and orthonormal eigenvectors [..., n, n], in columns. */
    public record Eigh(Tensor values, Tensor vectors) {
    }

    /** {@code A = u diag(s) vt}: [..., m, k], [..., k] descending, [..., k, n], with k = min(m, n). */
    public record Svd(Tensor u, Tensor s, Tensor vt) {
    }

    private Linalg() {
    }

    // ---- factors and solvers ----

    /**
     * The lower triangular L with {@code L L^T = a}, for a [..., n, n] symmetric positive definite. Nothing is added to the diagonal.
     *
     * @throws FactorisationException   naming matrix and pivot when a matrix is not positive definite
     * @throws IllegalArgumentException when a is not square, or neither f32 nor f64
     */
    public static Tensor cholesky(Tensor a) {
        return Operation.apply(new Cholesky(), a);
    }

    /**
     * X with {@code t X = b}, or {@code t^T X = b} with {@code transpose}, for t [..., n, n] triangular, whose other triangle is not read,
     * and b [..., n, m] or a vector [n].
     *
     * @throws FactorisationException when a diagonal element of t is zero
     */
    public static Tensor triangularSolve(Tensor t, Tensor b, boolean upper, boolean transpose) {
        return solved("triangularSolve", t, b, (matrix, right) -> Operation.apply(new TriangularSolve(upper, transpose), matrix, right));
    }

    /** X with {@code l l^T X = b} for a Cholesky factor l [..., n, n] and b [..., n, m] or a vector [n]. */
    public static Tensor choleskySolve(Tensor l, Tensor b) {
        return triangularSolve(l, triangularSolve(l, b, false, false), false, true);
    }

    /**
     * X with {@code a X = b} by LU factors with partial pivoting, for a [..., n, n] and b [..., n, m] or a vector [n].
     *
     * @throws FactorisationException naming matrix and pivot when a matrix is singular
     */
    public static Tensor solve(Tensor a, Tensor b) {
        return solved("solve", a, b, (matrix, right) -> {
            Tensor[] lu = factors("solve", matrix);
            return closing(lu, Operation.apply(new LuSolve(false), matrix, right, lu[0], lu[1]));
        });
    }

    /**
     * {@code a^-1}. To multiply by it, {@link #solve} is faster and more accurate.
     *
     * @throws FactorisationException naming matrix and pivot when a matrix is singular
     */
    public static Tensor inverse(Tensor a) {
        requireSquare("inverse", a);
        try (Device.Use there = a.device().use()) {
            return solve(a, Tensors.eye(a.dtype(), a.size(-1)));
        }
    }

    /** The determinant of a [..., n, n], by LU factors. The gradient {@code det a^-T} needs a regular matrix. */
    public static Tensor det(Tensor a) {
        Tensor[] lu = factors("det", a);
        return closing(lu, Operation.apply(new Determinant(false), a, lu[0], lu[1]));
    }

    /** Sign and logarithm of the determinant of a [..., n, n], by LU factors. */
    public static SignLogDet signLogDet(Tensor a) {
        Tensor[] lu = factors("signLogDet", a);
        Tensor[] results = Operation.applyAll(new Determinant(true), a, lu[0], lu[1]);
        return new SignLogDet(results[0], closing(lu, results[1]));
    }

    /**
     * {@code log det a = 2 sum log diag(cholesky(a))}, for a [..., n, n] symmetric positive definite.
     *
     * @throws FactorisationException naming matrix and pivot when a matrix is not positive definite
     */
    public static Tensor logDet(Tensor a) {
        return diagonal(cholesky(a)).log().sum(-1).mul(2);
    }

    /**
     * Eigenvalues and eigenvectors of a [..., n, n] symmetric.
     *
     * @throws FactorisationException naming a matrix with NaN or infinite elements
     */
    public static Eigh eigh(Tensor a) {
        Tensor[] results = Operation.applyAll(new SymmetricEigen(), a);
        return new Eigh(results[0], results[1]);
    }

    /**
     * The thin singular value decomposition of a [..., m, n].
     *
     * @throws FactorisationException naming a matrix with NaN or infinite elements
     */
    public static Svd svd(Tensor a) {
        Tensor[] results = Operation.applyAll(new SingularValues(), a);
        return new Svd(results[0], results[1], results[2]);
    }

    // ---- norms ----

    /** The p-norm over {@code axes} (none: all) for p = 1, 2 or infinity; the 2-norm's gradient at 0 is 0. */
    public static Tensor norm(Tensor x, double p, int... axes) {
        return x.norm(p, axes);
    }

    /** {@code sqrt(sum_ij a_ij^2)} of each matrix. */
    public static Tensor frobenius(Tensor a) {
        return a.norm(2, -2, -1);
    }

    // ---- parts of matrices ----

    /** {@code sum_i a_ii} of each matrix. */
    public static Tensor trace(Tensor a) {
        return diagonal(a).sum(-1);
    }

    /** A view of the main diagonal: [..., m, n] gives [..., min(m, n)]. */
    public static Tensor diagonal(Tensor a) {
        return diagonal(a, 0);
    }

    /** A view of the elements {@code a[..., i, i + offset]}. */
    public static Tensor diagonal(Tensor a, long offset) {
        return Operation.apply(new Diagonal(offset), a);
    }

    /** Square matrices with {@code x} [..., n] on the diagonal and zeros elsewhere: [..., n, n]. */
    public static Tensor diagonalEmbed(Tensor x) {
        long n = x.rank() == 0 ? 0 : x.size(-1);
        return Operation.apply(new DiagonalEmbed(n, n, 0), x);
    }

    /** The elements {@code a[..., i, j]} with {@code j <= i}, zeros elsewhere. */
    public static Tensor lowerTriangle(Tensor a) {
        return lowerTriangle(a, 0);
    }

    /** The elements {@code a[..., i, j]} with {@code j <= i + diagonal}, zeros elsewhere. */
    public static Tensor lowerTriangle(Tensor a, long diagonal) {
        return Operation.apply(new Triangle(false, diagonal), a);
    }

    /** The elements {@code a[..., i, j]} with {@code j >= i}, zeros elsewhere. */
    public static Tensor upperTriangle(Tensor a) {
        return upperTriangle(a, 0);
    }

    /** The elements {@code a[..., i, j]} with {@code j >= i + diagonal}, zeros elsewhere. */
    public static Tensor upperTriangle(Tensor a, long diagonal) {
        return Operation.apply(new Triangle(true, diagonal), a);
    }

    // ---- how right-hand sides fit ----

    private interface Solver {
        Tensor solve(Tensor matrix, Tensor rightHandSide);
    }

    /** Broadcasts the batch dimensions, and lets a vector be a column. */
    private static Tensor solved(String operation, Tensor a, Tensor b, Solver solver) {
        requireSquare(operation, a);
        if (b.rank() == 1) return solved(operation, a, b.unsqueeze(1), solver).squeeze(-1);
        if (b.rank() == 0 || b.size(-2) != a.size(-1)) {
            throw new IllegalArgumentException(operation + ": the matrix " + a.shape() + " and the right-hand side " + b.shape()
                    + " do not fit; they must be [..., n, n] and [..., n, m] or a vector [n]");
        }
        if (a.rank() == 2 && b.rank() > 2) return sharing(a, b, solver);
        Shape batch = Shape.broadcast(batch(a), batch(b), operation + ", batch dimensions");
        return solver.solve(a.expand(with(batch, a)), b.expand(with(batch, b)));
    }

    /** One matrix for a batch of right-hand sides: all their columns side by side. */
    private static Tensor sharing(Tensor a, Tensor b, Solver solver) {
        int rank = b.rank();
        int[] rowsFirst = new int[rank];
        int[] back = new int[rank];
        rowsFirst[0] = rank - 2;
        back[rank - 2] = 0;
        for (int i = 1; i < rank - 1; i++) {
            rowsFirst[i] = i - 1;
            back[i - 1] = i;
        }
        rowsFirst[rank - 1] = back[rank - 1] = rank - 1;
        Tensor wide = b.permute(rowsFirst);
        Tensor x = solver.solve(a, wide.reshape(a.size(-1), batch(b).elements() * b.size(-1)));
        return x.reshape(wide.shape().sizes()).permute(back);
    }

    private static void requireSquare(String operation, Tensor a) {
        if (a.rank() < 2 || a.size(-1) != a.size(-2)) {
            throw new IllegalArgumentException(operation + ": the matrix is " + a.shape() + "; it must be square, [..., n, n]");
        }
    }

    private static Shape batch(Tensor a) {
        return Shape.of(Arrays.copyOf(a.shape().raw(), a.rank() - 2));
    }

    private static Shape with(Shape batch, Tensor a) {
        return batch.insert(batch.rank(), a.size(-2)).insert(batch.rank() + 1, a.size(-1));
    }

    /** LU factors and pivots, outside of the graph: what uses them has its gradient with respect to {@code a}. */
    private static Tensor[] factors(String operation, Tensor a) {
        try (NoGrad region = NoGrad.open()) {
            return Operation.applyAll(new Lu(operation), a);
        }
    }

    /** {@code result}, after closing factors that only a graph still needs. */
    private static Tensor closing(Tensor[] factors, Tensor result) {
        for (Tensor factor : factors) factor.close();
        return result;
    }
}
