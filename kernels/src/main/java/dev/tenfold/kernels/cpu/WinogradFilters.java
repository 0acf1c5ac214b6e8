package dev.tenfold.kernels.cpu;

import static dev.tenfold.kernels.cpu.PanelKernel.LINE;
import static dev.tenfold.kernels.cpu.PanelKernel.WIDTH;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.WorkerPool;
import dev.tenfold.kernels.cpu.WinogradLines.Lines;

/**
 * Between 3x3 filters of one group and their sixteen transformed values {@code [16, panels of filters, channels, WIDTH]}, the
 * channels rounded up to whole panels.
 *
 * @param filters        how many
 * @param channels       that each has
 * @param filterStride   elements from a filter to the next
 * @param channelStride  elements from a channel to the next
 * @param tapStride      elements from a tap to the next; -1 for filters that are turned by half a turn
 */
record WinogradFilters(int filters, int channels, long filterStride, long channelStride, long tapStride) {
    private static final int TAPS = 9;
    private static final long CHUNK = WIDTH * LINE;
    private static final WinogradLines LINES = WinogradLines.CHOSEN;

    int panels() {
        return (filters + WIDTH - 1) / WIDTH;
    }

    int channelPanels() {
        return (channels + WIDTH - 1) / WIDTH;
    }

    /** Bytes of one of the sixteen matrices. */
    long pointBytes() {
        return panels() * channelPanels() * CHUNK;
    }

    private interface Chunk {
        /** WIDTH channels of WIDTH filters, which start at {@code weight}; {@code taps} is [WIDTH channels, 9, WIDTH], {@code half} 4 x 3 chunks. */
        void run(long weight, int channels, int filters, long transformed, long taps, long half);
    }

    private void forChunks(long weight, long transformed, Chunk chunk) {
        WorkerPool.forRange((long) panels() * channelPanels(), 1, (from, to) -> {
            try (Scratch taps = new Scratch(TAPS * CHUNK); Scratch half = new Scratch(12 * CHUNK)) {
                for (long job = from; job < to; job++) {
                    int filter = (int) (job / channelPanels()) * WIDTH;
                    int channel = (int) (job % channelPanels()) * WIDTH;
                    chunk.run(weight + 4 * (filter * filterStride + channel * channelStride), Math.min(WIDTH, channels - channel),
                            Math.min(WIDTH, filters - filter), transformed + job * CHUNK, taps.address(), half.address());
                }
            }
        });
    }

    /** {@code G w G^T} of every filter. {@code weight} is the address of the first filter's first tap. */
    void transform(long weight, long to) {
        forChunks(weight, to, (w, ofChannels, ofFilters, target, taps, half) -> {
            if (ofChannels < WIDTH || ofFilters < WIDTH) Memory.fill(taps, TAPS * CHUNK, (byte) 0);
            Indexing.copy(DType.F32, new long[] {ofChannels, TAPS, ofFilters}, w, new long[] {channelStride, tapStride, filterStride},
                    taps, new long[] {TAPS * WIDTH, WIDTH, 1});
            for (int s = 0; s < 3; s++) {
                LINES.filter(new Lines(taps + s * LINE, 3 * LINE, TAPS * LINE), new Lines(half + s * CHUNK, 3 * CHUNK, LINE), WIDTH);
            }
            for (int a = 0; a < 4; a++) {
                LINES.filter(new Lines(half + 3 * a * CHUNK, CHUNK, LINE), new Lines(target + 4 * a * pointBytes(), pointBytes(), LINE), WIDTH);
            }
        });
    }

    /** {@code G^T u G}: the adjoint, from the gradients of the transformed values to those of the filters. */
    void gradient(long from, long weight) {
        forChunks(weight, from, (w, ofChannels, ofFilters, source, taps, half) -> {
            for (int b = 0; b < 4; b++) {
                LINES.filterGradient(new Lines(source + b * pointBytes(), 4 * pointBytes(), LINE), new Lines(half + b * CHUNK, 4 * CHUNK, LINE), WIDTH);
            }
            for (int r = 0; r < 3; r++) {
                LINES.filterGradient(new Lines(half + 4 * r * CHUNK, CHUNK, LINE), new Lines(taps + 3 * r * LINE, LINE, TAPS * LINE), WIDTH);
            }
            Indexing.copy(DType.F32, new long[] {ofFilters, ofChannels, TAPS}, taps, new long[] {1, TAPS * WIDTH, WIDTH},
                    w, new long[] {filterStride, channelStride, tapStride});
        });
    }
}
