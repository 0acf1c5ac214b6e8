package dev.tenfold.kernels.cpu;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.WorkerPool;
import dev.tenfold.kernels.cpu.Convolution.Geometry;

/**
 * Convolutions whose output planes have few positions: several images share one matrix product, which would be too narrow for one.
 * How many depends on the geometry alone.
 */
final class SmallImages {
    /** Output positions that make a product wide enough. */
    private static final int WIDE = 128;
    /** Elements of the unrolled matrix of a weight gradient: 16 MiB of floats. */
    private static final long UNROLLED = 4 << 20;

    private SmallImages() {
    }

    static boolean serves(Geometry g) {
        return g.n() > 1 && (long) g.outH() * g.outW() < WIDE;
    }

    /** Works on {@code images} images of one group, with memory for their columns and for as many values as they have in y. */
    private interface Block {
        void run(Columns windows, long unrolled, long values, long group, long first, long images);
    }

    private static void forBlocks(DType type, Geometry g, Block body) {
        int planes = g.c() / g.groups();
        int positions = g.outH() * g.outW();
        int each = Math.min(g.n(), (WIDE + positions - 1) / positions);
        int blocks = (g.n() + each - 1) / each;
        long width = (long) each * positions * type.bytes();
        WorkerPool.forRange((long) blocks * g.groups(), 1, (from, to) -> {
            try (Columns windows = new Columns(type, g, planes); Scratch unrolled = new Scratch(planes * g.r() * g.s() * width);
                    Scratch values = new Scratch(g.k() / g.groups() * width)) {
                for (long job = from; job < to; job++) {
                    long first = job / g.groups() * each;
                    body.run(windows, unrolled.address(), values.address(), job % g.groups(), first, Math.min(each, g.n() - first));
                }
            }
        });
    }

    static void forward(DType type, Geometry g, long x, long weight, long bias, long y) {
        int planes = g.c() / g.groups();
        int filters = g.k() / g.groups();
        int positions = g.outH() * g.outW();
        int depth = planes * g.r() * g.s();
        int bytes = type.bytes();
        forBlocks(type, g, (windows, unrolled, result, group, first, images) -> {
            long width = images * positions;
            for (long i = 0; i < images; i++) {
                windows.load(x + ((first + i) * g.c() + group * planes) * g.h() * g.w() * bytes);
                windows.unroll(0, g.outH(), unrolled + i * positions * bytes, width);
            }
            if (bias != 0) Convolution.spread(type, bias + group * filters * bytes, filters, width, result, width);
            Blas.call(type, false, false, filters, width, depth, 1, weight + group * filters * depth * bytes, depth,
                    unrolled, width, bias != 0 ? 1 : 0, result, width);
            Indexing.copy(type, new long[] {images, filters, positions}, result, new long[] {positions, width, 1},
                    y + (first * g.k() + group * filters) * positions * bytes, new long[] {(long) g.k() * positions, positions, 1});
        });
    }

    /** The adjoint of {@link #forward} with respect to x, step by step. */
    static void backwardInput(DType type, Geometry g, long dy, long weight, long dx) {
        int planes = g.c() / g.groups();
        int filters = g.k() / g.groups();
        int positions = g.outH() * g.outW();
        int depth = planes * g.r() * g.s();
        int bytes = type.bytes();
        forBlocks(type, g, (windows, unrolled, gathered, group, first, images) -> {
            long width = images * positions;
            gather(type, g, dy + (first * g.k() + group * filters) * positions * bytes, filters, images, gathered);
            Blas.call(type, true, false, depth, width, filters, 1, weight + group * filters * depth * bytes, depth, gathered, width, 0, unrolled, width);
            for (long i = 0; i < images; i++) {
                windows.addBack(unrolled + i * positions * bytes, width, dx + ((first + i) * g.c() + group * planes) * g.h() * g.w() * bytes);
            }
        });
    }

    /** {@code [filters, images, positions]} of what has the filters of an image side by side. */
    private static void gather(DType type, Geometry g, long from, int filters, long images, long to) {
        long positions = (long) g.outH() * g.outW();
        Indexing.copy(type, new long[] {filters, images, positions}, from, new long[] {positions, g.k() * positions, 1},
                to, new long[] {images * positions, positions, 1});
    }

    static void backwardWeight(DType type, Geometry g, long x, long dy, long dw) {
        int planes = g.c() / g.groups();
        int filters = g.k() / g.groups();
        int positions = g.outH() * g.outW();
        int depth = planes * g.r() * g.s();
        int bytes = type.bytes();
        int each = (int) Math.clamp(UNROLLED / ((long) depth * positions), 1, g.n());
        try (Scratch unrolled = new Scratch((long) depth * each * positions * bytes);
                Scratch gathered = new Scratch((long) filters * each * positions * bytes)) {
            for (int group = 0; group < g.groups(); group++) {
                long sum = dw + (long) group * filters * depth * bytes;
                long in = x + (long) group * planes * g.h() * g.w() * bytes;
                for (int first = 0; first < g.n(); first += each) {
                    int images = Math.min(each, g.n() - first);
                    long width = (long) images * positions;
                    unroll(type, g, in + (long) first * g.c() * g.h() * g.w() * bytes, planes, images, unrolled.address());
                    gather(type, g, dy + ((long) first * g.k() + (long) group * filters) * positions * bytes, filters, images, gathered.address());
                    Blas.gemm(type, false, true, filters, depth, width, 1, gathered.address(), width, unrolled.address(), width,
                            first == 0 ? 0 : 1, sum, depth);
                }
            }
        }
    }

    /** The windows of {@code images} images side by side. */
    private static void unroll(DType type, Geometry g, long x, int planes, int images, long columns) {
        int positions = g.outH() * g.outW();
        WorkerPool.forRange(images, Math.max(1, images / 16), (from, to) -> {
            try (Columns windows = new Columns(type, g, planes)) {
                for (long i = from; i < to; i++) {
                    windows.load(x + i * g.c() * g.h() * g.w() * type.bytes());
                    windows.unroll(0, g.outH(), columns + i * positions * type.bytes(), (long) images * positions);
                }
            }
        });
    }
}
