package dev.tenfold.kernels.cuda;

import dev.tenfold.kernels.Block;
import dev.tenfold.kernels.HostAllocator;
import dev.tenfold.kernels.Memory;

/**
 * A word of device memory into which the kernels of a factorisation write where it failed first ({@code src-cuda/linalg/failure.cuh}). To be closed when
 * the last of them was enqueued.
 */
final class FirstFailure implements AutoCloseable {
    private final CudaStream stream;
    private final DeviceBlock word;

    FirstFailure(CudaDevice device) {
        stream = device.stream();
        word = device.allocator().allocate(Long.BYTES, stream);
        Transfers.fill32(word.address(), -1, 2, stream);
    }

    long address() {
        return word.address();
    }

    /**
     * Waits for the stream: -1, or {@code matrix * n + pivot}. While a graph is captured nothing is waited for and -1 is the answer, so the results must
     * tell by NaN.
     */
    long read() {
        if (stream.isCapturing()) return -1;
        Block host = HostAllocator.get().allocate(Long.BYTES);
        try {
            Transfers.toHost(word.address(), host.address(), Long.BYTES, stream);
            return Memory.getLong(host.address());
        } finally {
            host.release();
        }
    }

    @Override
    public void close() {
        word.release();
    }
}
