package dev.tenfold.kernels.memory;

import java.util.ArrayList;
import java.util.List;

/**
 * Memory that blocks are cut from: the smallest free piece that is large enough, at the lowest address among equals, and
 * neighbours that become free are joined again. What a step of a program frees in any order therefore serves the next step in
 * any other, and the memory taken from the system stays close to the most that was live at once.
 *
 * <p>It comes in long segments. The host's are address space that is taken into use from below, so that growing is no call into the
 * system; a device's are memory from the start. Where a piece lies in its segment depends on the order of requests alone.
 */
public final class Arena {
    /** Where the segments come from. */
    public interface Source {
        /** The address of {@code bytes} bytes (a multiple of 2 MiB), or 0 when there are none. */
        long reserve(long bytes);

        /** Ends a reservation. */
        void unreserve(long address, long bytes);

        /** Gives back a part of a reservation that may be used again later. Returns how many bytes were really taken. */
        long giveBack(long address, long bytes);

        /** Whether reserved memory costs nothing before it is used. */
        boolean lazy();
    }

    /** A part of a segment, in use or free. Its neighbours in memory are {@code below} and {@code above}. */
    public static final class Piece {
        final Segment segment;
        final long address;
        long bytes;
        boolean free;
        /** Whoever uses the piece, where its allocator notes it. */
        public Object holder;
        // Of a free piece: bytes that were given back to the system and cost fresh pages when they are used.
        long missing;
        Piece below;
        Piece above;
        // Of a free piece: its neighbours among the free ones of its bin.
        Piece smaller;
        Piece larger;

        private Piece(Segment segment, long address, long bytes) {
            this.segment = segment;
            this.address = address;
            this.bytes = bytes;
        }

        public long address() {
            return address;
        }

        public long bytes() {
            return bytes;
        }
    }

    /** Reserved addresses; the pieces cover those below {@code top}. */
    private static final class Segment {
        final long base;
        final long bytes;
        long top;
        Piece last;

        Segment(long base, long bytes) {
            this.base = base;
            this.bytes = bytes;
            top = base;
        }
    }

    /** Lazy memory is taken into use in multiples of this. */
    public static final long STEP = 1 << 16;
    private static final long SEGMENT_STEP = 2L << 20;

    private final long reservation;
    private final Source source;
    private final List<Segment> segments = new ArrayList<>();
    private final FreePieces free;
    // What was freed last, still warm and not yet joined: the next request is often of the same size.
    private Piece latest;
    private long held;
    private long growths;

    /**
     * An arena without memory.
     *
     * @param smallest    a free piece of fewer bytes serves no request
     * @param reservation how long a segment is, where the source grants it
     * @param source      where segments come from
     */
    public Arena(long smallest, long reservation, Source source) {
        free = new FreePieces(smallest);
        this.reservation = reservation;
        this.source = source;
    }

    /** A piece of {@code bytes} (a multiple of 64) from what is free. Null when nothing fits, or {@link #held} would exceed {@code limit}. */
    public synchronized Piece take(long bytes, long limit) {
        if (latest != null) {
            Piece same = latest;
            latest = null;
            if (same.bytes == bytes) return same;
            join(same);
        }
        Piece found = free.smallest(bytes);
        if (found == null || held + Math.min(found.missing, bytes) > limit) return null;
        free.remove(found);
        return cut(found, bytes);
    }

    /** As {@link #take}, with fresh memory where nothing free fits. Null also when the system has none. */
    public synchronized Piece takeOrGrow(long bytes, long limit) {
        Piece found = take(bytes, limit);
        if (found != null) return found;
        for (Segment segment : segments) {
            Piece grown = grow(segment, bytes, limit);
            if (grown != null) return grown;
        }
        if (held + roundUp(bytes, STEP) > limit) return null;
        Segment more = reserve(bytes, limit);
        if (more == null) return null;
        return source.lazy() ? grow(more, bytes, limit) : take(bytes, limit);
    }

    private Segment reserve(long bytes, long limit) {
        long least = roundUp(bytes, SEGMENT_STEP);
        long most = source.lazy() ? Long.MAX_VALUE : limit - held;
        // Eager memory grows by an eighth, so that few segments serve a program of any size.
        long wanted = source.lazy() ? reservation : Math.max(reservation, held / 8);
        long size = Math.max(least, roundUp(wanted, SEGMENT_STEP));
        while (true) {
            long base = size > most ? 0 : source.reserve(size);
            if (base != 0) return segment(base, size);
            if (size == least) return null;
            size = Math.max(least, roundUp(size / 2, SEGMENT_STEP));
        }
    }

