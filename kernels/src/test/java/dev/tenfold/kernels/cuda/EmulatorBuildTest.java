package dev.tenfold.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.cuda.global.cudart;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the emulator is built, how its compiler is run, and which kernels of a text it finds. */
class EmulatorBuildTest {
    @Test
    void itIsBuiltInTheCacheOrWhereThatCannotBeInAFolderOfTheProcess(@TempDir Path root) throws IOException {
        Path folder = EmulatorBuild.place(root, "abc");
        assertEquals(root.resolve("emulator/abc"), folder);
        assertTrue(Files.isDirectory(folder));
        Path file = Files.createFile(root.resolve("file"));
        for (Path none : new Path[] {null, file, file.resolve("below")}) {
            Path temporary = EmulatorBuild.place(none, "abc");
            assertTrue(Files.isWritable(temporary) && !temporary.startsWith(root), String.valueOf(none));
        }
    }

    @Test
    void aCompilerThatHangsIsEnded() {
        assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "there is no /bin/sh");
        List<String> hanging = List.of("/bin/sh", "-c", "sleep 600 & wait"); // what it has started holds its output open
        String message = assertThrows(IOException.class, () -> HostCompiler.run(hanging, null, Duration.ofMillis(100))).getMessage();
        assertTrue(message.startsWith("/bin/sh did not end within"), message);
    }

    @Test
    void kernelsAreFoundByWhatTheTextMeans() {
        Emulated.start();
        List<CUfunc_st> kernels = Emulated.kernels("""
                // extern "C" __global__ void gone(int n) was here
                /* extern "C" __global__ void gone(int n) { }
                   extern "C" __global__ void gone(int n) { } */
                #define THREADS 64
                static const int WIDTH = 16;
                extern "C" __global__ void __launch_bounds__(THREADS, 2) named(int n) { }
                extern "C" __global__ void __launch_bounds__((WIDTH) * 2) computed(int n) { }
                extern "C" __global__ void
                __launch_bounds__( 96 )
                wrapped(int n) { }
                """, "named", "computed", "wrapped");
        int[] most = new int[1];
        for (int i = 0; i < 3; i++) {
            Emulated.check(cudart.cuFuncGetAttribute(most, cudart.CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK, kernels.get(i)));
            assertEquals(new int[] {64, 32, 96}[i], most[0]);
        }
    }
}
