package dev.tenfold.kernels.cuda;

import dev.tenfold.kernels.Block;
import dev.tenfold.kernels.memory.Arena;
import java.util.ArrayList;
import java.util.List;

/**
 * A block of a device's memory. It was handed out for the work of one {@linkplain #stream() stream}; whoever uses it on another one says so
 * with {@link #usedOn}, and the memory serves others only after that stream's work as well.
 */
public final class DeviceBlock extends Block {
    private final StreamPool home;
    private final Arena.Piece piece;
    private final int sizeClass;
    private final int epoch;
    private volatile CudaStream stream;
    private volatile long generation;
    private List<CudaStream> others = List.of();

    DeviceBlock(StreamPool home, Arena.Piece piece, int sizeClass, int epoch) {
        super(piece.address());
        this.home = home;
        this.piece = piece;
        this.sizeClass = sizeClass;
        this.epoch = epoch;
        piece.holder = this;
    }

    DeviceBlock handedOut(long requested, CudaStream to) {
        stream = to;
        generation++;
        handOut(requested);
        return this;
    }

    @Override
    protected void takeBack() {
        generation++;
        home.allocator().takeBack(this);
    }

    @Override
    public long capacity() {
        return piece.bytes();
    }

    public CudaDevice device() {
        return stream.device();
    }

    /** The stream that it was handed out for. */
    public CudaStream stream() {
        return stream;
    }

    /** Work on {@code user} uses the block too: its memory is not handed out again before that work, as far as it is enqueued by the last release. */
    public void usedOn(CudaStream user) {
        if (user == stream) return;
        if (user.isCapturing()) user.touches(address());
        else addUser(user);
    }

    synchronized void addUser(CudaStream user) {
        if (others.contains(user)) return;
        if (others.isEmpty()) others = new ArrayList<>(2);
        others.add(user);
    }

    /** The streams besides that of the block's pool that used it, once. */
    synchronized List<CudaStream> takeUsers() {
        List<CudaStream> users = others;
        others = List.of();
        return users;
    }

    /** Changes with every handing out and every last release: the same number means the same owner. */
    long generation() {
        return generation;
    }

    StreamPool home() {
        return home;
    }

    Arena.Piece piece() {
        return piece;
    }

    /** Which of its pool's lives it is of. */
    int epoch() {
        return epoch;
    }

    int sizeClass() {
        return sizeClass;
    }
}
