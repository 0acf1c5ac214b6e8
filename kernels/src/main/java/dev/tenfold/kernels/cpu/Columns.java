package dev.tenfold.kernels.cpu;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.cpu.Convolution.Geometry;

/** Unrolls image windows into the columns of a matrix, and adds such a matrix back into an image. */
final class Columns {
    private Columns() {
    }

    /**
     * {@code columns[(c, r, s), position]} for the output rows {@code firstRow} to {@code lastRow} of one group of one image.
     *
     * @param x       the group's first plane
     * @param planes  channels of the group
     * @param columns [planes * r * s, (lastRow - firstRow) * outW]
     */
    static void unroll(DType type, Geometry g, long x, int planes, int firstRow, int lastRow, long columns) {
        int bytes = type.bytes();
        long plane = (long) g.h() * g.w() * bytes;
        long at = columns;
        for (int c = 0; c < planes; c++) {
            for (int r = 0; r < g.r(); r++) {
                for (int s = 0; s < g.s(); s++) {
                    for (int i = firstRow; i < lastRow; i++) {
                        int row = i * g.strideH() - g.padH() + r * g.dilationH();
                        int column = s * g.dilationW() - g.padW();
                        if (row < 0 || row >= g.h()) Memory.fill(at, (long) g.outW() * bytes, (byte) 0);
                        else unrollRow(type, g, x + c * plane + (long) row * g.w() * bytes, column, at);
                        at += (long) g.outW() * bytes;
                    }
                }
            }
        }
    }

    /** The first output column whose window element lies at or after image column 0. */
    private static int firstInside(Geometry g, int column) {
        return column >= 0 ? 0 : Math.min(g.outW(), (-column + g.strideW() - 1) / g.strideW());
    }

    /** The first output column whose window element lies behind the image. */
    private static int endInside(Geometry g, int column) {
        int room = g.w() - column;
        return room <= 0 ? 0 : Math.min(g.outW(), (room + g.strideW() - 1) / g.strideW());
    }

    private static void unrollRow(DType type, Geometry g, long row, int column, long to) {
        int bytes = type.bytes();
        int first = firstInside(g, column);
        int end = Math.max(first, endInside(g, column));
        if (first > 0) Memory.fill(to, (long) first * bytes, (byte) 0);
        if (end < g.outW()) Memory.fill(to + (long) end * bytes, (long) (g.outW() - end) * bytes, (byte) 0);
        long from = row + (long) column * bytes;
        if (g.strideW() == 1) {
            Memory.copy(from + (long) first * bytes, to + (long) first * bytes, (long) (end - first) * bytes);
        } else if (type == DType.F32) {
            for (int j = first; j < end; j++) Memory.putInt(to + 4L * j, Memory.getInt(from + 4L * j * g.strideW()));
        } else {
            for (int j = first; j < end; j++) Memory.putLong(to + 8L * j, Memory.getLong(from + 8L * j * g.strideW()));
        }
    }

    /** The adjoint of {@link #unroll} over all output rows: adds the columns into the group's planes. */
    static void addBack(DType type, Geometry g, long columns, int planes, long x) {
        int bytes = type.bytes();
        long plane = (long) g.h() * g.w() * bytes;
        long at = columns;
        for (int c = 0; c < planes; c++) {
            for (int r = 0; r < g.r(); r++) {
                for (int s = 0; s < g.s(); s++) {
                    int column = s * g.dilationW() - g.padW();
                    int first = firstInside(g, column);
                    int end = endInside(g, column);
                    for (int i = 0; i < g.outH(); i++) {
                        int row = i * g.strideH() - g.padH() + r * g.dilationH();
                        if (row >= 0 && row < g.h()) {
                            long to = x + c * plane + ((long) row * g.w() + column) * bytes;
                            addRow(type, at, first, end, to, g.strideW());
                        }
                        at += (long) g.outW() * bytes;
                    }
                }
            }
        }
    }

    private static void addRow(DType type, long from, int first, int end, long to, int stride) {
        if (type == DType.F32) {
            for (int j = first; j < end; j++) {
                long a = to + 4L * j * stride;
                Memory.putFloat(a, Memory.getFloat(a) + Memory.getFloat(from + 4L * j));
            }
        } else {
            for (int j = first; j < end; j++) {
                long a = to + 8L * j * stride;
                Memory.putDouble(a, Memory.getDouble(a) + Memory.getDouble(from + 8L * j));
            }
        }
    }
}
