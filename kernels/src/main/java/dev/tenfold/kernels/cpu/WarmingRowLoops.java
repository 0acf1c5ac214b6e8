package dev.tenfold.kernels.cpu;

import dev.tenfold.kernels.cpu.Reductions.Kind;

/**
 * The vector loops, after a while of their scalar twins: until the compiler has made machine code of them, vectors run a
 * hundred times slower than plain loops. Both give the same bits, so the moment of the change cannot be seen.
 */
final class WarmingRowLoops implements RowLoops {
    private static final long ELEMENTS_BEFORE_VECTORS = 1 << 18;

    private final RowLoops scalar = new ScalarRowLoops();
    private final RowLoops vector = new VectorRowLoops();
    // Counted without synchronisation: a lost count only delays the change.
    private long sums;
    private long squares;
    private long extremes;
    private long folds;

    private RowLoops forSums(int n) {
        if (sums > ELEMENTS_BEFORE_VECTORS) return vector;
        sums += n;
        return scalar;
    }

    private RowLoops forSquares(int n) {
        if (squares > ELEMENTS_BEFORE_VECTORS) return vector;
        squares += n;
        return scalar;
    }

    private RowLoops forExtremes(int n) {
        if (extremes > ELEMENTS_BEFORE_VECTORS) return vector;
        extremes += n;
        return scalar;
    }

    private RowLoops forFolds(long n) {
        if (folds > ELEMENTS_BEFORE_VECTORS) return vector;
        folds += n;
        return scalar;
    }

    @Override
    public float sum32(long address, int n) {
        return forSums(n).sum32(address, n);
    }

    @Override
    public void sums32(long address, int n, long rows, long out) {
        forSums((int) Math.min(ELEMENTS_BEFORE_VECTORS, n * rows)).sums32(address, n, rows, out);
    }

    @Override
    public double sum64(long address, int n) {
        return forSums(n).sum64(address, n);
    }

    @Override
    public float sumSquares32(long address, int n) {
        return forSquares(n).sumSquares32(address, n);
    }

    @Override
    public double sumSquares64(long address, int n) {
        return forSquares(n).sumSquares64(address, n);
    }

    @Override
    public float max32(long address, int n) {
        return forExtremes(n).max32(address, n);
    }

    @Override
    public double max64(long address, int n) {
        return forExtremes(n).max64(address, n);
    }

    @Override
    public float min32(long address, int n) {
        return forExtremes(n).min32(address, n);
    }

    @Override
    public double min64(long address, int n) {
        return forExtremes(n).min64(address, n);
    }

    @Override
    public void fold32(Kind kind, long from, long rows, long stride, int columns, long to) {
        forFolds(rows * columns).fold32(kind, from, rows, stride, columns, to);
    }

    @Override
    public void fold64(Kind kind, long from, long rows, long stride, int columns, long to) {
        forFolds(rows * columns).fold64(kind, from, rows, stride, columns, to);
    }
}
