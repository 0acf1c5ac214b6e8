package dev.tenfold.nn.data.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.tensor.io.FormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokeniserTest {
    private static final List<String> TEXTS = List.of("low low low low low", "lower lower", "newest newest newest newest newest newest", "widest widest widest");

    @Test
    void textIsCutIntoWords() {
        assertEquals(List.of("it's", "a", "don", "1", "2", ".", "5", "naïve", "-", "x", "日本", "'", "q", "'"), Words.of("It's  A\tdon12.5 naïve-x 日本 'q'"));
        assertEquals(List.of("e\u0301t"), Words.of("E\u0301T"), "letters keep their marks");
        assertEquals(3, Words.of("x".repeat(150)).size());
        assertEquals(List.of(), Words.of(" \n\u00A0"));
    }

    @Test
    void frequentWordsHaveSmallNumbersAndRareOnesNone() {
        WordTokeniser words = WordTokeniser.learn(List.of("a dog and a cat", "the dog"), 1, 4);
        assertEquals(8, words.vocabulary());
        assertArrayEquals(new int[] {4, 5, 6, 7, Tokeniser.UNKNOWN}, words.encode("A dog and cat the"));
        assertEquals("a dog ?", words.decode(new int[] {1, 4, 5, 3, 2, 0}));
        assertEquals(6, WordTokeniser.learn(List.of("a dog and a cat", "the dog"), 2, 100).vocabulary());
        assertThrows(IllegalArgumentException.class, () -> new WordTokeniser(List.of("two words")));
        assertThrows(IllegalArgumentException.class, () -> new WordTokeniser(List.of("a", "a")));
        assertThrows(IllegalArgumentException.class, () -> words.decode(new int[] {8}));
        assertThrows(IllegalArgumentException.class, () -> words.sequence("a", new int[1]));
    }

    @Test
    void theExampleOfThePaperMergesAsThere() {
        // Sennrich et al. 2016, figure 1, with the last byte marked instead of a mark behind it: (e, s) and (es, t.) with 9, then (l, o) with 7
        BpeTokeniser bpe = BpeTokeniser.learn(TEXTS, 516 + 3);
        assertEquals(519, bpe.vocabulary());
        assertEquals("es", bpe.decode(new int[] {516}), "of equally frequent pairs the one of the smallest numbers");
        assertEquals("est", bpe.decode(new int[] {517}));
        assertEquals("lo", bpe.decode(new int[] {518}));
        assertArrayEquals(new int[] {518, 4 + 'w', 517}, bpe.encode("lowest"));
        assertArrayEquals(new int[] {518, 4 + 256 + 'w'}, bpe.encode("LOW"));
    }

    @Test
    void bytePairsSpellEveryText() {
        BpeTokeniser bpe = BpeTokeniser.learn(TEXTS, 600);
        assertTrue(bpe.vocabulary() < 600, "nothing comes twice at last");
        for (String text : new String[] {"lowest newest", "日本 ü", "never seen !", "\uD83D\uDE00"}) assertEquals(text, bpe.decode(bpe.encode(text)));
        Random random = new Random(1);
        for (int i = 0; i < 200; i++) {
            StringBuilder text = new StringBuilder();
            for (int k = random.nextInt(30); k >= 0; k--) text.appendCodePoint("lowernst é日😀".codePointAt(random.nextInt(9)));
            String words = String.join(" ", Words.of(text.toString()));
            assertEquals(words, bpe.decode(bpe.encode(text.toString())));
        }
    }

    @Test
    void mergesReplaceFromTheLeftAndKeepTheirOrder() {
        assertArrayEquals(new int[] {9, 9, 1, 2}, Arrays.copyOf(replaced(1, 1, 1, 1, 1, 2), 4));
        BpeTokeniser bpe = BpeTokeniser.learn(List.of("aaaa aaaa b"), 700);
        assertEquals("aaaa", bpe.decode(bpe.encode("aaaa")));
    }

    private static int[] replaced(int... numbers) {
        assertEquals(4, PairCounts.replace(numbers, numbers.length, new int[] {1, 1}, 9));
        return numbers;
    }

    @Test
    void tokenisersAreWrittenAndRead(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("tokens.txt");
        BpeTokeniser bpe = BpeTokeniser.learn(TEXTS, 600);
        bpe.write(file);
        assertArrayEquals(bpe.encode("lowest wide"), BpeTokeniser.read(file).encode("lowest wide"));
        assertThrows(FormatException.class, () -> WordTokeniser.read(file));
        Files.writeString(file, "tenfold byte pairs 1\n105 106\n516 999\n");
        assertTrue(assertThrows(FormatException.class, () -> BpeTokeniser.read(file)).getMessage().contains("merge 1"));
        Files.writeString(file, "tenfold byte pairs 1\n400 106\n");
        assertThrows(FormatException.class, () -> BpeTokeniser.read(file), "nothing follows the end of a word");
        WordTokeniser words = WordTokeniser.learn(List.of("naïve dog", "dog's"), 1, 10);
        words.write(file);
        assertArrayEquals(words.encode("dog naïve x"), WordTokeniser.read(file).encode("dog naïve x"));
    }
}
