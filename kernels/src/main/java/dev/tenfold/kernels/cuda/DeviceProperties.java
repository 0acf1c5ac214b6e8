package dev.tenfold.kernels.cuda;

import static org.bytedeco.cuda.global.cudart.*;

import java.nio.charset.StandardCharsets;
import org.bytedeco.javacpp.SizeTPointer;

/**
 * What a device is, as its driver tells.
 *
 * @param name                 the product's name
 * @param major                the compute capability before the point
 * @param minor                the compute capability behind the point
 * @param multiprocessors      how many streaming multiprocessors (SMs) it has
 * @param memoryBytes          its memory
 * @param sharedMemoryPerBlock shared memory that a block has without asking, in bytes
 * @param sharedMemoryOptIn    shared memory that a kernel may ask for, in bytes a block
 * @param warpSize             threads in a warp
 * @param maxThreadsPerBlock   the most threads of a block
 * @param clockKiloHertz       the multiprocessors' clock
 * @param memoryKiloHertz      the memory's clock
 * @param memoryBusBits        the width of the memory's bus
 * @param l2Bytes              the second-level cache
 */
public record DeviceProperties(String name, int major, int minor, int multiprocessors, long memoryBytes, int sharedMemoryPerBlock,
                               int sharedMemoryOptIn, int warpSize, int maxThreadsPerBlock, int clockKiloHertz, int memoryKiloHertz,
                               int memoryBusBits, int l2Bytes) {
    static DeviceProperties of(int index) {
        int[] device = new int[1];
        CudaException.check(cuDeviceGet(device, index), "cuDeviceGet");
        byte[] name = new byte[256];
        CudaException.check(cuDeviceGetName(name, name.length, device[0]), "cuDeviceGetName");
        int length = 0;
        while (length < name.length && name[length] != 0) length++;
        try (SizeTPointer memory = new SizeTPointer(1)) {
            CudaException.check(cuDeviceTotalMem(memory, device[0]), "cuDeviceTotalMem");
            return new DeviceProperties(new String(name, 0, length, StandardCharsets.UTF_8),
                    attribute(device[0], CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR), attribute(device[0], CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR),
                    attribute(device[0], CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT), memory.get(),
                    attribute(device[0], CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK),
                    attribute(device[0], CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN),
                    attribute(device[0], CU_DEVICE_ATTRIBUTE_WARP_SIZE), attribute(device[0], CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK),
                    attribute(device[0], CU_DEVICE_ATTRIBUTE_CLOCK_RATE), attribute(device[0], CU_DEVICE_ATTRIBUTE_MEMORY_CLOCK_RATE),
                    attribute(device[0], CU_DEVICE_ATTRIBUTE_GLOBAL_MEMORY_BUS_WIDTH), attribute(device[0], CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE));
        }
    }

    // A driver that does not know an attribute is not refused for it: 0 stands for unknown.
    private static int attribute(int device, int attribute) {
        int[] value = new int[1];
        return cuDeviceGetAttribute(value, attribute, device) == 0 ? value[0] : 0;
    }

    /** The memory's bandwidth on paper, in bytes a second: two transfers a clock over the whole bus. */
    public double bandwidth() {
        return 2e3 * memoryKiloHertz * (memoryBusBits / 8);
    }
}
