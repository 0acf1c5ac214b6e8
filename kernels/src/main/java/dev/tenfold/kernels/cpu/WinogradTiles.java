package dev.tenfold.kernels.cpu;

import static dev.tenfold.kernels.cpu.PanelKernel.LINE;
import static dev.tenfold.kernels.cpu.PanelKernel.ROWS;
import static dev.tenfold.kernels.cpu.PanelKernel.WIDTH;

import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.WorkerPool;
import dev.tenfold.kernels.cpu.Convolution.Geometry;
import dev.tenfold.kernels.cpu.WinogradLines.Lines;
import java.util.function.Supplier;

/**
 * Between images and the 36 transformed values of each of their tiles of 4x4 outputs. A block of tiles is a run of rows of tiles, counted over
 * the images of a batch. The channels are those of one group.
 */
final class WinogradTiles implements AutoCloseable {
    /** Edge of a tile of outputs. */
    static final int EDGE = 4;
    /** Transformed values along an edge. */
    static final int SPAN = EDGE + 2;
    /** Transformed values of a tile. */
    static final int POINTS = SPAN * SPAN;
    private static final WinogradLines LINES = WinogradLines.CHOSEN;

    /** What is read or written: channels of the whole image and of the group, and its planes [h, w]. */
    record Planes(int channels, int ofGroup, int h, int w) {
        static Planes in(Geometry g) {
            return new Planes(g.c(), g.c() / g.groups(), g.h(), g.w());
        }

        static Planes out(Geometry g) {
            return new Planes(g.k(), g.k() / g.groups(), g.outH(), g.outW());
        }

        int panels() {
            return (ofGroup + WIDTH - 1) / WIDTH;
        }

        long groupBytes() {
            return 4L * ofGroup * h * w;
        }

        private long imageBytes() {
            return 4L * channels * h * w;
        }

        private long panelBytes() {
            return 4L * WIDTH * h * w;
        }

        private int ofPanel(int panel) {
            return Math.min(WIDTH, ofGroup - panel * WIDTH);
        }
    }

    /**
     * Where transformed values lie, in bytes: those of a point, panel and tile at {@code address + panel panel + point point + tile / ROWS group
     * + tile % ROWS LINE}.
     */
    record Places(long address, long panel, long point, long group) {
        /** {@code [panels, 36, room, WIDTH]}: the tiles of a point lie one after another. */
        static Places byPanels(long address, long room) {
            return new Places(address, POINTS * room * LINE, room * LINE, ROWS * LINE);
        }

        /** {@code [36, room / ROWS, panels, ROWS, WIDTH]}: what a row of products needs lies one after another. */
        static Places byRows(long address, long room, int panels) {
            return new Places(address, ROWS * LINE, room * panels * LINE, panels * ROWS * LINE);
        }

        long of(long panelNumber, long pointNumber, long tile) {
            return address + panelNumber * panel + pointNumber * point + tile / ROWS * group + tile % ROWS * LINE;
        }
    }

    private interface Transform {
        void run(Lines from, Lines to, int count);
    }

    private interface Piece {
        /** Rows {@code first} to {@code first + rows} of tiles of one image's panel; {@code at} is the first tile's place in the block. */
        void run(long image, int panel, int first, int rows, long at);
    }

    final int down;
    final int across;
    private final Geometry g;
    /** A half transformed row of tiles, then the strip of an image. */
    private final ThreadScratch scratch;

    WinogradTiles(Geometry g) {
        this.g = g;
        down = (g.outH() + EDGE - 1) / EDGE;
        across = (g.outW() + EDGE - 1) / EDGE;
        scratch = new ThreadScratch(halfBytes() + (EDGE * down + SPAN - EDGE) * Math.max(g.w(), g.outW()) * LINE);
    }

    private long halfBytes() {
        return (SPAN * (EDGE * across + SPAN - EDGE) + 1) * LINE;
    }

    /** Tiles of the batch. */
    static long count(Geometry g) {
        return (long) g.n() * ((g.outH() + EDGE - 1) / EDGE) * ((g.outW() + EDGE - 1) / EDGE);
    }

    /** Rows of tiles in the batch. */
    long rows() {
        return (long) g.n() * down;
    }

    long count() {
        return rows() * across;
    }

    /** Tiles for which there is room in the values of the rows {@code from} to {@code to}: whole {@link PanelKernel#ROWS}. */
    long room(long from, long to) {
        return ((to - from) * across + ROWS - 1) / ROWS * ROWS;
    }

    /** How many blocks of about {@code size} tiles there are, or of fewer, so that {@code atLeast} are, but of {@link PanelKernel#ROWS} or more. */
    long blocks(int size, int atLeast) {
        long most = Math.max(1, Math.min(count() / size, rows()));
        if (most >= atLeast) return most;
        long rowsOfTiles = (ROWS + across - 1) / across;
        return Math.clamp(rows() / rowsOfTiles, 1, atLeast);
    }

