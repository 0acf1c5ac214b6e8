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

/** Random chains of views, and what is computed from them, against {@link Model}. A failure names its seed and its chain. */
class ViewPropertiesTest {
    private static final int SEEDS = 1500;

    /** A tensor, its model, and how both came about. */
    private record Pair(Tensor tensor, Model model, String story) {
        Pair then(String step, Tensor nextTensor, Model nextModel) {
            Pair next = new Pair(nextTensor, nextModel, story + " " + step);
            next.check();
            return next;
        }

        void check() {
            assertArrayEquals(model.sizes(), tensor.shape().sizes(), story);
            assertArrayEquals(model.values(), tensor.toDoubles(), story);
        }
    }

    private interface Property {
        void hold(Random random, Pair start);
    }

    private static void forAllSeeds(Property property) {
        long blocks = HostAllocator.get().stats().liveBlocks();
        for (int seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            try (Scope scope = Scope.open()) {
                Model model = Model.numbered(Model.randomSizes(random, 4, 4));
                property.hold(random, new Pair(model.tensor(), model, "seed " + seed + ", " + Arrays.toString(model.sizes())));
            }
        }
        assertEquals(blocks, HostAllocator.get().stats().liveBlocks());
    }

    private static Pair randomChain(Random random, Pair pair) {
        int length = 1 + random.nextInt(5);
        for (int i = 0; i < length; i++) pair = randomStep(random, pair);
        return pair;
    }

    private static Pair randomStep(Random random, Pair pair) {
        Tensor t = pair.tensor();
        Model m = pair.model();
        int rank = m.rank();
        if (rank == 0) return pair.then("unsqueeze", t.unsqueeze(0), m.reshaped(1));
        int axis = random.nextInt(rank);
        int named = random.nextBoolean() ? axis : axis - rank;
        long size = m.sizes()[axis];
        return switch (random.nextInt(9)) {
            case 0 -> {
                int[] axes = shuffled(random, rank);
                yield pair.then("permute " + Arrays.toString(axes), t.permute(axes), m.permuted(axes));
            }
            case 1 -> {
                long start = random.nextInt(13) - 6;
                long end = random.nextInt(13) - 6;
                long step = random.nextInt(3) + 1;
                if (random.nextBoolean()) step = -step;
                yield pair.then("slice " + named + " " + start + ":" + end + ":" + step, t.slice(named, start, end, step), m.sliced(axis, start, end, step));
            }
            case 2 -> pair.then("flip " + named, t.flip(named), m.flipped(axis));
            case 3 -> {
                long before = random.nextInt(3);
                long after = random.nextInt(3);
                yield pair.then("pad " + named + " " + before + "," + after, t.pad(named, before, after), m.padded(axis, before, after));
            }
            case 4 -> {
                if (size == 0) yield pair;
                long position = random.nextInt((int) size);
                long from = random.nextBoolean() ? position : position - size;
                yield pair.then("select " + named + " " + from, t.select(named, from), m.selected(axis, position));
            }
            case 5 -> {
                if (rank > 4) yield pair;
                int at = random.nextInt(rank + 1);
                long[] wider = t.shape().insert(at, 1).sizes();
                Pair one = pair.then("unsqueeze " + at, t.unsqueeze(at), m.reshaped(wider.clone()));
                wider[at] = 1 + random.nextInt(3);
                yield one.then("expand " + Arrays.toString(wider), one.tensor().expand(wider), one.model().expanded(wider));
            }
            case 6 -> {
                long[] to = regrouped(random, m.sizes());
                yield pair.then("reshape " + Arrays.toString(to), t.reshape(to), m.reshaped(to));
            }
            case 7 -> pair.then("copy", t.contiguous(), m);
            default -> {
                List<Tensor> tensors = List.of(t, t.flip(axis));
                yield pair.then("concat with its flip along " + named, Tensors.concat(named, tensors), Model.concat(axis, List.of(m, m.flipped(axis))));
            }
        };
    }

