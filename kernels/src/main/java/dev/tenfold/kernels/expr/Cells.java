package dev.tenfold.kernels.expr;

import dev.tenfold.kernels.Memory;

/** Single elements of the storage types that Java has no type for. Called by generated loops. */
final class Cells {
    private Cells() {
    }

    static float getF16(long address) {
        return Float.float16ToFloat(Memory.getShort(address));
    }

    static float getBf16(long address) {
        return Memory.bf16ToFloat(Memory.getShort(address));
    }

    static int getU8(long address) {
        return Memory.getByte(address) & 0xFF;
    }

    static void putF16(long address, float value) {
        Memory.putShort(address, Float.floatToFloat16(value));
    }

    static void putBf16(long address, float value) {
        Memory.putShort(address, Memory.floatToBf16(value));
    }

    static void putU8(long address, int value) {
        Memory.putByte(address, (byte) value);
    }
}