    /** Works on the rows {@code first} to {@code last} of tiles. */
    interface Block {
        void run(long first, long last);
    }

    void forBlocks(long blocks, Block body) {
        WorkerPool.forRange(blocks, 1, (from, to) -> {
            for (long b = from; b < to; b++) body.run(rows() * b / blocks, rows() * (b + 1) / blocks);
        });
    }

    /** Transforms the input tiles of the rows {@code from} to {@code to}; {@code x} is the group's first plane. */
    void input(long x, Planes planes, long from, long to, Places places, boolean parallel) {
        forward(x, planes, g.padH(), g.padW(), SPAN - EDGE, LINES::input, from, to, places, parallel);
    }

    /** Transforms the tiles of the output's gradient; {@code dy} is the group's first plane. */
    void outputGradient(long dy, Planes planes, long from, long to, Places places, boolean parallel) {
        forward(dy, planes, 0, 0, 0, LINES::outputGradient, from, to, places, parallel);
    }

    private void forward(long x, Planes planes, int top, int left, int overlap, Transform transform, long from, long to, Places places, boolean parallel) {
        long row = (EDGE * across + overlap) * LINE;
        pieces(planes, 0, planes.panels(), from, to, parallel, () -> {
            long half = scratch.address();
            PanelStrip strip = new PanelStrip(half + halfBytes(), planes.h(), planes.w());
            Memory.fill(half, SPAN * row, (byte) 0); // what stays so is the padding on the left and on the right
            return (image, panel, first, rows, at) -> {
                strip.load(x + image * planes.imageBytes() + panel * planes.panelBytes(), planes.ofPanel(panel), EDGE * first - top, EDGE * rows + overlap);
                for (int i = 0; i < rows; i++) {
                    transform.run(new Lines(strip.address() + EDGE * i * strip.pitch(), strip.pitch(), LINE), new Lines(half + left * LINE, row, LINE), planes.w());
                    for (int a = 0; a < SPAN; a++) {
                        for (int j = 0; j < across; j += ROWS - (at + i * across + j) % ROWS) {
                            long tile = at + i * across + j;
                            transform.run(new Lines(half + a * row + j * EDGE * LINE, LINE, EDGE * LINE),
                                    new Lines(places.of(panel, SPAN * a, tile), places.point(), LINE), (int) Math.min(across - j, ROWS - tile % ROWS));
                        }
                    }
                }
            };
        });
    }

    /**
     * Transforms products of one panel back to the outputs of their tiles.
     *
     * @param places of one panel
     * @param bias   address of the panel's biases
     * @param y      the group's first plane
     */
    void output(Places places, int panel, Planes planes, long from, long to, long bias, long y) {
        long row = EDGE * across * LINE;
        pieces(planes, panel, panel + 1, from, to, false, () -> {
            long half = scratch.address();
            PanelStrip strip = new PanelStrip(half + halfBytes(), planes.h(), planes.w());
            long zeros = half + SPAN * row;
            Memory.fill(zeros, LINE, (byte) 0);
            return (image, same, first, rows, at) -> {
                for (int i = 0; i < rows; i++) {
                    long source = places.of(0, 0, at + (long) i * across);
                    for (int a = 0; a < SPAN; a++) {
                        LINES.output(new Lines(source + SPAN * a * places.point(), places.point(), LINE), new Lines(half + a * row, LINE, EDGE * LINE), across, zeros);
                    }
                    LINES.output(new Lines(half, row, LINE), new Lines(strip.address() + EDGE * i * strip.pitch(), strip.pitch(), LINE), planes.w(), bias);
                }
                strip.store(y + image * planes.imageBytes() + panel * planes.panelBytes(), planes.ofPanel(panel), EDGE * first, EDGE * rows);
            };
        });
    }

    /** Gives the pieces, which are the part of a block in each image and panel, to what {@code worker} sets up for a thread. */
    private void pieces(Planes planes, int firstPanel, int lastPanel, long from, long to, boolean parallel, Supplier<Piece> worker) {
        long firstImage = from / down;
        long images = (to - 1) / down - firstImage + 1;
        long count = images * (lastPanel - firstPanel);
        WorkerPool.forRange(count, parallel ? Math.max(1, count / 16) : count, (start, end) -> {
            Piece piece = worker.get();
            for (long job = start; job < end; job++) {
                long image = firstImage + job % images;
                int first = (int) (Math.max(from, image * down) - image * down);
                int last = (int) (Math.min(to, (image + 1) * down) - image * down);
                piece.run(image, firstPanel + (int) (job / images), first, last - first, (image * down + first - from) * across);
            }
        });
    }

    @Override
    public void close() {
        scratch.close();
    }
}
