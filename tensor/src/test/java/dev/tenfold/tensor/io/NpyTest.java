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
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NpyTest {
    // What NumPy 2.4.6 writes for, in this order: [[1.5, -2, inf], [nan, 0.25, -0.0]]; arange(6).reshape(2, 3) / 4 as >f8 in Fortran order;
    // [1, 0.5, 65504]; -7; [2^40, -1] as >i8, version 2.0; [[0], [255]], version 3.0; [True, False, True]; zeros((0, 3));
    // arange(24).reshape(2, 3, 4) in Fortran order; [1, 2] as i2; one record; one text.
    private static final String F4 = "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAgICAgICAgICAgICAgICAgICAg"
            + "ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAMA/AAAAwAAAgH8AAMB/AACAPgAAAIA=";
    private static final String BIG_FORTRAN = "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY4JywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMyksIH0gICAgICAgICAgICAgICAgICAgICAg"
            + "ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAAAAAAAAAAAAAOg/AAAAAAAA0D8AAAAAAADwPwAAAAAAAOA/AAAAAAAA9D8=";
    private static final String F2 = "k05VTVBZAQB2AHsnZGVzY3InOiAnPGYyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDMsKSwgfSAgICAgICAgICAgICAgICAgICAgICAg"
            + "ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAPAA4/3s=";
    private static final String I4_SCALAR = "k05VTVBZAQB2AHsnZGVzY3InOiAnPGk0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKCksIH0gICAgICAgICAgICAgICAgICAgICAgICAg"
            + "ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAr5////";
    private static final String BIG_I8_V2 = "k05VTVBZAgB0AAAAeydkZXNjcic6ICc+aTgnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMiwpLCB9ICAgICAgICAgICAgICAgICAgICAg"
            + "ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAEAAAAAAP//////////";
    private static final String U1_V3 = "k05VTVBZAwB0AAAAeydkZXNjcic6ICd8dTEnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMiwgMSksIH0gICAgICAgICAgICAgICAgICAg"
            + "ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoA/w==";
    private static final String BOOL = "k05VTVBZAQB2AHsnZGVzY3InOiAnfGIxJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDMsKSwgfSAgICAgICAgICAgICAgICAgICAgICAg"
            + "ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoBAAE=";
    private static final String EMPTY = "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDAsIDMpLCB9ICAgICAgICAgICAgICAgICAgICAg"
            + "ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAo=";
    private static final String FORTRAN3 = "k05VTVBZAQB2AHsnZGVzY3InOiAnPGk0JywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMywgNCksIH0gICAgICAgICAgICAgICAgICAg"
            + "ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAADAAAAAQAAAAQAAAACAAAABQAAAABAAAADQAAAAUAAAARAAAACQAAABUAAAACAAAA"
            + "DgAAAAYAAAASAAAACgAAABYAAAADAAAADwAAAAcAAAATAAAACwAAABcAAAA=";
    private static final String I2 = "k05VTVBZAQB2AHsnZGVzY3InOiAnPGkyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsKSwgfSAgICAgICAgICAgICAgICAgICAgICAg"
            + "ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoBAAIA";
    private static final String STRUCT = "k05VTVBZAQB2AHsnZGVzY3InOiBbKCdhJywgJzxmNCcpLCAoJ2InLCAnPGk0JyldLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMSwpLCB9"
            + "ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAAAAAA==";
    private static final String TEXT = "k05VTVBZAQB2AHsnZGVzY3InOiAnPFUyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDEsKSwgfSAgICAgICAgICAgICAgICAgICAgICAg"
            + "ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAphAAAAYgAAAA==";

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

    private Path file(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("array.npy"), bytes);
    }

    private Tensor read(String base64) throws IOException {
        return Npy.read(file(Base64.getDecoder().decode(base64)));
    }

    private static void assertArray(Tensor actual, DType dtype, long[] shape, double... values) {
        assertEquals(dtype, actual.dtype());
        assertEquals(Shape.of(shape), actual.shape());
        assertTrue(actual.isDense());
        assertArrayEquals(values, actual.toDoubles());
    }

    private static long[] sizes(long... sizes) {
        return sizes;
    }

    @Test
    void filesThatNumpyWroteHaveTheirValues() throws IOException {
        assertArray(read(F4), DType.F32, sizes(2, 3), 1.5, -2, Double.POSITIVE_INFINITY, Double.NaN, 0.25, -0.0);
        assertArray(read(BIG_FORTRAN), DType.F64, sizes(2, 3), 0, 0.25, 0.5, 0.75, 1, 1.25);
        assertArray(read(F2), DType.F16, sizes(3), 1, 0.5, 65504);
        assertArray(read(I4_SCALAR), DType.I32, sizes(), -7);
        assertArray(read(BIG_I8_V2), DType.I64, sizes(2), 0x1p40, -1);
        assertArray(read(U1_V3), DType.U8, sizes(2, 1), 0, 255);
        assertArray(read(BOOL), DType.BOOL, sizes(3), 1, 0, 1);
        assertArray(read(EMPTY), DType.F32, sizes(0, 3));
        assertArray(read(FORTRAN3), DType.I32, sizes(2, 3, 4), Tensors.arange(24).toDoubles());
    }

    @Test
    void writingGivesTheBytesThatNumpyWrites() throws IOException {
        for (String original : new String[] {F4, F2, I4_SCALAR, BOOL, EMPTY}) {
            Path again = folder.resolve("again.npy");
            Npy.write(again, read(original));
            assertEquals(original, Base64.getEncoder().encodeToString(Files.readAllBytes(again)));
        }
    }

    @Test
    void everyTypeAndStrideComesBackWithItsBits() throws IOException {
        Tensor values = new Generator(1).uniform(DType.F64, Shape.of(3, 4, 5), -100, 100);
        for (DType dtype : DType.values()) {
            if (dtype == DType.BF16) continue;
            Tensor x = dtype == DType.BOOL ? values.gt(0) : dtype == DType.U8 ? values.abs().to(dtype) : values.to(dtype);
            for (Tensor view : new Tensor[] {x, x.transpose(), x.flip(1), x.slice(2, 1, 5, 2), x.select(0, 1), x.narrow(1, 0, 0), x.narrow(0, 1, 1).expand(4, 4, 5)}) {
                Path path = folder.resolve("x.npy");
                Npy.write(path, view);
                assertArray(Npy.read(path), dtype, view.shape().sizes(), view.toDoubles());
            }
        }
    }

    private void refuses(byte[] bytes, String... words) throws IOException {
        Path path = file(bytes);
        long blocks = HostAllocator.get().stats().liveBlocks();
        FormatException error = assertThrows(FormatException.class, () -> Npy.read(path));
        for (String word : words) assertTrue(error.getMessage().contains(word), () -> "\"" + error.getMessage() + "\" does not say \"" + word + "\"");
        assertTrue(error.getMessage().contains("array.npy, byte " + error.offset()), error.getMessage());
        assertTrue(HostAllocator.get().stats().liveBlocks() <= blocks, "what was read is freed"); // fewer when the collector frees what other tests left
    }

    private void refuses(String base64, String... words) throws IOException {
        refuses(Base64.getDecoder().decode(base64), words);
    }

    @Test
    void otherTypesAreRefusedWithASentence() throws IOException {
        refuses(I2, "'<i2' is not read", "f2, f4, f8, i4, i8, u1 and b1", "astype");
        refuses(TEXT, "'<U2' is not read");
        refuses(STRUCT, "structured array");
        String message = assertThrows(IllegalArgumentException.class, () -> Npy.write(folder.resolve("x.npy"), Tensors.zeros(DType.BF16, 2))).getMessage();
        assertTrue(message.contains("no bf16") && message.contains("safetensors"), message);
    }

    /** A file of version 1.0 with a header of our choice and no values. */
    private static byte[] withHeader(String header) {
        byte[] text = header.getBytes(StandardCharsets.ISO_8859_1);
        byte[] bytes = Arrays.copyOf(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) text.length, (byte) (text.length >> 8)}, 10 + text.length);
        System.arraycopy(text, 0, bytes, 10, text.length);
        return bytes;
    }

    @Test
    void damagedFilesAreRefusedWithPlaceAndReason() throws IOException {
        byte[] good = Base64.getDecoder().decode(F4);
        refuses(new byte[0], "truncated", "magic");
        refuses("PK\3\4 a zip file".getBytes(StandardCharsets.ISO_8859_1), "no .npy file");
        refuses(Arrays.copyOf(good, 9), "truncated", "length");
        refuses(Arrays.copyOf(good, 60), "truncated", "the header");
        refuses(Arrays.copyOf(good, good.length - 1), "byte 128", "6 times 4 bytes, but 23 follow");
        refuses(Arrays.copyOf(good, good.length + 4), "but 28 follow");
        byte[] version = good.clone();
        version[6] = 4;
        refuses(version, "byte 6", "version 4.0");
        byte[] bools = Base64.getDecoder().decode(BOOL);
        bools[129] = 2;
        refuses(bools, "byte 129", "2 for a bool");
        refuses(withHeader("{'descr': '<f4', 'fortran_order': False}"), "not all there");
        refuses(withHeader("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (0,)}"), "byte 27", "'descr' is unknown or repeated");
        refuses(withHeader("{'descr': '<f4', 'fortran_order': 0, 'shape': (0,)}"), "True or False");
        refuses(withHeader("{'descr': '<f4', 'fortran_order': False, 'shape': (0)}"), "no tuple");
        refuses(withHeader("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}"), "size");
        refuses(withHeader("{'descr': '<f4', 'fortran_order': False, 'shape': (0,)} x"), "something follows");
        refuses(withHeader("{'descr': '<f4', 'fortran_order': False, 'shape': (0,"), "size");
        refuses(withHeader("{'descr': '<f4', 'fortran_order': False, 'shape': (" + "1,".repeat(65) + ")}"), "64 dimensions");
    }

    @Test
    void aHeaderThatPromisesTooMuchAllocatesNothing() throws IOException {
        refuses(withHeader("{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999,)}"), "99999999999 times 8 bytes, but 0 follow");
        refuses(withHeader("{'descr': '<f8', 'fortran_order': False, 'shape': (999999999999999, 999999999999999)}"), "more elements than can be counted");
        refuses(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 2, 0, -1, -1, -1, -1}, "4294967295 bytes");
    }

    @Test
    void mutatedFilesGiveAValueOfTheFilesLengthOrAnErrorOfTheFormat() throws IOException {
        Mutations mutations = new Mutations(21);
        String[] originals = {F4, BIG_FORTRAN, BIG_I8_V2, U1_V3, BOOL, FORTRAN3};
        int read = 0;
        for (int i = 0; i < 3000; i++) {
            byte[] bytes = mutations.of(Base64.getDecoder().decode(originals[i % originals.length]), 80);
            try (Scope inner = Scope.open()) {
                Tensor t = Npy.read(file(bytes));
                long length = t.elements() * t.dtype().bytes();
                assertTrue(bytes.length - length >= 10 && bytes.length - length < 200, t.dtype() + " " + t.shape() + " from " + bytes.length + " bytes");
                read++;
            } catch (FormatException expected) {
                assertTrue(expected.offset() >= 0 && expected.offset() <= bytes.length, expected.getMessage());
            }
        }
        assertTrue(read > 50 && read < 1500, read + " were read");
    }

    @Test
    void missingFilesAndFoldersAreErrors() {
        assertThrows(NoSuchFileException.class, () -> Npy.read(folder.resolve("none.npy")));
        assertThrows(FormatException.class, () -> Npy.read(folder));
    }

    @Test
    void aFailedWriteKeepsTheOldFile() throws IOException {
        Path path = folder.resolve("x.npy");
        Npy.write(path, Tensors.arange(3));
        Thread.currentThread().interrupt();
        try {
            assertThrows(IOException.class, () -> Npy.write(path, Tensors.arange(4)));
        } finally {
            assertTrue(Thread.interrupted());
        }
        assertArray(Npy.read(path), DType.I64, sizes(3), 0, 1, 2);
        try (var files = Files.list(folder)) {
            assertEquals(1, files.count());
        }
    }
}
