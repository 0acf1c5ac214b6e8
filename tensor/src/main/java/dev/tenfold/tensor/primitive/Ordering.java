package dev.tenfold.tensor.primitive;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.cpu.Sorting;
import dev.tenfold.kernels.cuda.CudaNonZero;
import dev.tenfold.kernels.cuda.CudaSort;
import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;

/** Sorts of dense tensors' last dimension and the places of their elements other than 0, on whichever device they are. */
public final class Ordering {
    private Ordering() {
    }

    /** The first elements of every row in order, as many as {@code values} and {@code indices} (i64) have: a stable sort, NaN counts as the largest. */
    public static void first(boolean largest, Tensor x, Tensor values, Tensor indices) {
        long n = x.size(-1);
        long k = values.size(-1);
        long rows = x.shape().product(0, x.rank() - 1);
        if (k == 0) return;
        if (x.device() == Device.CPU) Sorting.topK(x.dtype(), largest, x.address(), rows, n, k, values.address(), indices.address());
        else CudaSort.topK(x.device().accelerator(), x.dtype(), largest, x.deviceAddress(), rows, n, k, values.deviceAddress(), indices.deviceAddress());
    }

    /**
     * A tensor, i64, of the row-major positions of the elements that differ from 0, [found], or of their indices, [found, rank]. On a device the
     * host waits for their number.
     */
    public static Tensor nonzero(Tensor x, boolean flat) {
        return x.device() == Device.CPU ? onHost(x, flat) : onDevice(x, flat);
    }

    private static Tensor onDevice(Tensor x, boolean flat) {
        try (CudaNonZero places = new CudaNonZero(x.device().accelerator(), x.dtype(), x.deviceAddress(), x.elements())) {
            Tensor out = Tensor.allocate(DType.I64, shape(places.found(), x.shape(), flat));
            if (flat) places.positions(out.deviceAddress());
            else places.indices(x.shape().sizes(), out.deviceAddress());
            return out;
        }
    }

    private static Tensor onHost(Tensor x, boolean flat) {
        try (Tensor room = Tensor.allocate(DType.I64, Shape.of(x.elements()))) {
            long found = dev.tenfold.kernels.cpu.Indexing.nonzero(x.dtype(), x.address(), x.elements(), room.address());
            Tensor out = Tensor.allocate(DType.I64, shape(found, x.shape(), flat));
            if (flat) Memory.copy(room.address(), out.address(), 8 * found);
            else writeIndices(room.address(), found, x.shape(), out.address());
            return out;
        }
    }

    private static Shape shape(long found, Shape shape, boolean flat) {
        return flat ? Shape.of(found) : Shape.of(found, shape.rank());
    }

    private static void writeIndices(long positions, long found, Shape shape, long out) {
        int rank = shape.rank();
        long[] sizes = shape.sizes();
        for (long k = 0; k < found; k++) {
            long rest = Memory.getLong(positions + 8 * k);
            for (int d = rank - 1; d >= 0; d--) {
                Memory.putLong(out + 8 * (k * rank + d), rest % sizes[d]);
                rest /= sizes[d];
            }
        }
    }
}
