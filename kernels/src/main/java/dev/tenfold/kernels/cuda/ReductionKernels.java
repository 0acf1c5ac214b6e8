package dev.tenfold.kernels.cuda;

import dev.tenfold.kernels.DType;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The kernels of {@code src-cuda/reduce/reduce.cu} for one kind and type, and how sizes are cut for them: by n alone, so that a row has its
 * bits whatever lies beside it.
 */
final class ReductionKernels {
    /** What a kind computes on elements of a type. */
    private record Key(String kind, DType type) {
    }

    private static final ConcurrentHashMap<Key, ReductionKernels> KERNELS = new ConcurrentHashMap<>();
    static final int THREADS = 256;
    /** Elements of a row above which a block works on it, and above which several do. */
    private static final int WARP_ROW = 1024;
    private static final int PIECE = 4096;
    /** Elements of a column that are not cut. */
    private static final int COLUMN = 256;
    /** Pieces, at most: one block joins them. */
    private static final int MOST_PIECES = 4096;
    private static final int MOST_COLUMN_PIECES = 512;
    private static final int MOST_WIDTH = 64;

    private final int partialBytes;
    private final CudaKernel rows;
    private final CudaKernel columns;
    private final CudaKernel join;
    private final int width;

    private ReductionKernels(Key key) {
        KernelSource source = source(key.kind, key.type);
        Parameter pointer = Parameter.POINTER;
        Parameter i64 = Parameter.I64;
        rows = CudaKernel.of(source, "rows", pointer, i64, i64, i64, i64, Parameter.I32, pointer, pointer);
        columns = CudaKernel.of(source, "columns", pointer, i64, i64, i64, i64, Parameter.I32, pointer, pointer);
        join = CudaKernel.of(source, "join", pointer, i64, i64, Parameter.I32, pointer);
        partialBytes = key.kind.startsWith("Arg") ? 24 : 8;
        width = width(key.type);
    }

    /** The kernels of {@code kind}, a name in {@code src-cuda/reduce/kinds.cuh}. */
    static ReductionKernels of(String kind, DType type) {
        return KERNELS.computeIfAbsent(new Key(kind, type), ReductionKernels::new);
    }

    static KernelSource source(String kind, DType type) {
        return KernelSource.of("reduce/reduce.cu", "ELEMENT", name(type), "KIND", kind, "RESULT", result(kind, type));
    }

    private static String result(String kind, DType type) {
        if (kind.startsWith("Arg")) return "i64";
        return kind.equals("All") || kind.equals("Any") ? "truth" : name(type);
    }

    private static String name(DType type) {
        return dev.tenfold.kernels.expr.CudaText.name(type);
    }

    /** Elements that a thread reads at once. */
    static int width(DType type) {
        return Math.min(8, 16 / type.bytes());
    }

    /** Threads for a row: 1, 2, 4, …, 32, or a whole block. */
    static int lanes(long n, int width) {
        if (n > WARP_ROW) return THREADS;
        int lanes = 1;
        while (lanes < 32 && lanes * width * 2 < n) lanes *= 2;
        return lanes;
    }

    /** How a line of n elements is cut: elements of a piece, and pieces. */
    record Cut(long piece, long pieces) {
        private static Cut of(long n, long least, long most) {
            if (n <= least) return new Cut(n, 1);
            long piece = roundUp(Math.max(least, (n + most - 1) / most), least);
            return new Cut(piece, (n + piece - 1) / piece);
        }

        private static long roundUp(long n, long to) {
            return (n + to - 1) / to * to;
        }

        static Cut ofRow(long n) {
            return of(n, PIECE, MOST_PIECES);
        }

        static Cut ofColumn(long n) {
            return of(n, COLUMN, MOST_COLUMN_PIECES);
        }
    }

    void run(CudaDevice device, long in, long outer, long n, long inner, long out) {
        CudaStream stream = device.stream();
        if (inner == 1) rows(stream, in, outer, n, out);
        else columns(stream, in, outer, n, inner, out);
    }

    private void rows(CudaStream stream, long in, long outer, long n, long out) {
        Cut cut = Cut.ofRow(n);
        int lanes = lanes(n, width);
        try (Partials partials = partials(stream, cut, outer)) {
            rows.on(stream).pointer(in).i64(outer).i64(n).i64(cut.piece).i64(cut.pieces).i32(lanes).pointer(partials.address()).pointer(out)
                    .launch(blocks(outer * cut.pieces, lanes), THREADS);
            join(stream, partials, cut, outer, 1, out);
        }
    }

    private void columns(CudaStream stream, long in, long outer, long n, long inner, long out) {
        Cut cut = Cut.ofColumn(n);
        int across = across(inner);
        try (Partials partials = partials(stream, cut, outer * inner)) {
            columns.on(stream).pointer(in).i64(n).i64(inner).i64(cut.piece).i64(cut.pieces).i32(across).pointer(partials.address()).pointer(out)
                    .launch(CudaPointwise.blocks(outer * cut.pieces * tiles(inner)), THREADS);
            join(stream, partials, cut, outer, inner, out);
        }
    }

    /** Reduces what a launch over pieces left; nothing where there was one piece. */
    void join(CudaStream stream, Partials partials, Cut cut, long outer, long inner, long out) {
        if (cut.pieces == 1) return;
        join.on(stream).pointer(partials.address()).i64(cut.pieces).i64(inner).i32(across(inner)).pointer(out)
                .launch(CudaPointwise.blocks(outer * tiles(inner)), THREADS);
    }

    /** Columns of a block. */
    private static int across(long inner) {
        int across = 1;
        while (across < MOST_WIDTH && across < inner) across *= 2;
        return across;
    }

    private static long tiles(long inner) {
        return (inner + across(inner) - 1) / across(inner);
    }

    /** Blocks for {@code rows} rows of {@code lanes} threads. */
    static int blocks(long rows, int lanes) {
        long together = THREADS / lanes;
        return CudaPointwise.blocks((rows + together - 1) / together);
    }

    /** Device memory for the partial results of {@code lines} lines, none where there is one piece. */
    Partials partials(CudaStream stream, Cut cut, long lines) {
        return new Partials(cut.pieces == 1 ? null : stream.device().allocator().allocate(lines * cut.pieces * partialBytes, stream));
    }

    /** Device memory that goes back behind the work enqueued by then; null for none. */
    record Partials(DeviceBlock block) implements AutoCloseable {
        long address() {
            return block == null ? 0 : block.address();
        }

        @Override
        public void close() {
            if (block != null) block.release();
        }
    }
}
