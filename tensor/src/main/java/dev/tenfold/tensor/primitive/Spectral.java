package dev.tenfold.tensor.primitive;

import dev.tenfold.kernels.cpu.Lapack;
import dev.tenfold.kernels.cuda.CudaEigen;
import dev.tenfold.kernels.cuda.CudaSvd;
import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Tensor;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Eigenvalues and singular values of dense f32 and f64 matrices, on whichever device they are: on CUDA devices up to 128 rows or columns, of which a block
 * computes a matrix; larger ones are copied to the host, computed there and copied back, which a log line tells once, and which cannot be captured in a graph.
 *
 * <p>What tells where it failed waits for a device, since the host wants to know. While a graph is captured it does not wait and tells of no failure:
 * the results are NaN then.
 */
public final class Spectral {
    private static final Set<String> TOLD = ConcurrentHashMap.newKeySet();

    private Spectral() {
    }

    private static long matrices(Tensor a) {
        return a.shape().product(0, a.rank() - 2);
    }

    /**
     * Eigenvalues, ascending, to {@code values} [..., n]; the symmetric {@code a} [..., n, n] becomes the eigenvectors, in columns. Returns -1 or the first
     * matrix that failed.
     */
    public static long eigenSymmetric(Tensor a, Tensor values) {
        if (a.elements() == 0) return -1;
        long n = a.size(-1);
        if (a.device() == Device.CPU) return Lapack.eigenSymmetric(a.dtype(), a.address(), values.address(), n, matrices(a));
        if (CudaEigen.takes(a.device().accelerator(), a.dtype(), n)) {
            return CudaEigen.symmetric(a.device().accelerator(), a.dtype(), a.deviceAddress(), values.deviceAddress(), n, matrices(a));
        }
        tellOnce("eigh", a);
        try (Device.Use host = Device.CPU.use(); Tensor there = copy(a); Tensor w = Tensor.allocate(a.dtype(), values.shape())) {
            long failed = eigenSymmetric(there, w);
            Copying.across(there, a);
            Copying.across(w, values);
            return failed;
        }
    }

    /** The thin decomposition {@code a = u diag(s) vt}; {@code a} [..., m, n] is destroyed. Returns -1 or the first matrix that failed. */
    public static long svd(Tensor a, Tensor u, Tensor s, Tensor vt) {
        if (a.elements() == 0) return -1;
        long m = a.size(-2);
        long n = a.size(-1);
        if (a.device() == Device.CPU) return Lapack.svd(a.dtype(), a.address(), u.address(), s.address(), vt.address(), m, n, matrices(a));
        if (CudaSvd.takes(a.device().accelerator(), a.dtype(), m, n)) {
            return CudaSvd.decompose(a.device().accelerator(), a.dtype(), a.deviceAddress(), u.deviceAddress(), s.deviceAddress(), vt.deviceAddress(), m, n, matrices(a));
        }
        tellOnce("svd", a);
        try (Device.Use host = Device.CPU.use(); Tensor there = copy(a); Tensor left = Tensor.allocate(a.dtype(), u.shape());
                Tensor values = Tensor.allocate(a.dtype(), s.shape()); Tensor right = Tensor.allocate(a.dtype(), vt.shape())) {
            long failed = svd(there, left, values, right);
            Copying.across(left, u);
            Copying.across(values, s);
            Copying.across(right, vt);
            return failed;
        }
    }

    private static Tensor copy(Tensor a) {
        Tensor there = Tensor.allocate(a.dtype(), a.shape());
        Copying.across(a, there);
        return there;
    }

    private static void tellOnce(String operation, Tensor a) {
        if (!TOLD.add(operation)) return;
        System.getLogger("dev.tenfold").log(System.Logger.Level.INFO, operation + ": matrices as large as those of " + a.shape() + " on " + a.device()
                + " are copied to the host, computed there, and copied back; up to 128 rows or columns they are computed on the device");
    }
}
