package dev.tenfold.kernels.cpu;

import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.VectorTrials;
import java.util.stream.Stream;

/**
 * The lines of compiled expressions, with trials of their wide twins on the first elements, until these are fast. What a trial gives goes
 * to memory of its own: both give the same bits, so the moment of the change cannot be seen.
 */
final class WarmingLines implements LineLoops {
    /** Elements of a trial, at most. */
    private static final int TRIAL = 4 * WideLines32.L;
    private static final long BYTES = (long) TRIAL * Float.BYTES;

    private enum Loop { MAX, SQUARES, PRODUCTS, EXP, EXP_AFFINE, SCALE, AFFINE, WEIGHTED, COMBINE, SOFTMAX, LOG_SOFTMAX, SUMS, GRADIENT }

    /** A loop over {@code n} elements that writes up to three lines from {@code apart} on. */
    private interface Trial {
        void run(int n, long apart);
    }

    private final LineLoops plain;
    private final LineLoops wide = new WideLines32();
    private final VectorTrials[] trials = Stream.generate(VectorTrials::new).limit(Loop.values().length).toArray(VectorTrials[]::new);
    // Keeps the compiler from leaving a trial's work undone.
    private double last;

    WarmingLines(LineLoops plain) {
        this.plain = plain;
    }

    private boolean won(Loop loop, int n) {
        return n >= WideLines32.L && trials[loop.ordinal()].won();
    }

    /** Counts the elements for which the plain loop serves, and tries the wide one when it is due. */
    private LineLoops plain(Loop loop, int n, Trial trial) {
        VectorTrials own = trials[loop.ordinal()];
        own.worked(n);
        if (n >= WideLines32.L && own.due()) attempt(own, Math.min(n, TRIAL), trial);
        return plain;
    }

    private void attempt(VectorTrials own, int n, Trial trial) {
        try (Scratch apart = new Scratch(3 * BYTES)) {
            Memory.fill(apart.address(), 3 * BYTES, (byte) 0);
            long start = System.nanoTime();
            trial.run(n, apart.address());
            own.tried(System.nanoTime() - start, n / WideLines32.L);
        }
    }

    @Override
    public double sum(long x, int n) {
        return plain.sum(x, n);
    }

    @Override
    public double max(long x, int n) {
        if (won(Loop.MAX, n)) return wide.max(x, n);
        return plain(Loop.MAX, n, (few, apart) -> last = wide.max(x, few)).max(x, n);
    }

    @Override
    public double sumSquares(long x, int n, double centre) {
        if (won(Loop.SQUARES, n)) return wide.sumSquares(x, n, centre);
        return plain(Loop.SQUARES, n, (few, apart) -> last = wide.sumSquares(x, few, centre)).sumSquares(x, n, centre);
    }

    @Override
    public double sumProducts(long g, long x, int n, double centre) {
        if (won(Loop.PRODUCTS, n)) return wide.sumProducts(g, x, n, centre);
        return plain(Loop.PRODUCTS, n, (few, apart) -> last = wide.sumProducts(g, x, few, centre)).sumProducts(g, x, n, centre);
    }

    @Override
    public double exp(long x, int n, double centre, long y) {
        if (won(Loop.EXP, n)) return wide.exp(x, n, centre, y);
        return plain(Loop.EXP, n, (few, apart) -> last = wide.exp(x, few, centre, apart)).exp(x, n, centre, y);
    }

    @Override
    public void expAffine(long x, int n, double centre, double factor, double shift, long y) {
        if (won(Loop.EXP_AFFINE, n)) wide.expAffine(x, n, centre, factor, shift, y);
        else plain(Loop.EXP_AFFINE, n, (few, apart) -> wide.expAffine(x, few, centre, factor, shift, apart)).expAffine(x, n, centre, factor, shift, y);
    }

    @Override
    public void scale(long y, int n, double factor) {
        if (won(Loop.SCALE, n)) wide.scale(y, n, factor);
        else plain(Loop.SCALE, n, (few, apart) -> wide.scale(apart, few, factor)).scale(y, n, factor);
    }

    @Override
    public void affine(long x, int n, double centre, double factor, double shift, long y) {
        if (won(Loop.AFFINE, n)) wide.affine(x, n, centre, factor, shift, y);
        else plain(Loop.AFFINE, n, (few, apart) -> wide.affine(x, few, centre, factor, shift, apart)).affine(x, n, centre, factor, shift, y);
    }

    @Override
    public void affine(long x, int n, double centre, double factor, long weight, long bias, long y) {
        if (won(Loop.WEIGHTED, n)) wide.affine(x, n, centre, factor, weight, bias, y);
        else plain(Loop.WEIGHTED, n, (few, apart) -> wide.affine(x, few, centre, factor, weight, bias, apart)).affine(x, n, centre, factor, weight, bias, y);
    }

    @Override
    public void combine(long g, long x, int n, double centre, double ofG, double ofX, double constant, long y) {
        if (won(Loop.COMBINE, n)) wide.combine(g, x, n, centre, ofG, ofX, constant, y);
        else plain(Loop.COMBINE, n, (few, apart) -> wide.combine(g, x, few, centre, ofG, ofX, constant, apart)).combine(g, x, n, centre, ofG, ofX, constant, y);
    }

    @Override
    public void softmaxGradient(long y, long g, int n, double sum, long out) {
        if (won(Loop.SOFTMAX, n)) wide.softmaxGradient(y, g, n, sum, out);
        else plain(Loop.SOFTMAX, n, (few, apart) -> wide.softmaxGradient(y, g, few, sum, apart)).softmaxGradient(y, g, n, sum, out);
    }

    @Override
    public void logSoftmaxGradient(long y, long g, int n, double sum, long out) {
        if (won(Loop.LOG_SOFTMAX, n)) wide.logSoftmaxGradient(y, g, n, sum, out);
        else plain(Loop.LOG_SOFTMAX, n, (few, apart) -> wide.logSoftmaxGradient(y, g, few, sum, apart)).logSoftmaxGradient(y, g, n, sum, out);
    }

    @Override
    public void weightedSums(long g, long weight, long x, int n, double centre, long sums) {
        if (won(Loop.SUMS, n)) wide.weightedSums(g, weight, x, n, centre, sums);
        else plain(Loop.SUMS, n, (few, apart) -> wide.weightedSums(g, weight, x, few, centre, apart)).weightedSums(g, weight, x, n, centre, sums);
    }

    @Override
    public void weightedGradient(long g, long weight, long x, int n, double centre, double ofG, double ofX, double constant, long dx, long dweight, long dbias) {
        if (won(Loop.GRADIENT, n)) wide.weightedGradient(g, weight, x, n, centre, ofG, ofX, constant, dx, dweight, dbias);
        else plain(Loop.GRADIENT, n, (few, apart) -> wide.weightedGradient(g, weight, x, few, centre, ofG, ofX, constant, apart, apart + BYTES, apart + 2 * BYTES)).weightedGradient(g, weight, x, n, centre, ofG, ofX, constant, dx, dweight, dbias);
    }
}
