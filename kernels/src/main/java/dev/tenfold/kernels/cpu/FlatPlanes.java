package dev.tenfold.kernels.cpu;

import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.cpu.Convolution.Geometry;

/**
 * Padded f32 planes laid flat, so that every tap of a window is one shift: output (i, j) is element {@code i pitch + j} of a flat
 * plane, and reads element {@code shift(p, q)} further on for tap (p, q). With a stride, a plane is split into its phases, the elements at
 * equal distances, one behind the other. Used by one thread.
 */
final class FlatPlanes {
    /** Rows of one phase, and elements from one row to the next. */
    private final int rows;
    final int pitch;
    private final Geometry g;

    FlatPlanes(Geometry g) {
        this.g = g;
        rows = (g.h() + 2 * g.padH() + g.strideH() - 1) / g.strideH();
        pitch = (g.w() + 2 * g.padW() + g.strideW() - 1) / g.strideW();
    }

    /** Elements of one phase. */
    int phase() {
        return rows * pitch;
    }

    int phases() {
        return g.strideH() * g.strideW();
    }

    /** Elements of an output plane, from the first output to the last, with the gaps between its rows. */
    int outputs() {
        return (g.outH() - 1) * pitch + g.outW();
    }

    /** The phase that tap (p, q) reads. */
    int phaseOf(int p, int q) {
        return p * g.dilationH() % g.strideH() * g.strideW() + q * g.dilationW() % g.strideW();
    }

    /** Elements within its phase from an output's place to what tap (p, q) reads for it. */
    int shift(int p, int q) {
        return p * g.dilationH() / g.strideH() * pitch + q * g.dilationW() / g.strideW();
    }

    /** Copies plane {@code x} into the phases at {@code to}, or, where not {@code in}, back. */
    void moveInput(long x, long to, boolean in) {
        long row = 4L * g.w();
        for (int first = 0; first < Math.min(g.strideH(), g.h()); first++) {
            int top = first + g.padH();
            long lines = to + 4L * (top % g.strideH() * g.strideW() * phase() + top / g.strideH() * pitch);
            int count = (g.h() - first + g.strideH() - 1) / g.strideH();
            long image = x + first * row;
            if (g.strideW() == 1) moveRows(image, g.strideH() * row, lines + 4L * g.padW(), g.w(), count, in);
            else for (int i = 0; i < count; i++) moveSplitRow(image + i * g.strideH() * row, lines + 4L * i * pitch, in);
        }
    }

    /** One row of the image, whose elements go to the phases in turn. */
    private void moveSplitRow(long image, long line, boolean in) {
        int stride = g.strideW();
        long phase = 4L * phase();
        for (int first = 0; first < Math.min(stride, g.w()); first++) {
            int left = first + g.padW();
            long flat = line + left % stride * phase + 4L * (left / stride);
            long from = image + 4L * first;
            int count = (g.w() - first + stride - 1) / stride;
            if (in) for (int j = 0; j < count; j++) Memory.putInt(flat + 4L * j, Memory.getInt(from + 4L * j * stride));
            else for (int j = 0; j < count; j++) Memory.putInt(from + 4L * j * stride, Memory.getInt(flat + 4L * j));
        }
    }

    /** Copies output plane {@code y} to its flat form at {@code to}, or, where not {@code in}, back. */
    void moveOutput(long y, long to, boolean in) {
        moveRows(y, 4L * g.outW(), to, g.outW(), g.outH(), in);
    }

    private void moveRows(long image, long step, long flat, int width, int rows, boolean in) {
        if (in) PlaneLoops.CHOSEN.copyRows(image, step, flat, 4L * pitch, 4 * width, rows);
        else PlaneLoops.CHOSEN.copyRows(flat, 4L * pitch, image, step, 4 * width, rows);
    }
}
