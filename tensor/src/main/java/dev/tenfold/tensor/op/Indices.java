package dev.tenfold.tensor.op;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.cpu.Indexing;
import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;

/** Checks of index tensors. */
final class Indices {
    private Indices() {
    }

    /**
     * A dense i64 handle, to be closed by the caller, whose every index lies in [-size, size). On a device, where looking would wait, the
     * kernels look: one outside is told when the host waits for the device.
     */
    static Tensor checked(String operation, Tensor index, long size) {
        if (!index.dtype().isInteger()) {
            throw new IllegalArgumentException(operation + ": indices are " + index.dtype() + "; they must be i64, i32 or u8");
        }
        Tensor wide = index.dtype() == DType.I64 ? Axes.dense(index) : index.to(DType.I64).contiguous();
        if (index.device() != Device.CPU) return wide;
        long bad = Indexing.checkIndices(wide.address(), wide.elements(), size);
        if (bad >= 0) {
            throw new IndexOutOfBoundsException(operation + ": index " + Memory.getLong(wide.address() + 8 * bad) + " at position " + bad
                    + " of the index tensor " + index.shape() + " is outside an axis of " + size + " elements");
        }
        return wide;
    }

    /** The index has x's rank, and x's sizes except along {@code axis}. */
    static void requireAligned(String operation, Shape x, Tensor index, int axis) {
        if (index.rank() != x.rank() || !index.shape().with(axis, 0).equals(x.with(axis, 0))) {
            throw new IllegalArgumentException(operation + ": the index " + index.shape() + " must have the shape " + x
                    + " except along axis " + axis);
        }
    }
}
