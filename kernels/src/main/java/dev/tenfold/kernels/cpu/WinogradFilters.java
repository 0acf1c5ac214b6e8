package dev.tenfold.kernels.cpu;

import static dev.tenfold.kernels.cpu.PanelKernel.LINE;
import static dev.tenfold.kernels.cpu.PanelKernel.WIDTH;
import static dev.tenfold.kernels.cpu.WinogradTiles.SPAN;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.cpu.WinogradLines.Lines;

/**
 * Between 3x3 filters of one group and their 36 transformed values, by chunks: WIDTH channels of WIDTH filters, {@code [channels, WIDTH]}
 * for each of the values.
 *
 * @param weight         address of the first tap of the first filter
 * @param filters        how many
 * @param channels       that each has
 * @param filterStride   elements from a filter to the next
 * @param channelStride  elements from a channel to the next
 * @param tapStride      elements from a tap to the next; -1 for filters that are turned by half a turn
 */
record WinogradFilters(long weight, int filters, int channels, long filterStride, long channelStride, long tapStride) {
    /** Bytes of one transformed value of a chunk. */
    static final long CHUNK = WIDTH * LINE;
    /** Bytes of scratch memory that a thread needs. */
    static final long SCRATCH = (9 + 3 * SPAN) * CHUNK;
    private static final int TAPS = 9;
    private static final WinogradLines LINES = WinogradLines.CHOSEN;

    /** Forward filters [filters, channels, 3, 3]. */
    static WinogradFilters of(long weight, int filters, int channels) {
        return new WinogradFilters(weight, filters, channels, 9L * channels, 9, 1);
    }

    /** The filters of the adjoint, of the same memory: channels and filters are exchanged, taps turned. */
    WinogradFilters turned() {
        return new WinogradFilters(weight + 4 * (TAPS - 1), channels, filters, channelStride, filterStride, -tapStride);
    }

    int panels() {
        return (filters + WIDTH - 1) / WIDTH;
    }

    int channelPanels() {
        return (channels + WIDTH - 1) / WIDTH;
    }

    private long chunk(int panel, int channelPanel) {
        return weight + 4 * WIDTH * (panel * filterStride + channelPanel * channelStride);
    }

    private int ofPanel(int panel) {
        return Math.min(WIDTH, filters - panel * WIDTH);
    }

    private int ofChannelPanel(int panel) {
        return Math.min(WIDTH, channels - panel * WIDTH);
    }

    /** {@code G w G^T} of a chunk's filters, whose values come to be {@code point} bytes apart. */
    void transform(int panel, int channelPanel, long to, long point, ThreadScratch scratch) {
        long taps = scratch.address();
        long half = taps + TAPS * CHUNK;
        if (ofPanel(panel) < WIDTH || ofChannelPanel(channelPanel) < WIDTH) Memory.fill(taps, TAPS * CHUNK, (byte) 0);
        Indexing.copy(DType.F32, new long[] {ofChannelPanel(channelPanel), TAPS, ofPanel(panel)}, chunk(panel, channelPanel),
                new long[] {channelStride, tapStride, filterStride}, taps, new long[] {TAPS * WIDTH, WIDTH, 1});
        for (int s = 0; s < 3; s++) {
            LINES.filter(new Lines(taps + s * LINE, 3 * LINE, TAPS * LINE), new Lines(half + s * CHUNK, 3 * CHUNK, LINE), WIDTH);
        }
        for (int a = 0; a < SPAN; a++) {
            LINES.filter(new Lines(half + 3 * a * CHUNK, CHUNK, LINE), new Lines(to + SPAN * a * point, point, LINE), WIDTH);
        }
    }

    /** {@code G^T u G}: the adjoint, from the gradients of a chunk's transformed values, {@code point} bytes apart, to those of its filters. */
    void gradient(int panel, int channelPanel, long from, long point, ThreadScratch scratch) {
        long taps = scratch.address();
        long half = taps + TAPS * CHUNK;
        for (int b = 0; b < SPAN; b++) {
            LINES.filterGradient(new Lines(from + b * point, SPAN * point, LINE), new Lines(half + b * CHUNK, SPAN * CHUNK, LINE), WIDTH);
        }
        for (int r = 0; r < 3; r++) {
            LINES.filterGradient(new Lines(half + SPAN * r * CHUNK, CHUNK, LINE), new Lines(taps + 3 * r * LINE, LINE, TAPS * LINE), WIDTH);
        }
        Indexing.copy(DType.F32, new long[] {ofPanel(panel), ofChannelPanel(channelPanel), TAPS}, taps,
                new long[] {1, TAPS * WIDTH, WIDTH}, chunk(panel, channelPanel), new long[] {filterStride, channelStride, tapStride});
    }
}
