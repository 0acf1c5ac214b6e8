package dev.tenfold.nn.data.table;

import java.util.Arrays;

/**
 * Sorts numbers into bins; bin 0 is for missing ones.
 *
 * <p>Logarithmic: bin 1 below 0, bins 2, 3, 4 for [0, 1), [1, 2), [2, e), and from e on bin {@code 4 + floor(ln(v)^2)}, as is usual for Criteo's
 * counts. By quantiles: bins of equally many of the numbers that were seen; where many are equal, they share one, and there are fewer.
 */
final class Binning implements FieldEncoder {
    private static final int HIGHEST_LOGARITHM = 4 + 512; // e^22.6; larger numbers share it

    private final double[] edges; // a number's bin is 1 plus how many edges are not above it; null for logarithmic bins
    private final int size;

    private Binning(double[] edges, int size) {
        this.edges = edges;
        this.size = size;
    }

    static Binning logarithmic() {
        return new Binning(null, HIGHEST_LOGARITHM + 1);
    }

    /** {@code bins} bins of equally many of {@code values}, which it sorts. */
    static Binning quantiles(double[] values, int bins) {
        Arrays.sort(values);
        double[] edges = new double[bins];
        int n = 0;
        for (int b = 1; b < bins && values.length > 0; b++) {
            double edge = values[(int) ((long) values.length * b / bins)];
            if (edge > values[0] && (n == 0 || edge > edges[n - 1])) edges[n++] = edge;
        }
        return new Binning(Arrays.copyOf(edges, n), n + 2);
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public int ofNumber(double value) {
        if (Double.isNaN(value)) return 0;
        if (edges != null) {
            int found = Arrays.binarySearch(edges, value);
            return 1 + (found >= 0 ? found + 1 : -found - 1);
        }
        if (value < 0) return 1;
        if (value < Math.E) return 2 + (int) value;
        double logarithm = StrictMath.log(value);
        return (int) Math.min(HIGHEST_LOGARITHM, 4 + Math.floor(logarithm * logarithm));
    }
}
