package dev.tenfold.kernels.cuda;

import dev.tenfold.kernels.Block;
import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.cpu.Convolution.Geometry;
import dev.tenfold.kernels.expr.CudaText;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Two-dimensional convolution and its gradients on dense NCHW blocks of a device, with the meaning of {@link dev.tenfold.kernels.cpu.Convolution},
 * for floating types; f16 and bf16 are summed in f32 and rounded once. Nothing is unrolled in memory: see {@code src-cuda/conv}. How sums are
 * cut and in which order they are added depends on the geometry alone. Work is enqueued on the device's current stream.
 */
public final class CudaConvolution {
    private static final int THREADS = 256;
    private static final List<DType> TYPES = List.of(DType.F32, DType.F64, DType.F16, DType.BF16);
    /** Fewer rows of results in a group than this leave most of a tile empty. */
    private static final int NARROW = 8;
    /** Columns of a block that sums. */
    private static final int SUMMED_COLUMNS = 8;
    /** Blocks that keep a large device busy: two for each of 132 multiprocessors. */
    private static final long BUSY = 264;
    /** Rows that are worth a part of their own. */
    private static final long LEAST_ROWS = 256;
    private static final int MOST_PARTS = 256;

    /** Which kernel computes a product. */
    enum Variant {
        /** Tiles of 128 x 128 results (f64: 64 x 128). */
        LARGE,
        /** Tiles of 64 x 64 results. */
        SMALL,
        /** A thread a result. */
        DIRECT,
        /** A block for the sums of some columns. */
        SUMMED
    }

    /** The kernels for one type. */
    private record Kernels(CudaKernel columnsLarge, CudaKernel columnsSmall, CudaKernel rowsLarge, CudaKernel rowsSmall, CudaKernel direct, CudaKernel summed, CudaKernel addParts) {
        static Kernels of(DType type) {
            KernelSource tiles = source("conv/portable.cu", type);
            KernelSource direct = source("conv/direct.cu", type);
            return new Kernels(product(tiles, "columns_large"), product(tiles, "columns_small"), product(tiles, "rows_large"), product(tiles, "rows_small"),
                    product(direct, "direct"), product(direct, "summed"),
                    CudaKernel.of(tiles, "add_parts", Parameter.POINTER, Parameter.I64, Parameter.I32, Parameter.POINTER));
        }

        private static CudaKernel product(KernelSource source, String entry) {
            return CudaKernel.of(source, entry, Parameter.struct(GatheredProduct.BYTES), Parameter.POINTER, Parameter.POINTER, Parameter.POINTER, Parameter.POINTER, Parameter.POINTER);
        }

        CudaKernel of(Variant variant, boolean columnsFirst) {
            return switch (variant) {
                case LARGE -> columnsFirst ? columnsLarge : rowsLarge;
                case SMALL -> columnsFirst ? columnsSmall : rowsSmall;
                case DIRECT -> direct;
                case SUMMED -> summed;
            };
        }
    }

    private static final Map<DType, Kernels> KERNELS = new EnumMap<>(DType.class);

    static {
        for (DType type : TYPES) KERNELS.put(type, Kernels.of(type));
    }

    private CudaConvolution() {
    }

    private static KernelSource source(String file, DType type) {
        return KernelSource.of(file, "ELEMENT", CudaText.name(type));
    }

    static KernelFamily family() {
        return new KernelFamily("convolution", "two-dimensional convolution and its gradients", true,
                () -> TYPES.stream().flatMap(type -> Stream.of(source("conv/portable.cu", type), source("conv/direct.cu", type))).toList());
    }

    /** {@code y = conv(x, weight)}; bias [k] is added when not 0. */
    public static void forward(CudaDevice device, DType type, Geometry g, long x, long weight, long bias, long y) {
        GatheredProduct product = GatheredProduct.forward(g);
        run(device, type, product, variant(type, product), true, weight, x, bias, y);
    }

