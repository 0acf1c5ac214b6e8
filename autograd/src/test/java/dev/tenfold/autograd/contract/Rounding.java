package dev.tenfold.autograd.contract;

import dev.tenfold.kernels.DType;

/** What becomes of a float64 number in each element type, by Java's own conversions. */
final class Rounding {
    private Rounding() {
    }

    /**
     * The nearest value of {@code type}; integers keep the low bits of the number without its fraction, as wrapping arithmetic
     * leaves them, and 0 for a quotient by zero, which they do not have.
     */
    static double to(DType type, double v) {
        return switch (type) {
            case F64 -> v;
            case F32 -> (float) v;
            case F16 -> Float.float16ToFloat(Float.floatToFloat16((float) v));
            case BF16 -> bfloat16((float) v);
            case I64 -> whole(v);
            case I32 -> (int) whole(v);
            case U8 -> whole(v) & 0xFF;
            case BOOL -> v != 0 ? 1 : 0;
        };
    }

    /** A conversion: to integers as {@link #to}, but from beyond their ends to the nearest one, whose low bits are what u8 takes. */
    static double cast(DType type, double v) {
        return switch (type) {
            case I64 -> (long) v;
            case I32 -> (int) v;
            case U8 -> (int) v & 0xFF;
            default -> to(type, v);
        };
    }

    private static long whole(double v) {
        return Double.isFinite(v) ? (long) v : 0;
    }

    private static float bfloat16(float v) {
        if (Float.isNaN(v)) return v;
        int bits = Float.floatToRawIntBits(v);
        int rounded = bits + 0x7FFF + (bits >>> 16 & 1);
        return Float.intBitsToFloat(rounded & 0xFFFF0000);
    }

    /** Half the distance to the next value, relative: the error of one rounding. */
    static double halfStep(DType type) {
        return switch (type) {
            case F16 -> 0x1p-11;
            case BF16 -> 0x1p-8;
            case F32 -> 0x1p-24;
            case F64 -> 0x1p-53;
            default -> 0;
        };
    }

    /** The values of a test input in {@code type}: a number of a real range becomes a handful of integers, or true and false. */
    static double input(DType type, double v, boolean whole) {
        double scaled = (long) (whole ? v : Math.rint(v * 4));
        return switch (type) {
            case U8 -> Math.abs(scaled);
            case BOOL -> Math.abs(scaled) % 2;
            case I32, I64 -> scaled;
            default -> to(type, v);
        };
    }
}
