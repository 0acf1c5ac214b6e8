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

    static void forward(DType type, Geometry g, long x, long weight, long bias, long y) {
        int planes = g.c() / g.groups();
        int filters = g.k() / g.groups();
        int positions = g.outH() * g.outW();
        int depth = planes * g.r() * g.s();
        int bytes = type.bytes();
        int each = Math.min(g.n(), (WIDE + positions - 1) / positions);
        int blocks = (g.n() + each - 1) / each;
        WorkerPool.forRange((long) blocks * g.groups(), 1, (from, to) -> {
            try (Columns windows = new Columns(type, g, planes);
                    Scratch unrolled = new Scratch((long) depth * each * positions * bytes);
                    Scratch result = new Scratch((long) filters * each * positions * bytes)) {
                for (long job = from; job < to; job++) {
                    long group = job % g.groups();
                    long first = job / g.groups() * each;
                    long images = Math.min(each, g.n() - first);
                    long width = images * positions;
                    for (long i = 0; i < images; i++) {
                        windows.load(x + ((first + i) * g.c() + group * planes) * g.h() * g.w() * bytes);
                        windows.unroll(0, g.outH(), unrolled.address() + i * positions * bytes, width);
                    }
                    if (bias != 0) Convolution.spread(type, bias + group * filters * bytes, filters, width, result.address(), width);
                    Blas.call(type, false, false, filters, width, depth, 1, weight + group * filters * depth * bytes, depth,
                            unrolled.address(), width, bias != 0 ? 1 : 0, result.address(), width);
                    Indexing.copy(type, new long[] {images, filters, positions}, result.address(), new long[] {positions, width, 1},
                            y + (first * g.k() + group * filters) * positions * bytes, new long[] {(long) g.k() * positions, positions, 1});
                }
            }
        });
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
                    Indexing.copy(type, new long[] {filters, images, positions},
                            dy + ((long) first * g.k() + (long) group * filters) * positions * bytes,
                            new long[] {positions, (long) g.k() * positions, 1}, gathered.address(), new long[] {width, positions, 1});
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
