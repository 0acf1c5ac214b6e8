package dev.tenfold.kernels.cuda;

import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.cpu.Convolution.Geometry;
import java.util.ArrayList;
import java.util.List;

/**
 * A convolution or one of its gradients as {@code out[target(j) + m outStep] = sum_k a[factor(k) + m aStep] x(k, j)} with x gathered from planes,
 * the struct {@code Product} of {@code src-cuda/conv/product.cuh}.
 *
 * @param m        rows of results in a group
 * @param aStep    elements of {@code a} from one of them to the next
 * @param outStep  elements of the result from one of them to the next
 * @param aGroup   elements of {@code a} from one group to the next
 * @param xGroup   elements of the gathered planes from one group to the next
 * @param outGroup elements of the result from one group to the next
 * @param height   rows of a gathered plane
 * @param width    columns of a gathered plane
 * @param outputs  elements of the result
 * @param phases   what is summed and where it goes; several only where a stride cuts the input gradient in parts
 */
record GatheredProduct(int m, int groups, long aStep, long outStep, long aGroup, long xGroup, long outGroup, int height, int width, long outputs, List<Phase> phases) {
    /** The most phases of one launch. */
    static final int MOST_PHASES = 4;
    private static final int SIDE_BYTES = 72;
    private static final int HEADER_BYTES = 80;
    static final int BYTES = HEADER_BYTES + MOST_PHASES * 2 * SIDE_BYTES;

    /**
     * Numbers of three digits, the last two below {@code middles} and {@code lows}: rows or columns. Each is at {@code (h + middle stepH, w + low stepW)}
     * of a plane that {@code high perHigh} tells, and has the number {@code base + (high, middle, low) . linear}: a factor's or a result's place.
     */
    record Side(long count, int middles, int lows, long perHigh, int h, int stepH, int w, int stepW, long base, long high, long middle, long low) {
        private void write(long at) {
            long[] wide = {count, perHigh, base, high, middle, low};
            int[] narrow = {middles, lows, h, stepH, w, stepW};
            for (int i = 0; i < wide.length; i++) Memory.putLong(at + 8L * i, wide[i]);
            for (int i = 0; i < narrow.length; i++) Memory.putInt(at + 48 + 4L * i, narrow[i]);
        }
    }

    /** Rows are summed over, columns are results. */
    record Phase(Side rows, Side columns) {
    }

    private static Side pixels(Geometry g, long target) {
        return new Side((long) g.n() * g.outH() * g.outW(), g.outH(), g.outW(), (long) g.c() * g.h() * g.w(), -g.padH(), g.strideH(), -g.padW(), g.strideW(),
                0, target, g.outW(), 1);
    }

    private static Side taps(Geometry g) {
        long taps = (long) g.r() * g.s();
        return new Side(g.c() / g.groups() * taps, g.r(), g.s(), (long) g.h() * g.w(), 0, g.dilationH(), 0, g.dilationW(), 0, taps, g.s(), 1);
    }

    /** y from the weight and x. */
    static GatheredProduct forward(Geometry g) {
        long positions = (long) g.outH() * g.outW();
        int filters = g.k() / g.groups();
        int planes = g.c() / g.groups();
        long depth = (long) planes * g.r() * g.s();
        return new GatheredProduct(filters, g.groups(), depth, positions, filters * depth, (long) planes * g.h() * g.w(), filters * positions, g.h(), g.w(),
                g.n() * g.k() * positions, List.of(new Phase(taps(g), pixels(g, g.k() * positions))));
    }

    /** dw from dy and x. */
    static GatheredProduct weightGradient(Geometry g) {
        long positions = (long) g.outH() * g.outW();
        int filters = g.k() / g.groups();
        int planes = g.c() / g.groups();
        long depth = (long) planes * g.r() * g.s();
        return new GatheredProduct(filters, g.groups(), positions, depth, filters * positions, (long) planes * g.h() * g.w(), filters * depth, g.h(), g.w(),
                g.k() * depth, List.of(new Phase(pixels(g, g.k() * positions), taps(g))));
    }

