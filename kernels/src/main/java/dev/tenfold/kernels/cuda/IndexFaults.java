package dev.tenfold.kernels.cuda;

import static org.bytedeco.cuda.global.cudart.CU_MEMHOSTALLOC_DEVICEMAP;
import static org.bytedeco.cuda.global.cudart.CU_MEMHOSTALLOC_PORTABLE;
import static org.bytedeco.cuda.global.cudart.cuMemHostAlloc;

import dev.tenfold.kernels.Memory;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.bytedeco.javacpp.Pointer;

/**
 * What a device tells of indices that lie outside. The host cannot look at indices that are on a device without waiting for it, so kernels
 * look ({@code src-cuda/common/faults.cuh}): they read such an element as 0, or leave it out, and write operation, position and value into a
 * record in the host's memory. Whoever waits for the device next, to read a value say, gets the
 * exception that the host's own operation throws at once; the device goes on, and the results of the faulty call are of no use.
 *
 * <p>The record holds the first launch that found such an index, with its smallest position: the same one run after run.
 */
final class IndexFaults {
    private static final int BYTES = 24;
    /** The kernels' struct {@code Faults}. */
    static final Parameter PARAMETER = Parameter.struct(BYTES);
    // The record's fields: state, operation, launch, position, value, size.
    private static final long OPERATION = 4;
    private static final long POSITION = 16;
    private static final long VALUE = 24;
    private static final long SIZE = 32;
    private static final long RECORD = 40;
    private static final int NONE = 0;
    private static final int TOLD = 2;
    /** What is said of the value, position and size of an index, and of a label. */
    private static final String INDEX = ": index %d at position %d of the index tensor is outside an axis of %d elements";
    static final String LABEL = ": label %d at position %d is outside the %d classes of the logits";
    /** What the kernels' numbers stand for: sentences that begin with the operation. */
    private static final List<String> SENTENCES = new CopyOnWriteArrayList<>();

    private final CudaDevice device;
    private final AtomicLong launches = new AtomicLong();
    private volatile Pointer record;

    IndexFaults(CudaDevice device) {
        this.device = device;
    }

    /** Gives the next argument of {@code launch}: where to tell of an index of {@code operation}. */
    void tellTo(Launch launch, String operation) {
        tellTo(launch, operation, INDEX);
    }

    /** As above; {@code sentence} is a format that takes value, position and size. */
    void tellTo(Launch launch, String operation, String sentence) {
        long at = launch.struct(BYTES);
        Memory.putLong(at, record().address());
        Memory.putLong(at + 8, launches.incrementAndGet());
        Memory.putInt(at + 16, code(operation + sentence));
    }

    private static int code(String sentence) {
        int known = SENTENCES.indexOf(sentence);
        return known >= 0 ? known : register(sentence);
    }

    private static synchronized int register(String sentence) {
        if (!SENTENCES.contains(sentence)) SENTENCES.add(sentence);
        return SENTENCES.indexOf(sentence);
    }

    private Pointer record() {
        Pointer known = record;
        return known != null ? known : make();
    }

    private synchronized Pointer make() {
        if (record != null) return record;
        device.makeCurrent();
        Pointer memory = new Pointer();
        int code = cuMemHostAlloc(memory, RECORD, CU_MEMHOSTALLOC_PORTABLE | CU_MEMHOSTALLOC_DEVICEMAP);
        if (code != 0) throw device.failed(code, "cuMemHostAlloc(" + RECORD + " bytes of mapped memory)");
        Memory.fill(memory.address(), RECORD, (byte) 0);
        return record = memory;
    }

    /**
     * Throws for an index that a kernel has found outside since the last time, to be called after a wait for the device.
     *
     * @throws IndexOutOfBoundsException once for it
     */
    void raise() {
        Pointer known = record;
        if (known == null || Memory.getInt(known.address()) != TOLD) return;
        String found;
        synchronized (this) {
            long at = known.address();
            if (Memory.getInt(at) != TOLD) return; // another thread tells
            found = SENTENCES.get(Memory.getInt(at + OPERATION)).formatted(Memory.getLong(at + VALUE), Memory.getLong(at + POSITION), Memory.getLong(at + SIZE))
                    + "; found on " + device + " after the call had returned: results since then are of no use";
            Memory.putInt(at, NONE);
        }
        throw new IndexOutOfBoundsException(found);
    }
}
