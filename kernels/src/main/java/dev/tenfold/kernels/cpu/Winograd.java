package dev.tenfold.kernels.cpu;

import static dev.tenfold.kernels.cpu.PanelKernel.LINE;
import static dev.tenfold.kernels.cpu.PanelKernel.ROWS;
import static dev.tenfold.kernels.cpu.PanelKernel.WIDTH;
import static dev.tenfold.kernels.cpu.WinogradTiles.POINTS;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.WorkerPool;
import dev.tenfold.kernels.cpu.Convolution.Geometry;
import dev.tenfold.kernels.cpu.WinogradTiles.Planes;
import dev.tenfold.kernels.expr.Expr;
import dev.tenfold.kernels.expr.PointwiseKernel;

/**
 * 3x3 convolutions of f32 with stride 1 by Winograd's F(2x2, 3x3) (Lavin and Gray 2015, "Fast Algorithms for Convolutional Neural
 * Networks"): 16 products for 4 outputs, where the definition takes 36. Its factors are 1 and 1/2, so rounding grows little (F(4x4, 3x3)
 * would take 36 for 16, but loses digits). Blocks of tiles are transformed, multiplied and transformed back while they are
 * in the cache; their partition depends on the geometry alone.
 */
final class Winograd {
    /** Channels and filters of a group from which a panel is filled well. */
    private static final int NARROWEST = 24;
    /** Tiles from which the transforms of the filters pay. */
    private static final long FEWEST_TILES = 32;
    /** Tiles in a block: with 64 channels, all that a block touches is 768 KiB. */
    private static final int BLOCK = 64;
    /** So many blocks keep the threads busy; fewer are one, whose parts do. */
    private static final int BLOCKS = 8;
    /** Weight gradients up to this many elements are summed in several parts; above, the threads share out the elements. */
    private static final int SMALL_GRADIENT = 128 * 128;
    private static final int PARTS = 8;
    /** The one of the points whose value reaches all four outputs with factor 1. */
    private static final int BIAS_POINT = 5;

    private final Geometry g;
    private final WinogradTiles tiles;
    private final Planes in;
    private final Planes out;

    private Winograd(Geometry g) {
        this.g = g;
        tiles = new WinogradTiles(g);
        in = new Planes(g.c(), g.c() / g.groups(), g.h(), g.w());
        out = new Planes(g.k(), g.k() / g.groups(), g.outH(), g.outW());
    }

    /** Whether this way is taken: a matter of the geometry alone. */
    static boolean serves(DType type, Geometry g) {
        if (type != DType.F32 || g.r() != 3 || g.s() != 3 || g.strideH() != 1 || g.strideW() != 1 || g.dilationH() != 1 || g.dilationW() != 1) return false;
        if (g.c() / g.groups() < NARROWEST || g.k() / g.groups() < NARROWEST || g.outH() < 2 || g.outW() < 2) return false;
        return (long) g.n() * ((g.outH() + 1) / 2) * ((g.outW() + 1) / 2) >= FEWEST_TILES;
    }

    /** {@code y = conv(x, weight)}; bias [k] is added when not 0. */
    static void forward(Geometry g, long x, long weight, long bias, long y) {
        int planes = g.c() / g.groups();
        new Winograd(g).run(x, weight, new WinogradFilters(g.k() / g.groups(), planes, 9L * planes, 9, 1), bias, y);
    }

    /** The same with turned filters: {@code g} is the convolution's own geometry, {@code turned} that of the adjoint. */
    static void backwardInput(Geometry g, Geometry turned, long dy, long weight, long dx) {
        int planes = g.c() / g.groups();
        new Winograd(turned).run(dy, weight + 4 * 8, new WinogradFilters(planes, g.k() / g.groups(), 9, 9L * planes, -1), 0, dx);
    }

    private void run(long x, long weight, WinogradFilters filters, long bias, long y) {
        long each = 4L * filters.filters() * filters.channels() * 9;
        try (Scratch transformed = new Scratch(POINTS * filters.pointBytes()); Scratch starts = new Scratch((filters.panels() + 1) * ROWS * LINE)) {
            for (int group = 0; group < g.groups(); group++) {
                filters.transform(weight + group * each, transformed.address());
                fillStarts(filters, bias == 0 ? 0 : bias + 4L * group * filters.filters(), starts.address());
                long from = x + 4L * group * in.ofGroup() * g.h() * g.w();
                long to = y + 4L * group * out.ofGroup() * g.outH() * g.outW();
                boolean single = blocks(BLOCK) < BLOCKS;
                forBlocks(BLOCK, BLOCKS, (first, last) -> block(filters, from, transformed.address(), starts.address(), to, first, last, single));
            }
        }
    }

    /** One block of zeros, from which the sums start, then for each panel one of biases. */
    private static void fillStarts(WinogradFilters filters, long bias, long starts) {
        Memory.fill(starts, (filters.panels() + 1) * ROWS * LINE, (byte) 0);
        if (bias == 0) return;
        for (int f = 0; f < filters.filters(); f++) {
            for (int r = 0; r < ROWS; r++) Memory.copy(bias + 4L * f, starts + ((f / WIDTH + 1) * ROWS + r) * LINE + 4 * (f % WIDTH), 4);
        }
    }

