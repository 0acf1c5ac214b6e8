package dev.tenfold.kernels.cuda;

import static org.bytedeco.cuda.global.cudart.*;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.cuda.cudart.CUgraphExec_st;
import org.bytedeco.cuda.cudart.CUgraph_st;

/**
 * Work of one device that was recorded once and is enqueued again as a whole, in one call: for programs whose launches take longer on the
 * host than on the device.
 *
 * <p>The addresses are part of the record. What the work allocates comes from memory of the graph's own, which nobody else gets while the
 * graph is open; results keep their place there and change with every replay. What it reads or writes besides must stay alive: a replay after
 * one of these blocks was freed is refused. New inputs are copied into the same tensors before a replay. Nothing in the record can wait
 * for the host, or move values between host and device.
 */
public final class CudaGraph implements AutoCloseable {
    /** What a graph's work needs besides its launches. */
    public interface Companion {
        /** Enqueues what must be done before a replay, on the stream of the replay. */
        void beforeReplay();

        /** The graph is closed, or was never finished. */
        void close();
    }

    private static final Companion NONE = new Companion() {
        @Override
        public void beforeReplay() {
        }

        @Override
        public void close() {
        }
    };

    private final CudaDevice device;
    private final Companion companion;
    private final CudaStream recorder;
    private final StreamPool pool;
    private final CUgraphExec_st executable = new CUgraphExec_st();
    private final List<DeviceBlock> used = new ArrayList<>();
    private long[] generations = new long[8];
    private boolean closed;

    private CudaGraph(CudaDevice device, Companion companion) {
        this.device = device;
        this.companion = companion;
        recorder = new CudaStream(device);
        pool = device.allocator().pinnedPool(recorder);
    }

    /**
     * Records what {@code work} enqueues, on the calling thread, on the device's current stream; nothing runs yet.
     *
     * @throws IllegalStateException when the work waits for the device, reads it or fills it from the host, or when the thread records already
     */
    public static CudaGraph capture(CudaDevice device, Runnable work) {
        return capture(device, work, NONE);
    }

    /** As above, with what is to be done before each replay and at the end. */
    public static CudaGraph capture(CudaDevice device, Runnable work, Companion companion) {
        CudaThread.refuseInCapture("CudaGraph.capture()", "graphs do not nest");
        CudaGraph graph = new CudaGraph(device, companion);
        try {
            graph.record(work);
            return graph;
        } catch (Throwable e) {
            graph.release();
            throw e;
        }
    }

    private void record(Runnable work) {
        CUgraph_st recorded = new CUgraph_st();
        CudaThread thread = CudaThread.get();
        // Relaxed: what may not be captured is refused by our own classes, and other threads go on with theirs.
        device.makeCurrent();
        device.check(cuStreamBeginCapture(recorder.handle(), CU_STREAM_CAPTURE_MODE_RELAXED), "cuStreamBeginCapture");
        recorder.capture(this);
        thread.capture = this;
        int ended;
        boolean whole = false;
        try (CudaStream.Use use = recorder.use()) {
            work.run();
            whole = true;
        } finally {
            thread.capture = null;
            recorder.capture(null);
            thread.enter(device); // the work may have chosen another device, or have moved a virtual thread
            ended = cuStreamEndCapture(recorder.handle(), recorded);
            if (!whole && ended == 0) cuGraphDestroy(recorded);
        }
        device.check(ended, "cuStreamEndCapture");
        try {
            device.check(cuGraphInstantiate(executable, recorded, 0), "cuGraphInstantiate");
        } finally {
            device.check(cuGraphDestroy(recorded), "cuGraphDestroy");
        }
    }

    StreamPool pool() {
        return pool;
    }

    /** A captured launch uses the memory at an address. */
    void uses(long address) {
        DeviceBlock block = device.allocator().holding(address);
        if (block == null || block.home() == pool || used.contains(block)) return;
        if (used.size() == generations.length) generations = Arrays.copyOf(generations, 2 * used.size());
        generations[used.size()] = block.generation();
        used.add(block);
    }

    /**
     * Enqueues the recorded work on the calling thread's stream of the device.
     *
     * @throws IllegalStateException when the graph is closed, or memory that the work uses was freed since
     */
    public void replay() {
        CudaThread.refuseInCapture("CudaGraph.replay()", "graphs do not nest");
        if (closed) throw new IllegalStateException("this CudaGraph of " + device + " is closed");
        CudaStream stream = device.stream();
        for (int i = 0; i < used.size(); i++) {
            DeviceBlock block = used.get(i);
            if (block.generation() != generations[i]) throw stale(block);
            block.usedOn(stream);
        }
        companion.beforeReplay();
        device.makeCurrent();
        device.check(cuGraphLaunch(executable, stream.handle()), "cuGraphLaunch");
        stream.launched("a CudaGraph");
    }

    private IllegalStateException stale(DeviceBlock block) {
        return new IllegalStateException("this CudaGraph of " + device + " cannot be replayed: a block of " + block.bytes() + " bytes at 0x"
                + Long.toHexString(block.address()) + " that its work uses was freed after the capture. Keep its inputs alive, or capture again.");
    }

    /** Waits for the device and ends the graph. Tensors that the work left behind keep their last values. */
    @Override
    public void close() {
        if (closed) return;
        CudaThread.refuseInCapture("CudaGraph.close()", "close it afterwards");
        if (!device.isLost()) {
            device.waitForStreams();
            device.makeCurrent();
            device.check(cuGraphExecDestroy(executable), "cuGraphExecDestroy");
        }
        release();
    }

    private void release() {
        closed = true;
        companion.close();
        used.clear();
        recorder.close();
        device.allocator().unpin(pool);
    }
}
