package dev.tenfold.tensor.io;

import java.util.Arrays;
import java.util.Random;

/** Damages files: one bit, byte or end at a time, the same for the same seed. */
final class Mutations {
    private final Random random;

    Mutations(long seed) {
        random = new Random(seed);
    }

    /** A damaged copy: a flipped bit, a changed byte, a cut end, a removed or an inserted piece. Most damage is within the first {@code head} bytes. */
    byte[] of(byte[] original, int head) {
        int at = random.nextInt(random.nextInt(4) > 0 ? Math.min(head, original.length) : original.length);
        byte[] bytes = original.clone();
        switch (random.nextInt(5)) {
            case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> bytes[at] = (byte) "0123456789,:[](){}'\"\\u-. ".charAt(random.nextInt(25));
            case 2 -> bytes = Arrays.copyOf(bytes, at);
            case 3 -> bytes = replaced(original, at, Math.min(original.length - at, 1 + random.nextInt(4)), 0);
            default -> bytes = replaced(original, at, 0, 1 + random.nextInt(4));
        }
        return bytes;
    }

    private byte[] replaced(byte[] original, int at, int removed, int inserted) {
        byte[] bytes = new byte[original.length - removed + inserted];
        System.arraycopy(original, 0, bytes, 0, at);
        for (int i = 0; i < inserted; i++) bytes[at + i] = (byte) random.nextInt();
        System.arraycopy(original, at + removed, bytes, at + inserted, original.length - at - removed);
        return bytes;
    }
}