    private interface Block {
        /** Works on the rows {@code first} to {@code last} of tiles. */
        void run(long first, long last);
    }

    private long blocks(int size) {
        long perBlock = Math.max((size + tiles.across / 2) / tiles.across, 1);
        return Math.max(1, tiles.rows() / perBlock);
    }

    /** Cuts the tiles into blocks of about {@code size}, or one block where that gives fewer than {@code atLeast}. */
    private void forBlocks(int size, int atLeast, Block body) {
        long count = blocks(size) < atLeast ? 1 : blocks(size);
        WorkerPool.forRange(count, 1, (from, to) -> {
            for (long b = from; b < to; b++) body.run(tiles.rows() * b / count, tiles.rows() * (b + 1) / count);
        });
    }

    private void block(WinogradFilters filters, long x, long weights, long starts, long y, long first, long last, boolean parallel) {
        long count = (last - first) * tiles.across;
        int inPanels = in.panels();
        int outPanels = out.panels();
        try (Scratch input = new Scratch(POINTS * inPanels * count * LINE); Scratch products = new Scratch(POINTS * outPanels * count * LINE)) {
            tiles.input(x, in, first, last, input.address(), parallel);
            WorkerPool.forRange((long) POINTS * outPanels, parallel ? 1 : (long) POINTS * outPanels, (from, to) -> {
                for (long job = from; job < to; job++) {
                    long point = job / outPanels;
                    long a = input.address() + point * inPanels * count * LINE;
                    long start = starts + (point == BIAS_POINT ? (job % outPanels + 1) * ROWS * LINE : 0);
                    for (long t = 0; t < count; t += ROWS) {
                        // The last rows are worked on twice rather than by half.
                        long row = Math.min(t, count - ROWS) * LINE;
                        PanelKernel.OVER_CHANNELS.multiply(a + row, 4 * LINE, WIDTH, count * LINE, inPanels, weights + job * inPanels * WIDTH * LINE, start,
                                products.address() + job * count * LINE + row);
                    }
                }
            });
            tiles.output(products.address(), out, first, last, y, parallel);
        }
    }

    /** {@code dw = } the adjoint with respect to weight. */
    static void backwardWeight(Geometry g, long x, long dy, long dw) {
        int planes = g.c() / g.groups();
        WinogradFilters filters = new WinogradFilters(g.k() / g.groups(), planes, 9L * planes, 9, 1);
        Winograd winograd = new Winograd(g);
        long each = 4L * filters.filters() * planes * 9;
        for (int group = 0; group < g.groups(); group++) {
            winograd.weightGradient(filters, x + 4L * group * planes * g.h() * g.w(), dy + 4L * group * filters.filters() * g.outH() * g.outW(), dw + group * each);
        }
    }

    private void weightGradient(WinogradFilters filters, long x, long dy, long dw) {
        long blocks = blocks(BLOCK);
        boolean shared = blocks < PARTS || filters.pointBytes() / 4 > SMALL_GRADIENT;
        int parts = shared ? 1 : PARTS;
        long size = POINTS * filters.pointBytes();
        try (Scratch sums = new Scratch(parts * size)) {
            WorkerPool.forRange(parts, 1, (from, to) -> {
                for (long part = from; part < to; part++) {
                    for (long b = blocks * part / parts; b < blocks * (part + 1) / parts; b++) {
                        addBlock(x, dy, tiles.rows() * b / blocks, tiles.rows() * (b + 1) / blocks, sums.address() + part * size, b == blocks * part / parts, shared);
                    }
                }
            });
            PointwiseKernel add = PointwiseKernel.of(Expr.x(0).add(Expr.x(1)), new DType[] {DType.F32, DType.F32}, DType.F32, DType.F32);
            for (int part = 1; part < parts; part++) add.run(size / 4, new long[] {sums.address(), sums.address() + part * size}, 0, sums.address());
            filters.gradient(sums.address(), dw);
        }
    }

    private void addBlock(long x, long dy, long first, long last, long sums, boolean isFirst, boolean parallel) {
        long count = (last - first) * tiles.across;
        int inPanels = in.panels();
        int outPanels = out.panels();
        try (Scratch input = new Scratch(POINTS * inPanels * count * LINE); Scratch gradients = new Scratch(POINTS * outPanels * count * LINE)) {
            tiles.input(x, in, first, last, input.address(), parallel);
            tiles.outputGradient(dy, out, first, last, gradients.address(), parallel);
            if (isFirst) Memory.fill(sums, POINTS * inPanels * outPanels * WIDTH * LINE, (byte) 0);
            WorkerPool.forRange((long) POINTS * outPanels, parallel ? 1 : (long) POINTS * outPanels, (from, to) -> {
                for (long job = from; job < to; job++) {
                    long a = input.address() + job / outPanels * inPanels * count * LINE;
                    for (int c = 0; c < inPanels * WIDTH; c += ROWS) {
                        long sum = sums + (job * inPanels * WIDTH + c) * LINE;
                        PanelKernel.OVER_POSITIONS.multiply(a + c / WIDTH * count * LINE + 4 * (c % WIDTH), 16, (int) count, 0, 1,
                                gradients.address() + job * count * LINE, sum, sum);
                    }
                }
            });
        }
    }
}
