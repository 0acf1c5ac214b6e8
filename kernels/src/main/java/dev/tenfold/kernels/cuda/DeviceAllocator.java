package dev.tenfold.kernels.cuda;

import static org.bytedeco.cuda.global.cudart.*;

import dev.tenfold.kernels.MemoryStats;
import dev.tenfold.kernels.OutOfMemory;
import dev.tenfold.kernels.memory.Accounting;
import dev.tenfold.kernels.memory.Arena;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A caching allocator of a device's memory, 256-byte aligned, with accounting.
 *
 * <p>The driver's own allocation takes as long as many kernels and waits for all of them, so what is freed is kept, in one pool for each
 * stream. A block that is freed goes back behind the stream's work that was enqueued by then, without waiting for it: the same stream's next
 * request may have it at once. When a stream finds nothing in its pool the driver is asked; when that refuses, or the limit is reached,
 * another stream's free memory is taken, behind an event of that stream; then all that is cached is given back and the request tried once
 * more; then {@link OutOfMemory} lists the largest holders, and the process goes on. A program that repeats itself asks the driver nothing
 * after its first time. The limit is {@code -Dtenfold.cuda.memory=BYTES}, otherwise what the device has.
 */
public final class DeviceAllocator {
    /** Room behind every block that an emulated kernel may not touch, so that it is told when it does. */
    private static final long EMULATED_GUARD = 64;
    private static final long MOST = 1L << 46;

    /** The driver as a source of segments. */
    private final class Driver implements Arena.Source {
        @Override
        public long reserve(long bytes) {
            device.makeCurrent();
            long[] address = new long[1];
            int code = cuMemAlloc(address, bytes);
            if (code == 0) driverCalls.incrementAndGet();
            if (code == CUDA_ERROR_OUT_OF_MEMORY) return 0;
            if (code != 0) throw device.failed(code, "cuMemAlloc(" + bytes + " bytes)");
            return address[0];
        }

        @Override
        public void unreserve(long address, long bytes) {
            device.makeCurrent();
            int code = cuMemFree(address);
            if (code != 0) throw device.failed(code, "cuMemFree(" + bytes + " bytes at 0x" + Long.toHexString(address) + ")");
        }

        @Override
        public long giveBack(long address, long bytes) {
            return 0;
        }

        @Override
        public boolean lazy() {
            return false;
        }
    }

    private final CudaDevice device;
    private final long limit;
    private final EmulatedMemory emulator;
    private final Driver driver = new Driver();
    private final AtomicLong driverCalls = new AtomicLong();
    private final Accounting accounting = new Accounting();
    private final List<StreamPool> pools = new ArrayList<>();

    /** {@code emulator}: who is told about every block; null on other devices. */
    DeviceAllocator(CudaDevice device, long limit, EmulatedMemory emulator) {
        this.device = device;
        this.limit = limit;
        this.emulator = emulator;
    }

    /** A block for work on the calling thread's {@linkplain CudaDevice#stream() stream}. */
    public DeviceBlock allocate(long bytes) {
        return allocate(bytes, device.stream());
    }

    /**
     * A block of at least {@code bytes} bytes with unspecified content, for work on {@code stream}.
     *
     * @throws IllegalArgumentException when {@code bytes} is negative, or the stream is another device's
     * @throws OutOfMemory              when neither the cache nor the driver has the memory
     */
    public DeviceBlock allocate(long bytes, CudaStream stream) {
        if (bytes < 0) throw new IllegalArgumentException("allocate: negative size " + bytes);
        if (stream.device() != device) throw new IllegalArgumentException("allocate: memory of " + device + " for a stream of " + stream.device());
        if (bytes > MOST || accounting.refusesNow()) throw outOfMemory(bytes);
        stream.handle();
        StreamPool pool = stream.pool();
        long room = Math.max(1, bytes) + (emulator != null ? EMULATED_GUARD : 0);
        DeviceBlock block = pool.take(room);
        if (block == null) block = fresh(room, bytes, pool, stream);
        accounting.handedOut(block.capacity(), bytes);
        block.handedOut(bytes, stream);
        if (emulator != null) emulator.handedOut(block, stream);
        return block;
    }

    private DeviceBlock fresh(long room, long bytes, StreamPool pool, CudaStream stream) {
        DeviceBlock block = pool.takeOrGrow(room, limit - heldBesides(pool));
        // A graph's memory is its own, and its capture cannot wait for another stream.
        if (block == null && !stream.isCapturing()) block = fromAnotherStream(room, pool, stream);
        if (block == null) {
            trim();
            block = pool.takeOrGrow(room, limit - heldBesides(pool));
        }
        if (block == null) throw outOfMemory(bytes);
        return block;
    }

