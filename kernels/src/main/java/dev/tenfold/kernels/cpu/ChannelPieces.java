package dev.tenfold.kernels.cpu;

import dev.tenfold.kernels.DType;

/**
 * The elements of one channel of dense [n, c, plane] tensors, in pieces that stay in the nearest cache: parts of a large plane where they
 * lie, or several small planes gathered into scratch memory. The cut depends on the sizes alone. Used by one thread.
 */
final class ChannelPieces implements AutoCloseable {
    /** Elements of a piece: two operands and a result of it fill 48 KB. */
    private static final int PIECE = 1 << 12;
    /** Planes from this size on are not gathered. */
    private static final int LARGE = 512;

    private final int bytes;
    private final long n;
    private final long c;
    private final long plane;
    private final boolean gathered;
    private final long parts;
    private final long together;
    private final Scratch scratch;
    private final long slotBytes;
    private final long[] heldTensor;
    private final long[] heldPiece;

    /** @param slots how many tensors are read or written at a time */
    ChannelPieces(DType type, long n, long c, long plane, int slots) {
        this.bytes = type.bytes();
        this.n = n;
        this.c = c;
        this.plane = plane;
        gathered = plane < LARGE;
        together = gathered ? Math.max(1, Math.min(n, PIECE / Math.max(1, plane))) : 1;
        parts = gathered ? 1 : (plane + PIECE - 1) / PIECE;
        slotBytes = gathered ? (together * plane * bytes + 63) / 64 * 64 : 0;
        scratch = new Scratch(Math.max(1, slots * slotBytes));
        heldTensor = new long[slots];
        heldPiece = new long[slots];
    }

    /** Pieces of one channel. */
    long count() {
        return gathered ? (n + together - 1) / together : n * parts;
    }

    /** Elements of a piece. */
    int size(long piece) {
        if (gathered) return (int) (Math.min(together, n - piece * together) * plane);
        return (int) Math.min(PIECE, plane - piece % parts * PIECE);
    }

    private long place(long tensor, long channel, long piece) {
        if (gathered) return tensor + (piece * together * c + channel) * plane * bytes;
        return tensor + ((piece / parts * c + channel) * plane + piece % parts * PIECE) * bytes;
    }

    /** Where the elements of a piece lie one after another, for reading. */
    long load(long tensor, long channel, long piece, int slot) {
        long place = place(tensor, channel, piece);
        if (!gathered) return place;
        long own = scratch.address() + slot * slotBytes;
        if (heldTensor[slot] == tensor && heldPiece[slot] == channel * count() + piece) return own;
        PlaneLoops.CHOSEN.copyRows(place, c * plane * bytes, own, plane * bytes, (int) (plane * bytes), size(piece) / plane);
        heldTensor[slot] = tensor;
        heldPiece[slot] = channel * count() + piece;
        return own;
    }

    /** Where the elements of a piece are to be written; {@link #store} ends it. */
    long target(long tensor, long channel, long piece, int slot) {
        if (!gathered) return place(tensor, channel, piece);
        heldTensor[slot] = 0;
        return scratch.address() + slot * slotBytes;
    }

    /** Brings a written piece to its tensor. */
    void store(long tensor, long channel, long piece, int slot) {
        if (!gathered) return;
        long place = place(tensor, channel, piece);
        long own = scratch.address() + slot * slotBytes;
        PlaneLoops.CHOSEN.copyRows(own, plane * bytes, place, c * plane * bytes, (int) (plane * bytes), size(piece) / plane);
    }

    @Override
    public void close() {
        scratch.close();
    }
}
