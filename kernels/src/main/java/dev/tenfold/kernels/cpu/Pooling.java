package dev.tenfold.kernels.cpu;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.WorkerPool;
import dev.tenfold.kernels.cpu.Convolution.Geometry;

/** Pooling over the planes of dense NCHW blocks, f32 and f64. In the geometry, c = k = groups. */
public final class Pooling {
    private Pooling() {
    }

    private interface Window {
        /** The part of a window that lies inside the image: rows [r0, r1), columns [c0, c1) in steps of the dilation. */
        void run(long plane, int output, int r0, int r1, int c0, int c1);
    }

    private static void forWindows(Geometry g, Window window) {
        WorkerPool.forRange((long) g.n() * g.c(), Math.max(1, 16384 / Math.max(1, g.h() * g.w())), (from, to) -> {
            for (long plane = from; plane < to; plane++) {
                for (int i = 0; i < g.outH(); i++) {
                    int top = i * g.strideH() - g.padH();
                    int r0 = inside(top, g.dilationH());
                    int r1 = Math.min(g.h(), top + (g.r() - 1) * g.dilationH() + 1);
                    for (int j = 0; j < g.outW(); j++) {
                        int left = j * g.strideW() - g.padW();
                        window.run(plane, i * g.outW() + j, r0, r1, inside(left, g.dilationW()),
                                Math.min(g.w(), left + (g.s() - 1) * g.dilationW() + 1));
                    }
                }
            }
        });
    }

    /** The first place of a window, from {@code start} in steps of {@code dilation}, that is not negative. */
    private static int inside(int start, int dilation) {
        return start >= 0 ? start : start + (-start + dilation - 1) / dilation * dilation;
    }

    /** Max pooling (padding counts as -infinity); positions (i64, into h*w of the plane) go to {@code argmax} when not 0. NaN wins, the first of equals is taken. */
    public static void max(DType type, Geometry g, long x, long y, long argmax) {
        int bytes = type.bytes();
        long size = (long) g.h() * g.w();
        long outputs = (long) g.outH() * g.outW();
        forWindows(g, (plane, output, r0, r1, c0, c1) -> {
            long in = x + plane * size * bytes;
            double best = Double.NEGATIVE_INFINITY;
            long where = (long) r0 * g.w() + c0;
            for (int r = r0; r < r1; r += g.dilationH()) {
                for (int c = c0; c < c1; c += g.dilationW()) {
                    long at = (long) r * g.w() + c;
                    double value = type == DType.F32 ? Memory.getFloat(in + 4 * at) : Memory.getDouble(in + 8 * at);
                    if (value > best || (value != value && best == best)) {
                        best = value;
                        where = at;
                    }
                }
            }
            Memory.putAsDouble(type, y + (plane * outputs + output) * bytes, best);
            if (argmax != 0) Memory.putLong(argmax + 8 * (plane * outputs + output), where);
        });
    }

    private static double divisor(Geometry g, boolean countPadding, int r0, int r1, int c0, int c1) {
        if (countPadding) return g.r() * g.s();
        int rows = (r1 - r0 + g.dilationH() - 1) / g.dilationH();
        int columns = (c1 - c0 + g.dilationW() - 1) / g.dilationW();
        return rows * columns;
    }

    /** Average pooling; padding counts as zero and is divided by when {@code countPadding}. */
    public static void average(DType type, Geometry g, boolean countPadding, long x, long y) {
        int bytes = type.bytes();
        long size = (long) g.h() * g.w();
        long outputs = (long) g.outH() * g.outW();
        forWindows(g, (plane, output, r0, r1, c0, c1) -> {
            long in = x + plane * size * bytes;
            double sum = 0;
            for (int r = r0; r < r1; r += g.dilationH()) {
                for (int c = c0; c < c1; c += g.dilationW()) sum += Memory.getAsDouble(type, in + ((long) r * g.w() + c) * bytes);
            }
            Memory.putAsDouble(type, y + (plane * outputs + output) * bytes, sum / divisor(g, countPadding, r0, r1, c0, c1));
        });
    }

    /** The adjoint of {@link #average}. */
    public static void averageBackward(DType type, Geometry g, boolean countPadding, long dy, long dx) {
        int bytes = type.bytes();
        long size = (long) g.h() * g.w();
        long outputs = (long) g.outH() * g.outW();
        Memory.fill(dx, g.n() * g.c() * size * bytes, (byte) 0);
        forWindows(g, (plane, output, r0, r1, c0, c1) -> {
            long out = dx + plane * size * bytes;
            double share = Memory.getAsDouble(type, dy + (plane * outputs + output) * bytes) / divisor(g, countPadding, r0, r1, c0, c1);
            for (int r = r0; r < r1; r += g.dilationH()) {
                for (int c = c0; c < c1; c += g.dilationW()) {
                    long at = out + ((long) r * g.w() + c) * bytes;
                    Memory.putAsDouble(type, at, Memory.getAsDouble(type, at) + share);
                }
            }
        });
    }
}