    private DeviceBlock fromAnotherStream(long room, StreamPool mine, CudaStream stream) {
        for (StreamPool pool : snapshot()) {
            if (pool == mine || pool.isPinned()) continue;
            DeviceBlock block = pool.take(room);
            if (block == null) continue;
            CudaStream before = pool.stream();
            if (before != null) stream.runAfter(before);
            block.addUser(stream);
            return block;
        }
        return null;
    }

    void takeBack(DeviceBlock block) {
        accounting.takenBack(block.capacity(), block.bytes());
        StreamPool home = block.home();
        List<CudaStream> users = block.takeUsers();
        if (!device.isLost()) {
            for (int i = 0; i < users.size(); i++) runAfter(home, users.get(i));
            if (emulator != null) emulator.takenBack(block, home.stream() != null ? home.stream() : device.sharedStream());
        }
        home.give(block);
    }

    private static void runAfter(StreamPool home, CudaStream user) {
        CudaStream stream = home.stream();
        if (stream != null && !stream.isClosed()) stream.runAfter(user);
        else user.await();
    }

    /** Waits for the device, and gives all cached memory back to the driver. */
    public void trim() {
        device.waitForStreams();
        for (StreamPool pool : snapshot()) if (!pool.isPinned()) pool.trim();
    }

    /** What is handed out and cached now; {@code systemCalls} counts the driver's allocations. */
    public MemoryStats stats() {
        return accounting.stats(heldBesides(null), driverCalls.get());
    }

    /** Starts the peaks anew from what is live now. */
    public void resetPeak() {
        accounting.resetPeak();
    }

    /** The limit in bytes. */
    public long limit() {
        return limit;
    }

    /** The device has lost all memory. Blocks that are still out are ignored when they come back. */
    void reset() {
        for (StreamPool pool : snapshot()) pool.reset();
    }

    /** Lets one request, the {@code count}th from now, fail as if no memory were left; 0: none. For tests. */
    void refuse(long count) {
        accounting.refuse(count);
    }

    // ---- pools ----

    /** The pool of a new stream: that of a stream that was closed, where there is one. */
    StreamPool poolFor(CudaStream stream) {
        synchronized (pools) {
            for (StreamPool pool : pools) {
                if (pool.stream() == null && !pool.isPinned()) {
                    pool.stream(stream);
                    return pool;
                }
            }
            StreamPool pool = new StreamPool(this, driver, stream);
            pools.add(pool);
            return pool;
        }
    }

    /** A pool for a graph that is captured on {@code stream}. */
    StreamPool pinnedPool(CudaStream stream) {
        StreamPool pool = new StreamPool(this, driver, stream);
        pool.pin(true);
        synchronized (pools) {
            pools.add(pool);
        }
        return pool;
    }

    /** Nothing that was enqueued uses the pool's free memory any more: the next stream gets it. */
    void orphan(StreamPool pool) {
        synchronized (pools) {
            pool.stream(null);
        }
    }

    /** The pool of a graph that is gone; it ends with its last block. */
    void unpin(StreamPool pool) {
        if (!device.isLost()) pool.trim();
        synchronized (pools) {
            pool.pin(false);
            pool.stream(null);
            if (pool.held() == 0) pools.remove(pool);
        }
    }

    private List<StreamPool> snapshot() {
        synchronized (pools) {
            return List.copyOf(pools);
        }
    }

    private long heldBesides(StreamPool pool) {
        long held = 0;
        for (StreamPool other : snapshot()) if (other != pool) held += other.held();
        return held;
    }

    /** The live block that contains an address, or null. */
    DeviceBlock holding(long address) {
        for (StreamPool pool : snapshot()) {
            DeviceBlock block = pool.holding(address);
            if (block != null) return block;
        }
        return null;
    }

    private OutOfMemory outOfMemory(long bytes) {
        List<Long> holders = new ArrayList<>();
        for (StreamPool pool : snapshot()) holders.addAll(pool.largest(5, Accounting.LARGE_HOLDER));
        holders.sort(Comparator.reverseOrder());
        return new OutOfMemory(accounting.exhausted(device.toString(), bytes, limit, holders.subList(0, Math.min(5, holders.size())))
                + "move tensors to the CPU.");
    }
}
