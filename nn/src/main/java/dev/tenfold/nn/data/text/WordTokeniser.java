package dev.tenfold.nn.data.text;

import dev.tenfold.nn.data.io.Allowance;
import dev.tenfold.nn.data.io.LineReader;
import dev.tenfold.tensor.io.AtomicFile;
import dev.tenfold.tensor.io.FormatException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A token for each known word; all others are {@link #UNKNOWN}. Words are runs of letters, digits one by one, and other characters one by one. */
public final class WordTokeniser implements Tokeniser {
    private static final String TITLE = "tenfold words 1";
    private static final int MEMORY = 200; // bytes per byte of the file
    private static final int WORD = 128; // bytes of objects for each line
    private static final int LONGEST_LINE = 1024;

    private final List<String> words;
    private final Map<String, Integer> numbers = new HashMap<>();

    /** Tokens for the given words, in that order. */
    public WordTokeniser(List<String> words) {
        this.words = List.copyOf(words);
        for (String word : words) {
            if (!Words.of(word).equals(List.of(word))) throw new IllegalArgumentException("WordTokeniser: \"" + word + "\" is not a single word in lower case");
            if (numbers.put(word, SPECIALS + numbers.size()) != null) throw new IllegalArgumentException("WordTokeniser: the word \"" + word + "\" is there twice");
        }
    }

    /**
     * The words of some texts, the most frequent first, equally frequent ones by their characters.
     *
     * @param minimum how often a word must come
     * @param most    how many words are taken
     */
    public static WordTokeniser learn(Iterable<String> texts, int minimum, int most) {
        Map<String, Integer> counts = new HashMap<>();
        for (String text : texts) for (String word : Words.of(text)) counts.merge(word, 1, Integer::sum);
        return new WordTokeniser(counts.entrySet().stream().filter(e -> e.getValue() >= minimum)
                .sorted(Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder()).thenComparing(Map.Entry.comparingByKey()))
                .limit(most).map(Map.Entry::getKey).toList());
    }

    @Override
    public int vocabulary() {
        return SPECIALS + words.size();
    }

    @Override
    public int[] encode(String text) {
        return Words.of(text).stream().mapToInt(word -> numbers.getOrDefault(word, UNKNOWN)).toArray();
    }

    @Override
    public String decode(int[] tokens) {
        List<String> known = new ArrayList<>();
        for (int token : tokens) {
            if (token < 0 || token >= vocabulary()) throw new IllegalArgumentException("decode: token " + token + " is not in 0.." + (vocabulary() - 1));
            if (token == UNKNOWN) known.add("?");
            if (token >= SPECIALS) known.add(words.get(token - SPECIALS));
        }
        return String.join(" ", known);
    }

    /** Writes the words, one per line. */
    public void write(Path path) throws IOException {
        AtomicFile.writeString(path, TITLE + "\n" + String.join("\n", words) + "\n");
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws FormatException when the file is something else
     */
    public static WordTokeniser read(Path path) throws IOException {
        try (LineReader line = new LineReader(path, LONGEST_LINE)) {
            if (!line.next() || !line.text(0, line.length()).equals(TITLE)) throw line.fail(0, "\"" + TITLE + "\" is expected");
            List<String> words = new ArrayList<>();
            Allowance allowance = new Allowance(path, MEMORY);
            while (line.next()) {
                allowance.take(WORD + 2L * line.length());
                words.add(line.text(0, line.length()));
            }
            try {
                return new WordTokeniser(words);
            } catch (IllegalArgumentException e) {
                throw (FormatException) new FormatException(path, 0, e.getMessage()).initCause(e);
            }
        }
    }
}
