package dev.tenfold.kernels.cpu;

import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.VectorModule;
import dev.tenfold.kernels.VectorTrials;
import dev.tenfold.kernels.WorkerPool;

/** One copy between strided regions: dimensions ordered and merged, then rows, repeated elements or tiles of a transpose. */
final class StridedCopy {
    /** Bytes of one chunk of work. */
    private static final long CHUNK = 1 << 17;
    /** Rows are counted by ints. */
    private static final long LONGEST = 1 << 30;
    /** A square tile of a transpose: its rows are whole cache lines of four-byte elements. */
    private static final int TILE = 16;

    private static final boolean VECTOR_TILES = VectorModule.available() && VectorTile.fits();
    // Counted without synchronisation: a lost count only delays the change.
    private static final VectorTrials TRIALS = new VectorTrials();

    private final int bytes;
    private final long from;
    private final long to;
    private int rank;
    /** Sizes, and steps in bytes, outermost first by the target's steps. */
    private final long[] shape;
    private final long[] fromSteps;
    private final long[] toSteps;

    StridedCopy(int bytes, long[] shape, long from, long[] fromStrides, long to, long[] toStrides) {
        this.bytes = bytes;
        this.from = from;
        this.to = to;
        this.shape = new long[shape.length];
        this.fromSteps = new long[shape.length];
        this.toSteps = new long[shape.length];
        for (int d = 0; d < shape.length; d++) if (shape[d] != 1) insert(shape[d], fromStrides[d] * bytes, toStrides[d] * bytes);
        merge();
    }

    /** Adds a dimension in order of falling target steps, so that the target is written from its start to its end. */
    private void insert(long size, long fromStep, long toStep) {
        int d = rank++;
        for (; d > 0 && Math.abs(toSteps[d - 1]) < Math.abs(toStep); d--) {
            shape[d] = shape[d - 1];
            fromSteps[d] = fromSteps[d - 1];
            toSteps[d] = toSteps[d - 1];
        }
        shape[d] = size;
        fromSteps[d] = fromStep;
        toSteps[d] = toStep;
    }

    private void merge() {
        int last = 0;
        for (int d = 1; d < rank; d++) {
            boolean merges = fromSteps[last] == fromSteps[d] * shape[d] && toSteps[last] == toSteps[d] * shape[d];
            if (!merges) last++;
            shape[last] = merges ? shape[last] * shape[d] : shape[d];
            fromSteps[last] = fromSteps[d];
            toSteps[last] = toSteps[d];
        }
        if (rank > 0) rank = last + 1;
    }

    void run() {
        if (rank == 0) {
            Memory.copy(from, to, bytes);
            return;
        }
        int row = rank - 1;
        boolean toDense = toSteps[row] == bytes;
        int across = toDense && fromSteps[row] != bytes && fromSteps[row] != 0 ? denseSource(row) : -1;
        if (rank == 1) line();
        else if (across >= 0 && shape[row] >= 4) tiles(across);
        else rows();
    }

    /** The dimension, other than the row, along which the source is dense; -1 if there is none. */
    private int denseSource(int row) {
        for (int d = row - 1; d >= 0; d--) if (fromSteps[d] == bytes && shape[d] >= 4) return d;
        return -1;
    }

    private void line() {
        WorkerPool.forRange(shape[0], CHUNK / bytes, (first, last) ->
                row(bytes, (int) (last - first), from + first * fromSteps[0], fromSteps[0], to + first * toSteps[0], toSteps[0]));
    }

    private void rows() {
        int outer = rank - 1;
        long n = shape[outer];
        long rows = 1;
        for (int d = 0; d < outer; d++) rows *= shape[d];
        WorkerPool.forRange(rows, Math.max(1, CHUNK / (n * bytes)), (first, last) -> {
            Place place = new Place(outer, -1, first);
            for (long r = first; r < last; r++) {
                for (long done = 0; done < n; done += LONGEST) {
                    row(bytes, (int) Math.min(n - done, LONGEST), place.from + done * fromSteps[outer], fromSteps[outer],
                            place.to + done * toSteps[outer], toSteps[outer]);
                }
                place.next();
            }
        });
    }

    /** Walks the outer dimensions in order, all but one if {@code skipped} is not negative. */
    private final class Place {
        private final int outer;
        private final int skipped;
        private final long[] index;
        private long from = StridedCopy.this.from;
        private long to = StridedCopy.this.to;

        Place(int outer, int skipped, long position) {
            this.outer = outer;
            this.skipped = skipped;
            this.index = new long[outer];
            for (int d = outer - 1; d >= 0; d--) {
                if (d == skipped) continue;
                index[d] = position % shape[d];
                position /= shape[d];
                from += index[d] * fromSteps[d];
                to += index[d] * toSteps[d];
            }
        }

