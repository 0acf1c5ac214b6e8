package dev.tenfold.tensor;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.Memory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Copies a tensor's elements into Java arrays, row-major. */
final class TensorReader {
    private TensorReader() {
    }

    static double[] doubles(Tensor t) {
        double[] values = new double[length(t)];
        if (t.dtype() == DType.F64 && t.isDense()) {
            MemorySegment.copy(Memory.ALL, ValueLayout.JAVA_DOUBLE, t.address(), values, 0, values.length);
        } else {
            walk(t, (i, address) -> values[i] = Memory.getAsDouble(t.dtype(), address));
        }
        return values;
    }

    static float[] floats(Tensor t) {
        float[] values = new float[length(t)];
        if (t.dtype() == DType.F32 && t.isDense()) {
            MemorySegment.copy(Memory.ALL, ValueLayout.JAVA_FLOAT, t.address(), values, 0, values.length);
        } else {
            walk(t, (i, address) -> values[i] = (float) Memory.getAsDouble(t.dtype(), address));
        }
        return values;
    }

    static long[] longs(Tensor t) {
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