    /** {@code dx = } the adjoint with respect to x: the transposed convolution of dy. */
    public static void inputGradient(CudaDevice device, DType type, Geometry g, long dy, long weight, long dx) {
        GatheredProduct product = GatheredProduct.inputGradient(g);
        run(device, type, product, variant(type, product), true, weight, dy, 0, dx);
    }

    /** {@code dw = } the adjoint with respect to weight; summed over the batch in a fixed order. */
    public static void weightGradient(CudaDevice device, DType type, Geometry g, long x, long dy, long dw) {
        GatheredProduct product = GatheredProduct.weightGradient(g);
        Variant variant = product.m() < NARROW || product.columns() < NARROW ? Variant.SUMMED : variant(type, product);
        run(device, type, product, variant, false, dy, x, 0, dw);
    }

    private static Variant variant(DType type, GatheredProduct p) {
        if (p.m() < NARROW) return Variant.DIRECT;
        boolean fills = p.m() > 64 && p.columns() > 64 && blocks(type, p, Variant.LARGE) * p.phases().size() >= BUSY / 2;
        return fills ? Variant.LARGE : Variant.SMALL;
    }

    /** Blocks of one phase and one part. */
    private static long blocks(DType type, GatheredProduct p, Variant variant) {
        long columns = p.columns();
        long perGroup = switch (variant) {
            case LARGE -> tiles(p.m(), type == DType.F64 ? 64 : 128) * tiles(columns, 128);
            case SMALL -> tiles(p.m(), 64) * tiles(columns, 64);
            case SUMMED -> p.m() * tiles(columns, SUMMED_COLUMNS);
            case DIRECT -> tiles(p.m() * columns * p.groups(), THREADS);
        };
        return variant == Variant.DIRECT ? perGroup : perGroup * p.groups();
    }

    private static long tiles(long n, long side) {
        return (n + side - 1) / side;
    }

    /** Computes {@code out}; where few blocks have many rows, in parts that are added in their order. */
    static void run(CudaDevice device, DType type, GatheredProduct product, Variant variant, boolean columnsFirst, long a, long x, long bias, long out) {
        if (product.outputs() == 0) return;
        long blocks = blocks(type, product, variant);
        long parts = variant == Variant.DIRECT ? 1 : Math.clamp(BUSY / (blocks * product.phases().size()), 1, Math.clamp(product.rows() / LEAST_ROWS, 1, MOST_PARTS));
        run(device, type, product, variant, columnsFirst, (int) parts, a, x, bias, out);
    }

    static void run(CudaDevice device, DType type, GatheredProduct product, Variant variant, boolean columnsFirst, int parts, long a, long x, long bias, long out) {
        Kernels kernels = KERNELS.get(type);
        CudaStream stream = device.stream();
        long rowsEach = tiles(tiles(product.rows(), parts), THREADS) * THREADS;
        long blocks = blocks(type, product, variant) * parts;
        DType sum = type == DType.F64 ? DType.F64 : DType.F32;
        Block partials = parts > 1 ? device.allocator().allocate(parts * product.outputs() * sum.bytes(), stream) : null;
        try {
            long sums = partials == null ? 0 : partials.address();
            for (int first = 0; first < product.phases().size(); first += GatheredProduct.MOST_PHASES) {
                Launch launch = kernels.of(variant, columnsFirst).on(stream);
                product.write(launch.struct(GatheredProduct.BYTES), first, parts, rowsEach);
                launch.pointer(a).pointer(x).pointer(bias).pointer(sums).pointer(out)
                        .launch(CudaPointwise.blocks(blocks), Math.min(GatheredProduct.MOST_PHASES, product.phases().size() - first), 1, THREADS, 1, 1, 0);
            }
            if (parts > 1) {
                long packs = tiles(product.outputs(), 16 / sum.bytes());
                kernels.addParts.on(stream).pointer(sums).i64(product.outputs()).i32(parts).pointer(out).launch(CudaPointwise.blocks(tiles(packs, THREADS)), THREADS);
            }
        } finally {
            if (partials != null) partials.release();
        }
    }
}
