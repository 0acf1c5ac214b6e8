package dev.tenfold.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every kernel of Tenfold compiles for every architecture, and the hot ones keep their numbers in registers. */
class KernelsTest {
    @TempDir
    Path folder;

    @Test
    void everyKernelCompilesAndNoHotOneSpills() {
        assumeTrue(Nvrtc.available(), Nvrtc::status);
        List<Kernels.Check> checks = Kernels.check(Kernels.all(), Kernels.ARCHITECTURES, KernelCache.in(folder));
        assertFalse(checks.isEmpty());
        String failed = checks.stream().filter(c -> !c.passes()).map(Kernels.Check::reason).collect(Collectors.joining("\n"));
        assertTrue(failed.isEmpty(), failed);
    }
}
