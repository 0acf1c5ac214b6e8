package dev.tenfold.kernels.cuda;

import java.util.List;

/**
 * Whether there is CUDA on this machine, and its devices. The answer is found once, at the first question: without a driver in a few
 * milliseconds, and without touching a class that needs one.
 *
 * <p>System properties, read at that moment: {@code tenfold.cuda=off} asks nothing and has no devices;
 * {@code tenfold.cuda.driver=/path/libcuda.so.1} takes this driver instead of the system's; {@code tenfold.cuda.emulator=true} builds
 * Tenfold's own driver with g++, which runs kernels on the processor, and takes that.
 */
public final class Cuda {
    // The holder is initialised with the first question, once, whichever thread asks.
    private static final class Found {
        static final CudaDriver DRIVER = CudaDriver.find();
    }

    private Cuda() {
    }

    /** Whether at least one device can be used. */
    public static boolean available() {
        return !Found.DRIVER.devices().isEmpty();
    }

    /** One sentence: what is there, or what is missing and how to get it. */
    public static String status() {
        return Found.DRIVER.status();
    }

    /** The devices, in the driver's order; none where CUDA is not {@linkplain #available() available}. */
    public static List<CudaDevice> devices() {
        return Found.DRIVER.devices();
    }

    /**
     * The device of an index.
     *
     * @throws IllegalStateException    when there is no CUDA, with the {@linkplain #status() reason}
     * @throws IllegalArgumentException when there are devices, but not this one
     */
    public static CudaDevice device(int index) {
        List<CudaDevice> devices = devices();
        if (devices.isEmpty()) throw new IllegalStateException("cuda:" + index + " cannot be used: " + status());
        if (index < 0 || index >= devices.size()) {
            throw new IllegalArgumentException("cuda:" + index + " does not exist: this machine has " + (devices.size() == 1 ? "cuda:0 alone"
                    : "cuda:0 to cuda:" + (devices.size() - 1)));
        }
        return devices.get(index);
    }
}
