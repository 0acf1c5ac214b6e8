package dev.tenfold.nn.layers;

import dev.tenfold.tensor.op.Window;

/**
 * What the filters of a convolution are like: {@code Filter.square(3).dilation(2).same()}. Begins with stride 1, no padding, no dilation, one
 * group and no bias, as before a batch norm.
 *
 * @param rows    height of a filter
 * @param columns width of a filter
 * @param window  how it moves
 * @param groups  into how many parts the channels are split, each convolved by itself
 * @param bias    whether a learned number per output channel is added
 */
public record Filter(int rows, int columns, Window window, int groups, boolean bias) {
    public Filter {
        if (rows < 1 || columns < 1 || groups < 1) {
            throw new IllegalArgumentException("Filter: " + rows + "x" + columns + " in " + groups + " groups; each must be at least 1");
        }
    }

    public static Filter of(int rows, int columns) {
        return new Filter(rows, columns, Window.square(1, 0, 1), 1, false);
    }

    public static Filter square(int size) {
        return of(size, size);
    }

    public Filter stride(int stride) {
        return stride(stride, stride);
    }

    public Filter stride(int vertical, int horizontal) {
        return with(new Window(vertical, horizontal, window.padH(), window.padW(), window.dilationH(), window.dilationW()));
    }

    public Filter padding(int padding) {
        return padding(padding, padding);
    }

    /** Zeros added above and below, and left and right. */
    public Filter padding(int vertical, int horizontal) {
        return with(new Window(window.strideH(), window.strideW(), vertical, horizontal, window.dilationH(), window.dilationW()));
    }

    public Filter dilation(int dilation) {
        return dilation(dilation, dilation);
    }

    /** Rows and columns from one tap of the filter to the next. */
    public Filter dilation(int vertical, int horizontal) {
        return with(new Window(window.strideH(), window.strideW(), window.padH(), window.padW(), vertical, horizontal));
    }

    /** The padding by which stride 1 keeps the size, {@code dilation (size - 1) / 2}: for odd sizes, and after {@link #dilation(int)}. */
    public Filter same() {
        if (rows % 2 == 0 || columns % 2 == 0) {
            throw new IllegalArgumentException("Filter: no symmetric padding keeps the size under a filter of " + rows + "x" + columns + "; both must be odd");
        }
        return padding(window.dilationH() * (rows - 1) / 2, window.dilationW() * (columns - 1) / 2);
    }

    public Filter groups(int groups) {
        return new Filter(rows, columns, window, groups, bias);
    }

    public Filter withBias() {
        return new Filter(rows, columns, window, groups, true);
    }

    private Filter with(Window moved) {
        return new Filter(rows, columns, moved, groups, bias);
    }

    void requireGroups(String layer, int in, int out) {
        if (in < 1 || out < 1 || in % groups != 0 || out % groups != 0) {
            throw new IllegalArgumentException(layer + ": " + groups + " groups do not divide " + in + " and " + out + " channels, both at least 1");
        }
    }
}
