package dev.tenfold.tensor;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.Memory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.Function;

/** Reads a tensor's elements into Java, row-major; what lies on a device is copied to the host first. */
final class TensorReader {
    private TensorReader() {
    }

    static double item(Tensor t) {
        t.checkOpen("item");
        if (t.elements() != 1) throw new IllegalArgumentException("item: the tensor " + t.shape() + " has " + t.elements() + " elements, not one");
        return onHost(t) ? Memory.getAsDouble(t.dtype(), t.address()) : fromDevice(t, TensorReader::item);
    }

    static double get(Tensor t, long[] index) {
        long offset = offsetOf(t, index);
        if (onHost(t)) return Memory.getAsDouble(t.dtype(), t.address() + offset * t.dtype().bytes());
        try (Tensor element = t.withLayout(Layout.of(Shape.SCALAR, new long[0], t.layout().offset() + offset))) {
            return item(element);
        }
    }

    static long getLong(Tensor t, long[] index) {
        long offset = offsetOf(t, index);
        if (onHost(t)) return Memory.getAsLong(t.dtype(), t.address() + offset * t.dtype().bytes());
        try (Tensor element = t.withLayout(Layout.of(Shape.SCALAR, new long[0], t.layout().offset() + offset))) {
            return longs(element)[0];
        }
    }

    private static long offsetOf(Tensor t, long[] index) {
        t.checkOpen("get");
        if (index.length != t.rank()) {
            throw new IllegalArgumentException("get: " + index.length + " indices for a tensor of rank " + t.rank() + ", shape " + t.shape());
        }
        long offset = 0;
        for (int i = 0; i < index.length; i++) {
            long size = t.shape().raw()[i];
            long k = index[i] < 0 ? index[i] + size : index[i];
            if (k < 0 || k >= size) throw new IndexOutOfBoundsException("get: index " + index[i] + " in dimension " + i + " of " + t.shape());
            offset += k * t.layout().stride(i);
        }
        return offset;
    }

    private static boolean onHost(Tensor t) {
        return t.device() == Device.CPU;
    }

    /** What {@code read} gives of a copy on the host. */
    static <T> T fromDevice(Tensor t, Function<Tensor, T> read) {
        try (NoGrad region = NoGrad.open(); Tensor host = t.to(Device.CPU)) {
            return read.apply(host);
        }
    }

    static double[] doubles(Tensor t) {
        if (!onHost(t)) return fromDevice(t, TensorReader::doubles);
        double[] values = new double[length(t)];
        if (t.dtype() == DType.F64 && t.isDense()) {
            MemorySegment.copy(Memory.ALL, ValueLayout.JAVA_DOUBLE, t.address(), values, 0, values.length);
        } else {
            walk(t, (i, address) -> values[i] = Memory.getAsDouble(t.dtype(), address));
        }
        return values;
    }

    static float[] floats(Tensor t) {
        if (!onHost(t)) return fromDevice(t, TensorReader::floats);
        float[] values = new float[length(t)];
        if (t.dtype() == DType.F32 && t.isDense()) {
            MemorySegment.copy(Memory.ALL, ValueLayout.JAVA_FLOAT, t.address(), values, 0, values.length);
        } else {
            walk(t, (i, address) -> values[i] = (float) Memory.getAsDouble(t.dtype(), address));
        }
        return values;
    }

    static long[] longs(Tensor t) {
        if (!onHost(t)) return fromDevice(t, TensorReader::longs);
        long[] values = new long[length(t)];
        walk(t, (i, address) -> values[i] = Memory.getAsLong(t.dtype(), address));
        return values;
    }

    private static int length(Tensor t) {
        t.checkOpen("toArray");
        if (t.elements() > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException("the tensor " + t.shape() + " has " + t.elements() + " elements, more than a Java array holds");
        }
        return (int) t.elements();
    }

    private interface Visitor {
        void visit(int i, long address);
    }

    private static void walk(Tensor t, Visitor visitor) {
        int n = length(t);
        if (n == 0) return;
        long[] sizes = t.shape().raw();
        long[] strides = t.layout().rawStrides();
        long[] index = new long[sizes.length];
        long base = t.address();
        int bytes = t.dtype().bytes();
        long offset = 0;
        for (int i = 0; i < n; i++) {
            visitor.visit(i, base + offset * bytes);
            for (int d = sizes.length - 1; d >= 0; d--) {
                offset += strides[d];
                if (++index[d] < sizes[d]) break;
                offset -= index[d] * strides[d];
                index[d] = 0;
            }
        }
    }
}