    private Segment segment(long base, long bytes) {
        Segment segment = new Segment(base, bytes);
        segments.add(segment);
        if (source.lazy()) return segment;
        segment.top += bytes;
        held += bytes;
        growths++;
        segment.last = new Piece(segment, base, bytes);
        free.add(segment.last);
        return segment;
    }

    private Piece grow(Segment segment, long bytes, long limit) {
        Piece last = segment.last;
        boolean extend = last != null && last.free;
        long more = roundUp(bytes - (extend ? last.bytes : 0), STEP);
        if (more > segment.base + segment.bytes - segment.top || held + more > limit) return null;
        Piece piece;
        if (extend) {
            free.remove(last);
            last.bytes += more;
            piece = last;
        } else {
            piece = new Piece(segment, segment.top, more);
            piece.below = last;
            if (last != null) last.above = piece;
            segment.last = piece;
        }
        segment.top += more;
        held += more;
        growths++;
        return cut(piece, bytes);
    }

    /** Uses the lower {@code bytes} of a piece that is in no bin; the rest becomes a free piece. */
    private Piece cut(Piece piece, long bytes) {
        long used = Math.min(piece.missing, bytes);
        held += used;
        if (piece.bytes > bytes) {
            Piece rest = new Piece(piece.segment, piece.address + bytes, piece.bytes - bytes);
            rest.missing = piece.missing - used;
            rest.below = piece;
            rest.above = piece.above;
            if (rest.above != null) rest.above.below = rest;
            else piece.segment.last = rest;
            piece.above = rest;
            piece.bytes = bytes;
            free.add(rest);
        }
        piece.missing = 0;
        piece.free = false;
        return piece;
    }

    /** Makes a piece free: it waits for a request of its size, and with the next request or free piece it is joined with its neighbours. */
    public synchronized void give(Piece piece) {
        if (latest != null) join(latest);
        latest = piece;
    }

    private void join(Piece piece) {
        Piece above = piece.above;
        if (above != null && above.free) {
            free.remove(above);
            absorb(piece, above);
        }
        Piece below = piece.below;
        if (below != null && below.free) {
            free.remove(below);
            absorb(below, piece);
            piece = below;
        }
        free.add(piece);
    }

    private static void absorb(Piece piece, Piece above) {
        piece.bytes += above.bytes;
        piece.missing += above.missing;
        piece.above = above.above;
        if (above.above != null) above.above.below = piece;
        else piece.segment.last = piece;
    }

    /** Gives what is free back to the system, as far as that takes it. */
    public synchronized void trim() {
        if (latest != null) join(latest);
        latest = null;
        for (Segment segment : List.copyOf(segments)) {
            Piece last = segment.last;
            if (last.free && last.below == null) {
                free.remove(last);
                held -= last.bytes - last.missing;
                segments.remove(segment);
                source.unreserve(segment.base, segment.bytes);
                continue;
            }
            for (Piece piece = last; piece != null; piece = piece.below) {
                if (!piece.free) continue;
                long given = source.giveBack(piece.address, piece.bytes);
                held += piece.missing - given;
                piece.missing = given;
            }
        }
    }

    /** Bytes taken from the system and not given back. */
    public synchronized long held() {
        return held;
    }

    /** How often fresh memory was taken into use. */
    public synchronized long growths() {
        return growths;
    }

    /** The sizes of the largest pieces in use, at least {@code from} bytes each. */
    public synchronized List<Long> largest(int count, long from) {
        List<Long> sizes = new ArrayList<>();
        for (Segment segment : segments) {
            for (Piece piece = segment.last; piece != null; piece = piece.below) if (!piece.free && piece != latest && piece.bytes >= from) sizes.add(piece.bytes);
        }
        sizes.sort((a, b) -> Long.compare(b, a));
        return sizes.subList(0, Math.min(count, sizes.size()));
    }

    /** The piece in use that contains an address, or null. It looks at every piece of a segment. */
    public synchronized Piece holding(long address) {
        for (Segment segment : segments) {
            if (address < segment.base || address >= segment.top) continue;
            Piece piece = segment.last;
            while (piece.address > address) piece = piece.below;
            return piece.free || piece == latest ? null : piece;
        }
        return null;
    }

    private static long roundUp(long bytes, long step) {
        return (bytes + step - 1) / step * step;
    }
}
