package dev.tenfold.tensor;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.Memory;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/**
 * One format for the numbers of a tensor that are shown together: floats with as many decimals as the longest needs (1 to 6 after
 * rounding), or all in scientific form when one is 10^8 or more or, unless it is 0, below 10^-4; right-aligned to one width.
 */
final class NumberFormat {
    private static final int DECIMALS = 6;
    private static final double LARGE = 1e8;
    private static final double SMALL = 1e-4;

    private final DType dtype;
    private final boolean scientific;
    private final int decimals;
    private final int width;

    private NumberFormat(DType dtype, boolean scientific, int decimals, int width) {
        this.dtype = dtype;
        this.scientific = scientific;
        this.decimals = decimals;
        this.width = width;
    }

    /** The format in which the elements at the given addresses can be read side by side. */
    static NumberFormat of(DType dtype, long[] addresses) {
        boolean scientific = false;
        int decimals = 1;
        if (dtype.isFloating()) {
            for (long address : addresses) {
                double value = Math.abs(Memory.getAsDouble(dtype, address));
                if (Double.isFinite(value) && value != 0 && (value >= LARGE || value < SMALL)) scientific = true;
            }
            for (long address : addresses) decimals = Math.max(decimals, decimals(dtype, address, scientific));
        }
        NumberFormat unaligned = new NumberFormat(dtype, scientific, decimals, 0);
        int width = 0;
        for (long address : addresses) width = Math.max(width, unaligned.text(address).length());
        return new NumberFormat(dtype, scientific, decimals, width);
    }

    private static int decimals(DType dtype, long address, boolean scientific) {
        double value = Memory.getAsDouble(dtype, address);
        if (!Double.isFinite(value) || value == 0) return 1;
        BigDecimal exact = exact(dtype, value);
        BigDecimal rounded = scientific ? exact.round(new MathContext(DECIMALS + 1, RoundingMode.HALF_EVEN)) : exact.setScale(DECIMALS, RoundingMode.HALF_EVEN);
        BigDecimal shortest = rounded.stripTrailingZeros();
        return Math.max(1, scientific ? shortest.precision() - 1 : shortest.scale());
    }

    /** The shortest decimal number that means {@code value} in its type. */
    private static BigDecimal exact(DType dtype, double value) {
        if (dtype == DType.F64) return new BigDecimal(Double.toString(value));
        if (dtype == DType.F32) return new BigDecimal(Float.toString((float) value));
        BigDecimal all = new BigDecimal(value);
        for (int digits = 1; ; digits++) { // five are always enough
            BigDecimal rounded = all.round(new MathContext(digits, RoundingMode.HALF_EVEN));
            float f = rounded.floatValue();
            float back = dtype == DType.F16 ? Float.float16ToFloat(Float.floatToFloat16(f)) : Memory.bf16ToFloat(Memory.floatToBf16(f));
            if (back == value) return rounded;
        }
    }

    /** Characters of every number. */
    int width() {
        return width;
    }

    /** The element at {@code address}, with spaces in front up to the width. */
    String text(long address) {
        String text = switch (dtype) {
            case BOOL -> Memory.getByte(address) != 0 ? "true" : "false";
            case I32, I64, U8 -> Long.toString(Memory.getAsLong(dtype, address));
            default -> floating(Memory.getAsDouble(dtype, address));
        };
        return " ".repeat(Math.max(0, width - text.length())) + text;
    }

    private String floating(double value) {
        if (Double.isNaN(value)) return "nan";
        if (Double.isInfinite(value)) return value > 0 ? "inf" : "-inf";
        String sign = value < 0 || 1 / value < 0 ? "-" : "";
        if (value == 0) return sign + "0." + "0".repeat(decimals) + (scientific ? "e+00" : "");
        BigDecimal exact = exact(dtype, Math.abs(value));
        if (!scientific) return sign + exact.setScale(decimals, RoundingMode.HALF_EVEN).toPlainString();
        BigDecimal rounded = exact.round(new MathContext(decimals + 1, RoundingMode.HALF_EVEN));
        int exponent = rounded.precision() - rounded.scale() - 1;
        String digits = rounded.unscaledValue().toString();
        digits += "0".repeat(Math.max(0, decimals + 1 - digits.length()));
        return sign + digits.charAt(0) + "." + digits.substring(1, decimals + 1) + "e" + (exponent < 0 ? "-" : "+") + (Math.abs(exponent) < 10 ? "0" : "")
                + Math.abs(exponent);
    }
}
