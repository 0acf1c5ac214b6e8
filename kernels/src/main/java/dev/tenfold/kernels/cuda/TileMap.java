package dev.tenfold.kernels.cuda;

import static org.bytedeco.cuda.global.cudart.CU_TENSOR_MAP_DATA_TYPE_BFLOAT16;
import static org.bytedeco.cuda.global.cudart.CU_TENSOR_MAP_DATA_TYPE_FLOAT16;
import static org.bytedeco.cuda.global.cudart.CU_TENSOR_MAP_FLOAT_OOB_FILL_NONE;
import static org.bytedeco.cuda.global.cudart.CU_TENSOR_MAP_INTERLEAVE_NONE;
import static org.bytedeco.cuda.global.cudart.CU_TENSOR_MAP_L2_PROMOTION_L2_256B;
import static org.bytedeco.cuda.global.cudart.CU_TENSOR_MAP_SWIZZLE_128B;
import static org.bytedeco.cuda.global.cudart.cuTensorMapEncodeTiled;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.Memory;
import org.bytedeco.cuda.cudart.CUtensorMap;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;

/**
 * Describes matrices of two-byte elements to the tensor memory accelerator of sm_90, which copies boxes of them to shared memory: the struct
 * {@code TensorMap} of {@code src-cuda/common/hopper.cuh}. Its native memory is the thread's, so that a launch makes no Java object.
 */
final class TileMap {
    private static final int BYTES = 128;
    private static final int ALIGNMENT = 64;
    static final Parameter PARAMETER = Parameter.struct(BYTES, ALIGNMENT);
    /** Elements of a box's line: 128 bytes, as many as the swizzle goes over. */
    private static final int LINE = 64;
    private static final ThreadLocal<TileMap> OF_THREAD = ThreadLocal.withInitial(TileMap::new);

    /** A pointer that can be set. */
    private static final class Address extends Pointer {
        void set(long value) {
            address = value;
        }
    }

    private final BytePointer room = new BytePointer(BYTES + ALIGNMENT);
    private final long aligned = (room.address() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    private final CUtensorMap map = new CUtensorMap(room.getPointer(aligned - room.address()));
    private final Address address = new Address();
    private final LongPointer sizes = new LongPointer(3);
    private final LongPointer strides = new LongPointer(2);
    private final IntPointer box = new IntPointer(3);
    private final IntPointer steps = new IntPointer(1, 1, 1);

    private TileMap() {
    }

    /**
     * The launch's next argument describes {@code batch} matrices of {@code lines} lines of {@code length} elements.
     *
     * @param leading from one line to the next, in elements
     * @param stride  from one matrix to the next; 0: there is one
     * @param boxLines lines of a box, at most 256
     */
    static void add(Launch launch, CudaDevice device, DType type, long at, long length, long lines, long batch, long leading, long stride, int boxLines) {
        OF_THREAD.get().encode(device, type, at, length, lines, stride == 0 ? 1 : batch, leading, stride == 0 ? leading * lines : stride, boxLines);
        Memory.copy(OF_THREAD.get().aligned, launch.struct(BYTES), BYTES);
    }

    private void encode(CudaDevice device, DType type, long at, long length, long lines, long batch, long leading, long stride, int boxLines) {
        address.set(at);
        sizes.put(0, length).put(1, lines).put(2, batch);
        strides.put(0, leading * type.bytes()).put(1, stride * type.bytes());
        box.put(0, LINE).put(1, boxLines).put(2, 1);
        device.makeCurrent();
        int code = cuTensorMapEncodeTiled(map, type == DType.BF16 ? CU_TENSOR_MAP_DATA_TYPE_BFLOAT16 : CU_TENSOR_MAP_DATA_TYPE_FLOAT16, 3, address, sizes, strides, box, steps,
                CU_TENSOR_MAP_INTERLEAVE_NONE, CU_TENSOR_MAP_SWIZZLE_128B, CU_TENSOR_MAP_L2_PROMOTION_L2_256B, CU_TENSOR_MAP_FLOAT_OOB_FILL_NONE);
        if (code != 0) {
            throw device.failed(code, "cuTensorMapEncodeTiled of " + type + " [" + batch + ", " + lines + ", " + length + "], " + leading + " elements a line, "
                    + stride + " a matrix, at 0x" + Long.toHexString(at));
        }
    }
}
