package dev.tenfold.autograd.contract;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tenfold.kernels.cuda.Cuda;
import dev.tenfold.tensor.Device;

/**
 * The device of the tests of CUDA: the emulator, which g++ builds, and for {@code -Pgpu} ({@code -Dtenfold.test.gpu=true}) a real one. Without g++ the
 * tests are skipped; without the real device that was asked for they fail.
 */
public final class CudaUnderTest {
    private static final boolean REAL = Boolean.getBoolean("tenfold.test.gpu");

    private CudaUnderTest() {
    }

    /** {@code cuda:0}. */
    public static Device open() {
        if (!REAL) {
            System.setProperty("tenfold.cuda.emulator", "true");
            assumeTrue(Cuda.available(), Cuda::status);
        }
        Device device = Device.cuda(0);
        if (REAL) assertFalse(device.accelerator().isEmulated(), "-Pgpu asks for a real device");
        return device;
    }

    /** Whether it is a real one, on which large arrays cost nothing. */
    public static boolean real() {
        return REAL;
    }

    /** Blocks of its memory that are in use. */
    public static long liveBlocks(Device device) {
        return device.accelerator().allocator().stats().liveBlocks();
    }
}
