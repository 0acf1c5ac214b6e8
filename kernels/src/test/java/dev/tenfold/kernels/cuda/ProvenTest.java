package dev.tenfold.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Set;
import org.junit.jupiter.api.Test;

/** Fast kernels are chosen where they were seen to be right. */
class ProvenTest {
    @Test
    void aKernelIsProvenOnTheArchitecturesOfItsLines() {
        Set<String> listed = Proven.parse("# what was run\n\n gemm/mma.cu   sm_80 # on an A100\nnorm/layer.cu\tsm_90a\n");
        assertEquals(Set.of("gemm/mma.cu sm_80", "norm/layer.cu sm_90a"), listed);
        assertTrue(Proven.on(listed, "sm_80", "gemm/mma.cu"));
        assertFalse(Proven.on(listed, "sm_90a", "gemm/mma.cu"));
    }

    @Test
    void everyKernelMayBeChosenOnTheEmulator() {
        System.setProperty("tenfold.cuda.emulator", "true");
        assumeTrue(Cuda.available(), Cuda::status);
        assumeTrue(Cuda.device(0).isEmulated());
        assertTrue(Proven.on(Cuda.device(0), "no/such.cu"));
    }

    @Test
    void everyListedKernelIsThere() {
        for (String pair : Proven.parse(DeviceSources.read("proven.txt"))) {
            String[] parts = pair.split(" ");
            assertEquals(2, parts.length, pair);
            assertFalse(DeviceSources.read(parts[0]).isEmpty());
            assertTrue(parts[1].startsWith("sm_"), pair);
        }
    }
}