    /** dx from the weight and dy. */
    static GatheredProduct inputGradient(Geometry g) {
        long positions = (long) g.outH() * g.outW();
        int filters = g.k() / g.groups();
        int planes = g.c() / g.groups();
        long taps = (long) g.r() * g.s();
        List<Phase> phases = new ArrayList<>();
        for (int h = 0; h < Math.min(g.strideH(), g.h()); h++) {
            Taps down = Taps.of(h, g.r(), g.strideH(), g.padH(), g.dilationH());
            for (int w = 0; w < Math.min(g.strideW(), g.w()); w++) phases.add(phase(g, h, w, down, Taps.of(w, g.s(), g.strideW(), g.padW(), g.dilationW())));
        }
        return new GatheredProduct(planes, g.groups(), taps, (long) g.h() * g.w(), filters * planes * taps, filters * positions, (long) planes * g.h() * g.w(),
                g.outH(), g.outW(), (long) g.n() * g.c() * g.h() * g.w(), phases);
    }

    /** The pixels (h + a strideH, w + b strideW). */
    private static Phase phase(Geometry g, int h, int w, Taps down, Taps across) {
        int filters = g.k() / g.groups();
        long weights = (long) (g.c() / g.groups()) * g.r() * g.s();
        int pixelsDown = (g.h() - h + g.strideH() - 1) / g.strideH();
        int pixelsAcross = (g.w() - w + g.strideW() - 1) / g.strideW();
        long positions = (long) g.outH() * g.outW();
        Side rows = new Side((long) filters * down.count * across.count, down.count, across.count, positions, down.start, -down.step, across.start, -across.step,
                (long) down.first * g.s() + across.first, weights, (long) down.every * g.s(), across.every);
        Side columns = new Side((long) g.n() * pixelsDown * pixelsAcross, pixelsDown, pixelsAcross, g.k() * positions, 0, 1, 0, 1,
                (long) h * g.w() + w, (long) g.c() * g.h() * g.w(), (long) g.strideH() * g.w(), g.strideW());
        return new Phase(rows, columns);
    }

    /**
     * The taps {@code first + t every} that touch pixels {@code phase + a stride} of one direction: those with a whole
     * {@code i = (phase + a stride + pad - tap dilation) / stride = start + a - t step}.
     */
    private record Taps(int first, int every, int count, int start, int step) {
        static Taps of(int phase, int taps, int stride, int pad, int dilation) {
            int common = stride;
            for (int rest = dilation; rest != 0;) {
                int next = common % rest;
                common = rest;
                rest = next;
            }
            int every = stride / common;
            int step = Math.multiplyExact(every, dilation) / stride;
            for (int first = 0; first < Math.min(every, taps); first++) {
                long distance = (long) phase + pad - (long) first * dilation;
                if (distance % stride == 0) return new Taps(first, every, (taps - 1 - first) / every + 1, (int) (distance / stride), step);
            }
            return new Taps(0, every, 0, 0, step);
        }
    }

    /** Columns of the phase that has most. */
    long columns() {
        long most = 0;
        for (Phase phase : phases) most = Math.max(most, phase.columns.count);
        return most;
    }

    /** Rows of the phase that has most. */
    long rows() {
        long most = 0;
        for (Phase phase : phases) most = Math.max(most, phase.rows.count);
        return most;
    }

    /** Writes the struct with up to {@link #MOST_PHASES} phases from {@code first} on; each part has {@code rowsEach} rows. */
    void write(long at, int first, int parts, long rowsEach) {
        long[] wide = {aStep, outStep, aGroup, xGroup, outGroup, rowsEach, outputs};
        int[] narrow = {m, groups, height, width, parts};
        for (int i = 0; i < wide.length; i++) Memory.putLong(at + 8L * i, wide[i]);
        for (int i = 0; i < narrow.length; i++) Memory.putInt(at + 56 + 4L * i, narrow[i]);
        for (int i = 0; i < Math.min(MOST_PHASES, phases.size() - first); i++) {
            long phase = at + HEADER_BYTES + 2L * SIDE_BYTES * i;
            phases.get(first + i).rows.write(phase);
            phases.get(first + i).columns.write(phase + SIDE_BYTES);
        }
    }
}
