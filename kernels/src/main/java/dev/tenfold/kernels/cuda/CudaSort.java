package dev.tenfold.kernels.cuda;

import static dev.tenfold.kernels.cuda.Parameter.I32;
import static dev.tenfold.kernels.cuda.Parameter.I64;
import static dev.tenfold.kernels.cuda.Parameter.POINTER;

import dev.tenfold.kernels.DType;
import java.util.List;

/**
 * Stable sorts of dense rows on a device, as {@link dev.tenfold.kernels.cpu.Sorting} on the CPU, with its results: rows that fit a block's
 * shared memory by a network there ({@code src-cuda/sort/rows.cu}), longer ones by their digits ({@link RadixSort}).
 */
public final class CudaSort {
    private static final int THREADS = 256;
    /** Slots that give each thread a comparison, and those that a block has room for: of types of up to four bytes, and of eight. */
    private static final int LEAST_TILE = 2 * THREADS;
    private static final int MOST_NARROW = 4096;
    private static final int MOST_WIDE = 2048;
    private static final int NARROW_SLOT = 8;
    private static final int WIDE_SLOT = 12;
    private static final CudaKernel NARROW_ROWS = rows("rows_narrow");
    private static final CudaKernel WIDE_ROWS = rows("rows_wide");
    private static final CudaKernel NARROW_KEYS = keys("keys_narrow");
    private static final CudaKernel WIDE_KEYS = keys("keys_wide");
    private static final CudaKernel RESULTS = CudaKernel.of(KernelSource.of("sort/long.cu"), "results", POINTER, I32, POINTER, I64, I64, I64, POINTER, POINTER);

    private CudaSort() {
    }

    private static CudaKernel rows(String entry) {
        return CudaKernel.of(KernelSource.of("sort/rows.cu"), entry, POINTER, I32, I32, I64, I32, I32, I32, I32, POINTER, POINTER);
    }

    private static CudaKernel keys(String entry) {
        return CudaKernel.of(KernelSource.of("sort/long.cu"), entry, POINTER, I32, I32, I64, POINTER);
    }

    static List<KernelFamily> families() {
        return List.of(KernelFamily.file("sort/rows.cu", "sorts and first elements of short rows", true),
                KernelFamily.file("sort/long.cu", "keys and results of sorts of long rows", true), RadixSort.family());
    }

    /** As {@code sort/elements.cuh} numbers them. */
    private static int code(DType type) {
        return switch (type) {
            case U8, BOOL -> 0;
            case I32 -> 1;
            case F16 -> 2;
            case BF16 -> 3;
            case F32 -> 4;
            case I64 -> 5;
            case F64 -> 6;
        };
    }

    /** The k largest (or smallest) of each row of {@code [rows, n]}, in order, first index first among equals; NaN counts as the largest. */
    public static void topK(CudaDevice device, DType type, boolean largest, long in, long rows, long n, long k, long outValues, long outIndices) {
        if (rows * k == 0) return;
        if (n <= (type.bytes() == 8 ? MOST_WIDE : MOST_NARROW)) inBlocks(device.stream(), type, largest, in, rows, (int) n, (int) k, outValues, outIndices);
        else byDigits(device.stream(), type, largest, in, rows, n, k, outValues, outIndices);
    }

    private static void inBlocks(CudaStream stream, DType type, boolean largest, long in, long rows, int n, int k, long values, long indices) {
        int padded = n == 1 ? 1 : 2 * Integer.highestOneBit(n - 1);
        int tile = Math.max(LEAST_TILE, padded);
        long together = tile / padded;
        boolean wide = type.bytes() == 8;
        (wide ? WIDE_ROWS : NARROW_ROWS).on(stream).pointer(in).i32(code(type)).i32(largest ? 1 : 0).i64(rows).i32(n).i32(k).i32(tile).i32(padded).pointer(values).pointer(indices)
                .launch(CudaPointwise.blocks((rows + together - 1) / together), THREADS, tile * (wide ? WIDE_SLOT : NARROW_SLOT));
    }

    private static void byDigits(CudaStream stream, DType type, boolean largest, long in, long rows, long n, long k, long values, long indices) {
        boolean wide = type.bytes() == 8;
        try (RadixSort sort = new RadixSort(stream, wide ? 8 : 4, rows, n)) {
            (wide ? WIDE_KEYS : NARROW_KEYS).on(stream).pointer(in).i32(code(type)).i32(largest ? 1 : 0).i64(rows * n).pointer(sort.keys()).launch(blocks(rows * n), THREADS);
            sort.sort(8 * type.bytes());
            RESULTS.on(stream).pointer(in).i32(code(type)).pointer(sort.order()).i64(n).i64(k).i64(rows * k).pointer(values).pointer(indices).launch(blocks(rows * k), THREADS);
        }
    }

    private static int blocks(long elements) {
        return CudaPointwise.blocks((elements + THREADS - 1) / THREADS);
    }
}
