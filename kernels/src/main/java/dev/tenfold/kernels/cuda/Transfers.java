package dev.tenfold.kernels.cuda;

import static org.bytedeco.cuda.global.cudart.*;

import dev.tenfold.kernels.Memory;
import org.bytedeco.cuda.cudart.CUstream_st;

/**
 * Copies between host and device, and fills. They run in their stream's order. Host memory is any memory: it passes through pinned chunks.
 * Addresses and sizes are trusted.
 */
public final class Transfers {
    private Transfers() {
    }

    /**
     * Copies to the device. Returns when the host's memory has been read, so it may be changed or freed at once; on the device the copy
     * takes its place in the stream.
     */
    public static void toDevice(long host, long device, long bytes, CudaStream stream) {
        CudaThread.refuseInCapture("a copy from the host to " + stream.device(), "copy new values into the same tensor before the replay");
        if (bytes == 0) return;
        CUstream_st handle = stream.handle();
        StagingRing ring = stream.device().staging().toDevice(bytes);
        for (long done = 0; done < bytes; done += ring.chunkBytes()) {
            long part = Math.min(ring.chunkBytes(), bytes - done);
            synchronized (ring) {
                stream.device().makeCurrent();
                StagingRing.Chunk chunk = ring.next();
                Memory.copy(host + done, chunk.memory.address(), part);
                int code = cuMemcpyHtoDAsync(device + done, chunk.memory, part, handle);
                if (code != 0) throw stream.device().failed(code, call("cuMemcpyHtoDAsync", host + done, device + done, part));
                chunk.inUseBy(handle);
            }
        }
    }

    /**
     * Copies to the host, and waits until it has arrived.
     *
     * @throws IndexOutOfBoundsException when an operation on the device was given an index outside, once for it
     */
    public static void toHost(long device, long host, long bytes, CudaStream stream) {
        CudaThread.refuseInCapture("a copy from " + stream.device() + " to the host", "read the value after the replay");
        if (bytes == 0) return;
        CUstream_st handle = stream.handle();
        StagingRing ring = stream.device().staging().toHost(bytes);
        synchronized (ring) {
            stream.device().makeCurrent();
            // While one chunk is emptied, the next one is on its way.
            StagingRing.Chunk before = null;
            long step = ring.chunkBytes();
            for (long done = 0; done < bytes; done += step) {
                long part = Math.min(step, bytes - done);
                StagingRing.Chunk chunk = ring.next();
                int code = cuMemcpyDtoHAsync(chunk.memory, device + done, part, handle);
                if (code != 0) throw stream.device().failed(code, call("cuMemcpyDtoHAsync", device + done, host + done, part));
                chunk.inUseBy(handle);
                if (before != null) arrive(before, host + done - step, step);
                before = chunk;
            }
            long last = (bytes - 1) / step * step;
            arrive(before, host + last, bytes - last);
        }
        stream.device().indexFaults().raise();
    }

    private static void arrive(StagingRing.Chunk chunk, long host, long bytes) {
        chunk.await();
        Memory.copy(chunk.memory.address(), host, bytes);
    }

    /** Copies within a device; the ranges must not overlap. */
    public static void copy(long from, long to, long bytes, CudaStream stream) {
        if (bytes == 0) return;
        stream.touches(from);
        stream.touches(to);
        stream.device().makeCurrent();
        int code = cuMemcpyDtoDAsync(to, from, bytes, stream.handle());
        if (code != 0) throw stream.device().failed(code, call("cuMemcpyDtoDAsync", from, to, bytes));
    }

    /** Copies from {@code source}'s memory to that of {@code stream}'s device. What was written to it on another stream must be waited for before. */
    public static void copyAcross(CudaDevice source, long from, long to, long bytes, CudaStream stream) {
        CudaDevice target = stream.device();
        if (source == target) copy(from, to, bytes, stream);
        if (source == target || bytes == 0) return;
        CudaThread.refuseInCapture("a copy from " + source + " to " + target, "a graph is one device's");
        source.makeCurrent();
        target.makeCurrent();
        int code = cuMemcpyPeerAsync(to, target.context(), from, source.context(), bytes, stream.handle());
        if (code != 0) throw target.failed(code, call("cuMemcpyPeerAsync from " + source, from, to, bytes));
    }

    /** Sets {@code bytes} bytes to {@code value}. */
    public static void fill8(long address, byte value, long bytes, CudaStream stream) {
        if (bytes == 0) return;
        stream.touches(address);
        stream.device().makeCurrent();
        int code = cuMemsetD8Async(address, value, bytes, stream.handle());
        if (code != 0) throw stream.device().failed(code, fill("cuMemsetD8Async", value, address, bytes));
    }

    /** Sets {@code count} elements of two bytes to {@code value}; the address is a multiple of 2. */
    public static void fill16(long address, short value, long count, CudaStream stream) {
        if (count == 0) return;
        stream.touches(address);
        stream.device().makeCurrent();
        int code = cuMemsetD16Async(address, value, count, stream.handle());
        if (code != 0) throw stream.device().failed(code, fill("cuMemsetD16Async", value, address, count));
    }

    /** Sets {@code count} elements of four bytes to {@code value}; the address is a multiple of 4. */
    public static void fill32(long address, int value, long count, CudaStream stream) {
        if (count == 0) return;
        stream.touches(address);
        stream.device().makeCurrent();
        int code = cuMemsetD32Async(address, value, count, stream.handle());
        if (code != 0) throw stream.device().failed(code, fill("cuMemsetD32Async", value, address, count));
    }

    private static String call(String function, long from, long to, long bytes) {
        return function + "(" + bytes + " bytes from 0x" + Long.toHexString(from) + " to 0x" + Long.toHexString(to) + ")";
    }

    private static String fill(String function, int value, long address, long count) {
        return function + "(" + count + " times " + value + " at 0x" + Long.toHexString(address) + ")";
    }
}