        void next() {
            for (int d = outer - 1; d >= 0; d--) {
                if (d == skipped) continue;
                from += fromSteps[d];
                to += toSteps[d];
                if (++index[d] < shape[d]) return;
                from -= shape[d] * fromSteps[d];
                to -= shape[d] * toSteps[d];
                index[d] = 0;
            }
        }
    }

    static void row(int bytes, int n, long from, long fromStep, long to, long toStep) {
        if (toStep == bytes && fromStep == bytes) {
            Memory.copy(from, to, (long) n * bytes);
        } else if (toStep == bytes && fromStep == 0) {
            repeat(bytes, n, from, to);
        } else {
            switch (bytes) {
                case 4 -> {
                    for (int i = 0; i < n; i++) {
                        Memory.putInt(to, Memory.getInt(from));
                        from += fromStep;
                        to += toStep;
                    }
                }
                case 8 -> {
                    for (long i = 0; i < n; i++) Memory.putLong(to + i * toStep, Memory.getLong(from + i * fromStep));
                }
                case 2 -> {
                    for (long i = 0; i < n; i++) Memory.putShort(to + i * toStep, Memory.getShort(from + i * fromStep));
                }
                default -> {
                    for (long i = 0; i < n; i++) Memory.putByte(to + i * toStep, Memory.getByte(from + i * fromStep));
                }
            }
        }
    }

    /** Fills n elements with one: by words of eight bytes, then the rest. */
    private static void repeat(int bytes, int n, long from, long to) {
        long word = switch (bytes) {
            case 8 -> Memory.getLong(from);
            case 4 -> (Memory.getInt(from) & 0xFFFFFFFFL) * 0x1_0000_0001L;
            case 2 -> (Memory.getShort(from) & 0xFFFFL) * 0x1_0001_0001_0001L;
            default -> (Memory.getByte(from) & 0xFFL) * 0x101_0101_0101_0101L;
        };
        if (word == (word & 0xFF) * 0x101_0101_0101_0101L && n >= 64) {
            Memory.fill(to, (long) n * bytes, (byte) word);
            return;
        }
        long end = to + (long) n * bytes;
        long at = to;
        for (; at <= end - 8; at += 8) Memory.putLong(at, word);
        for (; at < end; at++, word >>>= 8) Memory.putByte(at, (byte) word);
    }

    /** Transposes: {@code across} is the source's dense dimension, the last one the target's. */
    private void tiles(int across) {
        int row = rank - 1;
        long tilesAcross = (shape[across] + TILE - 1) / TILE;
        long tilesAlong = (shape[row] + TILE - 1) / TILE;
        long planes = 1;
        for (int d = 0; d < row; d++) if (d != across) planes *= shape[d];
        long tiles = tilesAcross * tilesAlong;
        WorkerPool.forRange(planes * tiles, Math.max(1, CHUNK / (TILE * TILE * bytes)), (first, last) -> {
            Place place = new Place(row, across, first / tiles);
            for (long t = first; t < last; t++) {
                long p = t % tiles / tilesAlong * TILE;
                long q = t % tilesAlong * TILE;
                tile((int) Math.min(TILE, shape[across] - p), (int) Math.min(TILE, shape[row] - q),
                        place.from + p * bytes + q * fromSteps[row], fromSteps[row],
                        place.to + p * toSteps[across] + q * bytes, toSteps[across]);
                if ((t + 1) % tiles == 0) place.next();
            }
        });
    }

    /** {@code to[p, q] = from[q, p]}, both dense in their last index; the steps are those of the first indices. */
    private void tile(int rows, int columns, long from, long fromStep, long to, long toStep) {
        if (bytes == 4 && VECTOR_TILES && rows == TILE && columns == TILE && byVectors(from, fromStep, to, toStep)) return;
        for (int p = 0; p < rows; p++) row(bytes, columns, from + (long) p * bytes, fromStep, to + p * toStep, bytes);
    }

    /** Transposes a whole tile where vectors have taken over or are to be tried; otherwise false. */
    private static boolean byVectors(long from, long fromStep, long to, long toStep) {
        if (TRIALS.won()) {
            vectorTile(from, fromStep, to, toStep);
            return true;
        }
        TRIALS.worked(TILE * TILE);
        if (!TRIALS.due()) return false;
        long start = System.nanoTime();
        vectorTile(from, fromStep, to, toStep);
        TRIALS.tried(System.nanoTime() - start, TILE * TILE / VectorTile.SIDE);
        return true;
    }

    private static void vectorTile(long from, long fromStep, long to, long toStep) {
        for (int q = 0; q < TILE; q += VectorTile.SIDE) {
            for (int p = 0; p < TILE; p += VectorTile.SIDE) {
                VectorTile.transpose(from + q * fromStep + 4 * p, fromStep, to + p * toStep + 4 * q, toStep);
            }
        }
    }
}
