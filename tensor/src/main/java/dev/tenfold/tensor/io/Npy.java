package dev.tenfold.tensor.io;

import dev.tenfold.kernels.Memory;
import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.NoGrad;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * NumPy's .npy files (its format description, versions 1.0, 2.0 and 3.0): one array of f16, f32, f64, i32, i64, u8 or bool. Read in C and in
 * Fortran order and in both byte orders; written as version 1.0, C order, little-endian.
 */
public final class Npy {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int LONGEST_HEADER = 1 << 20; // that of a plain array has about a hundred bytes
    private static final int ALIGNMENT = 64;

    private Npy() {
    }

    /**
     * The array in {@code file}, dense, on {@link Device#current()}; it belongs to the innermost scope.
     *
     * @throws FormatException when the file is no whole .npy file of one array of these types
     * @throws IOException     when it cannot be read
     */
    public static Tensor read(Path file) throws IOException {
        try (Source source = Source.open(file); NoGrad region = NoGrad.open()) {
            byte[] head = source.bytes(0, 8, "magic and version of a .npy file");
            for (int i = 0; i < MAGIC.length; i++) {
                if (head[i] != MAGIC[i]) throw source.fail(0, "this is no .npy file: it does not begin with \\x93NUMPY");
            }
            if (head[6] < 1 || head[6] > 3 || head[7] != 0) {
                throw source.fail(6, "npy version " + (head[6] & 0xFF) + "." + (head[7] & 0xFF) + "; 1.0, 2.0 and 3.0 are read");
            }
            int lengthBytes = head[6] == 1 ? 2 : 4;
            byte[] length = source.bytes(8, lengthBytes, "the header's length");
            long headerLength = 0;
            for (int i = lengthBytes - 1; i >= 0; i--) headerLength = headerLength << 8 | length[i] & 0xFF;
            if (headerLength > LONGEST_HEADER) throw source.fail(8, "the header is said to have " + headerLength + " bytes, more than the " + LONGEST_HEADER + " that are read");
            long start = 8 + lengthBytes;
            byte[] text = source.bytes(start, (int) headerLength, "the header");
            // a character per byte, so that places in the text are places in the file; names that would need UTF-8 are refused anyway
            NpyHeader header = NpyHeader.parse(source, new String(text, StandardCharsets.ISO_8859_1), start);
            return readArray(source, header, start + headerLength);
        }
    }

    private static Tensor readArray(Source source, NpyHeader header, long start) throws IOException {
        long left = source.size() - start;
        int bytes = header.dtype().bytes();
        if (header.shape().elements() != left / bytes || left % bytes != 0) {
            throw source.fail(start, "the header says " + header.dtype() + " " + header.shape() + ", which is " + header.shape().elements() + " times " + bytes
                    + " bytes, but " + left + " follow: truncated, altered, or with something behind the array");
        }
        Tensor t = Tensor.allocate(Device.CPU, header.dtype(), header.fortranOrder() ? reversed(header.shape()) : header.shape());
        try {
            source.into(t, start, "the values");
            if (header.bigEndian()) swapBytes(t);
            if (!header.fortranOrder() || t.rank() < 2) return Device.placed(t);
            try (Tensor view = t.permute(backwards(t.rank()))) {
                Tensor dense = view.copy();
                t.close();
                return Device.placed(dense);
            }
        } catch (IOException | RuntimeException | Error e) {
            t.close();
            throw e;
        }
    }

    private static Shape reversed(Shape shape) {
        long[] sizes = new long[shape.rank()];
        for (int i = 0; i < sizes.length; i++) sizes[i] = shape.size(sizes.length - 1 - i);
        return Shape.of(sizes);
    }

    private static int[] backwards(int rank) {
        int[] axes = new int[rank];
        for (int i = 0; i < rank; i++) axes[i] = rank - 1 - i;
        return axes;
    }

    private static void swapBytes(Tensor t) {
        int bytes = t.dtype().bytes();
        long end = t.address() + t.elements() * bytes;
        for (long a = t.address(); a < end; a += bytes) {
            switch (bytes) {
                case 2 -> Memory.putShort(a, Short.reverseBytes(Memory.getShort(a)));
                case 4 -> Memory.putInt(a, Integer.reverseBytes(Memory.getInt(a)));
                default -> Memory.putLong(a, Long.reverseBytes(Memory.getLong(a)));
            }
        }
    }

    /**
     * Writes {@code tensor}, whole or not at all.
     *
     * @throws IllegalArgumentException for bf16, which the format does not have
     */
    public static void write(Path file, Tensor tensor) throws IOException {
        tensor.checkOpen("Npy.write");
        String text = NpyHeader.text(tensor.dtype(), tensor.shape());
        int padded = (10 + text.length() + 1 + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        ByteBuffer head = ByteBuffer.allocate(padded);
        head.put(MAGIC).put((byte) 1).put((byte) 0).put((byte) (padded - 10)).put((byte) (padded - 10 >> 8));
        head.put((text + " ".repeat(padded - 11 - text.length()) + "\n").getBytes(StandardCharsets.US_ASCII));
        try (AtomicFile out = AtomicFile.create(file)) {
            out.write(head.flip());
            writeValues(out, tensor);
            out.commit();
        }
    }

    /** Appends the elements, row-major. */
    static void writeValues(AtomicFile out, Tensor tensor) throws IOException {
        if (tensor.device() != Device.CPU) {
            try (NoGrad region = NoGrad.open(); Tensor host = tensor.to(Device.CPU)) {
                writeValues(out, host);
            }
            return;
        }
        long bytes = tensor.elements() * tensor.dtype().bytes();
        try (NoGrad region = NoGrad.open(); Tensor dense = tensor.isDense() ? tensor.detach() : tensor.copy()) {
            out.write(Memory.segment(dense.address(), bytes));
        }
    }
}
