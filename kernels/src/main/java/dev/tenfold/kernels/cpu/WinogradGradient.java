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
import dev.tenfold.kernels.expr.Expr;
import dev.tenfold.kernels.expr.PointwiseKernel;

/** The gradient of {@link Winograd}'s convolution with respect to its filters: the adjoint of the same algorithm. */
final class WinogradGradient {
    /** Tiles of a block that one thread works on. */
    private static final int BLOCK = 32;
    /** Chunks of filters up to which each part of the tiles has sums of its own. */
    private static final int FEW_CHUNKS = 8;
    private static final int PARTS = 8;
    /** Panels of transformed tiles of a block that the threads share: 9 MiB. */
    private static final int SHARED = 2048;

    private final WinogradFilters filters;
    private final WinogradTiles tiles;
    private final Planes in;
    private final Planes out;
    private final long x;
    private final long dy;
    private final int chunks;

    private WinogradGradient(Geometry g, WinogradFilters filters, WinogradTiles tiles, long x, long dy) {
        this.filters = filters;
        this.tiles = tiles;
        in = Planes.in(g);
        out = Planes.out(g);
        this.x = x;
        this.dy = dy;
        chunks = filters.panels() * filters.channelPanels();
    }

    /** {@code dw = } the adjoint with respect to weight, for what {@link Winograd} serves. */
    static void run(Geometry g, long x, long dy, long dw) {
        try (WinogradTiles tiles = new WinogradTiles(g)) {
            Winograd.forGroups(g, dw, (group, filters) -> {
                WinogradGradient one = new WinogradGradient(g, filters, tiles, x + Planes.in(g).groupBytes() * group, dy + Planes.out(g).groupBytes() * group);
                if (one.chunks <= FEW_CHUNKS && tiles.blocks(BLOCK, 1) >= PARTS) one.byParts();
                else one.byChunks();
            });
        }
    }

    /** Few filters: the tiles are shared out, and the sums of their parts added. */
    private void byParts() {
        long size = chunks * POINTS * CHUNK;
        long blocks = tiles.blocks(BLOCK, 1);
        try (Scratch sums = new Scratch(PARTS * size); ThreadScratch own = new ThreadScratch(tilesBytes(blocks));
                ThreadScratch taps = new ThreadScratch(WinogradFilters.SCRATCH)) {
            WorkerPool.forRange(PARTS, 1, (from, to) -> {
                for (long part = from; part < to; part++) {
                    long sum = sums.address() + part * size;
                    Memory.fill(sum, size, (byte) 0);
                    for (long b = blocks * part / PARTS; b < blocks * (part + 1) / PARTS; b++) {
                        Operands operands = operands(b, blocks, own.address(), false);
                        for (int chunk = 0; chunk < chunks; chunk++) add(chunk, operands, sum + chunk * POINTS * CHUNK);
                    }
                }
            });
            PointwiseKernel add = PointwiseKernel.of(Expr.x(0).add(Expr.x(1)), new DType[] {DType.F32, DType.F32}, DType.F32, DType.F32);
            for (int part = 1; part < PARTS; part++) add.run(size / 4, new long[] {sums.address(), sums.address() + part * size}, 0, sums.address());
            WorkerPool.forRange(chunks, 1, (from, to) -> {
                for (int chunk = (int) from; chunk < to; chunk++) finish(chunk, sums.address() + chunk * POINTS * CHUNK, taps);
            });
        }
    }

    /** Many filters: their chunks are shared out. */
    private void byChunks() {
        long blocks = tiles.blocks(SHARED / (filters.panels() + filters.channelPanels()), 1);
        try (Scratch all = new Scratch(tilesBytes(blocks)); Scratch sums = new Scratch(blocks == 1 ? 0 : chunks * POINTS * CHUNK);
                ThreadScratch own = new ThreadScratch(POINTS * CHUNK); ThreadScratch taps = new ThreadScratch(WinogradFilters.SCRATCH)) {
            for (long b = 0; b < blocks; b++) {
                Operands operands = operands(b, blocks, all.address(), true);
                boolean isFirst = b == 0;
                boolean isLast = b == blocks - 1;
                WorkerPool.forRange(chunks, 1, (from, to) -> {
                    for (int chunk = (int) from; chunk < to; chunk++) {
                        long sum = blocks == 1 ? own.address() : sums.address() + chunk * POINTS * CHUNK;
                        if (isFirst) Memory.fill(sum, POINTS * CHUNK, (byte) 0);
                        add(chunk, operands, sum);
                        if (isLast) finish(chunk, sum, taps);
                    }
                });
            }
        }
    }

    /** Transformed values of {@code count} tiles. */
    private record Operands(Places inputs, Places gradients, int count) {
    }

    /** Bytes of the operands of the largest of {@code blocks} blocks. */
    private long tilesBytes(long blocks) {
        return POINTS * (in.panels() + out.panels()) * tiles.room(0, (tiles.rows() + blocks - 1) / blocks) * LINE;
    }

    /** Transforms the tiles of a block. */
    private Operands operands(long block, long blocks, long to, boolean parallel) {
        long first = tiles.rows() * block / blocks;
        long last = tiles.rows() * (block + 1) / blocks;
        long room = tiles.room(first, last);
        Places inputs = Places.byPanels(to, room);
        Places gradients = Places.byPanels(to + POINTS * in.panels() * room * LINE, room);
        tiles.input(x, in, first, last, inputs, parallel);
        tiles.outputGradient(dy, out, first, last, gradients, parallel);
        return new Operands(inputs, gradients, (int) ((last - first) * tiles.across));
    }

    /** Adds the products of the tiles to a chunk's sums, {@code [36, channels, WIDTH]}. */
    private void add(int chunk, Operands operands, long sums) {
        for (int point = 0; point < POINTS; point++) {
            long a = operands.inputs.of(chunk % in.panels(), point, 0);
            long b = operands.gradients.of(chunk / in.panels(), point, 0);
            for (int c = 0; c < WIDTH; c += ROWS) {
                long sum = sums + point * CHUNK + c * LINE;
                PanelKernel.OVER_POSITIONS.multiply(a + 4 * c, 16, operands.count, 0, 1, b, sum, sum);
            }
        }
    }

    private void finish(int chunk, long sums, ThreadScratch scratch) {
        filters.gradient(chunk / in.panels(), chunk % in.panels(), sums, CHUNK, scratch);
    }
}
