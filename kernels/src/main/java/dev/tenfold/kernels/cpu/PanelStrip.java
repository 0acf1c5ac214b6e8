package dev.tenfold.kernels.cpu;

import static dev.tenfold.kernels.cpu.PanelKernel.LINE;
import static dev.tenfold.kernels.cpu.PanelKernel.WIDTH;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.Memory;

/**
 * Some rows of up to {@link PanelKernel#WIDTH} planes of one f32 image, with the channels side by side and zeros around: row i, column j and
 * channel c lie at {@code address() + i pitch() + (left + j) LINE + 4 c}. Used by one thread.
 */
final class PanelStrip implements AutoCloseable {
    private final int h;
    private final int w;
    private final int left;
    private final long pitch;
    private final Scratch lines;
    private final Scratch dense;

    /**
     * A strip of planes [h, w].
     *
     * @param left    columns of zeros before the first one
     * @param columns of the strip, at least {@code left + w}
     * @param rows    at most
     */
    PanelStrip(int h, int w, int left, int columns, int rows) {
        this.h = h;
        this.w = w;
        this.left = left;
        pitch = columns * LINE;
        lines = new Scratch(rows * pitch);
        dense = new Scratch(Math.min(h, rows) * w * LINE);
        Memory.fill(lines.address(), rows * pitch, (byte) 0);
    }

    long address() {
        return lines.address();
    }

    long pitch() {
        return pitch;
    }

    /** Takes the rows {@code top} to {@code top + rows}, which may lie outside, of the planes at {@code x}. */
    void load(long x, int channels, int top, int rows) {
        int first = Math.clamp(top, 0, h);
        int last = Math.clamp(top + rows, first, h);
        long pixels = (long) (last - first) * w;
        if (channels < WIDTH) Memory.fill(dense.address(), pixels * LINE, (byte) 0);
        Indexing.copy(DType.F32, new long[] {pixels, channels}, x + 4L * first * w, new long[] {1, (long) h * w}, dense.address(), new long[] {WIDTH, 1});
        for (int i = 0; i < rows; i++) {
            long to = lines.address() + i * pitch;
            int row = top + i;
            if (row < first || row >= last) Memory.fill(to, pitch, (byte) 0);
            else Memory.copy(dense.address() + (row - first) * w * LINE, to + left * LINE, w * LINE);
        }
    }

    /** Writes the first rows, as many as lie inside from {@code top} on and at most {@code rows}, to the planes at {@code y}. */
    void store(long y, int channels, int top, int rows) {
        int count = Math.min(rows, h - top);
        for (int i = 0; i < count; i++) Memory.copy(lines.address() + i * pitch + left * LINE, dense.address() + i * w * LINE, w * LINE);
        Indexing.copy(DType.F32, new long[] {channels, (long) count * w}, dense.address(), new long[] {1, WIDTH}, y + 4L * top * w, new long[] {(long) h * w, 1});
    }

    @Override
    public void close() {
        lines.close();
        dense.close();
    }
}
