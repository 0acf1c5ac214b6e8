package dev.tenfold.kernels.cpu;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.WorkerPool;
import dev.tenfold.kernels.expr.Expr;
import dev.tenfold.kernels.expr.PointwiseKernel;

/**
 * Two-dimensional convolution (cross-correlation, as the field calls it) on dense NCHW blocks, f32 and f64: image windows are
 * unrolled into a matrix, in pieces that stay in the cache, and multiplied by OpenBLAS. The partition depends on the
 * geometry alone, so the bits do not depend on the number of threads.
 */
public final class Convolution {
    /**
     * Sizes of one convolution: x [n, c, h, w], weight [k, c / groups, r, s], y [n, k, oh, ow] with
     * {@code oh = (h + 2 padH - dilationH (r - 1) - 1) / strideH + 1}.
     */
    public record Geometry(int n, int c, int h, int w, int k, int r, int s, int strideH, int strideW, int padH, int padW,
                           int dilationH, int dilationW, int groups) {
        public int outH() {
            return (h + 2 * padH - dilationH * (r - 1) - 1) / strideH + 1;
        }

        public int outW() {
            return (w + 2 * padW - dilationW * (s - 1) - 1) / strideW + 1;
        }
    }

    // Elements of one piece of the unrolled matrix: 768 KiB of floats stay in a core's second-level cache.
    private static final long PIECE = 192 * 1024;
    /** A batch is cut into at most this many parts, whose weight gradients are added in order. */
    private static final int PARTS = 16;
    private static final Expr SUM = Expr.x(0).add(Expr.x(1));

    private Convolution() {
    }

    private static int rowsPerPiece(Geometry g, int planes) {
        long row = (long) planes * g.r() * g.s() * g.outW();
        return (int) Math.clamp(PIECE / Math.max(1, row), 1, g.outH());
    }

    private static boolean isPointwise(Geometry g) {
        return g.r() == 1 && g.s() == 1 && g.strideH() == 1 && g.strideW() == 1 && g.padH() == 0 && g.padW() == 0;
    }

    /** {@code y = conv(x, weight)}; bias [k] is added when not 0. */
    public static void forward(DType type, Geometry g, long x, long weight, long bias, long y) {
        int planes = g.c() / g.groups();
        int filters = g.k() / g.groups();
        long positions = (long) g.outH() * g.outW();
        if (g.n() * positions * g.k() == 0) return;
        if (Winograd.serves(type, g)) {
            Winograd.forward(g, x, weight, bias, y);
            return;
        }
        if (NarrowConvolution.serves(type, g)) {
            NarrowConvolution.forward(g, x, weight, bias, y);
            return;
        }
        int depth = planes * g.r() * g.s();
        int bytes = type.bytes();
        int rows = rowsPerPiece(g, planes);
        int pieces = (g.outH() + rows - 1) / rows;
        if (pieces == 1 && SmallImages.serves(g)) {
            SmallImages.forward(type, g, x, weight, bias, y);
            return;
        }
        boolean direct = isPointwise(g);
        long images = (long) g.n() * g.groups();
        // Many images: one at a time, so that each is padded once. Few: their pieces keep the threads busy.
        WorkerPool.forRange(images * pieces, images >= PARTS ? pieces : 1, (from, to) -> {
            try (Columns windows = direct ? null : new Columns(type, g, planes);
                    Scratch unrolled = direct ? null : new Scratch((long) depth * rows * g.outW() * bytes)) {
                for (long job = from; job < to; job++) {
                    int first = (int) (job % pieces) * rows;
                    int last = Math.min(g.outH(), first + rows);
                    long group = job / pieces % g.groups();
                    long image = job / pieces / g.groups();
                    long width = (long) (last - first) * g.outW();
                    long in = x + (image * g.c() + group * planes) * g.h() * g.w() * bytes;
                    long out = y + ((image * g.k() + group * filters) * positions + (long) first * g.outW()) * bytes;
                    long matrix = direct ? in + (long) first * g.outW() * bytes : unrolled.address();
                    if (!direct) {
                        if (job == from || first == 0) windows.load(in);
                        windows.unroll(first, last, matrix, width);
                    }
                    if (bias != 0) spread(type, bias + group * filters * bytes, filters, width, out, positions);
                    Blas.call(type, false, false, filters, width, depth, 1, weight + group * filters * depth * bytes, depth,
                            matrix, direct ? positions : width, bias != 0 ? 1 : 0, out, positions);
                }
            }
        });
    }

    /** Fills row f of {@code out} with bias f. */
    static void spread(DType type, long bias, int filters, long width, long out, long rowStride) {
        PointwiseKernel copy = PointwiseKernel.of(Expr.x(0), new DType[] {type}, type, type);
        for (int f = 0; f < filters; f++) copy.run(width, new long[] {bias + (long) f * type.bytes()}, 1, out + f * rowStride * type.bytes());
    }

