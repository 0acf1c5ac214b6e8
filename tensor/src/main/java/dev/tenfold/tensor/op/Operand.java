package dev.tenfold.tensor.op;

import dev.tenfold.tensor.Layout;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.primitive.Loop;

/**
 * One side of a matrix product as BLAS wants it: every matrix with rows (or, transposed, columns) of consecutive elements, at a
 * stride per batch dimension. A tensor that lies otherwise is copied.
 */
final class Operand implements AutoCloseable {
    private final Tensor values;
    private final boolean transposed;
    private final long leading;
    private final long[] batchStrides;

    private Operand(Tensor values, boolean transposed, long leading, long[] batchStrides) {
        this.values = values;
        this.transposed = transposed;
        this.leading = leading;
        this.batchStrides = batchStrides;
    }

    /** {@code x} [..., rows, columns] with its leading dimensions broadcast to {@code batch}. */
    static Operand of(Tensor x, Shape batch) {
        int rank = x.rank();
        long rows = x.size(-2);
        long columns = x.size(-1);
        long down = x.layout().stride(rank - 2);
        long along = x.layout().stride(rank - 1);
        if (walkable(columns, along, rows, down)) return of(x.withLayout(x.layout()), false, leading(rows, down, columns), batch);
        if (walkable(rows, down, columns, along)) return of(x.withLayout(x.layout()), true, leading(columns, along, rows), batch);
        return of(Contiguous.copy(x), false, Math.max(1, columns), batch);
    }

    /** Elements along the inner direction are neighbours, and lines do not overlap. */
    private static boolean walkable(long inner, long innerStride, long outer, long outerStride) {
        return (innerStride == 1 || inner == 1) && (outerStride >= Math.max(1, inner) || outer == 1);
    }

    private static long leading(long lines, long stride, long length) {
        return lines == 1 ? Math.max(1, length) : stride;
    }

    private static Operand of(Tensor x, boolean transposed, long leading, Shape batch) {
        Layout layout = x.layout();
        int lead = x.rank() - 2;
        long[] strides = new long[batch.rank()];
        int shift = batch.rank() - lead;
        for (int i = 0; i < lead; i++) strides[i + shift] = x.size(i) == 1 ? 0 : layout.stride(i);
        return new Operand(x, transposed, leading, strides);
    }

    /** Where the values begin in the memory of their device. */
    long address() {
        return Loop.address(values);
    }

    boolean transposed() {
        return transposed;
    }

    /** Elements from one row (transposed: column) to the next. */
    long leading() {
        return leading;
    }

    /** True when batch dimension {@code axis} continues the {@code inner} matrices behind it at their stride. */
    boolean steps(int axis, long inner, Shape batch) {
        return batch.size(axis) == 1 || inner == 1 || batchStrides[axis] == innerStride(axis + 1, batch) * inner;
    }

    /** The stride of the matrices behind batch dimension {@code split}. */
    long innerStride(int split, Shape batch) {
        for (int i = batch.rank() - 1; i >= split; i--) if (batch.size(i) != 1) return batchStrides[i];
        return 0;
    }

    /** Where matrix group {@code index} of the dimensions before {@code split} starts, in elements. */
    long offset(long index, int split, Shape batch) {
        long offset = 0;
        for (int i = split - 1; i >= 0; i--) {
            offset += index % batch.size(i) * batchStrides[i];
            index /= batch.size(i);
        }
        return offset;
    }

    @Override
    public void close() {
        values.close();
    }
}
