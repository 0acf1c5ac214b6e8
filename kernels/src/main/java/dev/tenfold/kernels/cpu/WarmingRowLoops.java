package dev.tenfold.kernels.cpu;

import dev.tenfold.kernels.VectorTrials;
import dev.tenfold.kernels.cpu.Reductions.Kind;
import java.util.function.DoubleSupplier;
import java.util.stream.Stream;

/**
 * The scalar loops, with trials of their vector twins on the first elements, until these are fast. What a trial gives is thrown away: both
 * give the same bits, so the moment of the change cannot be seen.
 */
final class WarmingRowLoops implements RowLoops {
    /** Elements of a trial, at most, and columns of one. */
    private static final int TRIAL = 64;
    /** Rows of a trial, at most, where columns are folded. */
    private static final int ROWS = 4;
    /** Steps of single vectors for so many elements: two for four floats, on the narrowest vectors, or for two doubles. */
    private static final int PER_STEP = 2;

    private enum Row { SUM_32, SUMS_32, SUM_64, SQUARES_32, SQUARES_64, MAX_32, MAX_64, MIN_32, MIN_64 }

    private final RowLoops scalar = new ScalarRowLoops();
    private final RowLoops vector = new VectorRowLoops();
    private final VectorTrials[] rows = trials(Row.values().length);
    // By kind, and apart where whole strips of vectors are folded.
    private final VectorTrials[] folds32 = trials(2 * Kind.values().length);
    private final VectorTrials[] folds64 = trials(2 * Kind.values().length);
    // Keeps the compiler from leaving a trial's work undone.
    private double last;

    private static VectorTrials[] trials(int n) {
        return Stream.generate(VectorTrials::new).limit(n).toArray(VectorTrials[]::new);
    }

    private RowLoops chosen(Row row) {
        return rows[row.ordinal()].won() ? vector : scalar;
    }

    /** Counts {@code n} elements; true when a trial is due. Shorter rows have no vectors. */
    private boolean due(Row row, long n) {
        return due(rows[row.ordinal()], n, SHORT_32);
    }

    private static boolean due(VectorTrials trials, long n, int least) {
        if (trials.won()) return false;
        trials.worked(n);
        return trials.owed() <= 0 && n >= least;
    }

    private void trial(Row row, int elements, DoubleSupplier work) {
        trial(rows[row.ordinal()], elements, work);
    }

    private void trial(VectorTrials trials, int elements, DoubleSupplier work) {
        long start = System.nanoTime();
        last = work.getAsDouble();
        trials.tried(System.nanoTime() - start, elements / PER_STEP);
    }

    @Override
    public float sum32(long address, int n) {
        if (due(Row.SUM_32, n)) trial(Row.SUM_32, TRIAL, () -> vector.sum32(address, Math.min(n, TRIAL)));
        return chosen(Row.SUM_32).sum32(address, n);
    }

    @Override
    public void sums32(long address, int n, long rows, long out) {
        if (due(Row.SUMS_32, n * rows)) {
            int few = (int) Math.min(rows, Math.max(1, TRIAL / n));
            trial(Row.SUMS_32, few * n, () -> {
                vector.sums32(address, n, few, out);
                return 0;
            });
        }
        chosen(Row.SUMS_32).sums32(address, n, rows, out);
    }

    @Override
    public double sum64(long address, int n) {
        if (due(Row.SUM_64, n)) trial(Row.SUM_64, TRIAL, () -> vector.sum64(address, Math.min(n, TRIAL)));
        return chosen(Row.SUM_64).sum64(address, n);
    }

    @Override
    public float sumSquares32(long address, int n) {
        if (due(Row.SQUARES_32, n)) trial(Row.SQUARES_32, TRIAL, () -> vector.sumSquares32(address, Math.min(n, TRIAL)));
        return chosen(Row.SQUARES_32).sumSquares32(address, n);
    }

    @Override
    public double sumSquares64(long address, int n) {
        if (due(Row.SQUARES_64, n)) trial(Row.SQUARES_64, TRIAL, () -> vector.sumSquares64(address, Math.min(n, TRIAL)));
        return chosen(Row.SQUARES_64).sumSquares64(address, n);
    }

    @Override
    public float max32(long address, int n) {
        if (due(Row.MAX_32, n)) trial(Row.MAX_32, TRIAL, () -> vector.max32(address, Math.min(n, TRIAL)));
        return chosen(Row.MAX_32).max32(address, n);
    }

    @Override
    public double max64(long address, int n) {
        if (due(Row.MAX_64, n)) trial(Row.MAX_64, TRIAL, () -> vector.max64(address, Math.min(n, TRIAL)));
        return chosen(Row.MAX_64).max64(address, n);
    }

    @Override
    public float min32(long address, int n) {
        if (due(Row.MIN_32, n)) trial(Row.MIN_32, TRIAL, () -> vector.min32(address, Math.min(n, TRIAL)));
        return chosen(Row.MIN_32).min32(address, n);
    }

    @Override
    public double min64(long address, int n) {
        if (due(Row.MIN_64, n)) trial(Row.MIN_64, TRIAL, () -> vector.min64(address, Math.min(n, TRIAL)));
        return chosen(Row.MIN_64).min64(address, n);
    }

    private static VectorTrials of(VectorTrials[] folds, Kind kind, int columns) {
        return folds[2 * kind.ordinal() + (columns >= TRIAL ? 1 : 0)];
    }

    @Override
    public void fold32(Kind kind, long from, long rows, long stride, int columns, long to) {
        VectorTrials trials = of(folds32, kind, columns);
        if (due(trials, rows * columns, SHORT_32)) fold(trials, rows, columns, Float.BYTES, (few, some, apart) -> vector.fold32(kind, from, few, stride, some, apart));
        (trials.won() ? vector : scalar).fold32(kind, from, rows, stride, columns, to);
    }

    @Override
    public void fold64(Kind kind, long from, long rows, long stride, int columns, long to) {
        VectorTrials trials = of(folds64, kind, columns);
        if (due(trials, rows * columns, SHORT_32)) fold(trials, rows, columns, Double.BYTES, (few, some, apart) -> vector.fold64(kind, from, few, stride, some, apart));
        (trials.won() ? vector : scalar).fold64(kind, from, rows, stride, columns, to);
    }

    /** A fold of few rows of few columns. */
    private interface Fold {
        void run(long rows, int columns, long to);
    }

    /** The target of the whole fold may be its first row, so the trial's lies apart. */
    private void fold(VectorTrials trials, long rows, int columns, int bytes, Fold fold) {
        long few = Math.min(rows, ROWS);
        int some = Math.min(columns, TRIAL);
        try (Scratch apart = new Scratch((long) some * bytes)) {
            trial(trials, (int) few * some, () -> {
                fold.run(few, some, apart.address());
                return 0;
            });
        }
    }
}
