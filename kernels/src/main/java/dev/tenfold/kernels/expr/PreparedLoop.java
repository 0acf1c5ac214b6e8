package dev.tenfold.kernels.expr;

import java.util.Arrays;

/** A {@link PreparedRun} of one loop. */
final class PreparedLoop implements PreparedRun {
    private final PointwiseKernel kernel;
    private final CompiledLoop loop;
    private final StridedRun strided;
    private final int scalars;
    private final long[] inputs;
    private final double[] params;
    private final Packed packed;

    private PreparedLoop(PointwiseKernel kernel, StridedRun strided, int scalars, long[] inputs, double[] params, Packed packed) {
        this.kernel = kernel;
        this.loop = kernel.variant(scalars);
        this.strided = strided;
        this.scalars = scalars;
        this.inputs = inputs;
        this.params = params;
        this.packed = packed;
    }

    /** {@code shape} has at least one element. */
    static PreparedLoop of(PointwiseKernel kernel, long[] shape, long[][] strides, long[] inputs, double[] params) {
        StridedRun strided = StridedRun.plan(shape, strides);
        if (strided.rank() == 0) return new PreparedLoop(kernel, strided, (1 << inputs.length) - 1, inputs, params, null);
        int inner = strided.innerScalars();
        if (inner >= 0) return new PreparedLoop(kernel, strided, inner, inputs, params, null);
        // Some input steps through memory: pack those.
        Packed packed = Packed.of(kernel.inputTypes(), strided, inputs);
        StridedRun walked = StridedRun.plan(strided.shape(), packed.strides(strided));
        return new PreparedLoop(kernel, walked, walked.innerScalars(), packed.addresses(), params, packed);
    }

    @Override
    public long row() {
        return strided.rank() == 0 ? 1 : strided.shape()[strided.rank() - 1];
    }

    @Override
    public void run(long from, int n, long... targets) {
        run(from, n, inputs, targets);
    }

    /** As {@link #run(long, int, long...)}, with some inputs elsewhere. */
    void run(long from, int n, long[] bases, long... targets) {
        long row = row();
        long[] operands = Arrays.copyOf(bases, bases.length + targets.length);
        System.arraycopy(targets, 0, operands, bases.length, targets.length);
        long r = from / row;
        long column = from % row;
        for (int done = 0; done < n; ) {
            int part = (int) Math.min(row - column, n - done);
            for (int i = 0; i < inputs.length; i++) {
                long along = (scalars >> i & 1) != 0 ? 0 : column;
                operands[i] = bases[i] + (strided.offset(i, r) + along) * kernel.bytes(i);
            }
            loop.run(part, operands, params);
            for (int k = inputs.length; k < operands.length; k++) operands[k] += (long) part * kernel.bytes(k);
            done += part;
            r++;
            column = 0;
        }
    }

    /** Where the inputs lie, after those that step through memory were packed. */
    long[] inputs() {
        return inputs;
    }

    @Override
    public void close() {
        if (packed != null) packed.close();
    }
}
