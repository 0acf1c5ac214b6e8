package dev.tenfold.kernels.cuda;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.expr.CudaText;
import java.util.Map;
import java.util.EnumMap;

/** The kernels of {@code src-cuda/norm/rows.cu} for one type, and which of them a row's length asks for. */
final class RowNormKernels {
    private static final Map<DType, RowNormKernels> KNOWN = new EnumMap<>(DType.class);
    static final int THREADS = 256;
    private static final int FEW = 8;
    private static final int MANY = 32;
    /** Rows that a team sums for the gradients of weight and bias before another block pays, and the most blocks; of sizes alone, as the bits are. */
    private static final int ROWS_OF_A_TEAM = 2;
    private static final int MOST_BLOCKS = 264;

    static {
        for (DType type : DType.values()) if (type.isFloating()) KNOWN.put(type, new RowNormKernels(type));
    }

    private final DType compute;
    private final int width;
    private final int manyPairs;
    private final CudaKernel[] forward = new CudaKernel[3];
    private final CudaKernel[] gradient = new CudaKernel[3];
    private final CudaKernel join;

    private RowNormKernels(DType type) {
        KernelSource source = source(type);
        Parameter p = Parameter.POINTER;
        Parameter i32 = Parameter.I32;
        compute = type.compute();
        width = 16 / type.bytes();
        manyPairs = compute == DType.F64 ? 8 : 16;
        String[] sizes = {"few", "many", "block"};
        for (int i = 0; i < 3; i++) {
            forward[i] = CudaKernel.of(source, "forward_" + sizes[i], p, Parameter.I64, i32, i32, p, p, i32, i32, i32, Parameter.F64, p, p, p);
            gradient[i] = CudaKernel.of(source, "gradient_" + sizes[i], p, p, Parameter.I64, i32, i32, p, p, p, p, p);
        }
        join = CudaKernel.of(source, "join", p, i32, i32, p, p);
    }

    static RowNormKernels of(DType type) {
        return KNOWN.get(type);
    }

    static KernelSource source(DType type) {
        return KernelSource.of("norm/rows.cu", "ELEMENT", CudaText.name(type));
    }

    /** Whether a block's registers hold a row. */
    boolean holds(long n) {
        return n <= MANY * THREADS;
    }

    /** Whether they hold a row and its incoming gradient. */
    boolean holdsPairs(long n) {
        return n <= manyPairs * THREADS;
    }

    /** 0, 1, 2: a few elements for each of a warp's threads, many, a block. */
    private static int size(long n, int many) {
        return n <= FEW * 32 ? 0 : n <= many * 32 ? 1 : 2;
    }

    /** Threads for a row of n: one for each pack of 128 bits, where a warp has so many. */
    private int lanes(long n, int size) {
        if (size == 2) return THREADS;
        int lanes = 1;
        while (lanes < 32 && lanes * width < n) lanes *= 2;
        return lanes;
    }

    /** Rows in groups of {@code channels} weights for {@code plane} neighbours each; plain rows have one group, and a plane of 1. */
    void forward(CudaStream stream, long x, long rows, long n, long weight, long bias, long plane, long groups, long channels, double eps, long y, long mean, long root) {
        int size = size(n, MANY);
        int lanes = lanes(n, size);
        int teams = THREADS / lanes;
        forward[size].on(stream).pointer(x).i64(rows).i32((int) n).i32(lanes).pointer(weight).pointer(bias).i32((int) plane).i32((int) groups).i32((int) channels).f64(eps)
                .pointer(y).pointer(mean).pointer(root).launch(CudaPointwise.blocks((rows + teams - 1) / teams), THREADS);
    }

    void gradient(CudaStream stream, long x, long g, long rows, long n, long weight, long mean, long root, long dx, long dweight, long dbias) {
        int size = size(n, manyPairs);
        int lanes = lanes(n, size);
        long rowsOfABlock = (long) THREADS / lanes * ROWS_OF_A_TEAM;
        int blocks = (int) Math.min(MOST_BLOCKS, (rows + rowsOfABlock - 1) / rowsOfABlock);
        try (DeviceScratch partials = new DeviceScratch(stream, weight == 0 ? 0 : blocks * 2 * n * compute.bytes())) {
            gradient[size].on(stream).pointer(x).pointer(g).i64(rows).i32((int) n).i32(lanes).pointer(weight).pointer(mean).pointer(root).pointer(dx)
                    .pointer(weight == 0 ? 0 : partials.at(0)).launch(blocks, THREADS);
            if (weight == 0) return;
            join.on(stream).pointer(partials.at(0)).i32(blocks).i32((int) n).pointer(dweight).pointer(dbias).launch((int) ((2 * n + 31) / 32), THREADS);
        }
    }
}
