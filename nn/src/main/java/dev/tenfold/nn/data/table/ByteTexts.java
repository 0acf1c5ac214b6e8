package dev.tenfold.nn.data.table;

import java.util.Arrays;

/** Distinct byte strings, numbered in the order of their first appearance, with how often each came: open addressing, all bytes in one array. */
final class ByteTexts {
    private static final int MOST = 1 << 29;

    private byte[] bytes = new byte[1 << 10];
    private int[] starts = new int[1 << 6]; // of text i: starts[i] to starts[i + 1]
    private long[] counts = new long[1 << 6];
    private int[] slots = new int[1 << 7]; // text + 1, or 0
    private int size;

    int size() {
        return size;
    }

    long count(int text) {
        return counts[text];
    }

    /** Counts a text, new or not. */
    void count(byte[] from, int start, int end) {
        int slot = slot(from, start, end);
        if (slots[slot] == 0) {
            add(from, start, end);
            slots[slot] = size;
            counts[size - 1] = 1;
            if (2 * size > slots.length) grow();
        } else {
            counts[slots[slot] - 1]++;
        }
    }

    /** The number of a text, -1 when it never came. */
    int find(byte[] from, int start, int end) {
        return slots[slot(from, start, end)] - 1;
    }

    /** The order of two texts by their unsigned bytes. */
    int compare(int a, int b) {
        return Arrays.compareUnsigned(bytes, starts[a], starts[a + 1], bytes, starts[b], starts[b + 1]);
    }

    private int slot(byte[] from, int start, int end) {
        int slot = (int) Hashing.hash(from, start, end) & slots.length - 1;
        while (slots[slot] != 0 && !Arrays.equals(from, start, end, bytes, starts[slots[slot] - 1], starts[slots[slot]])) slot = slot + 1 & slots.length - 1;
        return slot;
    }

    private void add(byte[] from, int start, int end) {
        int at = starts[size];
        int to = at + end - start;
        if (to < 0 || size > MOST) throw new IllegalArgumentException("a field has too many different texts to count (2 GB of them, or 2^29); hash them instead");
        if (to > bytes.length) bytes = Arrays.copyOf(bytes, (int) Math.min(Integer.MAX_VALUE - 16, Math.max(2L * bytes.length, to)));
        if (size + 2 > starts.length) {
            starts = Arrays.copyOf(starts, 2 * starts.length);
            counts = Arrays.copyOf(counts, 2 * counts.length);
        }
        System.arraycopy(from, start, bytes, at, end - start);
        starts[++size] = to;
    }

    private void grow() {
        slots = new int[2 * slots.length];
        for (int t = 0; t < size; t++) slots[slot(bytes, starts[t], starts[t + 1])] = t + 1;
    }
}
