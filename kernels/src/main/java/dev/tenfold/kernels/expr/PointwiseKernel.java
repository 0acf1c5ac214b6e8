package dev.tenfold.kernels.expr;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.WorkerPool;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/** The CPU loop of an {@link Expr} for given element types, compiled once per process and cached. */
public final class PointwiseKernel {
    private record Key(Expr expr, List<DType> in, DType compute, DType out) {
    }

    private static final ConcurrentHashMap<Key, PointwiseKernel> CACHE = new ConcurrentHashMap<>();
    private static final int CHEAP_CHUNK = 1 << 15;
    private static final int COSTLY_CHUNK = 1 << 12;
    // Until the compiler has made machine code of it, a vector loop runs a hundred times slower than its scalar twin.
    private static final long ELEMENTS_BEFORE_VECTORS = 1 << 18;

    private final Expr expr;
    private final DType[] in;
    private final DType compute;
    private final DType out;
    private final Lowering.Lowered code;
    private final int chunk;
    private final CompiledLoop[] variants;
    private long seen;

    private PointwiseKernel(Expr expr, DType[] in, DType compute, DType out) {
        this.expr = expr;
        this.in = in;
        this.compute = compute;
        this.out = out;
        this.code = Lowering.lower(expr, compute, out == DType.BOOL);
        this.chunk = code.ir().nodes().size() > 12 ? COSTLY_CHUNK : CHEAP_CHUNK;
        this.variants = new CompiledLoop[1 << in.length];
    }

    /**
     * The loop for {@code expr}: inputs are widened to {@code compute} (f32, f64, i32 or i64; u8 computes as i32), the
     * result is rounded to {@code out}.
     */
    public static PointwiseKernel of(Expr expr, DType[] in, DType compute, DType out) {
        if (in.length > 8) throw new IllegalArgumentException("an element-wise loop takes at most 8 inputs, not " + in.length);
        DType type = compute == DType.U8 || compute == DType.BOOL ? DType.I32 : compute.compute();
        return CACHE.computeIfAbsent(new Key(expr, List.of(in), type, out), k -> new PointwiseKernel(expr, in.clone(), type, out));
    }

    private CompiledLoop variant(int scalars) {
        CompiledLoop loop = variants[scalars];
        if (loop == null) {
            loop = LoopCompiler.compile(new LoopCompiler.Source(code, in, compute, out, scalars));
            variants[scalars] = loop;
        }
        return loop;
    }

    /**
     * Runs over dense operands.
     *
     * @param n       elements of the output
     * @param addresses addresses of the inputs: {@code n} dense elements each, or one element when its bit in {@code scalars} is set
     * @param scalars bit i set: input i is one element, used for all
     * @param target  address of {@code n} dense elements; may equal an input's address of the same element size
     * @param params  values of the tree's parameters
     */
    public void run(long n, long[] addresses, int scalars, long target, double... params) {
        CompiledLoop loop = variant(scalars);
        if (n <= chunk) {
            piece(loop, (int) n, addresses, target, params);
            return;
        }
        WorkerPool.forRange(n, chunk, (from, to) ->
                piece(loop, (int) (to - from), advanced(addresses, scalars, from), target + from * out.bytes(), params));
    }

    private long[] advanced(long[] addresses, int scalars, long by) {
        long[] moved = new long[addresses.length];
        for (int i = 0; i < moved.length; i++) {
            moved[i] = (scalars >> i & 1) != 0 ? addresses[i] : addresses[i] + by * in[i].bytes();
        }
        return moved;
    }

    private void piece(CompiledLoop loop, int n, long[] addresses, long target, double[] params) {
        int done = 0;
        if (seen > ELEMENTS_BEFORE_VECTORS) done = loop.vector(0, n, addresses, target, params);
        else seen += n;
        if (done < n) loop.scalar(done, n, addresses, target, params);
    }

    /** Runs only the scalar twin, or only the vector loop with its scalar tail: for tests that compare the two. */
    void runOne(boolean vector, int n, long[] addresses, int scalars, long target, double... params) {
        CompiledLoop loop = variant(scalars);
        int done = vector ? loop.vector(0, n, addresses, target, params) : 0;
        loop.scalar(done, n, addresses, target, params);
    }

    /**
     * Runs over strided inputs and a dense row-major output.
     *
     * @param shape   the output's sizes
     * @param strides per input, per dimension, in elements; 0 where the input is broadcast; negative allowed
     */
    public void run(long[] shape, long[][] strides, long[] addresses, long target, double... params) {
        long n = 1;
        for (long size : shape) n *= size;
        if (n == 0) return;
        StridedRun strided = StridedRun.plan(shape, strides);
        if (strided.rank() == 0) {
            run(n, addresses, (1 << in.length) - 1, target, params);
            return;
        }
        int inner = strided.innerScalars();
        if (inner >= 0) {
            runRows(strided, inner, addresses, target, params);
            return;
        }
        // Some input steps through memory: pack those, then run dense.
        try (Packed packed = Packed.of(in, strided, addresses)) {
            run(strided.shape(), packed.strides(strided), packed.addresses(), target, params);
        }
    }

    private void runRows(StridedRun strided, int scalars, long[] addresses, long target, double[] params) {
        long row = strided.shape()[strided.rank() - 1];
        long rows = strided.rows();
        if (rows == 1) {
            run(row, addresses, scalars, target, params);
            return;
        }
        CompiledLoop loop = variant(scalars);
        long rowsPerChunk = Math.max(1, chunk / row);
        WorkerPool.forRange(rows, rowsPerChunk, (from, to) -> {
            long[] moved = new long[addresses.length];
            for (long r = from; r < to; r++) {
                for (int i = 0; i < moved.length; i++) moved[i] = addresses[i] + strided.offset(i, r) * in[i].bytes();
                long at = target + r * row * out.bytes();
                for (long done = 0; done < row; done += CHEAP_CHUNK) {
                    int n = (int) Math.min(CHEAP_CHUNK, row - done);
                    piece(loop, n, done == 0 ? moved : advanced(moved, scalars, done), at + done * out.bytes(), params);
                }
            }
        });
    }

    @Override
    public String toString() {
        return "PointwiseKernel " + expr + " " + Arrays.toString(in) + " in " + compute + " to " + out;
    }
}
