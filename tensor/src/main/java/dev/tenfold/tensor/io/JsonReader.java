package dev.tenfold.tensor.io;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads JSON (RFC 8259) as its caller expects it: each method takes one piece or fails with the byte at which something else is. So a
 * document can neither nest deeper nor grow larger than what is asked for.
 */
final class JsonReader {
    private final Source source;
    private final byte[] text;
    private final long start;
    private int at;

    /** Reads {@code text}, which stands at {@code start} in the file. */
    JsonReader(Source source, byte[] text, long start) throws FormatException {
        this.source = source;
        this.text = text;
        this.start = start;
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text));
        } catch (CharacterCodingException e) {
            throw fail("the JSON header is not UTF-8");
        }
    }

    /** The error {@code reason} at the present byte. */
    FormatException fail(String reason) {
        return source.fail(start + at, reason);
    }

    private int peek() {
        while (at < text.length && (text[at] == ' ' || text[at] == '\n' || text[at] == '\r' || text[at] == '\t')) at++;
        return at < text.length ? text[at] : -1;
    }

    /** Takes {@code c} if it is next. */
    boolean skip(char c) {
        if (peek() != c) return false;
        at++;
        return true;
    }

    void expect(char c) throws FormatException {
        if (!skip(c)) throw fail("the JSON header has " + (at < text.length ? "something else" : "its end") + " where '" + c + "' is expected");
    }

    /** After an entry of an object or a list that ends with {@code end}: true when another one follows. */
    boolean more(char end) throws FormatException {
        if (skip(end)) return false;
        expect(',');
        return true;
    }

    /** Nothing but spaces is left. */
    void expectEnd() throws FormatException {
        if (peek() >= 0) throw fail("something follows the JSON header");
    }

    /** A whole number from 0 to 2^63 - 1. */
    long number() throws FormatException {
        peek();
        int from = at;
        long value = 0;
        while (at < text.length && text[at] >= '0' && text[at] <= '9') {
            int digit = text[at] - '0';
            if (value > (Long.MAX_VALUE - digit) / 10) throw fail("a number in the JSON header is above 2^63 - 1");
            value = value * 10 + digit;
            at++;
        }
        if (at == from || at - from > 1 && text[from] == '0') throw fail("a whole number, not negative and without leading zeros, is expected in the JSON header");
        return value;
    }

    /** A string. */
    String string() throws FormatException {
        expect('"');
        StringBuilder value = new StringBuilder();
        while (true) {
            int from = at;
            while (at < text.length && text[at] != '"' && text[at] != '\\' && (text[at] & 0xFF) >= 0x20) at++;
            value.append(new String(text, from, at - from, StandardCharsets.UTF_8));
            if (at == text.length) throw fail("a string in the JSON header does not end");
            if (text[at] == '"') break;
            if (text[at] != '\\') throw fail("a control character in a string of the JSON header");
            at++;
            value.append(escaped());
        }
        at++;
        String result = value.toString();
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(CharBuffer.wrap(result))) throw fail("half a surrogate pair in a string of the JSON header");
        return result;
    }

    private char escaped() throws FormatException {
        if (at == text.length) throw fail("a string in the JSON header does not end");
        byte kind = text[at++];
        return switch (kind) {
            case '"', '\\', '/' -> (char) kind;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> unicode();
            default -> throw fail("an unknown escape in a string of the JSON header");
        };
    }

    private char unicode() throws FormatException {
        int code = 0;
        for (int i = 0; i < 4; i++, at++) {
            int digit = at < text.length ? Character.digit(text[at], 16) : -1;
            if (digit < 0) throw fail("four hexadecimal digits are expected after \\u in the JSON header");
            code = code << 4 | digit;
        }
        return (char) code;
    }
}
