package dev.tenfold.kernels.cuda;

import java.util.List;

/**
 * Stable sorts of rows of keys by {@code src-cuda/sort/radix.cu}, with their positions. Keys are u32 or u64, and only so many of their bits
 * are looked at as the caller says that they have.
 */
final class RadixSort implements AutoCloseable {
    private static final int THREADS = 256;
    private static final int TILE = 2048;
    private static final int DIGITS = 256;
    private static final int DIGIT_BITS = 8;

    /** The kernels for one width of keys. */
    private record Kernels(CudaKernel count, CudaKernel scan, CudaKernel move, CudaKernel starts) {
        static Kernels of(String key) {
            KernelSource source = source(key);
            Parameter pointer = Parameter.POINTER;
            Parameter i64 = Parameter.I64;
            return new Kernels(CudaKernel.of(source, "count", pointer, i64, i64, Parameter.I32, pointer), CudaKernel.of(source, "scan", pointer, i64, pointer),
                    CudaKernel.of(source, "move", pointer, pointer, i64, i64, Parameter.I32, pointer, pointer, pointer, pointer),
                    CudaKernel.of(source, "starts", pointer, i64, i64, pointer));
        }
    }

    private static final Kernels NARROW = Kernels.of("u32");
    private static final Kernels WIDE = Kernels.of("u64");

    private static KernelSource source(String key) {
        return KernelSource.of("sort/radix.cu", "KEY", key);
    }

    static KernelFamily family() {
        return new KernelFamily("sort/radix", "stable sorts of long rows and of indices", true, () -> List.of(source("u32"), source("u64")));
    }

    private final CudaStream stream;
    private final Kernels kernels;
    private final long rows;
    private final long n;
    private final DeviceBlock memory;
    private final long keysBytes;
    private final long orderBytes;
    private int turn;

    /** Room for {@code rows} rows of {@code n} keys of {@code keyBytes} bytes, 4 or 8, which the caller writes to {@link #keys()}. */
    RadixSort(CudaStream stream, int keyBytes, long rows, long n) {
        if (n >= 1L << 32) throw new IllegalArgumentException("sort: " + n + " elements are too many, at most " + ((1L << 32) - 1) + " are sorted on a device");
        this.stream = stream;
        this.rows = rows;
        this.n = n;
        kernels = keyBytes == 4 ? NARROW : WIDE;
        keysBytes = aligned(keyBytes * rows * n);
        orderBytes = aligned(4 * rows * n);
        memory = stream.device().allocator().allocate(2 * (keysBytes + orderBytes) + countsBytes() + 4 * rows * DIGITS, stream);
    }

    private static long aligned(long bytes) {
        return (bytes + 15) / 16 * 16;
    }

    private long tiles() {
        return (n + TILE - 1) / TILE;
    }

    private long countsBytes() {
        return 4 * rows * DIGITS * tiles();
    }

    /** The keys: the given ones before {@link #sort}, the sorted ones after. */
    long keys() {
        return memory.address() + turn % 2 * keysBytes;
    }

    /** After {@link #sort} the place in its row, u32, that each sorted key had. */
    long order() {
        return order(turn);
    }

    private long order(int when) {
        return memory.address() + 2 * keysBytes + when % 2 * orderBytes;
    }

    /** Sorts by the lowest {@code bits} bits, at least one. */
    RadixSort sort(int bits) {
        long counts = memory.address() + 2 * (keysBytes + orderBytes);
        long totals = counts + countsBytes();
        long tiles = tiles();
        int blocks = CudaPointwise.blocks(rows * tiles);
        for (int shift = 0; shift < bits; shift += DIGIT_BITS) {
            long from = keys();
            long order = shift == 0 ? 0 : order();
            turn++;
            kernels.count.on(stream).pointer(from).i64(n).i64(tiles).i32(shift).pointer(counts).launch(blocks, THREADS);
            kernels.scan.on(stream).pointer(counts).i64(tiles).pointer(totals).launch(CudaPointwise.blocks(rows * DIGITS), THREADS);
            kernels.move.on(stream).pointer(from).pointer(order).i64(n).i64(tiles).i32(shift).pointer(counts).pointer(totals).pointer(keys()).pointer(order())
                    .launch(blocks, THREADS);
        }
        return this;
    }

    /** Of one sorted row: {@code starts[t]}, u32, is the first place of a key of at least t, for t from 0 to {@code targets}. */
    void starts(long targets, long starts) {
        kernels.starts.on(stream).pointer(keys()).i64(n).i64(targets).pointer(starts).launch(CudaPointwise.blocks((targets + THREADS) / THREADS), THREADS);
    }

    /** Gives the memory back, behind the work that was enqueued by then. */
    @Override
    public void close() {
        memory.release();
    }
}
