package dev.tenfold.kernels.cuda;

import static org.bytedeco.cuda.global.cudart.*;

import org.bytedeco.cuda.cudart.CUevent_st;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.javacpp.Pointer;

/**
 * Pinned chunks of the host's memory that copies pass through, one after another: a chunk is used again when the copy that had it last has
 * ended on the device. Whoever uses the ring holds its lock from {@link #next} to {@link Chunk#inUseBy}.
 */
final class StagingRing {
    /** A chunk, and the event of its last copy. */
    static final class Chunk {
        final Pointer memory;
        private final CudaDevice device;
        private final CUevent_st done = new CUevent_st();
        private boolean pending;

        private Chunk(CudaDevice device, long bytes) {
            this.device = device;
            memory = new Pointer();
            int code = cuMemHostAlloc(memory, bytes, CU_MEMHOSTALLOC_PORTABLE);
            if (code != 0) throw device.failed(code, "cuMemHostAlloc(" + bytes + " bytes of pinned memory)");
            device.check(cuEventCreate(done, CU_EVENT_DISABLE_TIMING), "cuEventCreate");
        }

        /** A copy that uses the chunk was enqueued. */
        void inUseBy(CUstream_st stream) {
            device.check(cuEventRecord(done, stream), "cuEventRecord");
            pending = true;
        }

        /** Waits until the last copy has ended. */
        void await() {
            if (!pending) return;
            device.check(cuEventSynchronize(done), "cuEventSynchronize of a copy");
            pending = false;
        }
    }

    private final CudaDevice device;
    private final Chunk[] chunks;
    private final long bytes;
    private int next;

    StagingRing(CudaDevice device, int chunks, long bytes) {
        this.device = device;
        this.chunks = new Chunk[chunks];
        this.bytes = bytes;
    }

    /** How much a chunk holds. */
    long chunkBytes() {
        return bytes;
    }

    /** The next chunk, free to be written. */
    Chunk next() {
        Chunk chunk = chunks[next];
        if (chunk == null) chunk = chunks[next] = new Chunk(device, bytes);
        next = next + 1 == chunks.length ? 0 : next + 1;
        chunk.await();
        return chunk;
    }
}
