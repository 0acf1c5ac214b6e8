package dev.tenfold.tensor.io;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The validated header of a .safetensors file.
 *
 * @param entries   in the order of their values, which fill the rest of the file
 * @param dataStart the byte of the file from which places count
 */
record SafeTensorsHeader(List<Entry> entries, Map<String, String> metadata, long dataStart) {
    /** One tensor: its values are the bytes {@code begin} to {@code end} after the header. */
    record Entry(String name, DType dtype, Shape shape, long begin, long end) {
    }

    private static final long LONGEST = 100_000_000; // the reference implementation's limit
    private static final int HIGHEST_RANK = 64;
    private static final String METADATA = "__metadata__";

    // ---- reading ----

    static SafeTensorsHeader read(Source source) throws IOException {
        byte[] eight = source.bytes(0, 8, "the header's length");
        long length = 0;
        for (int i = 7; i >= 0; i--) length = length << 8 | eight[i] & 0xFF;
        if (length < 2 || length > LONGEST || length > source.size() - 8) {
            throw source.fail(0, "the header is said to have " + Long.toUnsignedString(length) + " bytes; it must have 2 to " + LONGEST + ", and the file has "
                    + source.size() + ": truncated, altered, or no .safetensors file");
        }
        byte[] text = source.bytes(8, (int) length, "the header");
        if (text[0] != '{') throw source.fail(8, "the header does not begin with '{': this is no .safetensors file");
        JsonReader json = new JsonReader(source, text, 8);
        List<Entry> entries = new ArrayList<>();
        Map<String, String> metadata = new LinkedHashMap<>();
        Set<String> names = new HashSet<>();
        json.expect('{');
        if (!json.skip('}')) {
            do {
                String name = json.string();
                if (!names.add(name)) throw json.fail("\"" + name + "\" is there twice");
                json.expect(':');
                if (name.equals(METADATA)) readMetadata(json, metadata);
                else entries.add(readEntry(json, name));
            } while (json.more('}'));
        }
        json.expectEnd();
        entries.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
        checkPlaces(source, entries, 8 + length);
        return new SafeTensorsHeader(entries, metadata, 8 + length);
    }

    private static void readMetadata(JsonReader json, Map<String, String> metadata) throws FormatException {
        json.expect('{');
        if (json.skip('}')) return;
        do {
            String key = json.string();
            json.expect(':');
            if (metadata.put(key, json.string()) != null) throw json.fail("the metadata \"" + key + "\" is there twice");
        } while (json.more('}'));
    }

    private static Entry readEntry(JsonReader json, String name) throws FormatException {
        DType dtype = null;
        long[] shape = null;
        long[] places = null;
        json.expect('{');
        do {
            String key = json.string();
            json.expect(':');
            if (key.equals("dtype") && dtype == null) dtype = dtype(json, name);
            else if (key.equals("shape") && shape == null) shape = numbers(json);
            else if (key.equals("data_offsets") && places == null) places = numbers(json);
            else throw json.fail("\"" + name + "\" has the key \"" + key + "\", unknown or a second time; dtype, shape and data_offsets are expected");
        } while (json.more('}'));
        if (dtype == null || shape == null || places == null || places.length != 2) {
            throw json.fail("\"" + name + "\" must have dtype, shape and two data_offsets");
        }
        return checked(json, name, dtype, shape, places);
    }

    private static Entry checked(JsonReader json, String name, DType dtype, long[] sizes, long[] places) throws FormatException {
        try {
            Shape shape = Shape.of(sizes);
            if (places[0] > places[1] || Math.multiplyExact(shape.elements(), dtype.bytes()) != places[1] - places[0]) {
                throw json.fail("\"" + name + "\" is " + dtype + " " + shape + ", but its data_offsets are " + Arrays.toString(places));
            }
            return new Entry(name, dtype, shape, places[0], places[1]);
        } catch (ArithmeticException e) {
            throw json.fail("the shape " + Arrays.toString(sizes) + " of \"" + name + "\" has more elements than can be counted");
        }
    }

