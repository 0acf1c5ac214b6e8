package dev.tenfold.nn.data.table;

/**
 * The hashing trick (Weinberger et al. 2009): a text's number is its hash modulo the number of buckets. The hash is 64-bit FNV-1a over the field's
 * number (four bytes, lowest first) and the text's UTF-8, then MurmurHash3's 64-bit finaliser; the remainder is that of the unsigned number.
 *
 * @param field   which field of the table; equal texts of different fields have different hashes
 * @param size    buckets
 */
record Hashing(int field, int size) implements FieldEncoder {
    private static final long OFFSET = 0xCBF29CE484222325L;
    private static final long PRIME = 0x100000001B3L;

    /** The hash without a field. */
    static long hash(byte[] bytes, int from, int to) {
        return finish(absorb(OFFSET, bytes, from, to));
    }

    private static long absorb(long start, byte[] bytes, int from, int to) {
        long hash = start;
        for (int i = from; i < to; i++) hash = (hash ^ bytes[i] & 0xFF) * PRIME;
        return hash;
    }

    private static long finish(long h) {
        long hash = (h ^ h >>> 33) * 0xFF51AFD7ED558CCDL;
        hash = (hash ^ hash >>> 33) * 0xC4CEB9FE1A85EC53L;
        return hash ^ hash >>> 33;
    }

    @Override
    public int ofText(byte[] bytes, int from, int to) {
        long hash = OFFSET;
        for (int i = 0; i < 4; i++) hash = (hash ^ field >>> 8 * i & 0xFF) * PRIME;
        return (int) Long.remainderUnsigned(finish(absorb(hash, bytes, from, to)), size);
    }
}
