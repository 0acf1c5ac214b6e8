package dev.tenfold.autograd.contract;

import dev.tenfold.tensor.op.Window;

/** Convolutions and pooling, by walking every tap of every window. */
final class ConvolutionReferences {
    private static final Window PLAIN = Window.square(1, 1, 1);
    private static final Window HALVING = Window.square(2, 1, 1);
    private static final Window DILATED = Window.square(1, 2, 2);
    private static final Window BLOCKS = Window.square(2, 0, 1);

    private ConvolutionReferences() {
    }

    static void addTo(References r) {
        convolution(r, "3x3", PLAIN, 1);
        convolution(r, "stride", HALVING, 1);
        convolution(r, "dilation", DILATED, 1);
        convolution(r, "groups", PLAIN, 2);
        convolution(r, "depthwise", Window.square(1, 0, 1), 3);
        convolution(r, "pointwise", Window.square(1, 0, 1), 1);
        convolution(r, "uneven", new Window(2, 1, 0, 2, 1, 2), 1);
        convolution(r, "no images", PLAIN, 1);
        r.add("conv2d", "bias", in -> {
            Array y = convolve(in.get(0), in.get(1), PLAIN, 1);
            return Array.of(y.shape(), i -> y.at(i) + in.get(2).at(i[1]));
        });
        r.add("conv2dInputGradient", "3x3", in -> inputGradient(in.get(0), in.get(1), PLAIN, 1, 4, 5));
        r.add("conv2dInputGradient", "stride with a remainder", in -> inputGradient(in.get(0), in.get(1), HALVING, 1, 6, 6));
        r.add("conv2dInputGradient", "groups and dilation", in -> inputGradient(in.get(0), in.get(1), DILATED, 2, 5, 5));
        r.add("conv2dWeightGradient", "3x3", in -> weightGradient(in.get(0), in.get(1), PLAIN, 1));
        r.add("conv2dWeightGradient", "stride with a remainder", in -> weightGradient(in.get(0), in.get(1), HALVING, 1));
        r.add("conv2dWeightGradient", "groups and dilation", in -> weightGradient(in.get(0), in.get(1), DILATED, 2));
        r.add("maxPool2d", "2x2", in -> max(in.get(0), 2, 2, BLOCKS));
        r.add("maxPool2d", "overlapping, padded", in -> max(in.get(0), 3, 3, HALVING));
        r.add("maxPool2d", "dilated", in -> max(in.get(0), 2, 3, new Window(1, 2, 0, 1, 2, 1)));
        r.add("maxPool2d", "whole plane", in -> max(in.get(0), 3, 4, Window.square(1, 0, 1)));
        r.add("maxPool2d", "no images", in -> max(in.get(0), 2, 2, BLOCKS));
        r.add("averagePool2d", "2x2", in -> average(in.get(0), 2, 2, BLOCKS, true));
        r.add("averagePool2d", "padding counted", in -> average(in.get(0), 3, 3, HALVING, true));
        r.add("averagePool2d", "padding not counted", in -> average(in.get(0), 3, 2, new Window(1, 2, 1, 1, 1, 1), false));
        r.add("averagePool2d", "no channels", in -> average(in.get(0), 2, 2, BLOCKS, true));
        r.add("averagePool2dGradient", "2x2 with a remainder", in -> averageGradient(in.get(0), 2, 2, BLOCKS, true, 5, 4));
        r.add("averagePool2dGradient", "padding not counted", in -> averageGradient(in.get(0), 3, 3, HALVING, false, 5, 6));
    }

    private static void convolution(References r, String label, Window window, int groups) {
        r.add("conv2d", label, in -> convolve(in.get(0), in.get(1), window, groups));
    }

    /** Row {@code i strideH + p dilationH - padH} and its column: where tap (p, q) of window (i, j) lies. */
    private static long row(Window w, long i, long p) {
        return i * w.strideH() + p * w.dilationH() - w.padH();
    }

    private static long column(Window w, long j, long q) {
        return j * w.strideW() + q * w.dilationW() - w.padW();
    }

    private static boolean inside(Array x, long a, long b) {
        return a >= 0 && a < x.shape()[2] && b >= 0 && b < x.shape()[3];
    }

    private static long[] windows(Array x, long channels, long r, long s, Window w) {
        long[] shape = x.shape();
        return new long[] {shape[0], channels, (shape[2] + 2L * w.padH() - w.dilationH() * (r - 1) - 1) / w.strideH() + 1,
            (shape[3] + 2L * w.padW() - w.dilationW() * (s - 1) - 1) / w.strideW() + 1};
    }

