package dev.tenfold.kernels.cpu;

import dev.tenfold.kernels.DType;

/**
 * Mean and sum of squared distances from it, of pieces that are joined in the order in which they come (Chan, Golub and LeVeque 1983).
 * Within a piece the squares are taken about the piece's own mean, so nothing cancels.
 */
final class Moments {
    private final DType type;
    private final LineLoops loops;
    private double count;
    private double mean;
    private double squares;

    Moments(DType type) {
        this.type = type;
        this.loops = LineLoops.of(type);
    }

    void clear() {
        count = 0;
        mean = 0;
        squares = 0;
    }

    private double rounded(double value) {
        return type == DType.F32 ? (float) value : value;
    }

    void add(long x, int n) {
        double own = loops.sum(x, n) / n;
        double centre = rounded(own);
        double ownSquares = loops.sumSquares(x, n, centre) - n * (own - centre) * (own - centre);
        double total = count + n;
        double apart = own - mean;
        mean += apart * n / total;
        squares += ownSquares + apart * apart * count * n / total;
        count = total;
    }

    double mean() {
        return mean;
    }

    /** The mean as the lines' type holds it. */
    double centre() {
        return rounded(mean);
    }

    /** What {@code (x - centre) factor} lacks of {@code (x - mean) factor + bias}. */
    double shift(double factor, double bias) {
        return Double.isFinite(factor) ? bias - (mean - centre()) * factor : bias;
    }

    /** Without Bessel's correction. */
    double variance() {
        return Math.max(0, squares / count);
    }
}
