package dev.tenfold.kernels.expr;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.WorkerPool;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The CPU loop of one or several {@link Expr}s of the same inputs for given element types, compiled once per process and cached.
 * Several results are computed in one pass, and what they have in common once.
 */
public final class PointwiseKernel {
    /**
     * One run of several over different operands.
     *
     * @param n        elements
     * @param operands addresses of the inputs and then of the outputs, {@code n} dense elements each
     * @param params   values of the trees' parameters
     */
    public record Run(long n, long[] operands, double[] params) {
    }

    private record Key(List<Expr> exprs, List<DType> in, DType compute, List<DType> out) {
    }

    private static final ConcurrentHashMap<Key, PointwiseKernel> CACHE = new ConcurrentHashMap<>();
    /** The most inputs that a loop takes. */
    public static final int MOST_INPUTS = 16;
    private static final int CHEAP_CHUNK = 1 << 15;
    private static final int COSTLY_CHUNK = 1 << 12;

    private final Key key;
    private final DType[] in;
    private final DType[] out;
    private final int[] bytes;
    private final Lowering.Lowered code;
    private final int chunk;
    private CompiledLoop dense;
    private volatile CudaText cudaText;
    private final ConcurrentHashMap<Integer, CompiledLoop> variants = new ConcurrentHashMap<>();

    private PointwiseKernel(Key key) {
        this.key = key;
        this.in = key.in.toArray(DType[]::new);
        this.out = key.out.toArray(DType[]::new);
        this.bytes = new int[in.length + out.length];
        for (int i = 0; i < bytes.length; i++) bytes[i] = (i < in.length ? in[i] : out[i - in.length]).bytes();
        this.code = Lowering.lower(key.exprs, key.compute, key.out);
        this.chunk = code.ir().nodes().size() > 12 ? COSTLY_CHUNK : CHEAP_CHUNK;
    }

    /**
     * The loop for {@code expr}: inputs are widened to {@code compute} (f32, f64, i32 or i64; u8 computes as i32), the
     * result is rounded to {@code out}.
     */
    public static PointwiseKernel of(Expr expr, DType[] in, DType compute, DType out) {
        return of(List.of(expr), in, compute, out);
    }

    /** The loop for several expressions: as {@link #of(Expr, DType[], DType, DType)}, with one type of output for each. */
    public static PointwiseKernel of(List<Expr> exprs, DType[] in, DType compute, DType... out) {
        if (in.length > MOST_INPUTS) {
            throw new IllegalArgumentException("an element-wise loop takes at most " + MOST_INPUTS + " inputs, not " + in.length);
        }
        if (exprs.size() != out.length) {
            throw new IllegalArgumentException("an element-wise loop of " + exprs.size() + " expressions has as many outputs, not " + out.length);
        }
        DType type = compute == DType.U8 || compute == DType.BOOL ? DType.I32 : compute.compute();
        return CACHE.computeIfAbsent(new Key(List.copyOf(exprs), List.of(in), type, List.of(out)), PointwiseKernel::new);
    }

    /** How many primitive steps {@code expr} takes in {@code compute}; without a vector form, more than any loop should have. */
    public static int cost(Expr expr, DType compute) {
        Ir ir = Lowering.lower(List.of(expr), compute, List.of(compute)).ir();
        return ir.hasCalls() ? Integer.MAX_VALUE : ir.nodes().size();
    }

    private CompiledLoop compile(int scalars) {
        return LoopCompiler.compile(new LoopCompiler.Source(code, in, key.compute, out, scalars));
    }

    CompiledLoop variant(int scalars) {
        if (scalars == 0) {
            if (dense == null) dense = compile(0);
            return dense;
        }
        CompiledLoop loop = variants.get(scalars);
        return loop != null ? loop : variants.computeIfAbsent(scalars, this::compile);
    }

    DType[] inputTypes() {
        return in;
    }

    /** One element as CUDA text. */
    public CudaText cudaText() {
        CudaText known = cudaText;
        if (known == null) cudaText = known = CudaText.of(this);
        return known;
    }

    DType[] outputTypes() {
        return out;
    }

    /** The type that is computed in: f32, f64, i32 or i64. */
    DType computeType() {
        return key.compute;
    }

    /** What is computed, as primitive steps. */
    Lowering.Lowered code() {
        return code;
    }

    /** How many results there are. */
    public int outputs() {
        return out.length;
    }

    /** Bytes of one element of an operand: inputs first, then outputs. */
    int bytes(int operand) {
        return bytes[operand];
    }

