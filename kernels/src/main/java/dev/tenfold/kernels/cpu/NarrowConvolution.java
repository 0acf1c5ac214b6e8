package dev.tenfold.kernels.cpu;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.WorkerPool;
import dev.tenfold.kernels.cpu.Convolution.Geometry;
import dev.tenfold.kernels.expr.Expr;
import dev.tenfold.kernels.expr.PointwiseKernel;
import java.util.stream.IntStream;

/**
 * Depthwise and other grouped convolutions of f32 with few channels in a group: a matrix product over so short a sum would
 * spend its time on unrolling windows. Every plane is padded and laid flat once, and the taps are sums over shifted planes.
 */
final class NarrowConvolution {
    /** Products in one chunk of work. */
    private static final long CHUNK = 1 << 17;
    /** Channels and filters of a group up to which sums over planes are not slower than matrix products: 4 are even, 8 take longer. */
    private static final int WIDEST = 4;
    /** Images whose weight gradients are summed by one thread. */
    private static final int IMAGES = 8;
    private static final PlaneLoops LOOPS = PlaneLoops.CHOSEN;

    private final Geometry g;
    private final FlatPlanes flat;
    private final int planes;
    private final int filters;
    private final int taps;
    /** Bytes of one padded plane with all its phases, and of one flat output plane; zeros follow, as far as the loops read on. */
    private final long inputBytes;
    private final long outputBytes;

    private NarrowConvolution(Geometry g) {
        this.g = g;
        flat = new FlatPlanes(g);
        planes = g.c() / g.groups();
        filters = g.k() / g.groups();
        taps = g.r() * g.s();
        long slack = LOOPS.lanes();
        inputBytes = 4 * (flat.phases() * (long) flat.phase() + slack);
        outputBytes = 4 * (flat.phase() + slack);
    }

    /** Whether this way is taken: a matter of the geometry alone. */
    static boolean serves(DType type, Geometry g) {
        if (type != DType.F32 || g.groups() == 1 || Math.max(g.c(), g.k()) / g.groups() > WIDEST) return false;
        // Flat positions are ints, and a padding that is a multiple of the image is better left to others.
        return (g.h() + 2L * g.padH()) * (g.w() + 2L * g.padW()) <= 1 << 24;
    }

    private long work() {
        return (long) planes * filters * taps * flat.outputs();
    }

    private long weightBytes(int group) {
        return 4L * group * filters * planes * taps;
    }

    private long inputPlane(long image, int group) {
        return 4 * (image * g.c() + (long) group * planes) * g.h() * g.w();
    }

    private long outputPlane(long image, int group) {
        return 4 * (image * g.k() + (long) group * filters) * g.outH() * g.outW();
    }

    /** Where tap t of padded plane c reads for output 0. */
    private long source(long padded, int c, int t) {
        int p = t / g.s();
        int q = t % g.s();
        return padded + c * inputBytes + 4 * (flat.phaseOf(p, q) * (long) flat.phase() + flat.shift(p, q));
    }

    private static Scratch zeros(long bytes) {
        Scratch scratch = new Scratch(bytes);
        Memory.fill(scratch.address(), bytes, (byte) 0);
        return scratch;
    }

    /** {@code y = conv(x, weight)}; bias [k] is added when not 0. */
    static void forward(Geometry g, long x, long weight, long bias, long y) {
        new NarrowConvolution(g).forward(x, weight, bias, y);
    }

    private void forward(long x, long weight, long bias, long y) {
        WorkerPool.forRange((long) g.n() * g.groups(), Math.max(1, CHUNK / work()), (from, to) -> {
            long[] sources = new long[planes * taps];
            try (Scratch padded = zeros(planes * inputBytes); Scratch out = new Scratch(outputBytes)) {
                for (int i = 0; i < sources.length; i++) sources[i] = source(padded.address(), i / taps, i % taps);
                for (long job = from; job < to; job++) {
                    long image = job / g.groups();
                    int group = (int) (job % g.groups());
                    load(x + inputPlane(image, group), padded.address());
                    for (int f = 0; f < filters; f++) {
                        float start = bias == 0 ? 0 : Memory.getFloat(bias + 4L * (group * filters + f));
                        LOOPS.combine(sources, sources.length, weight + weightBytes(group) + 4L * f * sources.length, start, flat.outputs(), out.address());
                        flat.moveOutput(y + outputPlane(image, group) + 4L * f * g.outH() * g.outW(), out.address(), false);
                    }
                }
            }
        });
    }

    private void load(long x, long padded) {
        for (int c = 0; c < planes; c++) flat.moveInput(x + 4L * c * g.h() * g.w(), padded + c * inputBytes, true);
    }

    /** {@code dx = } the adjoint with respect to x. */
    static void backwardInput(Geometry g, long dy, long weight, long dx) {
        new NarrowConvolution(g).backwardInput(dy, weight, dx);
    }

