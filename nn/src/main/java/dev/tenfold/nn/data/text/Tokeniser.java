package dev.tenfold.nn.data.text;

import java.util.Arrays;

/** Turns text into numbers. The first four are special; {@link #UNKNOWN} only comes from tokenisers that cannot spell every text. */
public interface Tokeniser {
    /** Fills rows behind the end. */
    int PADDING = 0;
    /** Stands before the first token. */
    int BEGIN = 1;
    /** Stands behind the last token. */
    int END = 2;
    /** Stands for what has no token. */
    int UNKNOWN = 3;
    /** The first number that is not special. */
    int SPECIALS = 4;

    /** How many numbers there are, special ones among them. */
    int vocabulary();

    /** The tokens of a text, without begin and end. */
    int[] encode(String text);

    /** The text of tokens, as far as they tell it: lower case, single spaces; special tokens are left out. */
    String decode(int[] tokens);

    /**
     * Fills a row: begin, as many tokens of the text as there is room for, end, padding.
     *
     * @param row at least two long
     * @return how many of the row's tokens count, begin and end among them
     */
    default int sequence(String text, int[] row) {
        if (row.length < 2) throw new IllegalArgumentException("Tokeniser.sequence: a row of " + row.length + " has no room for begin and end");
        int[] tokens = encode(text);
        int count = Math.min(tokens.length, row.length - 2);
        Arrays.fill(row, PADDING);
        row[0] = BEGIN;
        System.arraycopy(tokens, 0, row, 1, count);
        row[count + 1] = END;
        return count + 2;
    }
}
