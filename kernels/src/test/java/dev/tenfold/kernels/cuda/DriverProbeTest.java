package dev.tenfold.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said where CUDA cannot be used, with drivers that a few lines of C++ make. */
class DriverProbeTest {
    @TempDir
    private Path folder;
    private String emulator;

    @BeforeEach
    void theSystemsDriverIsAskedFirst() {
        emulator = System.clearProperty("tenfold.cuda.emulator");
    }

    @AfterEach
    void asBefore() {
        System.clearProperty("tenfold.cuda.driver");
        if (emulator != null) System.setProperty("tenfold.cuda.emulator", emulator);
    }

    private static DriverProbe with(String driver) {
        System.setProperty("tenfold.cuda.driver", driver);
        return DriverProbe.run();
    }

    private static void says(DriverProbe probe, String... parts) {
        assertEquals(0, probe.devices(), probe::toString);
        for (String part : parts) assertTrue(probe.sentence().contains(part), probe::sentence);
        assertTrue(probe.sentence().endsWith("; the CPU is used."), probe::sentence);
    }

    /** A driver whose functions return what they are told to. */
    private DriverProbe stub(String name, int version, int init, int count) throws IOException {
        assumeTrue(HostCompiler.version() != null, HostCompiler.MISSING);
        Files.writeString(folder.resolve(name + ".cpp"), """
                extern "C" int cuDriverGetVersion(int *v) { *v = %d; return 0; }
                extern "C" int cuInit(unsigned) { return %d; }
                extern "C" int cuDeviceGetCount(int *n) { *n = %d; return 0; }
                extern "C" int cuGetErrorName(int code, const char **text) { *text = "CUDA_ERROR_OF_THE_STUB"; return code == 0; }
                """.formatted(version, init, count));
        HostCompiler.Result made = HostCompiler.run(List.of("-shared", "-fPIC", "-o", name + ".so", name + ".cpp"), folder);
        assertEquals(0, made.code(), made.output());
        return with(folder.resolve(name + ".so").toString());
    }

    @Test
    void aPathThatLeadsNowhere() {
        says(with("/no/such/libcuda.so.1"), "-Dtenfold.cuda.driver=/no/such/libcuda.so.1 does not exist");
    }

    @Test
    void aPathThatIsNotAbsolute() {
        says(with("libcuda.so.1"), "must be an absolute path");
    }

    @Test
    void aFileThatIsNoLibrary() throws IOException {
        Path text = Files.writeString(folder.resolve("driver.txt"), "not a library");
        says(with(text.toString()), "is not a library that loads here");
    }

    @Test
    void aDriverBefore525() throws IOException {
        says(stub("old", 11040, 0, 1), "is made for CUDA 11.4", "525 or newer (CUDA 12.0)", "update the driver");
    }

    @Test
    void aDriverWithoutDevice() throws IOException {
        says(stub("none", 12080, 100, 0), "(CUDA 12.8)", "no device");
        says(stub("empty", 12090, 0, 0), "(CUDA 12.9)", "no device");
    }

    @Test
    void aDriverThatDoesNotStart() throws IOException {
        says(stub("broken", 12090, 803, 0), "does not start, error 803 CUDA_ERROR_OF_THE_STUB");
    }

    @Test
    void aLibraryThatIsNoDriver() throws IOException {
        assumeTrue(HostCompiler.version() != null, HostCompiler.MISSING);
        Files.writeString(folder.resolve("other.cpp"), "extern \"C\" int other() { return 0; }");
        HostCompiler.run(List.of("-shared", "-fPIC", "-o", "other.so", "other.cpp"), folder);
        says(with(folder.resolve("other.so").toString()), "has no function cuDriverGetVersion");
    }

    @Test
    void aDriverOf525AndADevice() throws IOException {
        DriverProbe probe = stub("good", 12000, 0, 2);
        assertEquals(2, probe.devices());
        assertTrue(probe.sentence().startsWith("driver for CUDA 12.0"), probe::sentence);
    }

    @Test
    void withoutADriverOneSentenceIsSaidAndTheProcessorWorks() throws IOException, InterruptedException {
        assumeFalse(Files.exists(Path.of("/usr/lib/x86_64-linux-gnu/libcuda.so.1")) || Files.exists(Path.of("/dev/nvidiactl")), "this machine has a driver");
        String said = child();
        assertTrue(said.contains("CUDA is not there: no NVIDIA driver (libcuda.so.1) is installed; the CPU is used."), said);
        assertTrue(said.contains("cuda:0 cannot be used: CUDA is not there"), said);
        assertTrue(said.contains("host block of 100 bytes"), said);
    }

    @Test
    void whatIsSwitchedOffIsNotAsked() throws IOException, InterruptedException {
        String said = child("-Dtenfold.cuda=off", "-Dtenfold.cuda.driver=/no/such/file");
        assertTrue(said.contains("CUDA is switched off by -Dtenfold.cuda=off."), said);
        assertTrue(said.contains("host block of 100 bytes"), said);
    }

    private static String child(String... properties) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED"));
        command.addAll(List.of(properties));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), ProbeProgram.class.getName()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), said);
        return said;
    }
}
