package dev.tenfold.kernels.memory;

import dev.tenfold.kernels.memory.Arena.Piece;

/** The free pieces of an arena, by size class and within one by size and address. */
final class FreePieces {
    private final long smallest;
    private final Piece[] bins = new Piece[SizeClass.COUNT];
    private final long[] occupied = new long[SizeClass.COUNT / 64];

    /** Pieces of fewer than {@code smallest} bytes serve no request and are not listed. */
    FreePieces(long smallest) {
        this.smallest = smallest;
    }

    /** The smallest piece of at least {@code bytes}, at the lowest address among equals; null when there is none. It stays listed. */
    Piece smallest(long bytes) {
        int bin = SizeClass.of(bytes);
        for (Piece piece = bins[bin]; piece != null; piece = piece.larger) if (piece.bytes >= bytes) return piece;
        int word = ++bin >>> 6;
        if (word >= occupied.length) return null;
        long bits = occupied[word] & -1L << bin;
        while (bits == 0) {
            if (++word == occupied.length) return null;
            bits = occupied[word];
        }
        return bins[(word << 6) + Long.numberOfTrailingZeros(bits)];
    }

    /** Makes a piece free. */
    void add(Piece piece) {
        piece.free = true;
        if (piece.bytes < smallest) return;
        int bin = SizeClass.of(piece.bytes);
        Piece before = null;
        Piece after = bins[bin];
        while (after != null && (after.bytes < piece.bytes || after.bytes == piece.bytes && after.address < piece.address)) {
            before = after;
            after = after.larger;
        }
        piece.smaller = before;
        piece.larger = after;
        if (after != null) after.smaller = piece;
        if (before != null) before.larger = piece;
        else bins[bin] = piece;
        occupied[bin >>> 6] |= 1L << bin;
    }

    /** Takes a piece out of the list; it is still marked as free. */
    void remove(Piece piece) {
        if (piece.bytes < smallest) return;
        int bin = SizeClass.of(piece.bytes);
        if (piece.larger != null) piece.larger.smaller = piece.smaller;
        if (piece.smaller != null) piece.smaller.larger = piece.larger;
        else bins[bin] = piece.larger;
        if (bins[bin] == null) occupied[bin >>> 6] &= ~(1L << bin);
        piece.smaller = null;
        piece.larger = null;
    }
}
