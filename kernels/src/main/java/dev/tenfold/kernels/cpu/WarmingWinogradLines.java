package dev.tenfold.kernels.cpu;

/** Plain loops first, because vectors run slower than those until they are compiled; both give the same bits. */
final class WarmingWinogradLines implements WinogradLines {
    private static final int LINES_BEFORE_VECTORS = 1 << 13;

    private final WinogradLines scalar = new ScalarWinogradLines();
    private final WinogradLines vector = new VectorWinogradLines();
    // Counted without synchronisation: a lost count only delays the change.
    private final int[] lines = new int[5];

    private WinogradLines chosen(int transform, int count) {
        if (lines[transform] > LINES_BEFORE_VECTORS) return vector;
        lines[transform] += count;
        return scalar;
    }

    @Override
    public void input(Lines from, Lines to, int count) {
        chosen(0, count).input(from, to, count);
    }

    @Override
    public void output(Lines from, Lines to, int count, long bias) {
        chosen(1, count).output(from, to, count, bias);
    }

    @Override
    public void outputGradient(Lines from, Lines to, int count) {
        chosen(2, count).outputGradient(from, to, count);
    }

    @Override
    public void filter(Lines from, Lines to, int count) {
        chosen(3, count).filter(from, to, count);
    }

    @Override
    public void filterGradient(Lines from, Lines to, int count) {
        chosen(4, count).filterGradient(from, to, count);
    }
}
