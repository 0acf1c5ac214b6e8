package dev.tenfold.nn.data.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import org.junit.jupiter.api.Test;

class MixingTest {
    @Test
    void mixupIsTheWeightedSumWithThePermutedBatch() {
        try (Scope scope = Scope.open()) {
            Tensor x = new Generator(1).uniform(DType.F64, 5, 2, 3, 4);
            Tensor labels = Tensors.of(new long[] {0, 2, 1, 1, 0});
            for (int i = 0; i < 20; i++) {
                Mixing mixing = Mixing.mixup(1, 5, new Generator(2).fork(i));
                double l = mixing.lambda();
                double[] before = x.toDoubles();
                double[] after = mixing.images(x).toDoubles();
                double[] targets = mixing.targets(labels, 3, DType.F64).toDoubles();
                for (int b = 0; b < 5; b++) {
                    int other = (int) mixing.partners()[b];
                    for (int k = 0; k < 24; k++) assertEquals(l * before[24 * b + k] + (1 - l) * before[24 * other + k], after[24 * b + k], 1e-15);
                    for (int c = 0; c < 3; c++) {
                        double expected = (labels.getLong(b) == c ? l : 0) + (labels.getLong(other) == c ? 1 - l : 0);
                        assertEquals(expected, targets[3 * b + c], 1e-15);
                    }
                }
            }
        }
    }

    @Test
    void cutMixReplacesOneRectangleAndLambdaIsTheAreaThatStays() {
        try (Scope scope = Scope.open()) {
            double[] values = new double[4 * 2 * 6 * 7];
            for (int i = 0; i < values.length; i++) values[i] = i / 84; // the number of the image
            Tensor x = Tensors.of(values, 4, 2, 6, 7);
            int partly = 0;
            for (int i = 0; i < 60; i++) {
                Mixing mixing = Mixing.cutMix(1, 4, 6, 7, new Generator(3).fork(i));
                double[] after = mixing.images(x).toDoubles();
                for (int b = 0; b < 4; b++) {
                    int other = (int) mixing.partners()[b];
                    if (other == b) continue;
                    int kept = 0;
                    for (int k = 0; k < 84; k++) {
                        assertTrue(after[84 * b + k] == b || after[84 * b + k] == other);
                        kept += after[84 * b + k] == b ? 1 : 0;
                    }
                    assertEquals(kept / 84.0, mixing.lambda(), 1e-12);
                    partly += kept > 0 && kept < 84 ? 1 : 0;
                }
                assertArrayEquals(values, x.toDoubles(), "the originals stay");
            }
            assertTrue(partly > 60);
        }
    }

    @Test
    void withoutAlphaNothingIsMixed() {
        try (Scope scope = Scope.open()) {
            Tensor x = Tensors.of(new float[] {Float.POSITIVE_INFINITY, 2}, 2, 1, 1, 1);
            Tensor labels = Tensors.of(new long[] {1, 0});
            for (Mixing mixing : new Mixing[] {Mixing.mixup(0, 2, new Generator(1)), Mixing.mixup(-1, 2, new Generator(2)), Mixing.cutMix(0, 2, 1, 1, new Generator(3))}) {
                assertEquals(1, mixing.lambda());
                assertArrayEquals(x.toFloats(), mixing.images(x).toFloats());
                assertArrayEquals(new float[] {0, 1, 1, 0}, mixing.targets(labels, 2, DType.F32).toFloats());
            }
        }
    }

    @Test
    void theSameForkGivesTheSameMixing() {
        Mixing one = Mixing.mixup(0.2, 9, new Generator(4).fork(1).fork(2));
        Mixing two = Mixing.mixup(0.2, 9, new Generator(4).fork(1).fork(2));
        assertEquals(one.lambda(), two.lambda());
        assertArrayEquals(one.partners(), two.partners());
        assertThrows(IllegalArgumentException.class, () -> Mixing.mixup(Double.NaN, 9, new Generator(4)));
        try (Scope scope = Scope.open()) {
            assertThrows(IllegalArgumentException.class, () -> one.images(Tensors.zeros(DType.F32, 8, 2)));
        }
    }
}
