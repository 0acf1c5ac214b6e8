package dev.tenfold.kernels.expr;

import dev.tenfold.kernels.Block;
import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.HostAllocator;
import java.util.Arrays;
import java.util.List;

/**
 * Several loops that run one after another on each block of elements, with the values that they hand on in the cache: for what one loop
 * cannot hold well. A loop of two tanh takes 1.4 times as long as two loops of one: constants and values no longer fit the registers.
 *
 * <p>Values are numbered: first the inputs, then what the stages give out, in their order.
 */
public final class Pipeline {
    /**
     * One loop.
     *
     * @param inputs the values that it reads
     * @param params values of the trees' parameters
     */
    public record Stage(PointwiseKernel kernel, int[] inputs, double[] params) {
    }

    /** Elements of one block: a few values of it fit into the first-level cache. */
    private static final int BLOCK = 1 << 11;
    private static final int CHUNK = 1 << 15;

    private final int inputs;
    private final List<Stage> stages;
    private final DType[] types;
    private final int[] results;
    private final int[] bytes;
    /** For each value: the output that it is, as {@code -1 - k}; or its place among the blocks of handed-on values. */
    private final int[] places;
    private final int[] resultBytes;
    private final int blocks;
    private volatile CudaText cudaText;

    /**
     * The stages on {@code inputs} inputs.
     *
     * @param types   of the values that the stages give out, in their order
     * @param results which value each output is; none of them an input, none twice
     */
    public Pipeline(int inputs, List<Stage> stages, DType[] types, int... results) {
        this.inputs = inputs;
        this.stages = List.copyOf(stages);
        this.types = types.clone();
        this.results = results.clone();
        this.bytes = Arrays.stream(types).mapToInt(DType::bytes).toArray();
        this.resultBytes = Arrays.stream(results).map(value -> bytes[value - inputs]).toArray();
        this.places = new int[types.length];
        int handedOn = 0;
        for (int v = 0; v < places.length; v++) {
            int output = -1;
            for (int k = 0; k < results.length; k++) if (results[k] == inputs + v) output = k;
            places[v] = output >= 0 ? -1 - output : handedOn++;
        }
        this.blocks = handedOn;
    }

    /** All stages as one CUDA text. */
    public CudaText cudaText() {
        CudaText known = cudaText;
        if (known == null) cudaText = known = CudaText.of(Arrays.asList(inputTypes()), stages, types, results);
        return known;
    }

    private DType[] inputTypes() {
        DType[] found = new DType[inputs];
        for (Stage stage : stages) {
            for (int i = 0; i < stage.inputs.length; i++) if (stage.inputs[i] < inputs) found[stage.inputs[i]] = stage.kernel.inputTypes()[i];
        }
        for (int i = 0; i < inputs; i++) if (found[i] == null) found[i] = DType.U8; // not read by any stage
        return found;
    }

    /** Runs over strided inputs and dense row-major outputs, as {@link PointwiseKernel#run(long[], long[][], long[], double[])} does. */
    public void run(long[] shape, long[][] strides, long[] addresses, long... targets) {
        long n = 1;
        for (long size : shape) n *= size;
        if (n == 0) return;
        try (PreparedRun run = prepare(shape, strides, addresses)) {
            run.runAll(n, CHUNK, targets, resultBytes);
        }
    }

    /** Prepares a run whose elements are computed in pieces; {@code shape} has at least one. */
    public PreparedRun prepare(long[] shape, long[][] strides, long[] addresses) {
        return new Prepared(shape, strides, addresses);
    }

    private final class Prepared implements PreparedRun {
        private final PreparedLoop[] loops = new PreparedLoop[stages.size()];

        Prepared(long[] shape, long[][] strides, long[] addresses) {
            long[] dense = Packed.dense(shape);
            for (int s = 0; s < loops.length; s++) {
                Stage stage = stages.get(s);
                long[] own = new long[stage.inputs.length];
                long[][] steps = new long[own.length][];
                for (int i = 0; i < own.length; i++) {
                    boolean given = stage.inputs[i] < inputs;
                    own[i] = given ? addresses[stage.inputs[i]] : 0;
                    steps[i] = given ? strides[stage.inputs[i]] : dense;
                }
                loops[s] = PreparedLoop.of(stage.kernel, shape, steps, own, stage.params);
            }
        }

        @Override
        public long row() {
            return 1;
        }

        @Override
        public void run(long from, int n, long... targets) {
            Block scratch = HostAllocator.get().allocate((long) Math.max(1, blocks) * BLOCK * 8);
            try {
                // Every value as if it were stored whole: where its element 0 would lie.
                long[] bases = new long[places.length];
                for (int v = 0; v < bases.length; v++) if (places[v] < 0) bases[v] = targets[-1 - places[v]] - from * bytes[v];
                for (long start = from; start < from + n; start += BLOCK) {
                    for (int v = 0; v < bases.length; v++) {
                        if (places[v] >= 0) bases[v] = scratch.address() + (long) places[v] * BLOCK * 8 - start * bytes[v];
                    }
                    block(start, (int) Math.min(BLOCK, from + n - start), bases);
                }
            } finally {
                scratch.release();
            }
        }

        private void block(long start, int n, long[] bases) {
            int value = 0;
            for (int s = 0; s < loops.length; s++) {
                Stage stage = stages.get(s);
                long[] own = loops[s].inputs().clone();
                for (int i = 0; i < own.length; i++) if (stage.inputs[i] >= inputs) own[i] = bases[stage.inputs[i] - inputs];
                long[] targets = new long[stage.kernel.outputs()];
                for (int k = 0; k < targets.length; k++, value++) targets[k] = bases[value] + start * bytes[value];
                loops[s].run(start, n, own, targets);
            }
        }

        @Override
        public void close() {
            for (PreparedLoop loop : loops) loop.close();
        }
    }
}
