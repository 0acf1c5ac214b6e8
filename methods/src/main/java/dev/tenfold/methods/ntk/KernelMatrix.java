package dev.tenfold.methods.ntk;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Linalg;
import dev.tenfold.tensor.NoGrad;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;

/** The checks that every solver makes of a kernel matrix and of what comes with it. */
final class KernelMatrix {
    // Kernels computed in f32 differ from their transposes by about this much of their largest element.
    private static final double ASYMMETRY = 1e-6;
    private static final long ROWS = 256;

    private KernelMatrix() {
    }

    /** {@code k} in f64, known to be square, not empty, finite and symmetric. */
    static Tensor checked(Tensor k) {
        if (k.rank() != 2 || k.size(0) != k.size(1) || k.size(0) == 0) {
            throw new IllegalArgumentException("kernel: the matrix is " + k.shape() + "; it must be square [n, n] with n at least 1");
        }
        Tensor wide = k.to(DType.F64);
        long n = wide.size(0);
        double difference = 0;
        double largest = 0;
        // By blocks of rows: a copy of the whole would double the memory.
        for (long i = 0; i < n; i += ROWS) {
            try (Scope scope = Scope.open(); NoGrad region = NoGrad.open()) {
                Tensor rows = wide.narrow(0, i, Math.min(ROWS, n - i));
                requireFinite("kernel", rows);
                difference = Math.max(difference, rows.sub(wide.narrow(1, i, rows.size(0)).transpose()).abs().max().item());
                largest = Math.max(largest, rows.abs().max().item());
            }
        }
        if (difference > ASYMMETRY * largest) {
            throw new IllegalArgumentException("kernel: the matrix " + k.shape() + " is not symmetric: it differs from its transpose by up to "
                    + difference + " where its largest element is " + largest);
        }
        return wide;
    }

    /** Targets [n] or [n, o] in f64 that go with a kernel of {@code n} points. */
    static Tensor targets(Tensor y, long n) {
        if (y.rank() < 1 || y.rank() > 2 || y.size(0) != n || y.elements() == 0) {
            throw new IllegalArgumentException("kernel: targets are " + y.shape() + "; for a kernel [" + n + ", " + n + "] they must be [" + n + "] or [" + n + ", outputs]");
        }
        Tensor wide = y.to(DType.F64);
        requireFinite("targets", wide);
        return wide;
    }

    /** A kernel [points, n] between new points and the {@code n} known ones, in f64. */
    static Tensor cross(Tensor cross, long n) {
        if (cross.rank() != 2 || cross.size(1) != n) {
            throw new IllegalArgumentException("kernel: between new points and the " + n + " known ones it is " + cross.shape() + "; it must be [points, " + n + "]");
        }
        return cross.to(DType.F64);
    }

    static double meanDiagonal(Tensor k) {
        return Linalg.trace(k).item() / k.size(0);
    }

    /** {@code k + amount I}, a new matrix. */
    static Tensor shifted(Tensor k, double amount) {
        Tensor shifted = k.copy();
        Tensor diagonal = Linalg.diagonal(shifted);
        diagonal.copyFrom(diagonal.add(amount));
        return shifted;
    }

    private static void requireFinite(String what, Tensor t) {
        if (t.isFinite().not().to(DType.I64).sum().item() != 0) throw new IllegalArgumentException(what + ": " + t.shape() + " holds NaN or infinity");
    }
}
