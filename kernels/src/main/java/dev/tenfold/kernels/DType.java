package dev.tenfold.kernels;

/**
 * The element types of blocks and tensors.
 *
 * <p>{@link #F16} and {@link #BF16} are storage types: values are widened to {@link #F32}, computed there and rounded
 * to nearest even on the way out. {@link #BOOL} is one byte, 0 or 1.
 */
public enum DType {
    F32(4, true, "f32"), F64(8, true, "f64"), F16(2, true, "f16"), BF16(2, true, "bf16"),
    I32(4, false, "i32"), I64(8, false, "i64"), U8(1, false, "u8"), BOOL(1, false, "bool");

    private final int bytes;
    private final boolean floating;
    private final String label;

    DType(int bytes, boolean floating, String label) {
        this.bytes = bytes;
        this.floating = floating;
        this.label = label;
    }

    /** Bytes of one element. */
    public int bytes() {
        return bytes;
    }

    /** True for f16, bf16, f32 and f64: the types that can carry a gradient. */
    public boolean isFloating() {
        return floating;
    }

    /** True for i32, i64 and u8. */
    public boolean isInteger() {
        return !floating && this != BOOL;
    }

    /** The type in which arithmetic on this type is done: f32 for f16 and bf16, the type itself otherwise. */
    public DType compute() {
        return this == F16 || this == BF16 ? F32 : this;
    }

    /**
     * The type of a result that combines {@code a} and {@code b}: bool &lt; u8 &lt; i32 &lt; i64 &lt; f16, bf16 &lt; f32 &lt; f64;
     * f16 with bf16 gives f32.
     */
    public static DType promote(DType a, DType b) {
        if (a == b) return a;
        if ((a == F16 && b == BF16) || (a == BF16 && b == F16)) return F32;
        return a.rank() >= b.rank() ? a : b;
    }

    private int rank() {
        return switch (this) {
            case BOOL -> 0;
            case U8 -> 1;
            case I32 -> 2;
            case I64 -> 3;
            case F16, BF16 -> 4;
            case F32 -> 5;
            case F64 -> 6;
        };
    }

    /** The short name, for example {@code f32}. */
    @Override
    public String toString() {
        return label;
    }
}
