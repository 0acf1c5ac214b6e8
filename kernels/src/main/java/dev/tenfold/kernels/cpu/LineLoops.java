package dev.tenfold.kernels.cpu;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.VectorModule;

/**
 * Loops over one dense line of f32 or f64, of which normalisations, softmax and cross-entropy are made. Numbers are passed as doubles and
 * rounded to the line's type; sums follow the tree of {@link RowLoops}. Targets do not overlap other operands unless it is said.
 */
interface LineLoops {
    /** Below this an f32 exponential is taken as zero: its result would be subnormal. */
    float NOTHING_32 = -87.25f;
    /** As {@link #NOTHING_32}, for f64. */
    double NOTHING_64 = -708.25;

    /** The loops for f32 or f64 on this machine. */
    static LineLoops of(DType type) {
        return type == DType.F32 ? Chosen.F32 : Chosen.F64;
    }

    /** The choice for this process. */
    final class Chosen {
        private static final LineLoops F32 = forSingles();
        private static final LineLoops F64 = new ExpressionLines(DType.F64);

        private Chosen() {
        }

        private static LineLoops forSingles() {
            LineLoops general = new ExpressionLines(DType.F32);
            return VectorModule.available() && WideLines32.fits() ? new WarmingLines(general) : general;
        }
    }

    double sum(long x, int n);

    /** The largest number; NaN may be passed over. */
    double max(long x, int n);

    /** {@code sum (x - centre)^2} */
    double sumSquares(long x, int n, double centre);

    /** {@code sum g (x - centre)} */
    double sumProducts(long g, long x, int n, double centre);

    /** {@code y = exp(x - centre)}, zero where that is subnormal, for x up to centre; returns the sum. */
    double exp(long x, int n, double centre, long y);

    /** {@code y = exp(x - centre) factor + shift}, as {@link #exp}. */
    void expAffine(long x, int n, double centre, double factor, double shift, long y);

    /** {@code y = y factor} */
    void scale(long y, int n, double factor);

    /** {@code y = (x - centre) factor + shift} */
    void affine(long x, int n, double centre, double factor, double shift, long y);

    /** {@code y = (x - centre) factor weight + bias} with a weight and a bias per element. */
    void affine(long x, int n, double centre, double factor, long weight, long bias, long y);

    /** {@code y = ofX (x - centre) + (ofG g + constant)} */
    void combine(long g, long x, int n, double centre, double ofG, double ofX, double constant, long y);

    /** {@code dy = y (g - sum)}: the gradient of softmax. */
    void softmaxGradient(long y, long g, int n, double sum, long out);

    /** {@code g - exp(y) sum} for y up to 0: the gradient of the logarithm of softmax. */
    void logSoftmaxGradient(long y, long g, int n, double sum, long out);

    /** With {@code h = g weight}: the f64 numbers {@code sum h} and {@code sum h (x - centre)}, at {@code sums}. */
    void weightedSums(long g, long weight, long x, int n, double centre, long sums);

    /**
     * With {@code h = g weight}: {@code dx = ofX (x - centre) + (ofG h + constant)}, {@code dweight += g (x - centre) ofG},
     * {@code dbias += g}.
     */
    void weightedGradient(long g, long weight, long x, int n, double centre, double ofG, double ofX, double constant, long dx, long dweight, long dbias);
}
