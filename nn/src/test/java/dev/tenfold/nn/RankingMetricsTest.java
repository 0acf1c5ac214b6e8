package dev.tenfold.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class RankingMetricsTest {
    @Test
    void aucOfTheWorkedExampleWithTies() {
        assertEquals(8 / 9.0, RankingMetrics.auc(new double[] {.9, .4, .4, .4, .1, .8}, new long[] {1, 0, 1, 0, 0, 1}), 1e-15);
        assertEquals(0.5, RankingMetrics.auc(new double[] {3, 3, 3}, new long[] {1, 0, 1}));
        assertEquals(0.5, RankingMetrics.auc(new double[] {-0.0, 0.0, 0.0, -0.0}, new long[] {1, 0, 1, 0}), "zeros of both signs tie");
    }

    @Test
    void aucCountsPairsExactly() {
        Random random = new Random(1);
        for (int round = 0; round < 50; round++) {
            int n = 2 + random.nextInt(60);
            double[] scores = new double[n];
            long[] labels = new long[n];
            for (int i = 0; i < n; i++) {
                scores[i] = random.nextInt(10);
                labels[i] = i < 2 ? i : random.nextInt(2);
            }
            long twice = 0;
            long pairs = 0;
            for (int i = 0; i < n; i++) {
                for (int j = 0; j < n; j++) {
                    if (labels[i] != 1 || labels[j] != 0) continue;
                    pairs++;
                    twice += scores[i] > scores[j] ? 2 : scores[i] == scores[j] ? 1 : 0;
                }
            }
            assertEquals(twice / (2.0 * pairs), RankingMetrics.auc(scores, labels));
        }
    }

    @Test
    void recallAtKTakesAnyPositive() {
        double[] similarity = {
                .9, .1, .3, .2,
                .1, .5, .5, .2,
                .4, .3, .2, .1};
        int[][] positives = {{1, 2}, {2}, {3}};
        assertEquals(0, RankingMetrics.recallAtK(similarity, 4, positives, 1), "the tie goes to the first candidate");
        assertEquals(2 / 3.0, RankingMetrics.recallAtK(similarity, 4, positives, 2));
        assertEquals(1, RankingMetrics.recallAtK(similarity, 4, positives, 4));
    }

    @Test
    void whatCannotBeMeasuredIsAnError() {
        String message = assertThrows(IllegalArgumentException.class, () -> RankingMetrics.auc(new double[] {1, 2}, new long[] {1, 1})).getMessage();
        assertTrue(message.contains("auc: there are 2 positives and 0 negatives"), message);
        message = assertThrows(IllegalArgumentException.class, () -> RankingMetrics.auc(new double[] {1, Double.NaN}, new long[] {1, 0})).getMessage();
        assertTrue(message.contains("the score at 1 is NaN"), message);
        message = assertThrows(IllegalArgumentException.class, () -> RankingMetrics.recallAtK(new double[] {1, 2}, 2, new int[][] {{}}, 1)).getMessage();
        assertTrue(message.contains("query 0 has no positives"), message);
        message = assertThrows(IllegalArgumentException.class, () -> RankingMetrics.recallAtK(new double[] {1, 2}, 2, new int[][] {{0}}, 3)).getMessage();
        assertTrue(message.contains("k is 3, must be in 1 to 2"), message);
    }
}
