package dev.tenfold.tensor.io;

import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.NoGrad;
import dev.tenfold.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The .safetensors format (Hugging Face): eight bytes with the length of a JSON header, the header with type, shape and place of every named
 * tensor and optional text metadata, then the values. Types F16, BF16, F32, F64, I32, I64, U8 and BOOL. The same tensors and metadata
 * give the same bytes, whatever the order of the maps. The header is validated completely before anything is allocated: the values
 * must fill the file without gaps and overlaps. Values may begin at any byte, as in files of older writers.
 */
public final class SafeTensors {
    /**
     * What a file holds.
     *
     * @param tensors  by name, in the order of their values in the file; they belong to the scope that was innermost when they were read
     * @param metadata text by name, in the header's order
     */
    public record Content(Map<String, Tensor> tensors, Map<String, String> metadata) {
    }

    private SafeTensors() {
    }

    /**
     * All tensors and the metadata of {@code file}; the tensors lie on {@link Device#current()}.
     *
     * @throws FormatException when the file is not a whole .safetensors file of these types
     * @throws IOException     when it cannot be read
     */
    public static Content read(Path file) throws IOException {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        try (Source source = Source.open(file); NoGrad region = NoGrad.open()) {
            SafeTensorsHeader header = SafeTensorsHeader.read(source);
            for (SafeTensorsHeader.Entry entry : header.entries()) {
                Tensor t = Tensor.allocate(Device.CPU, entry.dtype(), entry.shape());
                tensors.put(entry.name(), t);
                source.into(t, header.dataStart() + entry.begin(), "the values of \"" + entry.name() + "\"");
                tensors.put(entry.name(), Device.placed(t));
            }
            return new Content(tensors, header.metadata());
        } catch (IOException | RuntimeException | Error e) {
            tensors.values().forEach(Tensor::close);
            throw e;
        }
    }

    /** The metadata of {@code file} alone; the header is validated as in {@link #read}. */
    public static Map<String, String> readMetadata(Path file) throws IOException {
        try (Source source = Source.open(file)) {
            return SafeTensorsHeader.read(source).metadata();
        }
    }

    /**
     * Writes tensors and metadata, whole or not at all.
     *
     * @throws IllegalArgumentException when a tensor is named {@code __metadata__}, or a text is no valid Unicode
     */
    public static void write(Path file, Map<String, Tensor> tensors, Map<String, String> metadata) throws IOException {
        tensors.values().forEach(t -> t.checkOpen("SafeTensors.write"));
        List<Map.Entry<String, Tensor>> order = new ArrayList<>(tensors.entrySet());
        // wide types first, so that with a header of a multiple of eight bytes every value is aligned
        order.sort((a, b) -> {
            int byWidth = Integer.compare(b.getValue().dtype().bytes(), a.getValue().dtype().bytes());
            return byWidth != 0 ? byWidth : a.getKey().compareTo(b.getKey());
        });
        byte[] header = SafeTensorsHeader.text(order, metadata);
        try (AtomicFile out = AtomicFile.create(file)) {
            out.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length).flip());
            out.write(ByteBuffer.wrap(header));
            for (Map.Entry<String, Tensor> entry : order) Npy.writeValues(out, entry.getValue());
            out.commit();
        }
    }
}
