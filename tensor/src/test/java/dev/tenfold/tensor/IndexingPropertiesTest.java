package dev.tenfold.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.tenfold.kernels.DType;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Gathering and scattering along random axes of random shapes and layouts, against {@link Model}. */
class IndexingPropertiesTest {
    private static final int SEEDS = 1500;

    private interface Property {
        /** {@code model} has rank 1 or more and its size along {@code axis} is positive; {@code tensor} shows it, transposed perhaps. */
        void hold(Random random, Tensor tensor, Model model, int axis, String story);
    }

    private static void forAllSeeds(Property property) {
        for (int seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            long[] sizes = Model.randomSizes(random, 3, 5);
            if (sizes.length == 0) continue;
            int axis = random.nextInt(sizes.length);
            if (sizes[axis] == 0) sizes[axis] = 1;
            try (Scope scope = Scope.open()) {
                Model model = Model.numbered(sizes);
                Tensor tensor = model.tensor();
                if (random.nextBoolean()) tensor = tensor.transpose(0, -1).contiguous().transpose(0, -1);
                property.hold(random, tensor, model, axis, "seed " + seed + ", " + Arrays.toString(sizes) + " along " + axis);
            }
        }
    }

    private static void same(Model expected, Tensor actual, String story) {
        assertArrayEquals(expected.sizes(), actual.shape().sizes(), story);
        assertArrayEquals(expected.values(), actual.toDoubles(), story);
    }

    /** Positions in [0, size), or the same ones counted from the end. */
    private static Tensor written(Random random, Model positions, long size) {
        double[] values = positions.values().clone();
        for (int i = 0; i < values.length; i++) if (random.nextInt(3) == 0) values[i] -= size;
        DType type = random.nextBoolean() ? DType.I64 : DType.I32;
        return Tensors.of(type, values, positions.sizes());
    }

    private static Model positions(Random random, long size, long... sizes) {
        return Model.of(sizes, index -> random.nextInt((int) size));
    }

    @Test
    void gatherTakesTheElementThatTheIndexNames() {
        forAllSeeds((random, x, model, axis, story) -> {
            long size = model.sizes()[axis];
            Model index = positions(random, size, model.with(axis, random.nextInt(6)));
            Model expected = Model.of(index.sizes(), i -> model.at(Model.moved(i, axis, (long) index.at(i))));
            same(expected, x.gather(axis, written(random, index, size)), story);
        });
    }

    @Test
    void scatterAddAddsEveryElementWhereTheIndexSays() {
        forAllSeeds((random, x, model, axis, story) -> {
            long size = 1 + random.nextInt(6);
            Model index = positions(random, size, model.sizes());
            Model expected = Model.of(model.with(axis, size), i -> {
                double sum = 0;
                for (long k = 0; k < model.sizes()[axis]; k++) if (index.at(Model.moved(i, axis, k)) == i[axis]) sum += model.at(Model.moved(i, axis, k));
                return sum;
            });
            same(expected, x.scatterAdd(axis - model.rank(), written(random, index, size), size), story);
        });
    }

    @Test
    void indexSelectTakesSlicesAndIndexAddPutsThemBack() {
        forAllSeeds((random, x, model, axis, story) -> {
            long size = model.sizes()[axis];
            Model index = positions(random, size, random.nextInt(7));
            Tensor written = written(random, index, size);
            Model taken = Model.of(model.with(axis, index.sizes()[0]), i -> model.at(Model.moved(i, axis, (long) index.at(i[axis]))));
            Tensor selected = x.indexSelect(axis, written);
            same(taken, selected, story);
            Model back = Model.of(model.sizes(), i -> {
                double sum = 0;
                for (long k = 0; k < index.sizes()[0]; k++) if (index.at(k) == i[axis]) sum += taken.at(Model.moved(i, axis, k));
                return sum;
            });
            same(back, selected.indexAdd(axis, written, size), story);
        });
    }

    @Test
    void argMaxNamesTheFirstOfTheLargest() {
        forAllSeeds((random, x, model, axis, story) -> {
            Model few = Model.of(model.sizes(), i -> random.nextInt(3));
            Model first = Model.of(few.with(axis, 1), i -> {
                int best = 0;
                for (int k = 1; k < few.sizes()[axis]; k++) if (few.at(Model.moved(i, axis, k)) > few.at(Model.moved(i, axis, best))) best = k;
                return best;
            });
            same(first, few.tensor().argMax(axis).unsqueeze(axis), story);
        });
    }
}
