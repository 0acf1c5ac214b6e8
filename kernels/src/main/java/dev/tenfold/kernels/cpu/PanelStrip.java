package dev.tenfold.kernels.cpu;

import static dev.tenfold.kernels.cpu.PanelKernel.LINE;
import static dev.tenfold.kernels.cpu.PanelKernel.WIDTH;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.Memory;

/**
 * Some rows of up to {@link PanelKernel#WIDTH} planes of one f32 image, with the channels side by side and zeros above and below: row i,
 * column j and channel c lie at {@code address + i pitch() + j LINE + 4 c}. Used by one thread.
 *
 * @param h rows of a plane
 * @param w columns of a plane
 */
record PanelStrip(long address, int h, int w) {
    long pitch() {
        return w * LINE;
    }

    /** Takes the rows {@code top} to {@code top + rows}, which may lie outside, of the planes at {@code x}. */
    void load(long x, int channels, int top, int rows) {
        int first = Math.clamp(top, 0, h);
        int last = Math.clamp(top + rows, first, h);
        long inside = address + (first - top) * pitch();
        long behind = inside + (last - first) * pitch();
        long pixels = (long) (last - first) * w;
        clear(address, inside);
        if (channels < WIDTH) clear(inside, behind);
        Indexing.copy(DType.F32, new long[] {pixels, channels}, x + 4L * first * w, new long[] {1, (long) h * w}, inside, new long[] {WIDTH, 1});
        clear(behind, address + rows * pitch());
    }

    private static void clear(long from, long to) {
        if (to > from) Memory.fill(from, to - from, (byte) 0);
    }

    /** Writes the first rows, as many as lie inside from {@code top} on and at most {@code rows}, to the planes at {@code y}. */
    void store(long y, int channels, int top, int rows) {
        long pixels = (long) Math.min(rows, h - top) * w;
        Indexing.copy(DType.F32, new long[] {channels, pixels}, address, new long[] {1, WIDTH}, y + 4L * top * w, new long[] {(long) h * w, 1});
    }
}
