package dev.tenfold.kernels.cpu;

import static dev.tenfold.kernels.cpu.PanelKernel.LINE;
import static dev.tenfold.kernels.cpu.PanelKernel.ROWS;
import static dev.tenfold.kernels.cpu.PanelKernel.WIDTH;
import static dev.tenfold.kernels.cpu.WinogradFilters.CHUNK;
import static dev.tenfold.kernels.cpu.WinogradTiles.POINTS;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.WorkerPool;
import dev.tenfold.kernels.cpu.Convolution.Geometry;
import dev.tenfold.kernels.cpu.WinogradTiles.Places;
import dev.tenfold.kernels.cpu.WinogradTiles.Planes;

/**
 * 3x3 convolutions of f32 with stride 1 by Winograd's F(4x4, 3x3) (Lavin and Gray 2015, "Fast Algorithms for Convolutional Neural
 * Networks"): 36 products for 16 outputs, where the definition takes 144. Rounding grows to about five times that of the plain sum
 * (see {@link WinogradLines} for what keeps it so small). Blocks of tiles are transformed, multiplied and transformed back
 * while they are in the cache; their partition depends on the geometry alone.
 */
final class Winograd {
    /** Channels and filters of a group from which a panel is filled well. */
    private static final int NARROWEST = 24;
    /** Tiles in a block: with 64 channels, its transformed inputs are 288 KiB. */
    private static final int BLOCK = 32;
    /** So many blocks keep the threads busy. */
    private static final int BLOCKS = 8;
    /** Up to so many tiles the filters are the larger part, if there are {@link #MANY_PANELS} of them. */
    private static final int FEW_TILES = 256;
    private static final int MANY_PANELS = 4;
    /** Panels of channels that are multiplied at a time: their transformed filters are 1152 KiB (measured on 8x8 images: half of it 15 % slower). */
    private static final int DEPTH = 8;

    private final WinogradFilters filters;
    private final WinogradTiles tiles;
    private final Planes in;
    private final Planes out;

    private Winograd(Geometry g, WinogradFilters filters, WinogradTiles tiles) {
        this.filters = filters;
        this.tiles = tiles;
        in = Planes.in(g);
        out = Planes.out(g);
    }

    /** Whether this way is taken: a matter of the geometry alone. */
    static boolean serves(DType type, Geometry g) {
        if (type != DType.F32 || g.r() != 3 || g.s() != 3 || g.strideH() != 1 || g.strideW() != 1 || g.dilationH() != 1 || g.dilationW() != 1) return false;
        if (g.c() / g.groups() < NARROWEST || g.k() / g.groups() < NARROWEST || g.outH() < 3 || g.outW() < 3) return false;
        return WinogradTiles.count(g) >= ROWS;
    }

    /** {@code y = conv(x, weight)}; bias [k] is added when not 0. */
    static void forward(Geometry g, long x, long weight, long bias, long y) {
        try (WinogradTiles tiles = new WinogradTiles(g)) {
            forGroups(g, weight, (group, filters) -> new Winograd(g, filters, tiles).run(x, bias, y, group));
        }
    }

    /** The same with turned filters: {@code g} is the convolution's own geometry, {@code turned} that of the adjoint. */
    static void backwardInput(Geometry g, Geometry turned, long dy, long weight, long dx) {
        try (WinogradTiles tiles = new WinogradTiles(turned)) {
            forGroups(g, weight, (group, filters) -> new Winograd(turned, filters.turned(), tiles).run(dy, 0, dx, group));
        }
    }

    /** What is done for one group of channels. */
    interface Group {
        void run(int group, WinogradFilters filters);
    }

    static void forGroups(Geometry g, long weight, Group body) {
        int channels = g.c() / g.groups();
        int filters = g.k() / g.groups();
        for (int group = 0; group < g.groups(); group++) {
            body.run(group, WinogradFilters.of(weight + 4L * 9 * group * filters * channels, filters, channels));
        }
    }

