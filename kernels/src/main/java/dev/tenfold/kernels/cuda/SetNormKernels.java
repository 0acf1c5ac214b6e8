package dev.tenfold.kernels.cuda;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.expr.CudaText;
import java.util.EnumMap;
import java.util.Map;

/** The kernels of {@code src-cuda/norm/sets.cu} for one type. */
final class SetNormKernels {
    private static final Map<DType, SetNormKernels> KNOWN = new EnumMap<>(DType.class);
    private static final int THREADS = 256;
    private static final int WARPS = THREADS / 32;
    /** Packs, and runs of a column, in a piece. */
    private static final int PIECE = 1024;
    private static final int COLUMN_PIECE = 256;
    /** Runs of so many packs, at most, are read as columns. */
    private static final int SHORT = 2;
    /** Blocks that go through elements, at most: beyond, each takes several stretches. */
    private static final long MOST_BLOCKS = 1 << 20;
    /** Bytes of two sums. */
    static final int SUMS = 16;

    static {
        for (DType type : DType.values()) if (type.isFloating()) KNOWN.put(type, new SetNormKernels(type));
    }

    private final int width;
    private final CudaKernel elementSums;
    private final CudaKernel gradientSums;
    private final CudaKernel elementColumns;
    private final CudaKernel gradientColumns;
    private final CudaKernel statistics;
    private final CudaKernel channels;
    private final CudaKernel join;
    private final CudaKernel slopes;
    private final CudaKernel affine;
    private final CudaKernel apply;
    private final CudaKernel combine;

    private SetNormKernels(DType type) {
        KernelSource source = source(type);
        Parameter p = Parameter.POINTER;
        Parameter n = Parameter.I64;
        Parameter f = Parameter.F64;
        width = 16 / type.bytes();
        elementSums = CudaKernel.of(source, "element_sums", p, n, n, n, n, p);
        gradientSums = CudaKernel.of(source, "gradient_sums", p, p, p, n, n, n, n, n, p, p);
        elementColumns = CudaKernel.of(source, "element_columns", p, n, n, n, n, p);
        gradientColumns = CudaKernel.of(source, "gradient_columns", p, p, n, n, n, n, p, p, p);
        statistics = CudaKernel.of(source, "statistics", p, n, n, n, p, n, f, f, p, p, p);
        channels = CudaKernel.of(source, "channels", p, n, n, n, p, p, f, f, p, p, p, p, p);
        join = CudaKernel.of(source, "join", p, n, n, n, p);
        slopes = CudaKernel.of(source, "slopes", p, n, n, p, n, f, p, p, p);
        affine = CudaKernel.of(source, "affine", p, n, n, n, p, p, p);
        apply = CudaKernel.of(source, "apply", p, n, n, n, n, p, p, p, p, p);
        combine = CudaKernel.of(source, "combine", p, p, n, n, n, n, p, p, p, p, p, p);
    }

    static SetNormKernels of(DType type) {
        return KNOWN.get(type);
    }

    static KernelSource source(DType type) {
        return KernelSource.of("norm/sets.cu", "ELEMENT", CudaText.name(type));
    }

    /** {@code sets} sets of {@code runs} runs of {@code length} elements, and how they are cut into pieces: by their own sizes alone. */
    record Sets(long sets, long runs, long length, boolean columns, long pieces) {
        long count() {
            return runs * length;
        }

        private long outer() {
            return columns ? pieces : 1;
        }

        private long inner() {
            return columns ? length : pieces;
        }

        /** Bytes of the pieces' sums. */
        long bytes() {
            return sets * outer() * inner() * SUMS;
        }
    }

    Sets sets(long sets, long runs, long length) {
        boolean columns = runs > 1 && length <= SHORT * width;
        long packs = runs * ((length + width - 1) / width);
        return new Sets(sets, runs, length, columns, columns ? (runs + COLUMN_PIECE - 1) / COLUMN_PIECE : (packs + PIECE - 1) / PIECE);
    }

    private static long tiles(Sets s) {
        return (s.sets * s.length + 31) / 32;
    }

    private static int warps(long sets) {
        return CudaPointwise.blocks((sets + WARPS - 1) / WARPS);
    }

    /** The pieces' sums of elements and of their squares. */
    void elementSums(CudaStream stream, Sets s, long x, long partials) {
        if (s.columns) {
            elementColumns.on(stream).pointer(x).i64(s.sets).i64(s.runs).i64(s.length).i64(tiles(s)).pointer(partials).launch(CudaPointwise.blocks(tiles(s) * s.pieces), THREADS);
        } else {
            elementSums.on(stream).pointer(x).i64(s.sets).i64(s.runs).i64(s.length).i64(s.pieces).pointer(partials).launch(CudaPointwise.blocks(s.sets * s.pieces), THREADS);
        }
    }

