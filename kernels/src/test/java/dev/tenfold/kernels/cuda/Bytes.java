package dev.tenfold.kernels.cuda;

import dev.tenfold.kernels.Block;
import dev.tenfold.kernels.HostAllocator;
import dev.tenfold.kernels.Memory;

/** Bytes on a device, for tests. */
final class Bytes {
    private Bytes() {
    }

    static void put(long address, byte[] values, CudaStream stream) {
        Block host = HostAllocator.get().allocate(values.length);
        for (int i = 0; i < values.length; i++) Memory.putByte(host.address() + i, values[i]);
        Transfers.toDevice(host.address(), address, values.length, stream);
        // The host's memory is ours again at once.
        Memory.fill(host.address(), values.length, (byte) 0xEE);
        host.release();
    }

    static byte[] get(long address, int n, CudaStream stream) {
        Block host = HostAllocator.get().allocate(n);
        Transfers.toHost(address, host.address(), n, stream);
        byte[] values = new byte[n];
        for (int i = 0; i < n; i++) values[i] = Memory.getByte(host.address() + i);
        host.release();
        return values;
    }

    /** The first byte, of a block that has one value. */
    static int first(DeviceBlock block, CudaStream stream) {
        return get(block.address(), 1, stream)[0];
    }
}
