package dev.tenfold.kernels.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tenfold.kernels.Memory;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ScoreLoopsTest {
    private static final int COLUMNS = 2 * ScoreLoops.LANES;

    private static float[] scores(int keys, float spread) {
        Random random = new Random(keys);
        float[] values = new float[keys * COLUMNS];
        for (int i = 0; i < values.length; i++) values[i] = spread * (float) random.nextGaussian();
        // One column with hidden scores, one with nothing else, one with a NaN.
        for (int k = 0; k < keys; k++) {
            if (k % 2 == 0) values[k * COLUMNS] = Float.NEGATIVE_INFINITY;
            values[k * COLUMNS + 1] = Float.NEGATIVE_INFINITY;
        }
        values[2] = Float.NaN;
        return values;
    }

    private interface Work {
        void run(long address);
    }

    private static float[] on(float[] values, Work work) {
        try (Scratch scratch = new Scratch(4L * values.length)) {
            for (int i = 0; i < values.length; i++) Memory.putFloat(scratch.address() + 4L * i, values[i]);
            work.run(scratch.address());
            float[] results = new float[values.length];
            for (int i = 0; i < results.length; i++) results[i] = Memory.getFloat(scratch.address() + 4L * i);
            return results;
        }
    }

    @Test
    void vectorsAndPlainLoopsGiveTheSameBits() {
        for (int keys : new int[] {1, 2, 33}) {
            float[] scores = scores(keys, 20);
            float[] plain = on(scores, s -> new PlainScores().softmax32(s, keys, COLUMNS));
            assertArrayEquals(plain, on(scores, s -> new VectorScores().softmax32(s, keys, COLUMNS)));
            float[] both = Arrays.copyOf(plain, 2 * plain.length);
            System.arraycopy(scores(keys, 3), 0, both, plain.length, plain.length);
            long second = 4L * plain.length;
            assertArrayEquals(on(both, p -> new PlainScores().gradient32(p, p + second, keys, COLUMNS)),
                    on(both, p -> new VectorScores().gradient32(p, p + second, keys, COLUMNS)));
        }
    }

    @Test
    void columnsAreSoftmaxes() {
        int keys = 33;
        float[] scores = scores(keys, 20);
        float[] p = on(scores, s -> ScoreLoops.CHOSEN.softmax32(s, keys, COLUMNS));
        for (int c = 0; c < COLUMNS; c++) {
            if (c == 2) continue;
            double sum = 0;
            for (int k = 0; k < keys; k++) sum += Math.exp(scores[k * COLUMNS + c]);
            for (int k = 0; k < keys; k++) {
                double expected = c == 1 ? 0 : Math.exp(scores[k * COLUMNS + c]) / sum;
                assertEquals(expected, p[k * COLUMNS + c], 5e-6 * expected + 1e-37);
            }
        }
    }
}
