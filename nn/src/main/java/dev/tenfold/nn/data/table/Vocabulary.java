package dev.tenfold.nn.data.table;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** The texts of a field that came often enough, from 1 on: the most frequent first, equally frequent ones by their bytes. All others are 0. */
final class Vocabulary implements FieldEncoder {
    private final ByteTexts texts = new ByteTexts();
    private int[] numbers; // of the texts, once they are counted

    /** Counts a text, before {@link #finish}. */
    void count(byte[] bytes, int from, int to) {
        texts.count(bytes, from, to);
    }

    /** Ends counting: texts that came at least {@code minimum} times get numbers. */
    Vocabulary finish(int minimum) {
        numbers = new int[texts.size()];
        int[] often = IntStream.range(0, texts.size()).filter(t -> texts.count(t) >= minimum).boxed()
                .sorted(Comparator.comparingLong((Integer t) -> -texts.count(t)).thenComparing(texts::compare)).mapToInt(t -> t).toArray();
        for (int i = 0; i < often.length; i++) numbers[often[i]] = i + 1;
        return this;
    }

    @Override
    public int size() {
        return Arrays.stream(numbers).max().orElse(0) + 1;
    }

    @Override
    public int ofText(byte[] bytes, int from, int to) {
        int text = texts.find(bytes, from, to);
        return text < 0 ? 0 : numbers[text];
    }

    /** The number of a text; 0 when it is unknown. */
    int of(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return ofText(bytes, 0, bytes.length);
    }
}
