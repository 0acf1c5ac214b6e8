package dev.tenfold.tensor;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.op.AveragePool2d;
import dev.tenfold.tensor.op.Conv2d;
import dev.tenfold.tensor.op.Conv2dInputGradient;
import dev.tenfold.tensor.op.MaxPool2d;
import dev.tenfold.tensor.op.Window;

/** Convolutions and pooling of images [n, c, h, w]. Types are not promoted: x, weight and bias have one floating type. */
public final class Convolutions {
    private Convolutions() {
    }

    /**
     * {@code y[n, k, i, j] = bias[k] + sum_{c, p, q} x[n, c, i stride + p dilation - padding, …] weight[k, c, p, q]} with weight
     * [k, c / groups, r, s] and bias [k] or null: [n, k, oh, ow], {@code oh = (h + 2 padding - dilation (r - 1) - 1) / stride + 1}.
     *
     * @throws IllegalArgumentException when shapes, groups or types do not fit
     */
    public static Tensor conv2d(Tensor x, Tensor weight, Tensor bias, Window window, int groups) {
        Conv2d operation = new Conv2d(window, groups);
        return bias == null ? Operation.apply(operation, x, weight) : Operation.apply(operation, x, weight, bias);
    }

    /** {@link #conv2d(Tensor, Tensor, Tensor, Window, int)} without dilation or groups. */
    public static Tensor conv2d(Tensor x, Tensor weight, Tensor bias, int stride, int padding) {
        return conv2d(x, weight, bias, Window.square(stride, padding, 1), 1);
    }

    /**
     * The transposed convolution of x [n, k, h, w] with weight [k, c / groups, r, s]: the adjoint of {@link #conv2d} with the same weight,
     * plus bias [c] or null. Result [n, c, oh, ow], {@code oh = (h - 1) stride - 2 padding + dilation (r - 1) + 1 + outputPadding}.
     *
     * @param outputPadding rows and columns that the stride leaves open, below both strides
     */
    public static Tensor convTranspose2d(Tensor x, Tensor weight, Tensor bias, Window window, int outputPadding, int groups) {
        if (x.rank() != 4 || weight.rank() != 4 || groups < 1) {
            throw new IllegalArgumentException("convTranspose2d: x " + x.shape() + " and weight " + weight.shape()
                    + " must be [n, k, h, w] and [k, c / groups, r, s], groups " + groups + " at least 1");
        }
        if (outputPadding < 0 || outputPadding >= Math.min(window.strideH(), window.strideW())) {
            throw new IllegalArgumentException("convTranspose2d: outputPadding " + outputPadding + " must be at least 0 and below the strides "
                    + window.strideH() + "x" + window.strideW());
        }
        long height = (x.size(2) - 1) * window.strideH() - 2L * window.padH() + window.dilationH() * (weight.size(2) - 1) + 1 + outputPadding;
        long width = (x.size(3) - 1) * window.strideW() - 2L * window.padW() + window.dilationW() * (weight.size(3) - 1) + 1 + outputPadding;
        if (height < 1 || width < 1) {
            throw new IllegalArgumentException("convTranspose2d: x " + x.shape() + " with padding " + window.padH() + "x" + window.padW()
                    + " gives planes of " + height + "x" + width + "; pad less");
        }
        Tensor y = Operation.apply(new Conv2dInputGradient(window, groups, height, width), x, weight);
        if (bias == null) return y;
        if (bias.rank() != 1 || bias.size(0) != y.size(1)) {
            throw new IllegalArgumentException("convTranspose2d: bias " + bias.shape() + " must be [" + y.size(1) + "]");
        }
        return y.add(bias.reshape(bias.size(0), 1, 1));
    }

    /** The maximum of each window; padding counts as minus infinity, NaN wins. */
    public static Tensor maxPool2d(Tensor x, int rows, int columns, Window window) {
        if (!x.requiresGrad() || NoGrad.active()) return Operation.apply(new MaxPool2d(rows, columns, window, false), x);
        Tensor[] results = Operation.applyAll(new MaxPool2d(rows, columns, window, true), x);
        // The graph holds the positions; nobody else does.
        results[1].close();
        return results[0];
    }

    /** {@link #maxPool2d(Tensor, int, int, Window)} of square windows. */
    public static Tensor maxPool2d(Tensor x, int size, int stride, int padding) {
        return maxPool2d(x, size, size, Window.square(stride, padding, 1));
    }

    /** The maxima and their positions, i64 into the h w elements of their plane. */
    public static Tensor[] maxPool2dWithPositions(Tensor x, int rows, int columns, Window window) {
        return Operation.applyAll(new MaxPool2d(rows, columns, window, true), x);
    }

    /** The mean of each window; padding counts as zero, and is divided by where {@code countPadding}. */
    public static Tensor averagePool2d(Tensor x, int rows, int columns, Window window, boolean countPadding) {
        return Operation.apply(new AveragePool2d(rows, columns, window, countPadding), x);
    }

    /** {@link #averagePool2d(Tensor, int, int, Window, boolean)} of square windows, padding counted. */
    public static Tensor averagePool2d(Tensor x, int size, int stride, int padding) {
        return averagePool2d(x, size, size, Window.square(stride, padding, 1), true);
    }

    /**
     * Means over height x width regions that cover x [n, c, h, w] evenly: region i has the rows {@code floor(i h / height)} up to
     * {@code ceil((i + 1) h / height)}. Written as two products with averaging matrices, unless the regions are equal windows.
     */
    public static Tensor adaptiveAveragePool2d(Tensor x, int height, int width) {
        if (x.rank() != 4 || height < 1 || width < 1 || x.size(2) == 0 || x.size(3) == 0) {
            throw new IllegalArgumentException("adaptiveAveragePool2d: x " + x.shape() + " must be [n, c, h, w] with h and w at least 1, the result "
                    + height + "x" + width + " at least 1x1");
        }
        if (x.size(2) % height == 0 && x.size(3) % width == 0) {
            int rows = Math.toIntExact(x.size(2) / height);
            int columns = Math.toIntExact(x.size(3) / width);
            return averagePool2d(x, rows, columns, new Window(rows, columns, 0, 0, 1, 1), true);
        }
        Tensor down = averaging(x.dtype(), height, (int) x.size(2));
        Tensor across = averaging(x.dtype(), width, (int) x.size(3));
        return down.matmul(x).matmul(across.transpose());
    }

    /** The mean over each plane: [n, c, h, w] gives [n, c]. */
    public static Tensor globalAveragePool2d(Tensor x) {
        if (x.rank() != 4 || x.size(2) * x.size(3) == 0) {
            throw new IllegalArgumentException("globalAveragePool2d: x " + x.shape() + " must be [n, c, h, w] with h and w at least 1");
        }
        return x.sum(2, 3).div(x.size(2) * x.size(3));
    }

    private static Tensor averaging(DType type, int regions, int size) {
        double[] weights = new double[regions * size];
        for (int i = 0; i < regions; i++) {
            int from = (int) ((long) i * size / regions);
            int to = (int) (((long) (i + 1) * size + regions - 1) / regions);
            for (int j = from; j < to; j++) weights[i * size + j] = 1.0 / (to - from);
        }
        return Tensors.of(type, weights, regions, size);
    }
}
