package dev.tenfold.kernels.cpu;

import dev.tenfold.kernels.VectorModule;

/**
 * The transforms of Winograd's F(4x4, 3x3), in one dimension: each takes lines of {@link PanelKernel#WIDTH} floats in 3, 4 or 6 places to
 * lines in 3, 4 or 6 places, {@code count} times. In two dimensions a transform is applied down, then across. They are those of
 * Lavin and Gray 2015, "Fast Algorithms for Convolutional Neural Networks", with other points: 0, a, -a, b, -b and infinity for
 * a = 1 / sqrt(2) and b = sqrt(2), because of which all factors lie near one (Barabasz, Anderson, Soodhalter and Gregg 2020 on
 * the choice of points). Against the usual 1 and 2 that halves the mean error and takes the largest to a fifth.
 */
interface WinogradLines {
    /** The point a. */
    float NEAR = 0.70710678f;
    /** The point b. */
    float FAR = 1.41421356f;
    /** a^2 + b^2 */
    float MIDDLE = 2.5f;
    /** 1 / (2 a^2 (a^2 - b^2)) */
    float OF_NEAR = -2 / 3f;
    /** 1 / (2 b^2 (b^2 - a^2)) */
    float OF_FAR = 1 / 6f;

    /** The implementation for this process. */
    WinogradLines CHOSEN = VectorModule.available() ? new WarmingWinogradLines() : new ScalarWinogradLines();

    /**
     * Where the lines of one side lie, in bytes: place p of the i-th application at {@code address + p place + i next}.
     */
    record Lines(long address, long place, long next) {
        long at(int p, int i) {
            return address + p * place + i * next;
        }
    }

    /**
     * {@code B^T}: (d0, …, d5) gives d0 - 5/2 d2 + d4, then d4 - 2 d2 plus and minus a (d3 - 2 d1), d4 - d2 / 2 plus and minus
     * b (d3 - d1 / 2), and d1 - 5/2 d3 + d5.
     */
    void input(Lines from, Lines to, int count);

    /**
     * {@code A^T}: output j is the sum over the points p of p^j m, where infinity counts for the last alone. To each the line at
     * {@code bias} is added.
     */
    void output(Lines from, Lines to, int count, long bias);

    /** {@code A}: the value at p of y0 + y1 p + y2 p^2 + y3 p^3, for infinity y3. */
    void outputGradient(Lines from, Lines to, int count);

    /** {@code G}: the value at p of w0 + w1 p + w2 p^2, over the product of p's distances from the other points; for infinity w2. */
    void filter(Lines from, Lines to, int count);

    /** {@code G^T}, from six places to three. */
    void filterGradient(Lines from, Lines to, int count);
}
