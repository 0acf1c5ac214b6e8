package dev.tenfold.nn.data.text;

import dev.tenfold.nn.data.io.Allowance;
import dev.tenfold.nn.data.io.LineReader;
import dev.tenfold.tensor.io.AtomicFile;
import dev.tenfold.tensor.io.FormatException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Byte-pair encoding (Sennrich et al. 2016) over the bytes of lower-cased UTF-8, as CLIP uses it: it spells every text. Numbers after the
 * special ones: 256 bytes, the same 256 as last bytes of a word, then one per merge of two numbers, in the order in which they were learned. A
 * word is merged by the earliest learned merge first.
 */
public final class BpeTokeniser implements Tokeniser {
    private static final int BYTES = SPECIALS;
    private static final int LAST_BYTES = BYTES + 256;
    private static final int MERGES = LAST_BYTES + 256;
    private static final String TITLE = "tenfold byte pairs 1";
    private static final int MEMORY = 80; // bytes per byte of the file: a line has four at least, and a token may be long
    private static final int WORD = 128; // bytes of objects for each line
    private static final int LONGEST_LINE = 64;
    private static final int LONGEST_TOKEN = 4 * 65; // a word in UTF-8: merges that nobody learned may not grow beyond

    private final List<int[]> merges;
    private final Map<Long, Integer> merged = new HashMap<>();
    private final List<byte[]> spelling = new ArrayList<>(); // of the merges

    private BpeTokeniser(List<int[]> merges) {
        this.merges = merges;
        for (int[] merge : merges) {
            int next = MERGES + spelling.size();
            if (!mergeable(merge[0], next) || !mergeable(merge[1], next) || endsWord(merge[0])) {
                throw new IllegalArgumentException("merge " + spelling.size() + " of " + merge[0] + " and " + merge[1] + " is of numbers that cannot be merged before it");
            }
            if (merged.put(pair(merge[0], merge[1]), next) != null) throw new IllegalArgumentException("merge " + spelling.size() + " is there twice");
            byte[] left = bytes(merge[0]);
            byte[] right = bytes(merge[1]);
            if (left.length + right.length > LONGEST_TOKEN) throw new IllegalArgumentException("merge " + spelling.size() + " is longer than a word");
            byte[] both = Arrays.copyOf(left, left.length + right.length);
            System.arraycopy(right, 0, both, left.length, right.length);
            spelling.add(both);
        }
    }

    private static boolean mergeable(int number, int next) {
        return number >= BYTES && number < next;
    }

    private boolean endsWord(int number) {
        int last = number;
        while (last >= MERGES) last = merges.get(last - MERGES)[1];
        return last >= LAST_BYTES;
    }

    private byte[] bytes(int number) {
        return number >= MERGES ? spelling.get(number - MERGES) : new byte[] {(byte) (number - BYTES)};
    }

    private static long pair(int left, int right) {
        return (long) left << 32 | right;
    }

    /**
     * Learns merges: again and again the most frequent pair of neighbours within words, of equally frequent ones the one of the smallest
     * numbers, until there are {@code vocabulary} numbers or no pair comes twice.
     */
    public static BpeTokeniser learn(Iterable<String> texts, int vocabulary) {
        if (vocabulary < MERGES) throw new IllegalArgumentException("BpeTokeniser: a vocabulary of " + vocabulary + "; special tokens and bytes alone are " + MERGES);
        return new BpeTokeniser(new PairCounts(texts, BpeTokeniser::spell).merges(vocabulary - MERGES, MERGES));
    }

    /** A word as bytes, the last one marked. */
    private static int[] spell(String word) {
        byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
        int[] numbers = new int[bytes.length];
        for (int i = 0; i < bytes.length; i++) numbers[i] = (bytes[i] & 0xFF) + (i + 1 == bytes.length ? LAST_BYTES : BYTES);
        return numbers;
    }

    @Override
    public int vocabulary() {
        return MERGES + merges.size();
    }

    @Override
    public int[] encode(String text) {
        return Words.of(text).stream().flatMapToInt(word -> Arrays.stream(merge(spell(word)))).toArray();
    }

    private int[] merge(int[] word) {
        int n = word.length;
        while (n > 1) {
            int best = Integer.MAX_VALUE;
            for (int i = 0; i + 1 < n; i++) best = Math.min(best, merged.getOrDefault(pair(word[i], word[i + 1]), Integer.MAX_VALUE));
            if (best == Integer.MAX_VALUE) break;
            n = PairCounts.replace(word, n, merges.get(best - MERGES), best);
        }
        return Arrays.copyOf(word, n);
    }

    @Override
    public String decode(int[] tokens) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        for (int token : tokens) {
            if (token < 0 || token >= vocabulary()) throw new IllegalArgumentException("decode: token " + token + " is not in 0.." + (vocabulary() - 1));
            if (token < SPECIALS) continue;
            text.writeBytes(bytes(token));
            if (endsWord(token)) text.write(' ');
        }
        return text.toString(StandardCharsets.UTF_8).strip();
    }

    /** Writes the merges, one per line. */
    public void write(Path path) throws IOException {
        StringBuilder text = new StringBuilder(TITLE).append('\n');
        for (int[] merge : merges) text.append(merge[0]).append(' ').append(merge[1]).append('\n');
        AtomicFile.writeString(path, text.toString());
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws FormatException when the file is something else
     */
    public static BpeTokeniser read(Path path) throws IOException {
        try (LineReader line = new LineReader(path, LONGEST_LINE)) {
            if (!line.next() || !line.text(0, line.length()).equals(TITLE)) throw line.fail(0, "\"" + TITLE + "\" is expected");
            List<int[]> merges = new ArrayList<>();
            Allowance allowance = new Allowance(path, MEMORY);
            while (line.next()) {
                allowance.take(WORD + LONGEST_TOKEN);
                String text = line.text(0, line.length());
                if (!text.matches("\\d{1,8} \\d{1,8}")) throw line.fail(0, "two numbers with a space between are expected");
                int space = text.indexOf(' ');
                merges.add(new int[] {Integer.parseInt(text.substring(0, space)), Integer.parseInt(text.substring(space + 1))});
            }
            try {
                return new BpeTokeniser(merges);
            } catch (IllegalArgumentException e) {
                throw (FormatException) new FormatException(path, 0, e.getMessage()).initCause(e);
            }
        }
    }
}