    private void run(long x, long bias, long y, int group) {
        long from = x + in.groupBytes() * group;
        long to = y + out.groupBytes() * group;
        try (Scratch starts = new Scratch(ROWS * LINE + filters.panels() * LINE)) {
            Memory.fill(starts.address(), ROWS * LINE + filters.panels() * LINE, (byte) 0);
            long biases = starts.address() + ROWS * LINE;
            if (bias != 0) Memory.copy(bias + 4L * group * filters.filters(), biases, 4L * filters.filters());
            if (tiles.count() <= FEW_TILES && filters.panels() >= MANY_PANELS) byPanels(from, starts.address(), biases, to);
            else byTiles(from, starts.address(), biases, to);
        }
    }

    /** Many tiles: their blocks are shared out. */
    private void byTiles(long x, long zeros, long biases, long y) {
        int depth = filters.channelPanels();
        try (Scratch weights = new Scratch(filters.panels() * depth * POINTS * CHUNK); ThreadScratch taps = new ThreadScratch(WinogradFilters.SCRATCH)) {
            WorkerPool.forRange((long) filters.panels() * depth, 1, (first, last) -> {
                for (long job = first; job < last; job++) {
                    int panel = (int) (job / depth);
                    int channelPanel = (int) (job % depth);
                    filters.transform(panel, channelPanel, weights.address() + (panel * depth * POINTS + channelPanel) * CHUNK, depth * CHUNK, taps);
                }
            });
            long blocks = tiles.blocks(BLOCK, BLOCKS);
            long most = tiles.room(0, (tiles.rows() + blocks - 1) / blocks);
            try (ThreadScratch own = new ThreadScratch(POINTS * (depth + 1) * most * LINE)) {
                tiles.forBlocks(blocks, (first, last) -> {
                    long room = tiles.room(first, last);
                    Places input = Places.byRows(own.address(), room, depth);
                    Places products = Places.byPanels(own.address() + POINTS * depth * room * LINE, room);
                    tiles.input(x, in, first, last, input, false);
                    for (int panel = 0; panel < filters.panels(); panel++) {
                        multiply(input, 0, depth, room, weights.address() + panel * depth * POINTS * CHUNK, zeros, products);
                        tiles.output(products, panel, out, first, last, biases + panel * LINE, y);
                    }
                });
            }
        }
    }

    /** Few tiles: the panels of filters are shared out, and each is transformed where it is used. */
    private void byPanels(long x, long zeros, long biases, long y) {
        long room = tiles.room(0, tiles.rows());
        int all = filters.channelPanels();
        try (Scratch transformed = new Scratch(POINTS * all * room * LINE); ThreadScratch own = new ThreadScratch(POINTS * (DEPTH * CHUNK + room * LINE));
                ThreadScratch taps = new ThreadScratch(WinogradFilters.SCRATCH)) {
            Places input = Places.byRows(transformed.address(), room, all);
            tiles.input(x, in, 0, tiles.rows(), input, true);
            WorkerPool.forRange(filters.panels(), 1, (first, last) -> {
                long weights = own.address();
                Places products = Places.byPanels(weights + DEPTH * POINTS * CHUNK, room);
                for (int panel = (int) first; panel < last; panel++) {
                    for (int c = 0; c < all; c += DEPTH) {
                        int depth = Math.min(DEPTH, all - c);
                        for (int d = 0; d < depth; d++) filters.transform(panel, c + d, weights + d * CHUNK, depth * CHUNK, taps);
                        multiply(input, c, depth, room, weights, c == 0 ? zeros : 0, products);
                    }
                    tiles.output(products, panel, out, 0, tiles.rows(), biases + panel * LINE, y);
                }
            });
        }
    }

    /**
     * Products of all points of {@code room} tiles, from the panel {@code first} of channels on, with one panel of filters: on top of
     * {@code zeros}, or of what is there if that is 0.
     */
    private static void multiply(Places input, int first, int depth, long room, long weights, long zeros, Places products) {
        for (int point = 0; point < POINTS; point++) {
            for (long t = 0; t < room; t += ROWS) {
                long sums = products.of(0, point, t);
                PanelKernel.OVER_CHANNELS.multiply(input.of(first, point, t), 4 * LINE, WIDTH, input.panel(), depth, weights + point * depth * CHUNK,
                        zeros != 0 ? zeros : sums, sums);
            }
        }
    }
}
