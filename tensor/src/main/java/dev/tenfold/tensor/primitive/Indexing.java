package dev.tenfold.tensor.primitive;

import dev.tenfold.kernels.cuda.CudaIndexAdd;
import dev.tenfold.kernels.cuda.CudaIndexing;
import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.primitive.Reducing.Lines;

/**
 * Look-ups, scatters and sums by indices (dense i64) of dense tensors, on whichever device they are. Lines are those of the tensor that the
 * indices lie in, with its size along the axis. On the host the indices have been checked; on a device one that lies outside is told, in the
 * {@code operation}'s name, when the host waits for the device next.
 */
public final class Indexing {
    private Indexing() {
    }

    /** {@code out[o, k, i] = x[o, indices[k], i]}. */
    public static void select(String operation, Tensor x, Lines l, Tensor indices, Tensor out) {
        long m = indices.elements();
        if (out.device() == Device.CPU) dev.tenfold.kernels.cpu.Indexing.select(x.dtype(), x.address(), l.outer(), l.n(), l.inner(), indices.address(), m, out.address());
        else CudaIndexing.select(out.device().accelerator(), operation, x.dtype(), x.deviceAddress(), l.outer(), l.n(), l.inner(), indices.deviceAddress(), m, out.deviceAddress());
    }

    /** {@code out = 0}, then {@code out[o, indices[k], i] += x[o, k, i]} in order of k; the lines are those of out. */
    public static void selectAdd(String operation, Tensor x, Lines l, Tensor indices, Tensor out) {
        long m = indices.elements();
        if (out.device() == Device.CPU) dev.tenfold.kernels.cpu.Indexing.selectAdd(x.dtype(), x.address(), l.outer(), m, l.inner(), indices.address(), l.n(), out.address());
        else CudaIndexAdd.selectAdd(out.device().accelerator(), operation, x.dtype(), x.deviceAddress(), l.outer(), m, l.inner(), indices.deviceAddress(), l.n(), out.deviceAddress());
    }

    /** {@code out[o, k, i] = x[o, indices[o, k, i], i]} for k below {@code m}. */
    public static void gather(String operation, Tensor x, Lines l, Tensor indices, long m, Tensor out) {
        if (out.device() == Device.CPU) dev.tenfold.kernels.cpu.Indexing.gather(x.dtype(), x.address(), l.outer(), l.n(), l.inner(), indices.address(), m, out.address());
        else CudaIndexing.gather(out.device().accelerator(), operation, x.dtype(), x.deviceAddress(), l.outer(), l.n(), l.inner(), indices.deviceAddress(), m, out.deviceAddress());
    }

    /** {@code into[o, indices[o, k, i], i] = x[o, k, i]} for k below {@code m}, the last k wins; the lines are those of into. */
    public static void scatter(String operation, Tensor x, Lines l, Tensor indices, long m, Tensor into) {
        if (into.device() == Device.CPU) dev.tenfold.kernels.cpu.Indexing.scatter(x.dtype(), x.address(), l.outer(), m, l.inner(), indices.address(), l.n(), into.address());
        else CudaIndexing.scatter(into.device().accelerator(), operation, x.dtype(), x.deviceAddress(), l.outer(), m, l.inner(), indices.deviceAddress(), l.n(), into.deviceAddress());
    }

    /** {@code out = 0}, then {@code out[o, indices[o, k, i], i] += x[o, k, i]} in order of k below {@code m}; the lines are those of out. */
    public static void scatterAdd(String operation, Tensor x, Lines l, Tensor indices, long m, Tensor out) {
        if (out.device() == Device.CPU) {
            Copying.fill(out, 0);
            dev.tenfold.kernels.cpu.Indexing.scatterAdd(x.dtype(), x.address(), l.outer(), m, l.inner(), indices.address(), l.n(), out.address());
        } else {
            CudaIndexAdd.scatterAdd(out.device().accelerator(), operation, x.dtype(), x.deviceAddress(), l.outer(), m, l.inner(), indices.deviceAddress(), l.n(), out.deviceAddress());
        }
    }

    /** The lower or upper triangle of every matrix of the last two dimensions, zeros elsewhere. */
    public static void triangle(boolean upper, long diagonal, Tensor x, Tensor out) {
        long rows = x.size(-2);
        long columns = x.size(-1);
        long matrices = x.shape().product(0, x.rank() - 2);
        if (out.device() == Device.CPU) dev.tenfold.kernels.cpu.Indexing.triangle(x.dtype(), upper, diagonal, x.address(), matrices, rows, columns, out.address());
        else CudaIndexing.triangle(out.device().accelerator(), x.dtype(), upper, diagonal, x.deviceAddress(), matrices, rows, columns, out.deviceAddress());
    }
}
