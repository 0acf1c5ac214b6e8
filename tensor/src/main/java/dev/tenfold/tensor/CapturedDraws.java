package dev.tenfold.tensor;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.cuda.CudaGraph;
import dev.tenfold.tensor.primitive.Copying;
import java.util.ArrayList;
import java.util.List;

/**
 * The random numbers of a captured graph. Every replay draws what the work would have drawn if it had been called instead: the captured kernels add
 * a number in device memory to their place in the stream, and before a replay it is set to how far the generator has come since.
 */
final class CapturedDraws implements CudaGraph.Companion {
    /** Generators that one graph may draw from. */
    private static final int MOST = 64;

    private static final class Draws {
        final Generator generator;
        final long start;
        final Tensor moved;
        long blocks;

        Draws(Generator generator, Tensor moved) {
            this.generator = generator;
            this.moved = moved;
            start = generator.position();
        }
    }

    private final Tensor cells;
    private final List<Draws> all = new ArrayList<>();

    /** Before the capture: what it allocates is its own, and is as new in every replay. */
    CapturedDraws(Device device) {
        ThreadState state = ThreadState.get();
        Scope scope = state.scope;
        state.scope = null;
        try {
            cells = Tensor.allocate(device, DType.I64, Shape.of(MOST));
        } finally {
            state.scope = scope;
        }
    }

    /** {@code generator} is about to draw {@code blocks} on the device. Returns where the kernel finds how far it has moved. */
    long moved(Generator generator, long blocks) {
        Draws mine = all.stream().filter(draws -> draws.generator == generator).findFirst().orElse(null);
        if (mine == null) {
            if (all.size() == MOST) throw new IllegalStateException("a CudaGraph draws from at most " + MOST + " generators; let its modules share some");
            mine = new Draws(generator, cell(all.size()));
            all.add(mine);
        }
        mine.blocks += blocks;
        return mine.moved.deviceAddress();
    }

    private Tensor cell(int i) {
        ThreadState state = ThreadState.get();
        Scope scope = state.scope;
        state.scope = null; // no scope of the work may close it
        try {
            return cells.withLayout(Layout.of(Shape.of(1), new long[] {1}, i));
        } finally {
            state.scope = scope;
        }
    }

    /** Nothing was drawn yet, it was only recorded. */
    void rewind() {
        for (Draws draws : all) draws.generator.move(-draws.blocks);
    }

    @Override
    public void beforeReplay() {
        for (Draws draws : all) {
            Copying.fill(draws.moved, draws.generator.position() - draws.start);
            draws.generator.move(draws.blocks);
        }
    }

    @Override
    public void close() {
        for (Draws draws : all) draws.moved.close();
        cells.close();
    }
}