    private static Array convolve(Array x, Array weight, Window w, int groups) {
        long[] size = weight.shape();
        return Array.of(windows(x, size[0], size[2], size[3], w), y -> {
            long firstChannel = y[1] / (size[0] / groups) * size[1];
            double sum = 0;
            for (long c = 0; c < size[1]; c++) {
                for (long p = 0; p < size[2]; p++) {
                    for (long q = 0; q < size[3]; q++) {
                        long a = row(w, y[2], p);
                        long b = column(w, y[3], q);
                        if (inside(x, a, b)) sum += x.at(y[0], firstChannel + c, a, b) * weight.at(y[1], c, p, q);
                    }
                }
            }
            return sum;
        });
    }

    /** Every output, every tap: add what it passes back. */
    private static Array inputGradient(Array dy, Array weight, Window w, int groups, long height, long width) {
        long[] size = weight.shape();
        long channels = size[1] * groups;
        Array dx = new Array(new long[] {dy.shape()[0], channels, height, width}, new double[(int) (dy.shape()[0] * channels * height * width)]);
        for (int i = 0; i < dy.values().length; i++) {
            long[] y = Array.indexOf(i, dy.shape());
            long firstChannel = y[1] / (size[0] / groups) * size[1];
            for (long c = 0; c < size[1]; c++) {
                for (long p = 0; p < size[2]; p++) {
                    for (long q = 0; q < size[3]; q++) {
                        long a = row(w, y[2], p);
                        long b = column(w, y[3], q);
                        if (!inside(dx, a, b)) continue;
                        int at = (int) (((y[0] * channels + firstChannel + c) * height + a) * width + b);
                        dx.values()[at] += dy.values()[i] * weight.at(y[1], c, p, q);
                    }
                }
            }
        }
        return dx;
    }

    private static Array weightGradient(Array x, Array dy, Window w, int groups) {
        long k = dy.shape()[1];
        long perGroup = x.shape()[1] / groups;
        return Array.of(new long[] {k, perGroup, 3, 3}, index -> {
            long channel = index[0] / (k / groups) * perGroup + index[1];
            double sum = 0;
            for (int i = 0; i < dy.values().length; i++) {
                long[] y = Array.indexOf(i, dy.shape());
                long a = row(w, y[2], index[2]);
                long b = column(w, y[3], index[3]);
                if (y[1] == index[0] && inside(x, a, b)) sum += dy.values()[i] * x.at(y[0], channel, a, b);
            }
            return sum;
        });
    }

    private static Array max(Array x, int r, int s, Window w) {
        return Array.of(windows(x, x.shape()[1], r, s, w), y -> {
            double top = Double.NEGATIVE_INFINITY;
            for (long p = 0; p < r; p++) {
                for (long q = 0; q < s; q++) {
                    long a = row(w, y[2], p);
                    long b = column(w, y[3], q);
                    if (inside(x, a, b)) top = Math.max(top, x.at(y[0], y[1], a, b));
                }
            }
            return top;
        });
    }

    private static Array average(Array x, int r, int s, Window w, boolean countPadding) {
        return Array.of(windows(x, x.shape()[1], r, s, w), y -> {
            double sum = 0;
            int taps = 0;
            for (long p = 0; p < r; p++) {
                for (long q = 0; q < s; q++) {
                    long a = row(w, y[2], p);
                    long b = column(w, y[3], q);
                    if (inside(x, a, b)) sum += x.at(y[0], y[1], a, b);
                    if (countPadding || inside(x, a, b)) taps++;
                }
            }
            return sum / taps;
        });
    }

    /** The adjoint, from the pooling of unit planes: {@code dx[a, b] = sum_y dy[y] average(unit at a, b)[y]}. */
    private static Array averageGradient(Array dy, int r, int s, Window w, boolean countPadding, long height, long width) {
        long[] shape = {dy.shape()[0], dy.shape()[1], height, width};
        Array[] pooled = new Array[(int) (height * width)];
        for (int i = 0; i < pooled.length; i++) {
            double[] unit = new double[pooled.length];
            unit[i] = 1;
            pooled[i] = average(new Array(new long[] {1, 1, height, width}, unit), r, s, w, countPadding);
        }
        return Array.of(shape, x -> {
            Array weights = pooled[(int) (x[2] * width + x[3])];
            double sum = 0;
            for (long i = 0; i < dy.shape()[2]; i++) {
                for (long j = 0; j < dy.shape()[3]; j++) if (weights.at(0, 0, i, j) != 0) sum += dy.at(x[0], x[1], i, j) * weights.at(0, 0, i, j);
            }
            return sum;
        });
    }
}
