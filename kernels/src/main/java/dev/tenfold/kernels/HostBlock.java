package dev.tenfold.kernels;

import dev.tenfold.kernels.memory.Arena;

/** A block of the host's memory, 64-byte aligned. */
final class HostBlock extends Block {
    private final HostAllocator owner;
    private final Arena.Piece piece;
    private final int sizeClass;

    HostBlock(HostAllocator owner, Arena.Piece piece, int sizeClass) {
        super(piece.address());
        this.owner = owner;
        this.piece = piece;
        this.sizeClass = sizeClass;
    }

    HostBlock handedOut(long requested) {
        handOut(requested);
        return this;
    }

    @Override
    protected void takeBack() {
        owner.takeBack(this);
    }

    @Override
    public long capacity() {
        return piece.bytes();
    }

    /** The class of a small block, -1 for a large one. */
    int sizeClass() {
        return sizeClass;
    }

    Arena.Piece piece() {
        return piece;
    }
}
