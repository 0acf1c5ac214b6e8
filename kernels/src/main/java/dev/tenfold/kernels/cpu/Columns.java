package dev.tenfold.kernels.cpu;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.cpu.Convolution.Geometry;

/**
 * Unrolls image windows into the columns of a matrix, and adds such a matrix back into an image. Both go through a copy of the
 * planes with their padding around them, so that no window leaves it.
 */
final class Columns implements AutoCloseable {
    private final DType type;
    private final Geometry g;
    private final int planes;
    private final int bytes;
    private final long pitch;
    private final long plane;
    private final Scratch padded;

    /** For {@code planes} channels at a time; used by one thread. */
    Columns(DType type, Geometry g, int planes) {
        this.type = type;
        this.g = g;
        this.planes = planes;
        bytes = type.bytes();
        pitch = (long) (g.w() + 2 * g.padW()) * bytes;
        plane = (g.h() + 2 * g.padH()) * pitch;
        padded = new Scratch(Math.max(1, planes * plane));
        clear();
    }

    private void clear() {
        Memory.fill(padded.address(), planes * plane, (byte) 0);
    }

    /** Takes the planes at {@code x}, whose windows {@link #unroll} then reads. */
    void load(long x) {
        move(x, true);
    }

    /** Copies the planes without their padding from x, or to it. */
    private void move(long x, boolean in) {
        long row = (long) g.w() * bytes;
        long inner = padded.address() + g.padH() * pitch + (long) g.padW() * bytes;
        if (pitch == row && plane == g.h() * row) {
            copy(x, inner, planes * plane, in);
            return;
        }
        for (int c = 0; c < planes; c++) {
            for (int i = 0; i < g.h(); i++) copy(x + (c * g.h() + i) * row, inner + c * plane + i * pitch, row, in);
        }
    }

    private static void copy(long x, long own, long count, boolean in) {
        if (in) Memory.copy(x, own, count);
        else Memory.copy(own, x, count);
    }

    /**
     * {@code columns[(c, r, s), position]} for the output rows {@code firstRow} to {@code lastRow}.
     *
     * @param columns [planes * r * s, (lastRow - firstRow) * outW], its rows {@code apart} elements apart
     */
    void unroll(int firstRow, int lastRow, long columns, long apart) {
        long at = columns;
        int width = g.outW();
        int rows = lastRow - firstRow;
        long step = g.strideH() * pitch;
        for (int c = 0; c < planes; c++) {
            for (int r = 0; r < g.r(); r++) {
                for (int s = 0; s < g.s(); s++) {
                    long from = window(c, r, s) + firstRow * step;
                    if (g.strideW() == 1) PlaneLoops.CHOSEN.copyRows(from, step, at, (long) width * bytes, width * bytes, rows);
                    else for (int i = 0; i < rows; i++) pickRow(from + i * step, at + (long) i * width * bytes, width);
                    at += apart * bytes;
                }
            }
        }
    }

    /** Where element (r, s) of the first window of plane c lies. */
    private long window(int c, int r, int s) {
        return padded.address() + c * plane + r * g.dilationH() * pitch + (long) s * g.dilationW() * bytes;
    }

    private void pickRow(long from, long to, int width) {
        long stride = (long) g.strideW() * bytes;
        if (type == DType.F32) {
            for (int j = 0; j < width; j++) Memory.putInt(to + 4L * j, Memory.getInt(from + j * stride));
        } else {
            for (int j = 0; j < width; j++) Memory.putLong(to + 8L * j, Memory.getLong(from + j * stride));
        }
    }

    /**
     * The adjoint of {@link #load} and {@link #unroll} over all output rows: the columns, whose rows are {@code apart} elements apart, are
     * added up into the planes at {@code x}.
     */
    void addBack(long columns, long apart, long x) {
        clear();
        long line = columns;
        int width = g.outW();
        for (int c = 0; c < planes; c++) {
            for (int r = 0; r < g.r(); r++) {
                for (int s = 0; s < g.s(); s++) {
                    long to = window(c, r, s);
                    for (int i = 0; i < g.outH(); i++) addRow(line + (long) i * width * bytes, to + i * g.strideH() * pitch, width);
                    line += apart * bytes;
                }
            }
        }
        move(x, false);
    }

    private void addRow(long from, long to, int width) {
        long stride = (long) g.strideW() * bytes;
        if (type == DType.F32) {
            for (int j = 0; j < width; j++) Memory.putFloat(to + j * stride, Memory.getFloat(to + j * stride) + Memory.getFloat(from + 4L * j));
        } else {
            for (int j = 0; j < width; j++) Memory.putDouble(to + j * stride, Memory.getDouble(to + j * stride) + Memory.getDouble(from + 8L * j));
        }
    }

    @Override
    public void close() {
        padded.close();
    }
}
