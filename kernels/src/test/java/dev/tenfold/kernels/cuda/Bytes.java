package dev.tenfold.kernels.cuda;

import dev.tenfold.kernels.Block;
import dev.tenfold.kernels.HostAllocator;
import dev.tenfold.kernels.Memory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Bytes on a device, for tests. */
final class Bytes {
    private Bytes() {
    }

    static void put(long address, byte[] values, CudaStream stream) {
        Block host = HostAllocator.get().allocate(values.length);
        Memory.segment(host.address(), values.length).copyFrom(MemorySegment.ofArray(values));
        Transfers.toDevice(host.address(), address, values.length, stream);
        // The host's memory is ours again at once.
        Memory.fill(host.address(), values.length, (byte) 0xEE);
        host.release();
    }

    static byte[] get(long address, int n, CudaStream stream) {
        Block host = HostAllocator.get().allocate(n);
        Transfers.toHost(address, host.address(), n, stream);
        byte[] values = Memory.segment(host.address(), n).toArray(ValueLayout.JAVA_BYTE);
        host.release();
        return values;
    }

    /** The first byte, of a block that has one value. */
    static int first(DeviceBlock block, CudaStream stream) {
        return get(block.address(), 1, stream)[0];
    }
}