    private static int[] shuffled(Random random, int rank) {
        List<Integer> axes = new ArrayList<>();
        for (int i = 0; i < rank; i++) axes.add(i);
        java.util.Collections.shuffle(axes, random);
        return axes.stream().mapToInt(Integer::intValue).toArray();
    }

    /** Joins two neighbours, or splits one size, or flattens. */
    private static long[] regrouped(Random random, long[] sizes) {
        long elements = Shape.of(sizes).elements();
        if (sizes.length > 1 && random.nextBoolean()) {
            int at = random.nextInt(sizes.length - 1);
            long[] joined = new long[sizes.length - 1];
            for (int i = 0; i < joined.length; i++) joined[i] = i < at ? sizes[i] : i == at ? sizes[at] * sizes[at + 1] : sizes[i + 1];
            return joined;
        }
        if (elements % 2 == 0) return new long[] {2, elements / 2};
        return new long[] {elements, 1};
    }

    @Test
    void chainsOfViewsShowTheElementsThatTheModelShows() {
        forAllSeeds(ViewPropertiesTest::randomChain);
    }

    @Test
    void sumsOverAnyAxesOfAnyViewAreThoseOfTheModel() {
        forAllSeeds((random, start) -> {
            Pair view = randomChain(random, start);
            for (int axis = 0; axis < view.model().rank(); axis++) {
                Model sum = summed(view.model(), axis);
                view.then("sum " + axis, view.tensor().sumKeep(axis), sum);
            }
            double total = Arrays.stream(view.model().values()).sum();
            assertEquals(total, view.tensor().sum().item(), view.story());
        });
    }

    private static Model summed(Model m, int axis) {
        return Model.of(m.with(axis, 1), index -> {
            double sum = 0;
            for (long k = 0; k < m.sizes()[axis]; k++) sum += m.at(Model.moved(index, axis, k));
            return sum;
        });
    }

    @Test
    void arithmeticOnViewsThatBroadcastIsThatOfTheModel() {
        forAllSeeds((random, start) -> {
            Pair a = randomChain(random, start);
            // A second operand with some of the sizes, ones elsewhere, and perhaps fewer dimensions.
            long[] sizes = Arrays.copyOfRange(a.model().sizes(), random.nextInt(a.model().rank() + 1), a.model().rank());
            for (int i = 0; i < sizes.length; i++) if (random.nextBoolean()) sizes[i] = 1;
            Model other = Model.numbered(sizes);
            Model wide = other.expanded(a.model().sizes());
            Model difference = Model.of(a.model().sizes(), index -> a.model().at(index) - 2 * wide.at(index));
            a.then("minus twice " + Arrays.toString(sizes), a.tensor().addScaled(other.tensor(), -2), difference);
            Model chosen = Model.of(a.model().sizes(), index -> a.model().at(index) > wide.at(index) ? a.model().at(index) : -1);
            a.then("where above " + Arrays.toString(sizes), a.tensor().gt(other.tensor()).where(a.tensor(), Tensors.scalar(DType.F64, -1)), chosen);
        });
    }

    @Test
    void writingIntoAViewChangesTheElementsItShowsAndNoOther() {
        for (int seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            try (Scope scope = Scope.open()) {
                Tensor base = Model.numbered(4, 3, 5).tensor();
                int axis = random.nextInt(3);
                long size = base.size(axis);
                long start = random.nextInt((int) size);
                Tensor view = base.slice(axis, start, size, 1 + random.nextInt(2)).flip(random.nextInt(3)).transpose(0, random.nextInt(3));
                double[] shown = view.toDoubles();
                double[] expected = base.toDoubles();
                for (double v : shown) expected[(int) v - 1] = -v;
                view.copyFrom(view.neg());
                assertArrayEquals(expected, base.toDoubles(), "seed " + seed);
            }
        }
    }
}
