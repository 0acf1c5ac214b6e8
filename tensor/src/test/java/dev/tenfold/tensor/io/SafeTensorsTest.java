package dev.tenfold.tensor.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.HostAllocator;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.AbstractMap;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafeTensorsTest {
    @TempDir
    Path folder;
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private Path file(String header, int valueBytes) throws IOException {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(8 + text.length + valueBytes).order(ByteOrder.LITTLE_ENDIAN).putLong(text.length).put(text);
        for (int i = 0; i < valueBytes; i++) bytes.put((byte) (i % 2));
        return Files.write(folder.resolve("t.safetensors"), bytes.array());
    }

    private void refuses(String header, int valueBytes, String... words) throws IOException {
        refuses(file(header, valueBytes), words);
    }

    private static void refuses(Path path, String... words) {
        long blocks = HostAllocator.get().stats().liveBlocks();
        FormatException error = assertThrows(FormatException.class, () -> SafeTensors.read(path));
        for (String word : words) assertTrue(error.getMessage().contains(word), () -> "\"" + error.getMessage() + "\" does not say \"" + word + "\"");
        assertTrue(error.getMessage().contains("t.safetensors, byte " + error.offset()), error.getMessage());
        assertTrue(HostAllocator.get().stats().liveBlocks() <= blocks, "what was read is freed"); // fewer when the collector frees what other tests left
    }

    @Test
    void everyTypeAndStrideComesBackWithItsBitsAndMetadata() throws IOException {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        Tensor values = new Generator(1).uniform(DType.F64, Shape.of(3, 4, 5), -100, 100);
        for (DType dtype : DType.values()) {
            Tensor x = dtype == DType.BOOL ? values.gt(0) : dtype == DType.U8 ? values.abs().to(dtype) : values.to(dtype);
            tensors.put(dtype + ".dense", x);
            tensors.put(dtype + ".turned \"é\" \\ \n", x.transpose().flip(0));
            tensors.put(dtype + ".empty", x.narrow(1, 0, 0));
            tensors.put(dtype + ".scalar", x.select(0, 1).select(0, 1).select(0, 1));
        }
        Map<String, String> metadata = Map.of("note", "\u0001 \"quoted\" \uD83D\uDE00", "", "");
        Path path = folder.resolve("all");
        SafeTensors.write(path, tensors, metadata);
        SafeTensors.Content content = SafeTensors.read(path);
        assertEquals(metadata, content.metadata());
        assertEquals(metadata, SafeTensors.readMetadata(path));
        assertEquals(tensors.keySet(), content.tensors().keySet());
        tensors.forEach((name, expected) -> {
            Tensor actual = content.tensors().get(name);
            assertEquals(expected.dtype(), actual.dtype());
            assertEquals(expected.shape(), actual.shape());
            assertArrayEquals(expected.toDoubles(), actual.toDoubles(), name);
        });
    }

    @Test
    void theBytesAreThoseOfTheFormatWhateverTheOrderOfTheMap() throws IOException {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("b", Tensors.of(new byte[] {7, 8}));
        tensors.put("a", Tensors.of(new byte[] {9}));
        tensors.put("w", Tensors.of(new float[] {1}, 1, 1));
        SafeTensors.write(folder.resolve("one"), tensors, Map.of("y", "2", "x", "1"));
        byte[] bytes = Files.readAllBytes(folder.resolve("one"));
        String header = "{\"__metadata__\":{\"x\":\"1\",\"y\":\"2\"},\"w\":{\"dtype\":\"F32\",\"shape\":[1,1],\"data_offsets\":[0,4]},"
                + "\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[4,5]},\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[5,7]}}";
        int length = (header.length() + 7) / 8 * 8;
        assertEquals(length, ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong());
        assertEquals(header, new String(bytes, 8, length, StandardCharsets.UTF_8).stripTrailing());
        assertArrayEquals(new byte[] {0, 0, (byte) 0x80, 0x3F, 9, 7, 8}, Arrays.copyOfRange(bytes, 8 + length, bytes.length));
        Map<String, Tensor> turned = new LinkedHashMap<>();
        for (String name : List.of("w", "a", "b")) turned.put(name, tensors.get(name));
        SafeTensors.write(folder.resolve("two"), turned, Map.of("x", "1", "y", "2"));
        assertArrayEquals(bytes, Files.readAllBytes(folder.resolve("two")));
    }

    @Test
    void headersOfOtherWritersAreRead() throws IOException {
        // any order, spaces, escapes, values at an odd byte
        SafeTensors.Content content = SafeTensors.read(file("{ \"\\u0062\" : {\"data_offsets\":[1,5],\"shape\":[2,1],\"dtype\":\"F16\"},\n\"a\":{\"shape\":[1],"
                + "\"dtype\":\"BOOL\",\"data_offsets\":[0,1]}, \"__metadata__\":{}}   ", 5));
        assertEquals(List.of("a", "b"), List.copyOf(content.tensors().keySet()));
        assertEquals(Shape.of(2, 1), content.tensors().get("b").shape());
        assertEquals(0, SafeTensors.read(file("{}", 0)).tensors().size());
    }

    private static String entry(String name, String dtype, String shape, String places) {
        return "\"" + name + "\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape + ",\"data_offsets\":" + places + "}";
    }

    @Test
    void placesMustFillTheFile() throws IOException {
        String a = entry("a", "F32", "[2]", "[0,8]");
        refuses("{" + a + "}", 7, "describes 8 bytes of values, the file has 7", "truncated");
        refuses("{" + a + "}", 9, "something follows the values");
        refuses("{" + a + "," + entry("b", "U8", "[2]", "[9,11]") + "}", 11, "\"b\" begin at 9", "a gap");
        refuses("{" + a + "," + entry("b", "U8", "[2]", "[7,9]") + "}", 9, "\"b\" begin at 7", "an overlap");
        refuses("{" + entry("a", "U8", "[2]", "[1,3]") + "}", 3, "a gap");
        refuses("{" + entry("a", "F32", "[3]", "[0,8]") + "}", 8, "\"a\" is f32 [3], but its data_offsets are [0, 8]");
        refuses("{" + entry("a", "F32", "[2]", "[8,0]") + "}", 8, "[8, 0]");
        refuses("{" + entry("a", "BOOL", "[3]", "[0,3]") + "," + entry("b", "U8", "[0]", "[2,2]") + "}", 3, "an overlap");
    }

    @Test
    void headersMustBeInOrder() throws IOException {
        String a = entry("a", "U8", "[1]", "[0,1]");
        refuses("{" + a + "," + a + "}", 1, "\"a\" is there twice");
        refuses("{" + entry("a", "F8_E4M3", "[1]", "[0,1]") + "}", 1, "F8_E4M3 of \"a\" is not read", "BF16");
        refuses("{\"a\":{\"dtype\":\"U8\",\"shape\":[1]}}", 1, "must have dtype, shape and two data_offsets");
        refuses("{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"shape\":[1]}}", 1, "\"shape\", unknown or a second time");
        refuses("{" + entry("a", "U8", "[-1]", "[0,1]") + "}", 1, "a whole number");
        refuses("{" + entry("a", "U8", "[1.0]", "[0,1]") + "}", 1, "',' is expected");
        refuses("{" + entry("a", "U8", "[01]", "[0,1]") + "}", 1, "leading zeros");
        refuses("{" + entry("a", "U8", "[[1]]", "[0,1]") + "}", 1, "a whole number");
        refuses("{" + entry("a", "U8", "[" + "1,".repeat(64) + "1]", "[0,1]") + "}", 1, "more than 64");
        refuses("{" + a + ",}", 1, "'\"' is expected");
        refuses("{" + a + "} x", 1, "something follows the JSON header");
        refuses("{" + a, 1, "its end where ',' is expected");
        refuses("{\"__metadata__\":{\"a\":1}}", 0, "'\"' is expected");
        refuses("{\"__metadata__\":{\"a\":\"\",\"a\":\"\"}}", 0, "\"a\" is there twice");
        refuses("{\"a\\x\":{}}", 0, "unknown escape");
        refuses("{\"\\ud800\":{}}", 0, "surrogate");
        refuses("{\"\\u12", 0, "hexadecimal");
        refuses("{\"a\nb\":{}}", 0, "control character");
        refuses("[]", 0, "does not begin with '{'");
        refuses("{" + entry("a", "BOOL", "[3]", "[0,3]").replace("BOOL", "BOO") + "}", 3, "BOO");
    }

    @Test
    void aHeaderThatPromisesTooMuchAllocatesNothing() throws IOException {
        refuses("{" + entry("a", "F64", "[1152921504606846976]", "[0,9223372036854775807]") + "}", 8, "more elements than can be counted");
        refuses("{" + entry("a", "U8", "[9223372036854775807]", "[0,9223372036854775807]") + "}", 8, "truncated");
        refuses("{" + entry("a", "U8", "[4294967296,4294967296]", "[0,0]") + "}", 0, "more elements than can be counted");
        refuses("{" + entry("a", "U8", "[9223372036854775808]", "[0,0]") + "}", 0, "above 2^63 - 1");
        Path path = folder.resolve("t.safetensors");
        refuses(Files.write(path, new byte[] {-1, -1, -1, -1, -1, -1, -1, -1, '{', '}'}), "18446744073709551615 bytes");
        refuses(Files.write(path, new byte[] {0, 0, 0, 5, 0, 0, 0, 0, '{', '}'}), "83886080 bytes", "the file has 10");
        refuses(Files.write(path, new byte[] {1, 0, 0}), "truncated");
        refuses(Files.write(path, new byte[] {3, 0, 0, 0, 0, 0, 0, 0, '{', '}', (byte) 0xFF}), "not UTF-8");
    }

    @Test
    void boolsAreZeroOrOne() throws IOException {
        Path path = file("{" + entry("a", "BOOL", "[3]", "[0,3]") + "}", 3);
        byte[] bytes = Files.readAllBytes(path);
        bytes[bytes.length - 2] = 3;
        refuses(Files.write(path, bytes), "byte " + (bytes.length - 2), "3 for a bool");
    }

    @Test
    void mutatedFilesGiveValuesThatFillThemOrAnErrorOfTheFormat() throws IOException {
        SafeTensors.write(folder.resolve("good"), Map.of("weight", Tensors.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3), "steps", Tensors.scalar(DType.I64, 3),
                "mask", Tensors.arange(5).gt(2)), Map.of("epoch", "12"));
        byte[] good = Files.readAllBytes(folder.resolve("good"));
        Mutations mutations = new Mutations(22);
        int read = 0;
        for (int i = 0; i < 3000; i++) {
            byte[] bytes = mutations.of(good, good.length - 37);
            try (Scope inner = Scope.open()) {
                long values = 0;
                Path path = Files.write(folder.resolve("bad"), bytes);
                for (Tensor t : SafeTensors.read(path).tensors().values()) values += t.elements() * t.dtype().bytes();
                long header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
                assertEquals(bytes.length, 8 + header + values);
                read++;
            } catch (FormatException expected) {
                assertTrue(expected.offset() >= 0 && expected.offset() <= bytes.length, expected.getMessage());
            }
        }
        assertTrue(read > 50 && read < 1500, read + " were read");
    }

    @Test
    void aWriteThatFailsInTheMiddleKeepsTheOldFile() throws IOException {
        Path path = folder.resolve("t.safetensors");
        SafeTensors.write(path, Map.of("a", Tensors.arange(3)), Map.of());
        // "b" closes while the header is made, so it fails after the header and "a" were written
        Tensor b = Tensors.arange(4);
        Map<String, String> closing = new AbstractMap<>() {
            @Override
            public Set<Entry<String, String>> entrySet() {
                b.close();
                return Map.of("key", "value").entrySet();
            }
        };
        assertThrows(IllegalStateException.class, () -> SafeTensors.write(path, Map.of("a", Tensors.arange(9), "b", b), closing));
        assertEquals(3, SafeTensors.read(path).tensors().get("a").elements());
        try (var files = Files.list(folder)) {
            assertEquals(1, files.count());
        }
    }

    @Test
    void aFailedWriteKeepsTheOldFile() throws IOException {
        Path path = folder.resolve("t.safetensors");
        SafeTensors.write(path, Map.of("a", Tensors.arange(3)), Map.of());
        Tensor closing = Tensors.arange(4);
        Map<String, Tensor> tensors = new LinkedHashMap<>(Map.of("a", Tensors.arange(3), "b", closing));
        closing.close();
        assertThrows(IllegalStateException.class, () -> SafeTensors.write(path, tensors, Map.of()));
        Thread.currentThread().interrupt();
        assertThrows(IOException.class, () -> SafeTensors.write(path, Map.of("a", Tensors.arange(9)), Map.of()));
        assertTrue(Thread.interrupted());
        assertEquals(3, SafeTensors.read(path).tensors().get("a").elements());
        try (var files = Files.list(folder)) {
            assertEquals(1, files.count());
        }
    }

    @Test
    void namesThatTheFormatCannotHoldAreRefused() {
        Path path = folder.resolve("x");
        assertThrows(IllegalArgumentException.class, () -> SafeTensors.write(path, Map.of("__metadata__", Tensors.arange(1)), Map.of()));
        assertThrows(IllegalArgumentException.class, () -> SafeTensors.write(path, Map.of(), Map.of("a", "\uD800")));
        assertTrue(!Files.exists(path));
    }
}
