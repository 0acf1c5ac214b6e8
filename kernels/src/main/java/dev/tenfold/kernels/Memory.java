package dev.tenfold.kernels;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Native memory by address. Nothing is checked here: callers have checked their bounds at the border.
 */
public final class Memory {
    /** The whole address space as one segment, so that an address is an offset into it. */
    public static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

    private Memory() {
    }

    public static float getFloat(long address) {
        return ALL.get(FLOAT, address);
    }

    public static void putFloat(long address, float value) {
        ALL.set(FLOAT, address, value);
    }

    public static double getDouble(long address) {
        return ALL.get(DOUBLE, address);
    }

    public static void putDouble(long address, double value) {
        ALL.set(DOUBLE, address, value);
    }

    public static int getInt(long address) {
        return ALL.get(INT, address);
    }

    public static void putInt(long address, int value) {
        ALL.set(INT, address, value);
    }

    public static long getLong(long address) {
        return ALL.get(LONG, address);
    }

    public static void putLong(long address, long value) {
        ALL.set(LONG, address, value);
    }

    public static short getShort(long address) {
        return ALL.get(SHORT, address);
    }

    public static void putShort(long address, short value) {
        ALL.set(SHORT, address, value);
    }

    public static byte getByte(long address) {
        return ALL.get(BYTE, address);
    }

    public static void putByte(long address, byte value) {
        ALL.set(BYTE, address, value);
    }

    /** Copies {@code bytes} bytes; the ranges may overlap. */
    public static void copy(long from, long to, long bytes) {
        MemorySegment.copy(ALL, from, ALL, to, bytes);
    }

    /** Sets {@code bytes} bytes to {@code value}. */
    public static void fill(long address, long bytes, byte value) {
        ALL.asSlice(address, bytes).fill(value);
    }

    /** A segment over {@code bytes} bytes at {@code address}, with no lifetime of its own. */
    public static MemorySegment segment(long address, long bytes) {
        return ALL.asSlice(address, bytes);
    }

    /** One element as a double; bool is 0 or 1, i64 is rounded above 2^53. */
    public static double getAsDouble(DType type, long address) {
        return switch (type) {
            case F32 -> getFloat(address);
            case F64 -> getDouble(address);
            case F16 -> Float.float16ToFloat(getShort(address));
            case BF16 -> bf16ToFloat(getShort(address));
            case I32 -> getInt(address);
            case I64 -> getLong(address);
            case U8 -> getByte(address) & 0xFF;
            case BOOL -> getByte(address) != 0 ? 1 : 0;
        };
    }

    /** Stores a double as one element: floats round to nearest even, integers truncate towards zero, bool is {@code value != 0}. */
    public static void putAsDouble(DType type, long address, double value) {
        switch (type) {
            case F32 -> putFloat(address, (float) value);
            case F64 -> putDouble(address, value);
            case F16 -> putShort(address, Float.floatToFloat16((float) value));
            case BF16 -> putShort(address, floatToBf16((float) value));
            case I32 -> putInt(address, (int) value);
            case I64 -> putLong(address, (long) value);
            case U8 -> putByte(address, (byte) (long) value);
            case BOOL -> putByte(address, (byte) (value != 0 ? 1 : 0));
        }
    }

    /** One element as a long: floats truncate towards zero. */
    public static long getAsLong(DType type, long address) {
        return type == DType.I64 ? getLong(address) : (long) getAsDouble(type, address);
    }

    /** Widens a bfloat16 bit pattern. */
    public static float bf16ToFloat(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }

    /** Rounds to bfloat16, to nearest even; NaN stays NaN. */
    public static short floatToBf16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (value != value) return (short) ((bits >>> 16) | 0x40);
        return (short) ((bits + 0x7FFF + ((bits >>> 16) & 1)) >>> 16);
    }
}
