package dev.tenfold.tensor;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.Memory;
import dev.tenfold.tensor.op.Concat;
import dev.tenfold.tensor.op.Einsum;
import dev.tenfold.tensor.primitive.Copying;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** Makes tensors, on {@link Device#current()}. Each belongs to the innermost open scope. */
public final class Tensors {
    private Tensors() {
    }

    /** f32 values in the given shape; without a shape, a vector. */
    public static Tensor of(float[] values, long... shape) {
        Tensor t = Tensor.allocate(Device.CPU, DType.F32, shapeFor(values.length, shape));
        MemorySegment.copy(values, 0, Memory.ALL, ValueLayout.JAVA_FLOAT, t.address(), values.length);
        return Device.placed(t);
    }

    /** f64 values in the given shape; without a shape, a vector. */
    public static Tensor of(double[] values, long... shape) {
        Tensor t = Tensor.allocate(Device.CPU, DType.F64, shapeFor(values.length, shape));
        MemorySegment.copy(values, 0, Memory.ALL, ValueLayout.JAVA_DOUBLE, t.address(), values.length);
        return Device.placed(t);
    }

    /** i32 values in the given shape; without a shape, a vector. */
    public static Tensor of(int[] values, long... shape) {
        Tensor t = Tensor.allocate(Device.CPU, DType.I32, shapeFor(values.length, shape));
        MemorySegment.copy(values, 0, Memory.ALL, ValueLayout.JAVA_INT, t.address(), values.length);
        return Device.placed(t);
    }

    /** i64 values in the given shape; without a shape, a vector. */
    public static Tensor of(long[] values, long... shape) {
        Tensor t = Tensor.allocate(Device.CPU, DType.I64, shapeFor(values.length, shape));
        MemorySegment.copy(values, 0, Memory.ALL, ValueLayout.JAVA_LONG, t.address(), values.length);
        return Device.placed(t);
    }

    /** u8 values in the given shape; without a shape, a vector. */
    public static Tensor of(byte[] values, long... shape) {
        Tensor t = Tensor.allocate(Device.CPU, DType.U8, shapeFor(values.length, shape));
        MemorySegment.copy(values, 0, Memory.ALL, ValueLayout.JAVA_BYTE, t.address(), values.length);
        return Device.placed(t);
    }

    /** Doubles converted to any element type. */
    public static Tensor of(DType dtype, double[] values, long... shape) {
        Tensor t = Tensor.allocate(Device.CPU, dtype, shapeFor(values.length, shape));
        for (int i = 0; i < values.length; i++) Memory.putAsDouble(dtype, t.address() + (long) i * dtype.bytes(), values[i]);
        return Device.placed(t);
    }

    private static Shape shapeFor(int count, long[] sizes) {
        Shape shape = sizes.length == 0 ? Shape.of(count) : Shape.of(sizes);
        if (shape.elements() != count) {
            throw new IllegalArgumentException("of: " + count + " values do not fill the shape " + shape + " of " + shape.elements() + " elements");
        }
        return shape;
    }

    /** A tensor of rank 0. */
    public static Tensor scalar(DType dtype, double value) {
        Tensor t = Tensor.allocate(dtype, Shape.SCALAR);
        if (t.device() == Device.CPU) Memory.putAsDouble(dtype, t.address(), value);
        else Copying.fill(t, value);
        return t;
    }

    public static Tensor zeros(DType dtype, long... shape) {
        return full(dtype, Shape.of(shape), 0);
    }

    public static Tensor ones(DType dtype, long... shape) {
        return full(dtype, Shape.of(shape), 1);
    }

    /** A tensor whose every element is {@code value}. */
    public static Tensor full(DType dtype, Shape shape, double value) {
        return full(Device.current(), dtype, shape, value);
    }

    private static Tensor full(Device device, DType dtype, Shape shape, double value) {
        Tensor t = Tensor.allocate(device, dtype, shape);
        Copying.fill(t, value);
        return t;
    }

    /** Zeros of the shape and type of {@code like}, on its device. */
    public static Tensor zerosLike(Tensor like) {
        return full(like.device(), like.dtype(), like.shape(), 0);
    }

    /** Ones of the shape and type of {@code like}, on its device. */
    public static Tensor onesLike(Tensor like) {
        return full(like.device(), like.dtype(), like.shape(), 1);
    }

    /** {@code start, start + step, …} up to but without {@code end}. */
    public static Tensor arange(DType dtype, double start, double end, double step) {
        if (step == 0 || !Double.isFinite((end - start) / step)) {
            throw new IllegalArgumentException("arange: start " + start + ", end " + end + ", step " + step + " give no finite count");
        }
        int n = (int) Math.max(0, Math.ceil((end - start) / step));
        double[] values = new double[n];
        for (int i = 0; i < n; i++) values[i] = start + i * step;
        return of(dtype, values, n);
    }

    /** {@code 0, 1, …, n - 1} as i64. */
    public static Tensor arange(long n) {
        return arange(DType.I64, 0, n, 1);
    }

    /** {@code n} values from {@code start} to {@code end}, both included. */
    public static Tensor linspace(DType dtype, double start, double end, int n) {
        if (n < 1) throw new IllegalArgumentException("linspace: n is " + n + ", must be at least 1");
        double[] values = new double[n];
        for (int i = 0; i < n; i++) values[i] = n == 1 ? start : start + (end - start) * i / (n - 1);
        return of(dtype, values, n);
    }

    /** The identity matrix [n, n]. */
    public static Tensor eye(DType dtype, long n) {
        Tensor t = zeros(dtype, n, n);
        try (Tensor diagonal = t.withLayout(Layout.of(Shape.of(n), new long[] {n + 1}, 0));
                Tensor one = scalar(dtype, 1);
                Tensor ones = one.withLayout(Layout.of(Shape.of(n), new long[1], 0))) {
            Copying.strided(ones, diagonal);
        }
        return t;
    }

    /** Ones at and below diagonal {@code diagonal} of [rows, columns], zeros above. */
    public static Tensor lowerTriangle(DType dtype, long rows, long columns, long diagonal) {
        try (Tensor ones = ones(dtype, rows, columns)) {
            return Linalg.lowerTriangle(ones, diagonal);
        }
    }

    /** Ones at and above diagonal {@code diagonal} of [rows, columns], zeros below. */
    public static Tensor upperTriangle(DType dtype, long rows, long columns, long diagonal) {
        try (Tensor ones = ones(dtype, rows, columns)) {
            return Linalg.upperTriangle(ones, diagonal);
        }
    }

    /**
     * {@code out[…, c] = 1} where the label (an integer) is c and 0 elsewhere: [...] gives [..., classes].
     *
     * @throws IllegalArgumentException when a label is not in 0 to classes - 1
     */
    public static Tensor oneHot(DType dtype, Tensor labels, long classes) {
        if (!labels.dtype().isInteger()) {
            throw new IllegalArgumentException("oneHot: labels are " + labels.dtype() + "; they must be i64, i32 or u8");
        }
        if (labels.elements() > 0) {
            long low = labels.min().getLong();
            long high = labels.max().getLong();
            if (low < 0 || high >= classes) {
                throw new IllegalArgumentException("oneHot: labels " + labels.shape() + " reach from " + low + " to " + high
                        + "; of " + classes + " classes they must lie in 0 to " + (classes - 1));
            }
        }
        try (Device.Use there = labels.device().use()) {
            return labels.unsqueeze(-1).eq(arange(classes)).to(dtype);
        }
    }

    /** Tensors one after another along {@code axis}. */
    public static Tensor concat(int axis, List<Tensor> tensors) {
        return Operation.apply(new Concat(axis), tensors.toArray(Tensor[]::new));
    }

    /** Tensors of one shape along a new dimension before {@code axis}. */
    public static Tensor stack(int axis, List<Tensor> tensors) {
        return concat(axis < 0 ? axis + tensors.getFirst().rank() + 1 : axis, tensors.stream().map(t -> t.unsqueeze(axis)).toList());
    }

    /**
     * Einstein's summation, for example {@code einsum("bij,bjk->bik", a, b)}: the product of the tensors, whose dimensions the terms name,
     * summed over the names that the result lacks. Repeated names, {@code ...} and a missing arrow as in NumPy; see {@link Einsum}.
     */
    public static Tensor einsum(String equation, Tensor... tensors) {
        return Einsum.of(equation, tensors);
    }
}
