package dev.tenfold.nn.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.tensor.Generator;
import java.util.Arrays;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class OrderTest {
    private static int[] counts(int[] rows, int size) {
        int[] counts = new int[size];
        for (int row : rows) counts[row]++;
        return counts;
    }

    /** Labels 0, 0, ..., 1, 1, ... with the given numbers of each. */
    private static int[] labels(int... counts) {
        return IntStream.range(0, counts.length).flatMap(c -> IntStream.range(0, counts[c]).map(i -> c)).toArray();
    }

    @Test
    void randomOrdersDependOnSeedAndEpochAlone() {
        for (boolean weighted : new boolean[] {false, true}) {
            Order[] twice = new Order[3];
            for (int i = 0; i < 3; i++) {
                Generator generator = new Generator(i == 2 ? 8 : 7);
                twice[i] = weighted ? Order.weighted(new double[] {1, 2, 3, 4, 5, 6, 7, 8}, 30, generator) : Order.shuffled(30, generator);
            }
            assertArrayEquals(twice[0].epoch(3), twice[1].epoch(3));
            assertArrayEquals(twice[0].epoch(0), twice[1].epoch(0), "whatever was asked for before");
            assertFalse(Arrays.equals(twice[0].epoch(0), twice[0].epoch(1)));
            assertFalse(Arrays.equals(twice[0].epoch(0), twice[2].epoch(0)), "another seed");
        }
    }

    @Test
    void drawsFollowTheirWeights() {
        double[] weights = {0, 1, 3, 0, 0, 6, 0};
        int[] counts = counts(Order.weighted(weights, 20_000, new Generator(1)).epoch(0), 7);
        for (int i = 0; i < 7; i++) {
            double p = weights[i] / 10;
            assertEquals(p * 20_000, counts[i], 4 * Math.sqrt(20_000 * p * (1 - p)) + 1e-9, "row " + i);
        }
        int[] uniform = counts(Order.withReplacement(5, 20_000, new Generator(2)).epoch(0), 5);
        for (int count : uniform) assertEquals(4000, count, 4 * Math.sqrt(20_000 * 0.2 * 0.8));
        assertThrows(IllegalArgumentException.class, () -> Order.weighted(new double[] {1, -1}, 5, new Generator(1)));
        assertThrows(IllegalArgumentException.class, () -> Order.weighted(new double[] {0, 0}, 5, new Generator(1)));
        assertThrows(IllegalArgumentException.class, () -> Order.weighted(new double[] {Double.NaN}, 5, new Generator(1)));
    }

    @Test
    void classesAreDrawnByAPowerOfTheirSize() {
        int[] labels = labels(900, 90, 0, 10);
        double[][] expected = {{1 / 3.0, 1 / 3.0, 0, 1 / 3.0}, {30 / 42.648, 9.4868 / 42.648, 0, 3.1623 / 42.648}, {0.9, 0.09, 0, 0.01}};
        for (int k = 0; k < 3; k++) {
            int[] rows = new ClassBalanced(labels, k / 2.0, 1, 30_000, new Generator(3)).epoch(0);
            int[] counts = counts(Arrays.stream(rows).map(row -> labels[row]).toArray(), 4);
            for (int c = 0; c < 4; c++) {
                double p = expected[k][c];
                assertEquals(p * 30_000, counts[c], 4 * Math.sqrt(30_000 * p * (1 - p)) + 1, "class " + c + " with power " + k / 2.0);
            }
        }
    }

    @Test
    void aClassGivesAllItsExamplesBeforeOneComesAgain() {
        int[] labels = labels(40, 7);
        int[] rows = new ClassBalanced(labels, 0, 4, 800, new Generator(4)).epoch(5);
        for (int c = 0; c < 2; c++) {
            int wanted = c;
            int n = c == 0 ? 40 : 7;
            int[] ofClass = Arrays.stream(rows).filter(row -> labels[row] == wanted).toArray();
            for (int at = 0; at + n <= ofClass.length; at += n) assertEquals(n, Arrays.stream(ofClass, at, at + n).distinct().count(), "cycle at " + at);
            assertFalse(Arrays.equals(Arrays.copyOf(ofClass, n), Arrays.copyOfRange(ofClass, n, 2 * n)), "every cycle has its own order");
        }
        for (int i = 0; i < 800; i += 4) for (int k = 1; k < 4; k++) assertEquals(labels[rows[i]], labels[rows[i + k]], "four of a class at a time");
    }

    @Test
    void shardsAreDisjointEquallyLongAndTogetherTheWholeOrder() {
        for (int size : new int[] {12, 13, 14}) {
            Order order = Order.shuffled(size, new Generator(5));
            int[] padded = new int[size];
            int[] dropped = new int[size];
            for (int rank = 0; rank < 3; rank++) {
                int[] mine = order.shard(rank, 3, true).epoch(2);
                assertEquals((size + 2) / 3, mine.length);
                for (int row : mine) padded[row]++;
                mine = order.shard(rank, 3, false).epoch(2);
                assertEquals(size / 3, mine.length);
                for (int row : mine) dropped[row]++;
                assertEquals(order.epoch(2)[rank], mine[0]);
            }
            for (int i = 0; i < size; i++) assertTrue(padded[i] >= 1 && dropped[i] <= 1);
            assertEquals((size + 2) / 3 * 3, Arrays.stream(padded).sum());
            assertEquals(size / 3 * 3, Arrays.stream(dropped).sum());
        }
        int[] more = new int[2];
        for (int rank = 0; rank < 5; rank++) more[Order.ascending(2).shard(rank, 5, true).epoch(0)[0]]++;
        assertArrayEquals(new int[] {3, 2}, more, "padding goes round as often as needed");
        assertThrows(IllegalArgumentException.class, () -> Order.ascending(2).shard(0, 3, false));
        assertThrows(IllegalArgumentException.class, () -> Order.ascending(2).shard(3, 3, true));
    }

    @Test
    void aPartOfASetIsVisitedByItsOwnOrder() {
        Order part = Order.shuffled(3, new Generator(6)).of(new int[] {5, 9, 2}, 10);
        assertEquals(10, part.size());
        TreeSet<Integer> rows = new TreeSet<>();
        for (int row : part.epoch(0)) rows.add(row);
        assertEquals("[2, 5, 9]", rows.toString());
        assertThrows(IllegalArgumentException.class, () -> Order.ascending(1).of(new int[] {10}, 10));
        assertThrows(IllegalArgumentException.class, () -> Order.ascending(2).of(new int[] {1}, 10));
    }

    @Test
    void longTailsHaveThePublishedNumbersOfImages() {
        int[][] sets = {{500, 100, 100, 10_847}, {500, 100, 50, 12_608}, {500, 100, 10, 19_573}, {5000, 10, 100, 12_406}, {5000, 10, 50, 13_996}, {5000, 10, 10, 20_431}};
        for (int[] set : sets) {
            int[] counts = LongTail.counts(set[0], set[1], set[2]);
            assertEquals(set[3], Arrays.stream(counts).sum(), () -> Arrays.toString(set));
            assertEquals(set[0], counts[0]);
            assertEquals(set[0] / set[2], counts[set[1] - 1]);
        }
    }

    @Test
    void wholeNumbersAreNotRoundedDown() {
        assertArrayEquals(new int[] {729, 81, 9, 1}, LongTail.counts(729, 4, 729));
        assertArrayEquals(new int[] {49, 7, 1}, LongTail.counts(49, 3, 49));
    }

    @Test
    void aLongTailKeepsRandomExamplesOfEveryClass() {
        int[] labels = new int[300];
        for (int i = 0; i < 300; i++) labels[i] = i % 3;
        int[] rows = LongTail.rows(labels, 25, new Generator(7));
        assertArrayEquals(new int[] {100, 20, 4}, counts(Arrays.stream(rows).map(row -> labels[row]).toArray(), 3));
        assertEquals(124, Arrays.stream(rows).distinct().count());
        assertArrayEquals(rows, LongTail.rows(labels, 25, new Generator(7)));
        assertFalse(Arrays.equals(rows, LongTail.rows(labels, 25, new Generator(8))));
        assertThrows(IllegalArgumentException.class, () -> LongTail.rows(labels, 1000, new Generator(7)));
        assertThrows(IllegalArgumentException.class, () -> LongTail.counts(5, 5, 0.5));
    }

    @Test
    void splitsHaveEveryRowOnce() {
        int[][] parts = Splits.random(50, 0.3, new Generator(8));
        assertEquals(15, parts[1].length);
        assertEquals(50, IntStream.concat(Arrays.stream(parts[0]), Arrays.stream(parts[1])).distinct().count());
        parts = Splits.stratified(labels(10, 20, 30), 0.1, new Generator(8));
        assertArrayEquals(new int[] {1, 2, 3}, counts(Arrays.stream(parts[1]).map(row -> labels(10, 20, 30)[row]).toArray(), 3));
        assertEquals(54, parts[0].length);
    }

    @Test
    void examplesThatComeAgainAreToldFromTheirFirstVisit() {
        Batches batches = new Batches(Order.ascending(2).of(new int[] {1, 1}, 3), 1, false);
        Choice[] choices = batches.choices(4);
        assertArrayEquals(new int[] {0}, choices[0].repeats());
        assertArrayEquals(new int[] {1}, choices[1].repeats());
        Generator generator = new Generator(9);
        double first = choices[0].draws(generator, 0).uniform();
        assertEquals(first, Choice.of(new int[] {5, 1}, 4).draws(generator, 1).uniform(), "wherever it stands in a batch");
        assertFalse(first == choices[1].draws(generator, 0).uniform());
        assertFalse(first == Choice.of(new int[] {1}, 5).draws(generator, 0).uniform());
    }

    @Test
    void betaNumbersHaveTheirMomentsAndNeverAreNaN() {
        for (double a : new double[] {1e-8, 0.2, 1, 4}) {
            Draws draws = new Draws(new Generator(10));
            double sum = 0;
            double squares = 0;
            int n = 20_000;
            for (int i = 0; i < n; i++) {
                double x = draws.beta(a, 2 * a);
                assertTrue(x >= 0 && x <= 1, "beta " + x);
                sum += x;
                squares += x * x;
            }
            double mean = 1 / 3.0;
            double variance = 2 / 9.0 / (3 * a + 1);
            assertEquals(mean, sum / n, 5 * Math.sqrt(variance / n), "mean for " + a);
            assertEquals(variance, squares / n - mean * mean, 0.01, "variance for " + a);
        }
        assertThrows(IllegalArgumentException.class, () -> new Draws(new Generator(1)).beta(0, 1));
    }
}
