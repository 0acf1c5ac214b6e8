package dev.tenfold.kernels.cpu;

import static dev.tenfold.kernels.cpu.PanelKernel.LINE;
import static dev.tenfold.kernels.cpu.PanelKernel.WIDTH;

import dev.tenfold.kernels.WorkerPool;
import dev.tenfold.kernels.cpu.Convolution.Geometry;
import dev.tenfold.kernels.cpu.WinogradLines.Lines;

/**
 * Between images and the sixteen transformed values of their tiles of 2x2 outputs: {@code [16, panels, tiles, WIDTH]} for the tiles of
 * a block, which is a run of rows of tiles, counted over the images of a batch. The channels are those of one group.
 */
final class WinogradTiles {
    /** Transformed values of a tile. */
    static final int POINTS = 16;
    private static final WinogradLines LINES = WinogradLines.CHOSEN;

    /** What is read or written: channels of the whole image and of the group, and its planes [h, w]. */
    record Planes(int channels, int ofGroup, int h, int w) {
        int panels() {
            return (ofGroup + WIDTH - 1) / WIDTH;
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

    WinogradTiles(Geometry g) {
        this.g = g;
        down = (g.outH() + 1) / 2;
        across = (g.outW() + 1) / 2;
    }

    /** Rows of tiles in the batch. */
    long rows() {
        return (long) g.n() * down;
    }

    /** Transforms the input tiles of the rows {@code from} to {@code to}; {@code x} is the group's first plane. */
    void input(long x, Planes planes, long from, long to, long out, boolean parallel) {
        forward(x, planes, g.padH(), g.padW(), 2 * across + 2, 2, LINES::input, from, to, out, parallel);
    }

    /** Transforms the tiles of the output's gradient; {@code dy} is the group's first plane. */
    void outputGradient(long dy, Planes planes, long from, long to, long out, boolean parallel) {
        forward(dy, planes, 0, 0, 2 * across, 0, LINES::outputGradient, from, to, out, parallel);
    }

    private void forward(long x, Planes planes, int top, int left, int columns, int overlap, Transform transform,
                         long from, long to, long out, boolean parallel) {
        int most = (int) Math.min(down, to - from);
        long tiles = (to - from) * across;
        long point = planes.panels() * tiles * LINE;
        pieces(planes, from, to, parallel, run -> {
            try (PanelStrip strip = new PanelStrip(planes.h(), planes.w(), left, columns, 2 * most + overlap);
                    Scratch half = new Scratch(4 * columns * LINE)) {
                run.accept((image, panel, first, rows, at) -> {
                    strip.load(x + image * planes.imageBytes() + panel * planes.panelBytes(), planes.ofPanel(panel), 2 * first - top, 2 * rows + overlap);
                    for (int i = 0; i < rows; i++) {
                        long target = out + (panel * tiles + at + (long) i * across) * LINE;
                        transform.run(new Lines(strip.address() + 2 * i * strip.pitch(), strip.pitch(), LINE), new Lines(half.address(), columns * LINE, LINE), columns);
                        for (int a = 0; a < 4; a++) {
                            transform.run(new Lines(half.address() + a * columns * LINE, LINE, 2 * LINE), new Lines(target + 4 * a * point, point, LINE), across);
                        }
                    }
                });
            }
        });
    }

    /** Transforms products back to the outputs of their tiles; {@code y} is the group's first plane. */
    void output(long products, Planes planes, long from, long to, long y, boolean parallel) {
        int most = (int) Math.min(down, to - from);
        long tiles = (to - from) * across;
        long point = planes.panels() * tiles * LINE;
        long row = across * LINE;
        pieces(planes, from, to, parallel, run -> {
            try (PanelStrip strip = new PanelStrip(planes.h(), planes.w(), 0, 2 * across, 2 * most); Scratch half = new Scratch(8 * row)) {
                run.accept((image, panel, first, rows, at) -> {
                    for (int i = 0; i < rows; i++) {
                        long source = products + (panel * tiles + at + (long) i * across) * LINE;
                        for (int b = 0; b < 4; b++) {
                            LINES.output(new Lines(source + b * point, 4 * point, LINE), new Lines(half.address() + b * row, 4 * row, LINE), across);
                        }
                        for (int a = 0; a < 2; a++) {
                            LINES.output(new Lines(half.address() + 4 * a * row, row, LINE), new Lines(strip.address() + (2 * i + a) * strip.pitch(), LINE, 2 * LINE), across);
                        }
                    }
                    strip.store(y + image * planes.imageBytes() + panel * planes.panelBytes(), planes.ofPanel(panel), 2 * first, 2 * rows);
                });
            }
        });
    }

    /** Runs {@code worker}, which sets up one thread's work and then gets the pieces: per panel, the part of a block in each image. */
    private void pieces(Planes planes, long from, long to, boolean parallel, java.util.function.Consumer<java.util.function.Consumer<Piece>> worker) {
        long firstImage = from / down;
        long images = (to - 1) / down - firstImage + 1;
        long count = images * planes.panels();
        WorkerPool.forRange(count, parallel ? Math.max(1, count / 16) : count, (start, end) -> worker.accept(piece -> {
            for (long job = start; job < end; job++) {
                long image = firstImage + job % images;
                int first = (int) (Math.max(from, image * down) - image * down);
                int last = (int) (Math.min(to, (image + 1) * down) - image * down);
                piece.run(image, (int) (job / images), first, last - first, (image * down + first - from) * across);
            }
        }));
    }
}
