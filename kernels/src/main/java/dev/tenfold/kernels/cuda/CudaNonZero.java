package dev.tenfold.kernels.cuda;

import static dev.tenfold.kernels.cuda.Parameter.I32;
import static dev.tenfold.kernels.cuda.Parameter.I64;
import static dev.tenfold.kernels.cuda.Parameter.POINTER;

import dev.tenfold.kernels.Block;
import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.HostAllocator;
import dev.tenfold.kernels.Memory;

/**
 * Where the elements of a dense block on a device are that differ from 0, in row-major order: they are counted, which the host waits for,
 * and then written. Closed after that.
 */
public final class CudaNonZero implements AutoCloseable {
    private static final int THREADS = 256;
    private static final int TILE = 2048;
    private static final int MOST_RANK = 16;
    private static final int SIZES_BYTES = 8 + 8 * MOST_RANK;
    private static final KernelSource SOURCE = KernelSource.of("sort/nonzero.cu");
    private static final CudaKernel COUNT = CudaKernel.of(SOURCE, "count", POINTER, I64, I32, I64, POINTER);
    private static final CudaKernel PLACES = CudaKernel.of(SOURCE, "places", POINTER, I64, I32, I64, POINTER, Parameter.struct(SIZES_BYTES), POINTER);

    private final CudaStream stream;
    private final DType type;
    private final long in;
    private final long n;
    private final DeviceBlock ends;
    private final long found;

    /** Counts those of {@code n} elements at {@code in}, which live until this is closed. */
    public CudaNonZero(CudaDevice device, DType type, long in, long n) {
        stream = device.stream();
        this.type = type;
        this.in = in;
        this.n = n;
        long tiles = (n + TILE - 1) / TILE;
        ends = device.allocator().allocate(16 * tiles, stream);
        boolean counted = false;
        try {
            found = n == 0 ? 0 : count(device, tiles);
            counted = true;
        } finally {
            if (!counted) ends.release();
        }
    }

    static KernelFamily family() {
        return KernelFamily.file("sort/nonzero.cu", "places of the elements that differ from 0", true);
    }

    private long count(CudaDevice device, long tiles) {
        long counts = ends.address() + 8 * tiles;
        COUNT.on(stream).pointer(in).i64(n).i32(type.bytes()).i64(mask()).pointer(counts).launch(CudaPointwise.blocks(tiles), THREADS);
        CudaReductions.cumulativeSum(device, DType.I64, counts, 1, tiles, 1, false, ends.address());
        Block last = HostAllocator.get().allocate(8);
        try {
            Transfers.toHost(ends.address() + 8 * (tiles - 1), last.address(), 8, stream);
            return Memory.getLong(last.address());
        } finally {
            last.release();
        }
    }

    /** The bits of which one is set in every element but 0. */
    private long mask() {
        return type.isFloating() ? -1L >>> 65 - 8 * type.bytes() : -1;
    }

    /** How many there are. */
    public long found() {
        return found;
    }

    /** Writes the position of each, i64. */
    public void positions(long out) {
        write(new long[0], out);
    }

    /** Writes the index of each in a tensor of {@code sizes}, i64 [found, rank]. */
    public void indices(long[] sizes, long out) {
        if (sizes.length > MOST_RANK) throw new IllegalArgumentException("nonzero: " + sizes.length + " dimensions; at most " + MOST_RANK + " on a device. Reshape the tensor");
        if (sizes.length > 0) write(sizes, out);
    }

    private void write(long[] sizes, long out) {
        if (found == 0) return;
        Launch launch = PLACES.on(stream).pointer(in).i64(n).i32(type.bytes()).i64(mask()).pointer(ends.address());
        long struct = launch.struct(SIZES_BYTES);
        Memory.putLong(struct, sizes.length);
        for (int d = 0; d < sizes.length; d++) Memory.putLong(struct + 8 * (d + 1), sizes[d]);
        launch.pointer(out).launch(CudaPointwise.blocks((n + TILE - 1) / TILE), THREADS);
    }

    /** Gives the counts' memory back. */
    @Override
    public void close() {
        ends.release();
    }
}
