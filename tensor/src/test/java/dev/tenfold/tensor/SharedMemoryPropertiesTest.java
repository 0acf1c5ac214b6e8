package dev.tenfold.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.HostAllocator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Random programs of views of one memory and of writes through any of them, against a model in which a view is a list of places: after
 * every write every view shows what its places hold, and counts the change. A failure names its seed and its program.
 */
class SharedMemoryPropertiesTest {
    private static final int SEEDS = 1500;

    /** A tensor, and as the values of a model the places of its elements in the memory, counted from 1. */
    private record View(Tensor tensor, Model places) {
        boolean hasEveryPlaceOnce() {
            return Arrays.stream(places.values()).distinct().count() == places.values().length;
        }

        double[] shown(double[] memory) {
            return Arrays.stream(places.values()).map(place -> memory[(int) place - 1]).toArray();
        }
    }

    private static View derived(Random random, View of, StringBuilder story) {
        Tensor t = of.tensor();
        Model m = of.places();
        int rank = m.rank();
        if (rank == 0) return new View(t.unsqueeze(0), m.reshaped(1));
        int axis = random.nextInt(rank);
        long size = m.sizes()[axis];
        switch (random.nextInt(7)) {
            case 0 -> {
                int other = random.nextInt(rank);
                int[] axes = new int[rank];
                for (int d = 0; d < rank; d++) axes[d] = d == axis ? other : d == other ? axis : d;
                story.append(" transpose ").append(axis).append(',').append(other);
                return new View(t.transpose(axis, other), m.permuted(axes));
            }
            case 1 -> {
                long start = random.nextInt(9) - 4;
                long end = random.nextInt(9) - 4;
                long step = random.nextBoolean() ? 1 + random.nextInt(2) : -1 - random.nextInt(2);
                story.append(" slice ").append(axis).append(' ').append(start).append(':').append(end).append(':').append(step);
                return new View(t.slice(axis, start, end, step), m.sliced(axis, start, end, step));
            }
            case 2 -> {
                story.append(" flip ").append(axis);
                return new View(t.flip(axis), m.flipped(axis));
            }
            case 3 -> {
                if (size == 0) return of;
                int position = random.nextInt((int) size);
                story.append(" select ").append(axis).append(' ').append(position);
                return new View(t.select(axis, position), m.selected(axis, position));
            }
            case 4 -> {
                if (rank > 4) return of;
                long[] wider = t.shape().insert(axis, 1).sizes();
                story.append(" unsqueeze ").append(axis);
                return new View(t.unsqueeze(axis), m.reshaped(wider));
            }
            case 5 -> {
                if (rank > 4) return of;
                long[] wider = t.shape().insert(axis, 1).sizes();
                Model one = m.reshaped(wider.clone());
                wider[axis] = 2;
                story.append(" repeat ").append(axis);
                return new View(t.unsqueeze(axis).expand(wider), one.expanded(wider));
            }
            default -> {
                story.append(" again");
                return new View(t.detach(), m);
            }
        }
    }

    @Test
    void everyViewShowsWhatWasWrittenThroughAnyOther() {
        long blocks = HostAllocator.get().stats().liveBlocks();
        for (int seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            StringBuilder story = new StringBuilder("seed " + seed + ":");
            try (Scope scope = Scope.open()) {
                Model all = Model.numbered(2 + random.nextInt(3), 1 + random.nextInt(3), 1 + random.nextInt(4));
                double[] memory = all.values().clone();
                List<View> views = new ArrayList<>(List.of(new View(all.tensor(), all)));
                int changes = views.getFirst().tensor().version();
                for (int step = 0; step < 12; step++) {
                    View view = views.get(random.nextInt(views.size()));
                    if (random.nextBoolean()) {
                        story.append(" |");
                        view = derived(random, view, story);
                        views.add(view);
                        assertArrayEquals(view.places().sizes(), view.tensor().shape().sizes(), story::toString);
                    } else if (view.tensor().elements() > 0 && view.hasEveryPlaceOnce()) {
                        double[] old = view.shown(memory);
                        double factor = 1 + random.nextInt(3);
                        story.append(" | write times ").append(factor).append(" through view ").append(views.indexOf(view));
                        view.tensor().copyFrom(view.tensor().mul(factor).add(1));
                        for (int i = 0; i < old.length; i++) memory[(int) view.places().values()[i] - 1] = old[i] * factor + 1;
                        changes++;
                    }
                    for (View each : views) {
                        assertArrayEquals(each.shown(memory), each.tensor().toDoubles(), story::toString);
                        if (each.tensor().elements() > 0) assertEquals(changes, each.tensor().version(), story::toString);
                    }
                }
                // The memory stays while any view is open.
                View last = views.get(random.nextInt(views.size()));
                for (View each : views) if (each.tensor() != last.tensor()) each.tensor().close();
                assertArrayEquals(last.shown(memory), last.tensor().toDoubles(), story::toString);
            }
        }
        assertEquals(blocks, HostAllocator.get().stats().liveBlocks());
    }

    @Test
    void aWriteFromAnOverlappingViewUsesTheOldValues() {
        for (int seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            try (Scope scope = Scope.open()) {
                Tensor memory = Tensors.arange(12).to(DType.F64);
                int length = 1 + random.nextInt(8);
                int to = random.nextInt(12 - length + 1);
                int from = random.nextInt(12 - length + 1);
                boolean turned = random.nextBoolean();
                double[] expected = memory.toDoubles();
                double[] old = expected.clone();
                for (int i = 0; i < length; i++) expected[to + i] = old[turned ? from + length - 1 - i : from + i];
                Tensor source = memory.narrow(0, from, length);
                memory.narrow(0, to, length).copyFrom(turned ? source.flip(0) : source);
                assertArrayEquals(expected, memory.toDoubles(), "seed " + seed + ": " + length + " elements from " + from + " to " + to + (turned ? ", turned" : ""));
            }
        }
    }
}
