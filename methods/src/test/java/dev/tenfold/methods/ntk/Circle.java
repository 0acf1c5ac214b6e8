package dev.tenfold.methods.ntk;

import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;

/** The regression problem of the printed values: angles on the unit circle. */
final class Circle {
    private Circle() {
    }

    static Tensor points(double... angles) {
        double[] points = new double[2 * angles.length];
        for (int i = 0; i < angles.length; i++) {
            points[2 * i] = Math.cos(angles[i]);
            points[2 * i + 1] = Math.sin(angles[i]);
        }
        return Tensors.of(points, angles.length, 2);
    }

    static Tensor train() {
        return points(0, .7, 1.5, 2.6, 4.0);
    }

    static Tensor targets() {
        return Tensors.of(new double[] {1, 1, -1, -1, 1});
    }

    static Tensor test() {
        return points(.3, 2.0, 3.3);
    }
}
