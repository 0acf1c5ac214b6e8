package dev.tenfold.methods.attack;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.NoGrad;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;

/**
 * The points an attacker may choose around x: {@code ||x' - x|| <= radius} and {@code low <= x' <= high}. All methods take
 * batches [n, ...]; norms are per example.
 *
 * @param norm   of the perturbation
 * @param radius positive, in the units of the input
 * @param low    of every coordinate; minus infinity for data without a range
 * @param high   of every coordinate
 */
public record Ball(Norm norm, double radius, double low, double high) {
    /** How a perturbation is measured. */
    public enum Norm { MAXIMUM, EUCLIDEAN }

    /** Of rounding, in the test whether a point lies inside. */
    private static final double SLACK = 1e-6;
    private static final double TINY = 1e-12;

    public Ball {
        if (!(radius > 0) || Double.isInfinite(radius)) throw new IllegalArgumentException("ball: the radius " + radius + " must be positive and finite");
        if (!(low < high)) throw new IllegalArgumentException("ball: the range [" + low + ", " + high + "] is empty");
    }

    /** {@code ||x' - x||_inf <= radius} for pixels in [0, 1]. */
    public static Ball pixels(double radius) {
        return new Ball(Norm.MAXIMUM, radius, 0, 1);
    }

    /** {@code ||x' - x|| <= radius} for coordinates without a range. */
    public static Ball unbounded(Norm norm, double radius) {
        return new Ball(norm, radius, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
    }

    /** The nearest point in the ball around {@code centre}, then in the range; the range cannot lead out of the ball, as the centre is in it. */
    public Tensor project(Tensor point, Tensor centre) {
        Tensor shift = point.sub(centre);
        Tensor inside = switch (norm) {
            case MAXIMUM -> shift.clamp(-radius, radius);
            case EUCLIDEAN -> shift.mul(length(shift).add(TINY).divInto(radius).clamp(0, 1));
        };
        Tensor moved = centre.add(inside);
        return Double.isInfinite(low) && Double.isInfinite(high) ? moved : moved.clamp(low, high);
    }

    /** The unit step that raises a linear function of gradient g most: {@code sign(g)} (0 where g is 0) or {@code g / ||g||}. */
    public Tensor direction(Tensor gradient) {
        return switch (norm) {
            case MAXIMUM -> gradient.sign();
            case EUCLIDEAN -> gradient.div(length(gradient).add(TINY));
        };
    }

    /** A random point of the ball around {@code centre}: uniform in the maximum norm, uniform in direction and volume in the Euclidean. */
    public Tensor sample(Tensor centre, Generator generator) {
        try (NoGrad region = NoGrad.open()) {
            Tensor shift = switch (norm) {
                case MAXIMUM -> generator.uniform(centre.dtype(), centre.shape(), -radius, radius);
                case EUCLIDEAN -> {
                    Tensor direction = generator.normal(centre.dtype(), centre.shape(), 0, 1);
                    double dimensions = (double) centre.elements() / centre.size(0);
                    Tensor distance = generator.uniform(centre.dtype(), perExample(centre), 0, 1).pow(1 / dimensions).mul(radius);
                    yield direction.div(length(direction).add(TINY)).mul(distance);
                }
            };
            return project(centre.add(shift), centre);
        }
    }

    /**
     * The point on the ball's border from which APGD starts (Croce and Hein 2020): uniform noise scaled so that its largest
     * coordinate is the radius, or Gaussian noise of the radius's length.
     */
    public Tensor border(Tensor centre, Generator generator) {
        try (NoGrad region = NoGrad.open()) {
            Tensor shift = switch (norm) {
                case MAXIMUM -> {
                    Tensor t = generator.uniform(centre.dtype(), centre.shape(), -1, 1);
                    yield t.div(t.abs().maxKeep(axes(centre)).add(TINY));
                }
                case EUCLIDEAN -> {
                    Tensor t = generator.normal(centre.dtype(), centre.shape(), 0, 1);
                    yield t.div(length(t).add(TINY));
                }
            };
            return project(centre.add(shift.mul(radius)), centre);
        }
    }

    /**
     * Checks an attack's result.
     *
     * @throws IllegalStateException when a point lies outside the ball or the range by more than rounding
     */
    public void requireInside(Tensor point, Tensor centre) {
        if (point.elements() == 0) return;
        Tensor shift = point.sub(centre).to(DType.F64);
        double distance = (norm == Norm.MAXIMUM ? shift.abs() : length(shift)).max().item();
        // A sum of squares in f32 is less exact than a single difference.
        double slack = norm == Norm.MAXIMUM ? SLACK * Math.max(1, centre.abs().max().item()) : 1e-4 * radius + SLACK;
        if (!(distance <= radius + slack)) throw new IllegalStateException("attack: a point at distance " + distance + " left the ball of radius " + radius);
        if (point.min().item() < low || point.max().item() > high) {
            throw new IllegalStateException("attack: coordinates in [" + point.min().item() + ", " + point.max().item() + "] left [" + low + ", " + high + "]");
        }
    }

    /** The Euclidean length of every example, with the other axes kept at size 1. */
    private static Tensor length(Tensor t) {
        return t.square().sumKeep(axes(t)).sqrt();
    }

    /** The shape [n, 1, ...] of one number per example. */
    static Shape perExample(Tensor t) {
        long[] sizes = new long[t.rank()];
        java.util.Arrays.fill(sizes, 1);
        sizes[0] = t.size(0);
        return Shape.of(sizes);
    }

    private static int[] axes(Tensor t) {
        int[] axes = new int[t.rank() - 1];
        for (int i = 0; i < axes.length; i++) axes[i] = i + 1;
        return axes;
    }
}
