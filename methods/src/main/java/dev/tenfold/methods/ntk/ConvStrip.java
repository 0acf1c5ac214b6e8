package dev.tenfold.methods.ntk;

/**
 * The pixel pairs ((y, x), (y + dy, x + dx)) that lie in two images of one size, for one dy and the dx from {@code first} to
 * {@code last}: a plane of {@code height - |dy|} rows and {@code width - |dx|} columns for each dx, one after another in an array.
 */
record ConvStrip(int height, int width, int dy, int first, int last) {
    private int rows() {
        return height - Math.abs(dy);
    }

    private int columns(int dx) {
        return width - Math.abs(dx);
    }

    /** How many pairs there are. */
    int length() {
        int length = 0;
        for (int dx = first; dx <= last; dx++) length += rows() * columns(dx);
        return length;
    }

    /** {@code s[pair] = sum_c a_i[c, y, x] b_j[c, y + dy, x + dx]}. */
    void products(ConvImages a, int i, ConvImages b, int j, double[] s) {
        int at = 0;
        for (int dx = first; dx <= last; dx++) {
            int columns = columns(dx);
            for (int y = 0; y < rows(); y++, at += columns) {
                for (int c = 0; c < a.channels(); c++) {
                    int left = a.offset(i, c) + (y + Math.max(0, -dy)) * width + Math.max(0, -dx);
                    int right = b.offset(j, c) + (y + Math.max(0, dy)) * width + Math.max(0, dx);
                    for (int x = 0; x < columns; x++) s[at + x] += a.values()[left + x] * b.values()[right + x];
                }
            }
        }
    }

    /** {@code q1[pair] = v1[y, x]} and {@code q2[pair] = v2[y + dy, x + dx]} from maps of one value per pixel. */
    void spread(double[] v1, double[] v2, double[] q1, double[] q2) {
        int at = 0;
        for (int dx = first; dx <= last; dx++) {
            int columns = columns(dx);
            for (int y = 0; y < rows(); y++, at += columns) {
                System.arraycopy(v1, (y + Math.max(0, -dy)) * width + Math.max(0, -dx), q1, at, columns);
                System.arraycopy(v2, (y + Math.max(0, dy)) * width + Math.max(0, dx), q2, at, columns);
            }
        }
    }

    /** Sums over 3x3 neighbours that stay inside both images, in place, plane by plane: along rows, then across. */
    void box(double[] v, double[] scratch) {
        int at = 0;
        for (int dx = first; dx <= last; dx++) {
            int columns = columns(dx);
            for (int y = 0; y < rows(); y++) alongRow(v, scratch, at + y * columns, columns);
            for (int y = 0; y < rows(); y++) acrossRows(scratch, v, at + y * columns, columns, y > 0, y + 1 < rows());
            at += rows() * columns;
        }
    }

    private static void alongRow(double[] v, double[] sums, int row, int columns) {
        int end = row + columns - 1;
        if (columns == 1) {
            sums[row] = v[row];
            return;
        }
        sums[row] = v[row] + v[row + 1];
        for (int k = row + 1; k < end; k++) sums[k] = v[k - 1] + v[k] + v[k + 1];
        sums[end] = v[end - 1] + v[end];
    }

    private static void acrossRows(double[] v, double[] sums, int row, int columns, boolean above, boolean below) {
        int up = above ? columns : 0;
        int down = below ? columns : 0;
        double upper = above ? 1 : 0;
        double lower = below ? 1 : 0;
        for (int k = row; k < row + columns; k++) sums[k] = v[k] + upper * v[k - up] + lower * v[k + down];
    }
}
