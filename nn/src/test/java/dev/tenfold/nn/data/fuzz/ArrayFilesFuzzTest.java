package dev.tenfold.nn.data.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.kernels.DType;
import dev.tenfold.nn.data.ArrayExamples;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import dev.tenfold.tensor.io.Npy;
import dev.tenfold.tensor.io.SafeTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class ArrayFilesFuzzTest {
    @TempDir
    Path folder;

    @Test
    void npyFiles() throws IOException {
        Path file = folder.resolve("array.npy");
        for (DType type : new DType[] {DType.F32, DType.I64, DType.BOOL}) {
            try (Scope scope = Scope.open()) {
                Npy.write(file, new Generator(1).uniform(DType.F32, 4, 5).to(type));
            }
            new Fuzz(file, 40).run(Files.readAllBytes(file), 128, 300, path -> {
                Tensor t = Npy.read(path);
                assertTrue(t.elements() * t.dtype().bytes() <= Files.size(path));
                if (t.rank() > 0) assertEquals(t.shape().size(0), new ArrayExamples(t).size());
            });
        }
    }

    @Test
    void safetensorsFiles() throws IOException {
        Path file = folder.resolve("weights.safetensors");
        try (Scope scope = Scope.open()) {
            SafeTensors.write(file, Map.of("weight", new Generator(1).uniform(DType.F32, 3, 4), "bias", Tensors.ones(DType.F16, 3), "steps", Tensors.arange(2)), Map.of("kind", "test"));
        }
        byte[] bytes = Files.readAllBytes(file);
        new Fuzz(file, 400).run(bytes, bytes.length - 70, 600, path -> {
            long values = 0;
            for (Tensor t : SafeTensors.read(path).tensors().values()) values += t.elements() * t.dtype().bytes();
            assertTrue(values < Files.size(path));
        });
    }
}
