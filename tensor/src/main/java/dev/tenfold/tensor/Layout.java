package dev.tenfold.tensor;

/**
 * Where a tensor's elements lie in its storage: sizes, a stride per dimension and the first element's offset, in elements.
 * Strides may be 0 (broadcast) or negative (flipped).
 */
public final class Layout {
    private final Shape shape;
    private final long[] strides;
    private final long offset;
    private final boolean dense;

    private Layout(Shape shape, long[] strides, long offset, boolean dense) {
        this.shape = shape;
        this.strides = strides;
        this.offset = offset;
        this.dense = dense;
    }

    /** A row-major layout without gaps. */
    public static Layout dense(Shape shape) {
        return new Layout(shape, shape.denseStrides(), 0, true);
    }

    /** Any layout; whether it is dense is found out. */
    public static Layout of(Shape shape, long[] strides, long offset) {
        return new Layout(shape, strides, offset, isDense(shape.raw(), strides));
    }

    private static boolean isDense(long[] sizes, long[] strides) {
        long step = 1;
        for (int i = sizes.length - 1; i >= 0; i--) {
            if (sizes[i] == 0) return true;
            if (sizes[i] != 1 && strides[i] != step) return false;
            step *= sizes[i];
        }
        return true;
    }

    public Shape shape() {
        return shape;
    }

    /** The strides in elements, as a fresh array. */
    public long[] strides() {
        return strides.clone();
    }

    long[] rawStrides() {
        return strides;
    }

    /** The stride of {@code axis} (counted from the front). */
    public long stride(int axis) {
        return strides[axis];
    }

    /** The first element's place in the storage, in elements. */
    public long offset() {
        return offset;
    }

    /** True when the elements lie row-major without gaps (from any offset). */
    public boolean isDense() {
        return dense;
    }

    /** Strides with which this layout is read as {@code target}, 0 where it is broadcast. The shapes are known to fit. */
    public long[] broadcastStrides(Shape target) {
        int rank = target.rank();
        int shift = rank - shape.rank();
        long[] wide = new long[rank];
        for (int i = shift; i < rank; i++) wide[i] = shape.raw()[i - shift] == 1 ? 0 : strides[i - shift];
        return wide;
    }
}
