package dev.tenfold.nn.data.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Cuts text into words: lower case; runs of letters (with their marks and the apostrophes within), single digits, single other characters;
 * spaces only separate. Runs are cut after 64 characters, so that no text takes long.
 */
final class Words {
    private static final int LONGEST = 64;

    private Words() {
    }

    static List<String> of(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        List<String> words = new ArrayList<>();
        for (int at = 0; at < lower.length(); ) {
            int c = lower.codePointAt(at);
            int next = at + Character.charCount(c);
            if (Character.isWhitespace(c) || Character.isSpaceChar(c)) {
                at = next;
                continue;
            }
            if (Character.isLetter(c)) {
                while (next < lower.length() && next - at < LONGEST && continues(lower, next)) next += Character.charCount(lower.codePointAt(next));
            }
            words.add(lower.substring(at, next));
            at = next;
        }
        return words;
    }

    private static boolean continues(String text, int at) {
        int c = text.codePointAt(at);
        if (c == '\'') return at + 1 < text.length() && Character.isLetter(text.codePointAt(at + 1));
        int type = Character.getType(c);
        return Character.isLetter(c) || type == Character.NON_SPACING_MARK || type == Character.COMBINING_SPACING_MARK;
    }
}
