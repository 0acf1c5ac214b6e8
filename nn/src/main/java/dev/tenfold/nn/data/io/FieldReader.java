package dev.tenfold.nn.data.io;

import dev.tenfold.tensor.io.FormatException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The fields of the lines of a table. With tabs or spaces between, fields are taken as they are. With commas, a field may stand in double
 * quotes, within which two of them stand for one (RFC 4180, without line breaks in fields). Empty lines are skipped.
 */
public final class FieldReader implements AutoCloseable {
    private static final int LONGEST_LINE = 1 << 20;
    private static final int MOST_FIELDS = 4096;

    private final LineReader lines;
    private final byte separator;
    private int[] from = new int[64];
    private int[] to = new int[64];
    private int count;

    /** Opens {@code path}, whose fields have {@code separator} between: a tab, a space or a comma. */
    public FieldReader(Path path, char separator) throws IOException {
        lines = new LineReader(path, LONGEST_LINE);
        this.separator = (byte) separator;
    }

    /** The next line that is not empty; false at the end of the file. */
    public boolean next() throws IOException {
        do {
            if (!lines.next()) return false;
        } while (lines.length() == 0);
        split();
        return true;
    }

    private void split() throws FormatException {
        count = 0;
        int at = 0;
        int length = lines.length();
        byte[] line = lines.bytes();
        while (true) {
            if (count == MOST_FIELDS) throw lines.fail(at, "the line has more than " + MOST_FIELDS + " fields");
            if (count == from.length) grow();
            if (separator == ',' && at < length && line[at] == '"') {
                at = quoted(at);
            } else {
                from[count] = at;
                while (at < length && line[at] != separator) at++;
                to[count] = at;
            }
            count++;
            if (at == length) return;
            at++;
        }
    }

    /** A field in quotes, which is written over its own place without them. */
    private int quoted(int start) throws FormatException {
        byte[] line = lines.bytes();
        int length = lines.length();
        int out = start;
        from[count] = start;
        for (int at = start + 1; at < length; at++) {
            if (line[at] == '"') {
                if (at + 1 == length || line[at + 1] == separator) {
                    to[count] = out;
                    return at + 1;
                }
                if (line[at + 1] != '"') throw lines.fail(at, "column " + (count + 1) + " goes on after its closing quote; a comma is expected");
                at++;
            }
            line[out++] = line[at];
        }
        throw lines.fail(start, "column " + (count + 1) + " begins with a quote that is not closed in this line");
    }

    private void grow() {
        from = Arrays.copyOf(from, 2 * count);
        to = Arrays.copyOf(to, 2 * count);
    }

    /** How many fields the line has. */
    public int count() {
        return count;
    }

    /** The bytes that {@link #from(int)} and {@link #to(int)} count in; they are overwritten by the next line. */
    public byte[] bytes() {
        return lines.bytes();
    }

    public int from(int field) {
        return from[field];
    }

    /** The end of a field, without it. */
    public int to(int field) {
        return to[field];
    }

    /** The number of the line, from 1. */
    public long line() {
        return lines.number();
    }

    public Path path() {
        return lines.path();
    }

    /** A field as text; malformed UTF-8 is an error. */
    public String text(int field) throws FormatException {
        return lines.text(from[field], to[field]);
    }

    /** All fields as text. */
    public List<String> texts() throws FormatException {
        List<String> texts = new ArrayList<>(count);
        for (int i = 0; i < count; i++) texts.add(text(i));
        return texts;
    }

    /** Fails unless the line has {@code wanted} fields. */
    public void expect(int wanted) throws FormatException {
        if (count != wanted) throw lines.fail(count < wanted ? lines.length() : from[wanted], count + " columns where " + wanted + " are expected");
    }

    /** The error that a field, shown in the message, is not {@code expected}. */
    public FormatException fail(int field, String expected) {
        StringBuilder shown = new StringBuilder();
        for (int i = from[field]; i < Math.min(to[field], from[field] + 40); i++) {
            int b = lines.bytes()[i] & 0xFF;
            shown.append(b >= 32 && b < 127 ? String.valueOf((char) b) : String.format("\\x%02x", b));
        }
        return lines.fail(from[field], "column " + (field + 1) + " is \"" + shown + (to[field] - from[field] > 40 ? "…" : "") + "\"; " + expected + " is expected");
    }

    /** A decimal number, with a sign, a fraction and an exponent if need be. */
    public double number(int field) throws FormatException {
        int length = to[field] - from[field];
        boolean whole = length > 0 && length <= 15;
        long value = 0;
        byte[] line = lines.bytes();
        for (int i = from[field]; i < to[field] && whole; i++) {
            whole = line[i] >= '0' && line[i] <= '9';
            value = value * 10 + line[i] - '0';
        }
        return whole ? value : fraction(field, length);
    }

    private double fraction(int field, int length) throws FormatException {
        String text = length > 0 && length <= 40 ? lines.text(from[field], to[field]) : "";
        if (!text.matches("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d{1,3})?")) throw fail(field, "a decimal number");
        double value = Double.parseDouble(text);
        if (Double.isInfinite(value)) throw fail(field, "a number below 1.8e308");
        return value;
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