    /** The pieces' sums of h and of h (x - mean), h = g or weight g with a weight for each element of a run; the mean is that of set / per. */
    void gradientSums(CudaStream stream, Sets s, long x, long g, long weight, long per, long mean, long partials) {
        if (s.columns) {
            gradientColumns.on(stream).pointer(x).pointer(g).i64(s.sets).i64(s.runs).i64(s.length).i64(tiles(s)).pointer(mean).pointer(0).pointer(partials)
                    .launch(CudaPointwise.blocks(tiles(s) * s.pieces), THREADS);
        } else {
            gradientSums.on(stream).pointer(x).pointer(g).pointer(weight).i64(s.sets).i64(s.runs).i64(s.length).i64(s.pieces).i64(per).pointer(mean).pointer(partials)
                    .launch(CudaPointwise.blocks(s.sets * s.pieces), THREADS);
        }
    }

    /** The columns of {@code rows} rows of {@code n} as sets of runs of one element. */
    Sets columns(long rows, long n) {
        return new Sets(n, rows, 1, true, (rows + COLUMN_PIECE - 1) / COLUMN_PIECE);
    }

    /** The sums of g and of g (x - mean) root over the rows, for {@link #columns}. */
    void columnSums(CudaStream stream, Sets s, long x, long g, long mean, long root, long partials) {
        gradientColumns.on(stream).pointer(x).pointer(g).i64(s.sets).i64(s.runs).i64(s.length).i64(tiles(s)).pointer(mean).pointer(root).pointer(partials)
                .launch(CudaPointwise.blocks(tiles(s) * s.pieces), THREADS);
    }

    void statistics(CudaStream stream, Sets s, long partials, long x, double eps, long mean, long variance, long root) {
        statistics.on(stream).pointer(partials).i64(s.sets).i64(s.outer()).i64(s.inner()).pointer(x).i64(s.length).f64(s.count()).f64(eps).pointer(mean).pointer(variance)
                .pointer(root).launch(warps(s.sets), THREADS);
    }

    void channels(CudaStream stream, Sets s, long partials, long weight, long variance, double eps, long dweight, long dbias, long root, long slope, long constant) {
        channels.on(stream).pointer(partials).i64(s.sets).i64(s.outer()).i64(s.inner()).pointer(weight).pointer(variance).f64(eps).f64(s.count()).pointer(dweight)
                .pointer(dbias).pointer(root).pointer(slope).pointer(constant).launch(warps(s.sets), THREADS);
    }

    /** The sums of the sets at {@code whole}; the result is where they are: in {@code partials}, where every set is one piece. */
    long joined(CudaStream stream, Sets s, long partials, long whole) {
        if (s.outer() * s.inner() == 1) return partials;
        join.on(stream).pointer(partials).i64(s.sets).i64(s.outer()).i64(s.inner()).pointer(whole).launch(warps(s.sets), THREADS);
        return whole;
    }

    /** Slope and constant of sets of {@code per} parts of {@code count} elements together; {@code weights} weights of parts come again and again. */
    void slopes(CudaStream stream, long parts, long sets, long per, long weight, long weights, double count, long root, long slope, long constant) {
        slopes.on(stream).pointer(parts).i64(sets).i64(per).pointer(weight).i64(weights).f64(count).pointer(root).pointer(slope).pointer(constant).launch(warps(sets), THREADS);
    }

    /** The gradients of weight and bias from each image's sums of each channel; root, or 0 where the sums have it, of {@code per} channels each. */
    void affine(CudaStream stream, long parts, long images, long channels, long per, long root, long dweight, long dbias) {
        affine.on(stream).pointer(parts).i64(images).i64(channels).i64(per).pointer(root).pointer(dweight).pointer(dbias).launch(warps(channels), THREADS);
    }

    private int blocks(long elements) {
        long stretch = (long) THREADS * width;
        return (int) Math.min(MOST_BLOCKS, (elements + stretch - 1) / stretch);
    }

    /** Element i has weight (i / plane) % weights and the statistics i / row or, where {@code row} is 0, those of its weight. */
    record Elements(long count, long plane, long weights, long row) {
    }

    void apply(CudaStream stream, Elements e, long x, long weight, long bias, long mean, long root, long y) {
        apply.on(stream).pointer(x).i64(e.count).i64(e.plane).i64(e.weights).i64(e.row).pointer(weight).pointer(bias).pointer(mean).pointer(root).pointer(y)
                .launch(blocks(e.count), THREADS);
    }

    void combine(CudaStream stream, Elements e, long x, long g, long weight, long mean, long root, long slope, long constant, long dx) {
        combine.on(stream).pointer(x).pointer(g).i64(e.count).i64(e.plane).i64(e.weights).i64(e.row).pointer(weight).pointer(mean).pointer(root).pointer(slope)
                .pointer(constant).pointer(dx).launch(blocks(e.count), THREADS);
    }
}
