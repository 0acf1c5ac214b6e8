package dev.tenfold.jmh;

import java.util.ArrayList;
import java.util.List;

/**
 * The convolutions of ResNet-18 for images of 3 x 32 x 32 (He et al. 2015, with the 3x3 stem that is usual at this size):
 * both sides build their network from this list, so that they do the same work.
 */
public final class ResNetShape {
    /** One convolution, without bias: channels in and out, kernel edge, stride, edge of the input image. */
    public record Conv(int in, int out, int kernel, int stride, int edge) {
        double forwardFlops() {
            double outEdge = edge / stride;
            return 2 * outEdge * outEdge * out * in * kernel * kernel;
        }
    }

    /** Two 3x3 convolutions and the way around them; {@code shortcut} is null where that is the identity. */
    public record Unit(Conv first, Conv second, Conv shortcut) {
    }

    public static final int CLASSES = 10;
    public static final int FEATURES = 512;
    public static final Conv STEM = new Conv(3, 64, 3, 1, 32);
    public static final List<Unit> UNITS = units();

    private ResNetShape() {
    }

    private static List<Unit> units() {
        List<Unit> units = new ArrayList<>();
        int in = 64;
        int edge = 32;
        for (int width : new int[] {64, 128, 256, 512}) {
            for (int i = 0; i < 2; i++) {
                int stride = in == width ? 1 : 2;
                Conv shortcut = stride == 1 ? null : new Conv(in, width, 1, stride, edge);
                Conv first = new Conv(in, width, 3, stride, edge);
                edge /= stride;
                units.add(new Unit(first, new Conv(width, width, 3, 1, edge), shortcut));
                in = width;
            }
        }
        return List.copyOf(units);
    }

    /** Floating-point operations of one training step: the convolutions and the last layer, forward and twice that backward. */
    static double trainingFlops(int batch) {
        double flops = STEM.forwardFlops() + 2.0 * FEATURES * CLASSES;
        for (Unit unit : UNITS) {
            flops += unit.first.forwardFlops() + unit.second.forwardFlops();
            if (unit.shortcut != null) flops += unit.shortcut.forwardFlops();
        }
        return 3 * batch * flops;
    }

    /** {@link #trainingFlops(int)} of the network whose first stage has {@code width} channels, on images of edge {@code edge}: in proportion. */
    public static double trainingFlops(int batch, int width, int edge) {
        double widths = (double) width / STEM.out();
        double edges = (double) edge / STEM.edge();
        return trainingFlops(batch) * widths * widths * edges * edges;
    }
}
