package dev.tenfold.nn.data.fuzz;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;

/** Damages files, the same way for the same seed: cut off, bits flipped, numbers forged, pieces moved, doubled or lost. */
final class Mutations {
    private static final long[] NUMBERS = {0, 1, -1, 2, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000L, 0xFFFFFFFFL, 1L << 32, 1L << 40, Long.MAX_VALUE, Long.MIN_VALUE};
    private static final String SIGNS = "0123456789,:[](){}'\"\\u-+. \t\n\r/e";

    private final byte[] original;
    private final int head;
    private final Random random;

    /**
     * Damages {@code original}.
     *
     * @param head how many bytes at its start have three quarters of the damage
     */
    Mutations(byte[] original, int head, long seed) {
        this.original = original;
        this.head = Math.min(head, original.length);
        random = new Random(seed);
    }

    /** The {@code i}-th of {@code count}: every fifth is cut off, at places that run through the whole file. */
    byte[] next(int i, int count) {
        if (i == 0) return new byte[0];
        if (i % 5 == 0) return Arrays.copyOf(original, (int) ((long) original.length * i / count));
        byte[] bytes = original.clone();
        for (int k = random.nextInt(4) == 0 ? 1 + random.nextInt(3) : 0; k >= 0 && bytes.length > 0; k--) bytes = once(bytes);
        return bytes;
    }

    private byte[] once(byte[] bytes) {
        int at = random.nextInt(random.nextInt(4) > 0 ? Math.min(head, bytes.length) : bytes.length);
        int other = random.nextInt(bytes.length);
        int length = Math.min(bytes.length - other, 1 + random.nextInt(random.nextBoolean() ? 4 : bytes.length));
        switch (random.nextInt(8)) {
            case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> bytes[at] = (byte) SIGNS.charAt(random.nextInt(SIGNS.length()));
            case 2 -> bytes[at] = (byte) random.nextInt();
            case 3, 4 -> forge(bytes, at);
            case 5 -> bytes = replaced(bytes, at, 0, Arrays.copyOfRange(bytes, other, other + length));
            case 6 -> bytes = replaced(bytes, other, length, new byte[0]);
            default -> System.arraycopy(bytes.clone(), other, bytes, at, Math.min(length, bytes.length - at));
        }
        return bytes;
    }

    private void forge(byte[] bytes, int at) {
        int width = 1 << random.nextInt(4);
        ByteBuffer number = ByteBuffer.allocate(8).order(random.nextBoolean() ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        long value = NUMBERS[random.nextInt(NUMBERS.length)];
        switch (width) {
            case 1 -> number.put((byte) value);
            case 2 -> number.putShort((short) value);
            case 4 -> number.putInt((int) value);
            default -> number.putLong(value);
        }
        System.arraycopy(number.array(), 0, bytes, at, Math.min(width, bytes.length - at));
    }

    private static byte[] replaced(byte[] bytes, int at, int removed, byte[] inserted) {
        byte[] result = new byte[bytes.length - removed + inserted.length];
        System.arraycopy(bytes, 0, result, 0, at);
        System.arraycopy(inserted, 0, result, at, inserted.length);
        System.arraycopy(bytes, at + removed, result, at + inserted.length, bytes.length - at - removed);
        return result;
    }
}
