package dev.tenfold.tensor.op;

import dev.tenfold.kernels.cpu.Convolution;
import dev.tenfold.tensor.Shape;

/**
 * How a window moves over a plane: stride, padding and dilation, each for height and width.
 *
 * @param strideH   rows from one window to the next
 * @param strideW   columns from one window to the next
 * @param padH      rows added above and below
 * @param padW      columns added left and right
 * @param dilationH rows from one tap of the window to the next
 * @param dilationW columns from one tap to the next
 */
public record Window(int strideH, int strideW, int padH, int padW, int dilationH, int dilationW) {
    /** Equal in both directions. */
    public static Window square(int stride, int padding, int dilation) {
        return new Window(stride, stride, padding, padding, dilation, dilation);
    }

    public Window {
        if (strideH < 1 || strideW < 1 || dilationH < 1 || dilationW < 1 || padH < 0 || padW < 0) {
            throw new IllegalArgumentException("window: stride " + strideH + "x" + strideW + " and dilation " + dilationH + "x" + dilationW
                    + " must be at least 1, padding " + padH + "x" + padW + " at least 0");
        }
    }

    /** The sizes of a convolution of x [n, c, h, w] with weight [k, c / groups, r, s], checked for {@code operation}. */
    Convolution.Geometry geometry(String operation, Shape x, Shape weight, int groups) {
        if (x.rank() != 4 || weight.rank() != 4) {
            throw new IllegalArgumentException(operation + ": x " + x + " and weight " + weight + " must be [n, c, h, w] and [k, c / groups, r, s]");
        }
        if (groups < 1 || x.size(1) != weight.size(1) * groups || weight.size(0) % groups != 0) {
            throw new IllegalArgumentException(operation + ": x " + x + " has " + x.size(1) + " channels, weight " + weight + " with " + groups
                    + " groups takes " + weight.size(1) * groups + "; weight must be [k, c / groups, r, s] with k and c divisible by groups");
        }
        return geometry(operation, x, weight.size(0), weight.size(2), weight.size(3), groups);
    }

    /** The sizes of a pooling of x [n, c, h, w] in windows of r x s. */
    Convolution.Geometry pooling(String operation, Shape x, int r, int s) {
        if (x.rank() != 4) throw new IllegalArgumentException(operation + ": x " + x + " must be [n, c, h, w]");
        if (r < 1 || s < 1) throw new IllegalArgumentException(operation + ": a window of " + r + "x" + s + " is empty");
        Convolution.Geometry g = geometry(operation, x, x.size(1), r, s, Math.max(1, fit(x, 1, operation)));
        if (!touches(g.outH(), strideH, padH, dilationH, r, g.h()) || !touches(g.outW(), strideW, padW, dilationW, s, g.w())) {
            throw new IllegalArgumentException(operation + ": with padding " + padH + "x" + padW + ", windows of " + r + "x" + s
                    + " lie wholly outside the plane of " + x + "; pad less than the window's size");
        }
        return g;
    }

    /** True when every window has a tap inside the plane. */
    private static boolean touches(int windows, int stride, int pad, int dilation, int taps, int size) {
        for (int i = 0; i < windows; i++) {
            int first = i * stride - pad;
            int skipped = first >= 0 ? 0 : (-first + dilation - 1) / dilation;
            if (skipped >= taps || first + skipped * dilation >= size) return false;
        }
        return true;
    }

    private Convolution.Geometry geometry(String operation, Shape x, long k, long r, long s, int groups) {
        if (r < 1 || s < 1) throw new IllegalArgumentException(operation + ": a window of " + r + "x" + s + " is empty");
        Convolution.Geometry g = new Convolution.Geometry(fit(x, 0, operation), fit(x, 1, operation), fit(x, 2, operation), fit(x, 3, operation),
                Math.toIntExact(k), Math.toIntExact(r), Math.toIntExact(s), strideH, strideW, padH, padW, dilationH, dilationW, groups);
        long spanH = dilationH * (r - 1) + 1;
        long spanW = dilationW * (s - 1) + 1;
        if (x.size(2) + 2L * padH < spanH || x.size(3) + 2L * padW < spanW) {
            throw new IllegalArgumentException(operation + ": the window spans " + spanH + "x" + spanW + ", more than the padded plane "
                    + (x.size(2) + 2L * padH) + "x" + (x.size(3) + 2L * padW) + " of " + x);
        }
        return g;
    }

    private static int fit(Shape x, int axis, String operation) {
        if (x.size(axis) > Integer.MAX_VALUE) throw new IllegalArgumentException(operation + ": dimension " + axis + " of " + x + " is above 2^31 - 1");
        return (int) x.size(axis);
    }
}