    private void backwardInput(long dy, long weight, long dx) {
        // Every phase of dx is a sum over dy shifted the other way, so zeros stand before dy as well.
        long margin = 4L * (flat.shift(g.r() - 1, g.s() - 1) + LOOPS.lanes());
        long plane = margin + Math.max(outputBytes, 4L * (flat.phase() + LOOPS.lanes()));
        WorkerPool.forRange((long) g.n() * g.groups(), Math.max(1, CHUNK / work()), (from, to) -> {
            try (Scratch gradients = zeros(filters * plane); Scratch padded = new Scratch(inputBytes); Scratch weights = new Scratch(4L * filters * taps)) {
                int[][] tapsOf = tapsOfPhases();
                long[][] sources = new long[tapsOf.length][];
                for (int phase = 0; phase < sources.length; phase++) sources[phase] = shiftedBack(tapsOf[phase], gradients.address() + margin, plane);
                for (long job = from; job < to; job++) {
                    long image = job / g.groups();
                    int group = (int) (job % g.groups());
                    for (int f = 0; f < filters; f++) {
                        flat.moveOutput(dy + outputPlane(image, group) + 4L * f * g.outH() * g.outW(), gradients.address() + f * plane + margin, true);
                    }
                    for (int c = 0; c < planes; c++) {
                        for (int phase = 0; phase < sources.length; phase++) {
                            gather(weight + weightBytes(group) + 4L * c * taps, tapsOf[phase], weights.address());
                            LOOPS.combine(sources[phase], sources[phase].length, weights.address(), 0, flat.phase(), padded.address() + 4L * phase * flat.phase());
                        }
                        flat.moveInput(dx + inputPlane(image, group) + 4L * c * g.h() * g.w(), padded.address(), false);
                    }
                }
            }
        });
    }

    private int[][] tapsOfPhases() {
        int[][] tapsOf = new int[flat.phases()][];
        for (int phase = 0; phase < tapsOf.length; phase++) {
            int wanted = phase;
            tapsOf[phase] = IntStream.range(0, taps).filter(t -> flat.phaseOf(t / g.s(), t % g.s()) == wanted).toArray();
        }
        return tapsOf;
    }

    /** Where the flat planes of dy, one for each filter, lie for these taps. */
    private long[] shiftedBack(int[] wanted, long gradients, long plane) {
        long[] sources = new long[filters * wanted.length];
        for (int i = 0; i < sources.length; i++) {
            int t = wanted[i % wanted.length];
            sources[i] = gradients + i / wanted.length * plane - 4L * flat.shift(t / g.s(), t % g.s());
        }
        return sources;
    }

    private void gather(long weight, int[] wanted, long to) {
        for (int f = 0; f < filters; f++) {
            for (int i = 0; i < wanted.length; i++) {
                Memory.putFloat(to + 4L * (f * wanted.length + i), Memory.getFloat(weight + 4L * ((long) f * planes * taps + wanted[i])));
            }
        }
    }

    /** {@code dw = } the adjoint with respect to weight; summed over the batch in a fixed order. */
    static void backwardWeight(Geometry g, long x, long dy, long dw) {
        new NarrowConvolution(g).backwardWeight(x, dy, dw);
    }

    private void backwardWeight(long x, long dy, long dw) {
        long weights = (long) g.k() * planes * taps;
        int parts = Math.max(1, (g.n() + IMAGES - 1) / IMAGES);
        try (Scratch sums = zeros(4 * parts * weights)) {
            WorkerPool.forRange((long) g.groups() * parts, Math.max(1, CHUNK / (work() * IMAGES)), (from, to) -> {
                long[] sources = new long[planes * taps];
                int lanes = LOOPS.lanes();
                try (Scratch padded = zeros(planes * inputBytes); Scratch gradient = zeros(outputBytes); Scratch products = new Scratch(4L * lanes * filters * sources.length)) {
                    for (int i = 0; i < sources.length; i++) sources[i] = source(padded.address(), i / taps, i % taps);
                    for (long job = from; job < to; job++) {
                        int group = (int) (job / parts);
                        int part = (int) (job % parts);
                        Memory.fill(products.address(), 4L * lanes * filters * sources.length, (byte) 0);
                        for (long image = (long) part * IMAGES; image < Math.min(g.n(), (part + 1L) * IMAGES); image++) {
                            load(x + inputPlane(image, group), padded.address());
                            for (int f = 0; f < filters; f++) {
                                flat.moveOutput(dy + outputPlane(image, group) + 4L * f * g.outH() * g.outW(), gradient.address(), true);
                                LOOPS.addProducts(sources, sources.length, gradient.address(), flat.outputs(), products.address() + 4L * lanes * f * sources.length);
                            }
                        }
                        for (int i = 0; i < filters * sources.length; i++) {
                            Memory.putFloat(sums.address() + 4 * (part * weights) + weightBytes(group) + 4L * i, total(products.address() + 4L * lanes * i, lanes));
                        }
                    }
                }
            });
            PointwiseKernel add = PointwiseKernel.of(Expr.x(0).add(Expr.x(1)), new DType[] {DType.F32, DType.F32}, DType.F32, DType.F32);
            for (int part = 1; part < parts; part++) add.run(weights, new long[] {sums.address(), sums.address() + 4 * part * weights}, 0, sums.address());
            Memory.copy(sums.address(), dw, 4 * weights);
        }
    }

    /** Adds up in halves, in place. */
    private static float total(long sums, int lanes) {
        for (int half = lanes / 2; half > 0; half /= 2) {
            for (int l = 0; l < half; l++) Memory.putFloat(sums + 4L * l, Memory.getFloat(sums + 4L * l) + Memory.getFloat(sums + 4L * (l + half)));
        }
        return Memory.getFloat(sums);
    }
}
