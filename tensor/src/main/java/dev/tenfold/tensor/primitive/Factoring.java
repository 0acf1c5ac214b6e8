package dev.tenfold.tensor.primitive;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.cpu.Lapack;
import dev.tenfold.kernels.cuda.CudaCholesky;
import dev.tenfold.kernels.cuda.CudaLu;
import dev.tenfold.kernels.cuda.CudaTriangular;
import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Tensor;

/**
 * Factorisations of dense f32 and f64 matrices {@code [..., n, n]} and what is solved with them, on whichever device they are.
 *
 * <p>What tells where it failed waits for a device, since the host wants to know. While a graph is captured it does not wait and tells of no failure:
 * the results hold NaN then.
 */
public final class Factoring {
    private Factoring() {
    }

    private static long matrices(Tensor a) {
        return a.shape().product(0, a.rank() - 2);
    }

    /** The lower Cholesky factor in place of the symmetric {@code a}. Returns -1, or {@code matrix * n + pivot} of the first that is not positive. */
    public static long cholesky(Tensor a) {
        if (a.elements() == 0) return -1;
        if (a.device() == Device.CPU) return Lapack.cholesky(a.dtype(), a.address(), a.size(-1), matrices(a));
        return CudaCholesky.factor(a.device().accelerator(), a.dtype(), a.deviceAddress(), a.size(-1), matrices(a));
    }

    /** X with {@code op(T) X = B} in place of {@code b} [..., n, m], for triangles {@code t}; what a zero on the diagonal gives is not said. */
    public static void triangularSolve(boolean upper, boolean transpose, Tensor t, Tensor b) {
        if (b.elements() == 0) return;
        long n = t.size(-1);
        long m = b.size(-1);
        if (b.device() == Device.CPU) Lapack.triangularSolve(b.dtype(), upper, transpose, false, t.address(), b.address(), n, m, matrices(t));
        else CudaTriangular.solve(b.device().accelerator(), b.dtype(), upper, transpose, false, t.deviceAddress(), b.deviceAddress(), n, m, matrices(t));
    }

    /** The first zero on the diagonals of {@code t}, as {@code matrix * n + i}, or -1. */
    public static long firstZeroOnDiagonal(Tensor t) {
        long n = t.size(-1);
        if (t.elements() == 0) return -1;
        DType type = t.dtype();
        if (t.device() != Device.CPU) return CudaTriangular.firstZeroOnDiagonal(t.device().accelerator(), type, t.deviceAddress(), n, matrices(t));
        for (long i = 0; i < t.elements() / n; i++) {
            if (Memory.getAsDouble(type, t.address() + (i * n + i % n) * type.bytes()) == 0) return i;
        }
        return -1;
    }

    /** LU factors with partial pivoting in place of {@code a}, packed as {@link Lapack#lu} packs them, and their {@code pivots} i32 [..., n]. */
    public static void lu(Tensor a, Tensor pivots) {
        if (a.elements() == 0) return;
        if (a.device() == Device.CPU) Lapack.lu(a.dtype(), a.address(), pivots.address(), a.size(-1), matrices(a));
        else CudaLu.factor(a.device().accelerator(), a.dtype(), a.deviceAddress(), pivots.deviceAddress(), a.size(-1), matrices(a));
    }

    /** X with {@code op(A) X = B} in place of {@code b} [..., n, m], from {@link #lu}'s results. */
    public static void luSolve(boolean transpose, Tensor factors, Tensor pivots, Tensor b) {
        if (b.elements() == 0) return;
        long n = factors.size(-1);
        long m = b.size(-1);
        if (b.device() == Device.CPU) {
            Lapack.luSolve(b.dtype(), transpose, factors.address(), pivots.address(), b.address(), n, m, matrices(factors));
        } else {
            CudaLu.solve(b.device().accelerator(), b.dtype(), transpose, factors.deviceAddress(), pivots.deviceAddress(), b.deviceAddress(), n, m, matrices(factors));
        }
    }

    /** Determinants [...] from {@link #lu}'s results. */
    public static void determinant(Tensor factors, Tensor pivots, Tensor out) {
        if (out.device() != Device.CPU) {
            CudaLu.determinant(out.device().accelerator(), out.dtype(), factors.deviceAddress(), pivots.deviceAddress(), factors.size(-1), out.elements(), out.deviceAddress());
            return;
        }
        for (long i = 0; i < out.elements(); i++) {
            double product = 1;
            for (long k = 0; k < factors.size(-1); k++) product *= pivot(factors, pivots, i, k);
            put(out, i, product);
        }
    }

    /** Signs (-1, 0 or 1) of the determinants and the logarithms of their magnitudes, [...] each, from {@link #lu}'s results. */
    public static void signAndLog(Tensor factors, Tensor pivots, Tensor sign, Tensor logAbs) {
        if (sign.device() != Device.CPU) {
            CudaLu.signAndLog(sign.device().accelerator(), sign.dtype(), factors.deviceAddress(), pivots.deviceAddress(), factors.size(-1), sign.elements(),
                    sign.deviceAddress(), logAbs.deviceAddress());
            return;
        }
        for (long i = 0; i < sign.elements(); i++) {
            double s = 1;
            double sum = 0;
            for (long k = 0; k < factors.size(-1); k++) {
                double pivot = pivot(factors, pivots, i, k);
                s *= Math.signum(pivot);
                sum += Math.log(Math.abs(pivot));
            }
            put(sign, i, s);
            put(logAbs, i, sum);
        }
    }

    /** Pivot k, negated where its row was exchanged with another. */
    private static double pivot(Tensor factors, Tensor pivots, long matrix, long k) {
        long n = factors.size(-1);
        double value = Memory.getAsDouble(factors.dtype(), factors.address() + (matrix * n * n + k * n + k) * factors.dtype().bytes());
        return Memory.getInt(pivots.address() + 4 * (matrix * n + k)) == k + 1 ? value : -value;
    }

    private static void put(Tensor t, long i, double value) {
        Memory.putAsDouble(t.dtype(), t.address() + i * t.dtype().bytes(), value);
    }
}