    private static DType dtype(JsonReader json, String name) throws FormatException {
        String label = json.string();
        for (DType type : DType.values()) if (label.equals(label(type))) return type;
        throw json.fail("the type " + label + " of \"" + name + "\" is not read; F16, BF16, F32, F64, I32, I64, U8 and BOOL are");
    }

    private static long[] numbers(JsonReader json) throws FormatException {
        long[] numbers = new long[HIGHEST_RANK];
        int n = 0;
        json.expect('[');
        if (!json.skip(']')) {
            do {
                if (n == HIGHEST_RANK) throw json.fail("a list of more than " + HIGHEST_RANK + " numbers");
                numbers[n++] = json.number();
            } while (json.more(']'));
        }
        return Arrays.copyOf(numbers, n);
    }

    private static void checkPlaces(Source source, List<Entry> sorted, long dataStart) throws FormatException {
        long at = 0;
        for (Entry entry : sorted) {
            if (entry.begin != at) {
                throw source.fail(dataStart + Math.min(at, entry.begin), "the values of \"" + entry.name + "\" begin at " + entry.begin + " after the header, but "
                        + at + " is where those before it end: " + (entry.begin < at ? "an overlap" : "a gap"));
            }
            at = entry.end;
        }
        long left = source.size() - dataStart;
        if (at != left) {
            throw source.fail(dataStart + Math.min(at, left), "the header describes " + at + " bytes of values, the file has " + left + ": "
                    + (at > left ? "truncated" : "something follows the values"));
        }
    }

    // ---- writing ----

    private static String label(DType dtype) {
        return dtype.name().toUpperCase(Locale.ROOT);
    }

    /** The bytes of the header, with spaces up to a multiple of eight. */
    static byte[] text(List<Map.Entry<String, Tensor>> tensors, Map<String, String> metadata) {
        StringBuilder json = new StringBuilder("{");
        if (!metadata.isEmpty()) {
            quote(json, METADATA).append(":{");
            new TreeMap<>(metadata).forEach((key, value) -> quote(quote(json, key).append(':'), value).append(','));
            json.setCharAt(json.length() - 1, '}');
            json.append(',');
        }
        long at = 0;
        for (Map.Entry<String, Tensor> entry : tensors) {
            if (entry.getKey().equals(METADATA)) throw new IllegalArgumentException("SafeTensors: no tensor can be named " + METADATA);
            Tensor t = entry.getValue();
            long end = at + t.elements() * t.dtype().bytes();
            quote(json, entry.getKey()).append(":{\"dtype\":\"").append(label(t.dtype())).append("\",\"shape\":")
                    .append(t.shape().toString().replace(" ", "")).append(",\"data_offsets\":[").append(at).append(',').append(end).append("]},");
            at = end;
        }
        if (json.length() > 1) json.setLength(json.length() - 1);
        json.append('}');
        byte[] bytes = encode(json);
        if (bytes.length > LONGEST) throw new IllegalArgumentException("SafeTensors: a header of " + bytes.length + " bytes is longer than the format's " + LONGEST);
        byte[] padded = Arrays.copyOf(bytes, (bytes.length + 7) / 8 * 8);
        Arrays.fill(padded, bytes.length, padded.length, (byte) ' ');
        return padded;
    }

    private static byte[] encode(StringBuilder json) {
        try {
            ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(json));
            return Arrays.copyOf(bytes.array(), bytes.limit());
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("SafeTensors: a name or metadata text has half a surrogate pair, which is no valid Unicode", e);
        }
    }

    private static StringBuilder quote(StringBuilder json, String text) {
        json.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') json.append('\\').append(c);
            else if (c < 0x20) json.append(String.format("\\u%04x", (int) c));
            else json.append(c);
        }
        return json.append('"');
    }
}
