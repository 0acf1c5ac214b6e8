package dev.tenfold.nn.data.text;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/** How often which numbers stand side by side in the words of some texts, kept up to date while pairs are merged. */
final class PairCounts {
    private static final class Pair {
        private long count;
        private final Set<Integer> words = new HashSet<>(); // words that have it, or had it
    }

    private final List<int[]> words = new ArrayList<>();
    private final List<Integer> lengths = new ArrayList<>();
    private final List<Long> frequencies = new ArrayList<>();
    private final Map<Long, Pair> pairs = new HashMap<>();

    PairCounts(Iterable<String> texts, Function<String, int[]> spelling) {
        TreeMap<String, Long> counts = new TreeMap<>();
        for (String text : texts) for (String word : Words.of(text)) counts.merge(word, 1L, Long::sum);
        counts.forEach((word, count) -> {
            words.add(spelling.apply(word));
            lengths.add(words.getLast().length);
            frequencies.add(count);
            count(words.size() - 1, 1);
        });
    }

    private void count(int word, int sign) {
        int[] numbers = words.get(word);
        for (int i = 0; i + 1 < lengths.get(word); i++) {
            Pair pair = pairs.computeIfAbsent((long) numbers[i] << 32 | numbers[i + 1], key -> new Pair());
            pair.count += sign * frequencies.get(word);
            if (sign > 0) pair.words.add(word);
        }
    }

    /** The first {@code most} merges, of which the first becomes number {@code first}. */
    List<int[]> merges(int most, int first) {
        List<int[]> merges = new ArrayList<>();
        while (merges.size() < most) {
            long best = -1;
            long highest = 1; // a pair that comes once is worth no number
            for (Map.Entry<Long, Pair> entry : pairs.entrySet()) {
                long count = entry.getValue().count;
                if (count > highest || count == highest && best >= 0 && entry.getKey() < best) {
                    best = entry.getKey();
                    highest = count;
                }
            }
            if (best < 0) break;
            int[] merge = {(int) (best >>> 32), (int) best};
            for (int word : pairs.get(best).words) {
                count(word, -1);
                lengths.set(word, replace(words.get(word), lengths.get(word), merge, first + merges.size()));
                count(word, 1);
            }
            pairs.remove(best);
            merges.add(merge);
        }
        return merges;
    }

    /** Replaces the pair in the first {@code n} numbers, from left to right; the new length. */
    static int replace(int[] numbers, int n, int[] pair, int by) {
        int out = 0;
        for (int i = 0; i < n; out++) {
            boolean here = i + 1 < n && numbers[i] == pair[0] && numbers[i + 1] == pair[1];
            numbers[out] = here ? by : numbers[i];
            i += here ? 2 : 1;
        }
        return out;
    }
}
