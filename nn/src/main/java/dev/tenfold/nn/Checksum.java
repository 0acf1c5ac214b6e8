package dev.tenfold.nn;

import dev.tenfold.kernels.Memory;
import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Tensor;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/** CRC-32C over named tensors and texts in the order of their names: types, shapes and bits. */
final class Checksum {
    private static final long PIECE = 1 << 26;

    private Checksum() {
    }

    /** Eight hexadecimal digits. The tensors are dense. */
    static String of(Map<String, Tensor> tensors, Map<String, String> texts) {
        CRC32C crc = new CRC32C();
        new TreeMap<>(texts).forEach((key, value) -> {
            text(crc, key);
            text(crc, value);
        });
        new TreeMap<>(tensors).forEach((name, t) -> {
            text(crc, name);
            text(crc, t.dtype() + " " + t.shape());
            long bytes = t.elements() * t.dtype().bytes();
            Tensor host = t.to(Device.CPU);
            for (long at = 0; at < bytes; at += PIECE) {
                crc.update(Memory.segment(host.address() + at, Math.min(PIECE, bytes - at)).asByteBuffer());
            }
            if (host != t) host.close();
        });
        return String.format("%08x", crc.getValue());
    }

    /** The text and its length, so that neighbours cannot run into each other. */
    private static void text(CRC32C crc, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        crc.update(bytes);
        for (int shift = 0; shift < 32; shift += 8) crc.update(bytes.length >>> shift);
    }
}
