package dev.tenfold.methods.squareloss;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;

/**
 * Two spiral arms that never meet: {@code x = u (cos(3 pi u + c pi), sin(3 pi u + c pi)) + 0.03 U[-1, 1]^2} with {@code u = sqrt(U[.05, 1])}, the class c
 * a fair coin. For kernels on the sphere the plane is mapped by {@code (2x, 1) / ||(2x, 1)||}.
 *
 * @param points x, [n][2]
 * @param labels +1 for c = 0 and -1 for c = 1
 */
record Spirals(double[][] points, double[] labels) {
    private static final double NOISE = 0.03;

    static Spirals of(Generator generator, int n) {
        double[] u;
        try (Scope scope = Scope.open()) {
            u = generator.uniform(DType.F64, n, 4).toDoubles();
        }
        double[][] points = new double[n][];
        double[] labels = new double[n];
        for (int i = 0; i < n; i++) {
            double radius = Math.sqrt(0.05 + 0.95 * u[4 * i]);
            boolean second = u[4 * i + 1] >= 0.5;
            double angle = 3 * Math.PI * radius + (second ? Math.PI : 0);
            points[i] = new double[] {radius * Math.cos(angle) + NOISE * (2 * u[4 * i + 2] - 1), radius * Math.sin(angle) + NOISE * (2 * u[4 * i + 3] - 1)};
            labels[i] = second ? -1 : 1;
        }
        return new Spirals(points, labels);
    }

    /** The points on the sphere, f64 [n, 3]. */
    Tensor onSphere() {
        return sphere(points);
    }

    /** The labels as a column, f64 [n, 1]. */
    Tensor column() {
        return Tensors.of(labels, labels.length, 1);
    }

    /** Points of the plane on the sphere in R^3. */
    static Tensor sphere(double[][] points) {
        double[] s = new double[3 * points.length];
        for (int i = 0; i < points.length; i++) {
            double x = 2 * points[i][0];
            double y = 2 * points[i][1];
            double norm = Math.sqrt(x * x + y * y + 1);
            s[3 * i] = x / norm;
            s[3 * i + 1] = y / norm;
            s[3 * i + 2] = 1 / norm;
        }
        return Tensors.of(s, points.length, 3);
    }
}
