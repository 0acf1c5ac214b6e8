package dev.tenfold.kernels.cpu;

import dev.tenfold.kernels.Block;
import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.HostAllocator;
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
    /** The batch is cut into at most this many parts, whose weight gradients are added in order. */
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
        int depth = planes * g.r() * g.s();
        int bytes = type.bytes();
        int rows = rowsPerPiece(g, planes);
        int pieces = (g.outH() + rows - 1) / rows;
        boolean direct = isPointwise(g);
        WorkerPool.forRange((long) g.n() * g.groups() * pieces, 1, (from, to) -> {
            Block columns = direct ? null : HostAllocator.get().allocate((long) depth * rows * g.outW() * bytes);
            for (long job = from; job < to; job++) {
                int first = (int) (job % pieces) * rows;
                int last = Math.min(g.outH(), first + rows);
                long group = job / pieces % g.groups();
                long image = job / pieces / g.groups();
                long width = (long) (last - first) * g.outW();
                long in = x + (image * g.c() + group * planes) * g.h() * g.w() * bytes;
                long out = y + ((image * g.k() + group * filters) * positions + (long) first * g.outW()) * bytes;
                long matrix = direct ? in + (long) first * g.outW() * bytes : columns.address();
                if (!direct) Columns.unroll(type, g, in, planes, first, last, matrix);
                if (bias != 0) spread(type, bias + group * filters * bytes, filters, width, out, positions);
                Blas.call(type, false, false, filters, width, depth, 1, weight + group * filters * depth * bytes, depth,
                        matrix, direct ? positions : width, bias != 0 ? 1 : 0, out, positions);
            }
            if (columns != null) columns.release();
        });
    }

    /** Fills row f of {@code out} with bias f. */
    private static void spread(DType type, long bias, int filters, long width, long out, long rowStride) {
        PointwiseKernel copy = PointwiseKernel.of(Expr.x(0), new DType[] {type}, type, type);
        for (int f = 0; f < filters; f++) copy.run(width, new long[] {bias + (long) f * type.bytes()}, 1, out + f * rowStride * type.bytes());
    }

    /** {@code dx = } the adjoint with respect to x: the transposed convolution of dy. */
    public static void backwardInput(DType type, Geometry g, long dy, long weight, long dx) {
        int planes = g.c() / g.groups();
        int filters = g.k() / g.groups();
        long positions = (long) g.outH() * g.outW();
        int depth = planes * g.r() * g.s();
        int bytes = type.bytes();
        long plane = (long) g.h() * g.w() * bytes;
        boolean direct = isPointwise(g);
        WorkerPool.forRange((long) g.n() * g.groups(), 1, (from, to) -> {
            Block columns = direct ? null : HostAllocator.get().allocate(depth * positions * bytes);
            for (long job = from; job < to; job++) {
                long group = job % g.groups();
                long image = job / g.groups();
                long out = dx + (image * g.c() + group * planes) * plane;
                long matrix = direct ? out : columns.address();
                Blas.call(type, true, false, depth, positions, filters, 1, weight + group * filters * depth * bytes, depth,
                        dy + (image * g.k() + group * filters) * positions * bytes, positions, 0, matrix, positions);
                if (direct) continue;
                Memory.fill(out, planes * plane, (byte) 0);
                Columns.addBack(type, g, matrix, planes, out);
            }
            if (columns != null) columns.release();
        });
    }

    /** {@code dw = } the adjoint with respect to weight; summed over the batch in a fixed order. */
    public static void backwardWeight(DType type, Geometry g, long x, long dy, long dw) {
        int planes = g.c() / g.groups();
        int filters = g.k() / g.groups();
        long positions = (long) g.outH() * g.outW();
        int depth = planes * g.r() * g.s();
        int bytes = type.bytes();
        long weights = (long) g.k() * depth;
        int parts = Math.max(1, Math.min(PARTS, g.n()));
        int perPart = (g.n() + parts - 1) / parts;
        int rows = rowsPerPiece(g, planes);
        Block sums = HostAllocator.get().allocate(parts * weights * bytes);
        Memory.fill(sums.address(), parts * weights * bytes, (byte) 0);
        WorkerPool.forRange((long) parts * g.groups(), 1, (from, to) -> {
            Block columns = HostAllocator.get().allocate((long) depth * rows * g.outW() * bytes);
            for (long job = from; job < to; job++) {
                long group = job % g.groups();
                int part = (int) (job / g.groups());
                long sum = sums.address() + (part * weights + group * filters * depth) * bytes;
                for (long image = (long) part * perPart; image < Math.min(g.n(), (long) (part + 1) * perPart); image++) {
                    long in = x + (image * g.c() + group * planes) * g.h() * g.w() * bytes;
                    long out = dy + (image * g.k() + group * filters) * positions * bytes;
                    for (int first = 0; first < g.outH(); first += rows) {
                        int last = Math.min(g.outH(), first + rows);
                        long width = (long) (last - first) * g.outW();
                        Columns.unroll(type, g, in, planes, first, last, columns.address());
                        Blas.call(type, false, true, filters, depth, width, 1, out + (long) first * g.outW() * bytes, positions,
                                columns.address(), width, 1, sum, depth);
                    }
                }
            }
            columns.release();
        });
        PointwiseKernel add = PointwiseKernel.of(SUM, new DType[] {type, type}, type, type);
        for (int part = 1; part < parts; part++) {
            add.run(weights, new long[] {sums.address(), sums.address() + part * weights * bytes}, 0, sums.address());
        }
        Memory.copy(sums.address(), dw, weights * bytes);
        sums.release();
    }
}
