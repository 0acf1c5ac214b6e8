package dev.tenfold.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** NVRTC on a machine without a GPU: kernels compile for any architecture, and what is wrong with them is told by line. */
class NvrtcTest {
    private static final String SCALE = """
            extern "C" __global__ void scale(float *x, float by, long long n) {
                long long i = blockIdx.x * (long long) blockDim.x + threadIdx.x;
                if (i < n) x[i] *= by;
            }
            """;

    @TempDir
    Path folder;

    @BeforeEach
    void compilerIsThere() {
        assumeTrue(Nvrtc.available(), Nvrtc::status);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sm_80", "sm_90a", "sm_100"})
    void aKernelBecomesACubinOfTheArchitecture(String architecture) {
        CompiledKernel kernel = Nvrtc.get().compile(KernelSource.generated("scale.cu", SCALE), architecture);
        assertEquals("\u007fELF", new String(kernel.image(), 0, 4, java.nio.charset.StandardCharsets.ISO_8859_1));
        List<KernelReport> reports = KernelReport.of(kernel);
        assertEquals(1, reports.size());
        assertEquals("scale", reports.getFirst().kernel());
        assertTrue(reports.getFirst().registers() > 0, kernel.log());
        assertFalse(reports.getFirst().spills(), kernel.log());
    }

    @Test
    void contractionIsOff() {
        assertArrayEquals(image("__fadd_rn(__fmul_rn(x[1], x[2]), x[3])"), image("x[1] * x[2] + x[3]"));
        assertFalse(Arrays.equals(image("__fmaf_rn(x[1], x[2], x[3])"), image("x[1] * x[2] + x[3]")));
    }

    private static byte[] image(String value) {
        return Nvrtc.get().compile(KernelSource.generated("madd.cu", "extern \"C\" __global__ void madd(float *x) { x[0] = " + value + "; }"), "sm_80").image();
    }

    @Test
    void anErrorNamesTheFileTheLineAndTheText() {
        KernelSource wrong = KernelSource.generated("src-cuda/demo/wrong.cu", SCALE.replace("*= by", "*= bye"));
        String message = assertThrows(KernelCompilationException.class, () -> Nvrtc.get().compile(wrong, "sm_90a")).getMessage();
        for (String word : List.of("src-cuda/demo/wrong.cu", "sm_90a", "(3)", "\"bye\" is undefined", "3 | if (i < n) x[i] *= bye;")) {
            assertTrue(message.contains(word), () -> message + "\ndoes not say " + word);
        }
    }

    @Test
    void anErrorInAHeaderShowsTheHeadersLine() {
        KernelSource wrong = new KernelSource("demo.cu", "#include \"demo/half.cuh\"\n" + SCALE, Map.of("demo/half.cuh", "\n__device__ int f() { return nothing; }\n"));
        String message = assertThrows(KernelCompilationException.class, () -> Nvrtc.get().compile(wrong, "sm_80")).getMessage();
        assertTrue(message.contains("demo/half.cuh(2)") && message.contains("2 | __device__ int f() { return nothing; }"), message);
    }

    @Test
    void anUnknownArchitectureIsSaid() {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Nvrtc.get().compile(KernelSource.generated("scale.cu", SCALE), "sm_12"));
        assertTrue(e.getMessage().contains("sm_12"), e.getMessage());
    }

    @Test
    void spilledRegistersAreSeen() {
        StringBuilder many = new StringBuilder("extern \"C\" __global__ void __launch_bounds__(1024, 2) many(float *x) {\n    float ");
        for (int i = 0; i < 100; i++) many.append(i == 0 ? "" : ", ").append("a").append(i).append(" = x[").append(i).append("]");
        many.append(";\n    __syncthreads();\n    for (int k = 0; k < 9; k++) {\n");
        for (int i = 0; i < 100; i++) many.append("        a").append(i).append(" = a").append(i).append(" * a").append((i + 37) % 100).append(" + a").append((i + 11) % 100).append(";\n");
        many.append("    }\n");
        for (int i = 0; i < 100; i++) many.append("    x[").append(i).append("] = a").append(i).append(";\n");
        many.append("}\n");
        KernelSource source = KernelSource.generated("many.cu", many.toString());
        KernelReport report = KernelReport.of(Nvrtc.get().compile(source, "sm_80")).getFirst();
        assertTrue(report.spills() && report.registers() <= 32, report::toString);

        KernelFamily hot = new KernelFamily("many", "spills", true, () -> List.of(source));
        Kernels.Check check = Kernels.check(List.of(hot), List.of("sm_80"), KernelCache.in(folder)).getFirst();
        assertFalse(check.passes());
        assertTrue(check.reason().contains("many.cu on sm_80 spills registers"), check.reason());
        assertTrue(Kernels.check(List.of(new KernelFamily("many", "spills", false, () -> List.of(source))), List.of("sm_80"), KernelCache.in(folder)).getFirst().passes());
    }
}