    /** {@code dx = } the adjoint with respect to x: the transposed convolution of dy. */
    public static void backwardInput(DType type, Geometry g, long dy, long weight, long dx) {
        if (NarrowConvolution.serves(type, g)) {
            NarrowConvolution.backwardInput(g, dy, weight, dx);
            return;
        }
        Geometry turned = turned(g);
        if (turned != null && Winograd.serves(type, turned)) {
            Winograd.backwardInput(g, turned, dy, weight, dx);
            return;
        }
        if (turned != null) {
            try (Scratch flipped = new Scratch((long) g.c() * turned.c() / g.groups() * g.r() * g.s() * type.bytes())) {
                turn(type, g, weight, flipped.address());
                forward(type, turned, dy, flipped.address(), 0, dx);
            }
            return;
        }
        if (SmallImages.serves(g)) {
            SmallImages.backwardInput(type, g, dy, weight, dx);
            return;
        }
        int planes = g.c() / g.groups();
        int filters = g.k() / g.groups();
        long positions = (long) g.outH() * g.outW();
        int depth = planes * g.r() * g.s();
        int bytes = type.bytes();
        long plane = (long) g.h() * g.w() * bytes;
        WorkerPool.forRange((long) g.n() * g.groups(), 1, (from, to) -> {
            try (Columns windows = new Columns(type, g, planes); Scratch unrolled = new Scratch(depth * positions * bytes)) {
                for (long job = from; job < to; job++) {
                    long group = job % g.groups();
                    long image = job / g.groups();
                    Blas.call(type, true, false, depth, positions, filters, 1, weight + group * filters * depth * bytes, depth,
                            dy + (image * g.k() + group * filters) * positions * bytes, positions, 0, unrolled.address(), positions);
                    windows.addBack(unrolled.address(), positions, dx + (image * g.c() + group * planes) * plane);
                }
            }
        });
    }

    /** With stride 1 the adjoint is a convolution of dy by the turned filters; null where it is not. */
    private static Geometry turned(Geometry g) {
        int padH = g.dilationH() * (g.r() - 1) - g.padH();
        int padW = g.dilationW() * (g.s() - 1) - g.padW();
        if (g.strideH() != 1 || g.strideW() != 1 || padH < 0 || padW < 0) return null;
        return new Geometry(g.n(), g.k(), g.outH(), g.outW(), g.c(), g.r(), g.s(), 1, 1, padH, padW, g.dilationH(), g.dilationW(), g.groups());
    }

    /** {@code to[c, k, r, s] = weight[k, c, R - 1 - r, S - 1 - s]} within every group. */
    private static void turn(DType type, Geometry g, long weight, long to) {
        long planes = g.c() / g.groups();
        long filters = g.k() / g.groups();
        long taps = (long) g.r() * g.s();
        long group = filters * planes * taps;
        Indexing.copy(type, new long[] {g.groups(), planes, filters, taps}, weight + (taps - 1) * type.bytes(),
                new long[] {group, taps, planes * taps, -1}, to, new long[] {group, filters * taps, taps, 1});
    }

    /** {@code dw = } the adjoint with respect to weight; summed over the batch in a fixed order. */
    public static void backwardWeight(DType type, Geometry g, long x, long dy, long dw) {
        if (Winograd.serves(type, g)) {
            WinogradGradient.run(g, x, dy, dw);
            return;
        }
        if (NarrowConvolution.serves(type, g)) {
            NarrowConvolution.backwardWeight(g, x, dy, dw);
            return;
        }
        if (SmallImages.serves(g)) {
            SmallImages.backwardWeight(type, g, x, dy, dw);
            return;
        }
        long weights = (long) g.k() * (g.c() / g.groups()) * g.r() * g.s();
        int parts = Math.max(1, Math.min(PARTS, g.n()));
        try (Scratch sums = new Scratch(parts * weights * type.bytes())) {
            Memory.fill(sums.address(), parts * weights * type.bytes(), (byte) 0);
            addParts(type, g, x, dy, sums.address(), parts);
            Memory.copy(sums.address(), dw, weights * type.bytes());
        }
    }

    /** Adds the weight gradient of every part of the batch to its place in {@code sums}, then all of them to the first. */
    private static void addParts(DType type, Geometry g, long x, long dy, long sums, int parts) {
        int planes = g.c() / g.groups();
        int filters = g.k() / g.groups();
        long positions = (long) g.outH() * g.outW();
        int depth = planes * g.r() * g.s();
        int bytes = type.bytes();
        long weights = (long) g.k() * depth;
        int perPart = (g.n() + parts - 1) / parts;
        int rows = rowsPerPiece(g, planes);
        boolean direct = isPointwise(g);
        WorkerPool.forRange((long) parts * g.groups(), 1, (from, to) -> {
            try (Columns windows = direct ? null : new Columns(type, g, planes);
                    Scratch unrolled = direct ? null : new Scratch((long) depth * rows * g.outW() * bytes)) {
                for (long job = from; job < to; job++) {
                    long group = job % g.groups();
                    int part = (int) (job / g.groups());
                    long sum = sums + (part * weights + group * filters * depth) * bytes;
                    for (long image = (long) part * perPart; image < Math.min(g.n(), (long) (part + 1) * perPart); image++) {
                        long in = x + (image * g.c() + group * planes) * g.h() * g.w() * bytes;
                        long out = dy + (image * g.k() + group * filters) * positions * bytes;
                        if (!direct) windows.load(in);
                        for (int first = 0; first < g.outH(); first += rows) {
                            int last = Math.min(g.outH(), first + rows);
                            long width = (long) (last - first) * g.outW();
                            if (!direct) windows.unroll(first, last, unrolled.address(), width);
                            Blas.call(type, false, true, filters, depth, width, 1, out + (long) first * g.outW() * bytes, positions,
                                    direct ? in + (long) first * g.outW() * bytes : unrolled.address(), direct ? positions : width, 1, sum, depth);
                        }
                    }
                }
            }
        });
        PointwiseKernel add = PointwiseKernel.of(SUM, new DType[] {type, type}, type, type);
        for (int part = 1; part < parts; part++) {
            add.run(weights, new long[] {sums, sums + part * weights * bytes}, 0, sums);
        }
    }
}
