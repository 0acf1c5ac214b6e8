package dev.tenfold.kernels.cuda;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.expr.CudaText;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The rung that runs everywhere, for every type: {@code src-cuda/gemm/portable.cu}. */
final class PortableGemm {
    private static final String FILE = "gemm/portable.cu";
    private static final List<DType> TYPES = List.of(DType.F32, DType.F64, DType.F16, DType.BF16, DType.I32, DType.I64, DType.U8);
    private static final int THREADS = 256;
    /** Rows or columns of the short side of a skinny product, at most. */
    private static final long SKINNY = 8;
    /** Rows of the long side that a block of each of {@code dots} takes, and columns that one of {@code columns} does. */
    private static final long[] DOT_ROWS = {32, 32, 16};
    private static final long COLUMNS = 128;
    /** Of k, for skinny products: below, a thread an element does as well. */
    private static final long LEAST_SKINNY = 32;
    /** Elements of a matrix, and k, for which tiles are mostly edge. */
    private static final long TINY = 256;
    private static final long SHORT = 128;

    /** Tiles of registers. */
    private record Tiles(CudaKernel kernel, int down, int across, int threads) {
        long blocks(GemmProblem p) {
            return (p.m() + down - 1) / down * ((p.n() + across - 1) / across) * p.batch();
        }
    }

    private final Tiles[] tiles;
    private final CudaKernel[] dots;
    private final CudaKernel[] columns;
    private final CudaKernel product;
    private final CudaKernel join;
    private final int partialBytes;

    private static final Map<DType, PortableGemm> KERNELS = new EnumMap<>(DType.class);

    static {
        for (DType type : TYPES) KERNELS.put(type, new PortableGemm(type));
    }

    private PortableGemm(DType type) {
        KernelSource source = source(type);
        partialBytes = Math.max(4, type.bytes());
        tiles = new Tiles[] {new Tiles(kernel(source, "large"), 128, partialBytes == 8 ? 64 : 128, 256), new Tiles(kernel(source, "medium"), 64, 64, 128),
            new Tiles(kernel(source, "small"), 32, 32, 64)};
        dots = new CudaKernel[] {skinny(source, "dots_1"), skinny(source, "dots_4"), skinny(source, "dots_8")};
        columns = new CudaKernel[] {skinny(source, "columns_1"), skinny(source, "columns_4"), skinny(source, "columns_8")};
        product = kernel(source, "product");
        join = kernel(source, "join");
    }

    private static CudaKernel kernel(KernelSource source, String entry) {
        return CudaKernel.of(source, entry, GemmProblem.PARAMETER);
    }

    private static CudaKernel skinny(KernelSource source, String entry) {
        return CudaKernel.of(source, entry, GemmProblem.PARAMETER, Parameter.I32);
    }

    private static KernelSource source(DType type) {
        return KernelSource.of(FILE, "ELEMENT", CudaText.name(type));
    }

    static KernelFamily family() {
        return new KernelFamily("gemm/portable", "matrix products without tensor cores", true, () -> TYPES.stream().map(PortableGemm::source).toList());
    }

    static PortableGemm of(DType type) {
        PortableGemm known = KERNELS.get(type);
        if (known == null) throw new IllegalArgumentException("CudaGemm: " + type + " matrices have no product");
        return known;
    }

    void run(CudaStream stream, GemmProblem p) {
        if (Math.min(p.m(), p.n()) <= SKINNY && p.k() >= LEAST_SKINNY) skinny(stream, p);
        else if (p.m() * p.n() <= TINY && p.k() <= SHORT) product(stream, p);
        else tiles(stream, p);
    }

    /** A thread an element. */
    void product(CudaStream stream, GemmProblem p) {
        p.begin(product, stream, GemmCut.whole(p.k()), 0).launch(CudaPointwise.blocks((p.m() * p.n() * p.batch() + THREADS - 1) / THREADS), THREADS);
    }

    /** By tiles: the largest of which there are enough, the smallest of which there are never too few. */
    private void tiles(CudaStream stream, GemmProblem p) {
        int size = 0;
        while (size < tiles.length - 1 && tiles[size].blocks(p) < GemmCut.ENOUGH) size++;
        // With a long k the pieces of larger tiles occupy a device as well, and read less.
        if (size == tiles.length - 1 && GemmCut.of(p.k(), tiles[size - 1].blocks(p)).pieces() > 1 && Math.min(p.m(), p.n()) > 32) size--;
        tiles(stream, p, size);
    }

    /** By tiles of the given size: 0 the largest, 2 the smallest. */
    void tiles(CudaStream stream, GemmProblem p, int size) {
        Tiles t = tiles[size];
        long blocks = t.blocks(p);
        inPieces(stream, p, GemmCut.of(p.k(), blocks), (cut, partials) ->
                p.begin(t.kernel, stream, cut, partials).launch(CudaPointwise.blocks(blocks * cut.pieces()), t.threads));
    }

    /** One side has up to 8 rows or columns: the other one is read once. */
    private void skinny(CudaStream stream, GemmProblem p) {
        boolean swapped = p.m() < p.n();
        boolean along = swapped ? p.transB() : !p.transA();
        long width = Math.min(p.m(), p.n());
        int variant = width == 1 ? 0 : width <= 4 ? 1 : 2;
        CudaKernel kernel = (along ? dots : columns)[variant];
        long each = along ? DOT_ROWS[variant] : COLUMNS;
        long blocks = (Math.max(p.m(), p.n()) + each - 1) / each * p.batch();
        inPieces(stream, p, GemmCut.of(p.k(), blocks), (cut, partials) ->
                p.begin(kernel, stream, cut, partials).i32(swapped ? 1 : 0).launch(CudaPointwise.blocks(blocks * cut.pieces()), THREADS));
    }

    /** Launches a kernel over all pieces of k. */
    @FunctionalInterface
    interface Pieces {
        void launch(GemmCut cut, long partials);
    }

    /** Runs {@code pieces}, and where k is cut adds what they left in the order of the pieces. */
    void inPieces(CudaStream stream, GemmProblem p, GemmCut cut, Pieces pieces) {
        if (cut.pieces() == 1) {
            pieces.launch(cut, 0);
            return;
        }
        long elements = p.batch() * p.m() * p.n();
        DeviceBlock partials = stream.device().allocator().allocate(elements * cut.pieces() * partialBytes, stream);
        try {
            pieces.launch(cut, partials.address());
            p.begin(join, stream, cut, partials.address()).launch(CudaPointwise.blocks((elements + THREADS - 1) / THREADS), THREADS);
        } finally {
            partials.release();
        }
    }
}