    // ---- dense operands ----

    /**
     * Runs over dense operands.
     *
     * @param n       elements of the output
     * @param addresses addresses of the inputs: {@code n} dense elements each, or one element when its bit in {@code scalars} is set
     * @param scalars bit i set: input i is one element, used for all
     * @param target  address of {@code n} dense elements; may equal an input's address of the same element size
     * @param params  values of the trees' parameters
     */
    public void run(long n, long[] addresses, int scalars, long target, double... params) {
        run(n, operands(addresses, target), scalars, params);
    }

    /** As {@link #run(long, long[], int, long, double...)}; {@code operands}: addresses of the inputs, then of the outputs. */
    public void run(long n, long[] operands, int scalars, double[] params) {
        CompiledLoop loop = variant(scalars);
        if (n <= chunk) loop.run((int) n, operands, params);
        else WorkerPool.forRange(n, chunk, (from, to) -> loop.run((int) (to - from), advanced(operands, scalars, from), params));
    }

    /** Several runs, shared out among the threads as one. */
    public void runAll(List<Run> runs) {
        long[] ends = new long[runs.size()];
        long pieces = 0;
        long elements = 0;
        for (int r = 0; r < ends.length; r++) {
            elements += runs.get(r).n;
            ends[r] = pieces += (runs.get(r).n + chunk - 1) / chunk;
        }
        CompiledLoop loop = variant(0);
        if (elements <= chunk) {
            for (Run run : runs) loop.run((int) run.n, run.operands, run.params);
            return;
        }
        WorkerPool.forRange(pieces, 1, (from, to) -> {
            int at = Arrays.binarySearch(ends, from + 1);
            int r = at < 0 ? -at - 1 : at;
            while (r > 0 && ends[r - 1] == ends[r]) r--; // runs over nothing
            Run run = runs.get(r);
            long start = (from - (r == 0 ? 0 : ends[r - 1])) * chunk;
            loop.run((int) Math.min(chunk, run.n - start), advanced(run.operands, 0, start), run.params);
        });
    }

    private long[] operands(long[] addresses, long target) {
        long[] operands = Arrays.copyOf(addresses, in.length + 1);
        operands[in.length] = target;
        return operands;
    }

    private long[] advanced(long[] operands, int scalars, long by) {
        long[] moved = new long[operands.length];
        for (int i = 0; i < moved.length; i++) {
            moved[i] = (scalars >> i & 1) != 0 ? operands[i] : operands[i] + by * bytes[i];
        }
        return moved;
    }

    /** Runs only the scalar twin, or only the vector loop with its scalar tail: for tests that compare the two. */
    void runOne(boolean vector, int n, long[] addresses, int scalars, long target, double... params) {
        CompiledLoop loop = variant(scalars);
        long[] operands = operands(addresses, target);
        int done = vector ? loop.vector(0, n, operands, params) : 0;
        loop.scalar(done, n, operands, params);
    }

    // ---- strided inputs ----

    /**
     * Runs over strided inputs and a dense row-major output.
     *
     * @param shape   the output's sizes
     * @param strides per input, per dimension, in elements; 0 where the input is broadcast; negative allowed
     */
    public void run(long[] shape, long[][] strides, long[] addresses, long target, double... params) {
        run(shape, strides, operands(addresses, target), params);
    }

    /** As {@link #run(long[], long[][], long[], long, double...)}; {@code operands}: addresses of the inputs, then of the outputs. */
    public void run(long[] shape, long[][] strides, long[] operands, double[] params) {
        long n = 1;
        for (long size : shape) n *= size;
        if (n == 0) return;
        long[] targets = Arrays.copyOfRange(operands, in.length, operands.length);
        try (PreparedRun run = prepare(shape, strides, Arrays.copyOf(operands, in.length), params)) {
            run.runAll(n, chunk, targets, Arrays.copyOfRange(bytes, in.length, bytes.length));
        }
    }

    /**
     * Prepares a run over strided inputs whose elements are computed in pieces, by the caller's order and threads.
     *
     * @param shape at least one element
     */
    public PreparedRun prepare(long[] shape, long[][] strides, long[] inputs, double[] params) {
        return PreparedLoop.of(this, shape, strides, inputs, params);
    }

    @Override
    public String toString() {
        return "PointwiseKernel of " + code.ir().nodes().size() + " steps, " + key.in + " in " + key.compute + " to " + key.out;
    }
}
