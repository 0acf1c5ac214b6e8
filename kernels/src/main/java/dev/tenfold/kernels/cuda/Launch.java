package dev.tenfold.kernels.cuda;

import static org.bytedeco.cuda.global.cudart.cuLaunchKernel;

import dev.tenfold.kernels.Memory;
import java.util.StringJoiner;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.SizeTPointer;

/**
 * A launch in the making: its arguments, packed into native memory that the thread keeps, so that a launch makes no Java object.
 * Obtained by {@link CudaKernel#on}.
 */
public final class Launch {
    /** The most bytes of arguments. */
    static final int CAPACITY = 4096;
    private static final ThreadLocal<Launch> OF_THREAD = ThreadLocal.withInitial(Launch::new);

    /** A pointer that holds one of the driver's small numbers. */
    private static final class Word extends Pointer {
        Word(long value) {
            address = value;
        }
    }

    private final BytePointer buffer = new BytePointer(CAPACITY);
    private final SizeTPointer size = new SizeTPointer(1);
    // CU_LAUNCH_PARAM_BUFFER_POINTER, the buffer, CU_LAUNCH_PARAM_BUFFER_SIZE, the size, CU_LAUNCH_PARAM_END
    private final PointerPointer<Pointer> extra = new PointerPointer<>(new Word(1), buffer, new Word(2), size, null);
    private final long base = buffer.address();
    private final long sizeAddress = size.address();
    private CudaKernel kernel;
    private CudaStream stream;
    private int next;

    private Launch() {
    }

    static Launch begin(CudaKernel kernel, CudaStream stream) {
        Launch launch = OF_THREAD.get();
        launch.kernel = kernel;
        launch.stream = stream;
        launch.next = 0;
        return launch;
    }

    /** The next argument: an address of device memory, or 0. */
    public Launch pointer(long address) {
        Memory.putLong(place(Parameter.POINTER), address);
        if (address != 0) stream.touches(address);
        return this;
    }

    /** The next argument. */
    public Launch i32(int value) {
        Memory.putInt(place(Parameter.I32), value);
        return this;
    }

    /** The next argument. */
    public Launch i64(long value) {
        Memory.putLong(place(Parameter.I64), value);
        return this;
    }

    /** The next argument. */
    public Launch f32(float value) {
        Memory.putFloat(place(Parameter.F32), value);
        return this;
    }

    /** The next argument. */
    public Launch f64(double value) {
        Memory.putDouble(place(Parameter.F64), value);
        return this;
    }

    /** The next argument is a struct by value, zeroed; the result is the native address of its {@code bytes} bytes, to be filled before anything else. */
    public long struct(int bytes) {
        if (next >= open().count() || !kernel.parameter(next).isStruct(bytes)) throw wrong("a struct of " + bytes + " bytes");
        long address = base + kernel.offset(next++);
        Memory.fill(address, bytes, (byte) 0);
        return address;
    }

    private long place(Parameter given) {
        if (next >= open().count() || kernel.parameter(next) != given) throw wrong(given.name());
        return base + kernel.offset(next++);
    }

    private CudaKernel open() {
        if (kernel == null) {
            throw new IllegalStateException("this launch is over: one began and ended on this thread since CudaKernel.on(), perhaps in an argument."
                    + " Compute arguments that launch kernels before");
        }
        return kernel;
    }

    private IllegalArgumentException wrong(String given) {
        return new IllegalArgumentException(kernel + ": argument " + next + " is " + given + ", but " + (next >= kernel.count()
                ? "it has only " + kernel.count() + " parameters" : "parameter " + next + " is declared " + kernel.parameter(next)) + "; they are " + declared());
    }

    private String declared() {
        StringJoiner all = new StringJoiner(", ", "(", ")");
        for (int i = 0; i < kernel.count(); i++) all.add(kernel.parameter(i).name());
        return all.toString();
    }

    /** Launches {@code blocks} blocks of {@code threads} threads without dynamic shared memory. */
    public void launch(int blocks, int threads) {
        launch(blocks, 1, 1, threads, 1, 1, 0);
    }

    /** Launches {@code blocks} blocks of {@code threads} threads with {@code sharedBytes} of dynamic shared memory each. */
    public void launch(int blocks, int threads, int sharedBytes) {
        launch(blocks, 1, 1, threads, 1, 1, sharedBytes);
    }

    /**
     * Enqueues the launch. Nothing happens where there is no block.
     *
     * @throws IllegalArgumentException when arguments are missing, or the block is larger than the kernel and the device allow
     * @throws CudaException            when the driver refuses, with everything that was given
     */
    public void launch(int gridX, int gridY, int gridZ, int blockX, int blockY, int blockZ, int sharedBytes) {
        if (next != open().count()) {
            throw new IllegalArgumentException(kernel + ": " + next + " of " + kernel.count() + " arguments were given; they are " + declared());
        }
        if (gridX == 0 || gridY == 0 || gridZ == 0) {
            kernel = null;
            return;
        }
        CudaDevice device = stream.device();
        CudaKernel.Loaded loaded = kernel.loaded(device);
        long threads = (long) blockX * blockY * blockZ;
        if (threads > loaded.mostThreads || threads <= 0 || gridX < 0 || gridY < 0 || gridZ < 0 || gridY > 65535 || gridZ > 65535) {
            throw new IllegalArgumentException(describe(gridX, gridY, gridZ, blockX, blockY, blockZ, sharedBytes) + ": a block of " + threads
                    + " threads; this kernel takes at most " + loaded.mostThreads + " a block, and a grid 2147483647 x 65535 x 65535");
        }
        loaded.allowShared(device, kernel.toString(), sharedBytes);
        Memory.putLong(sizeAddress, kernel.bytes());
        device.makeCurrent();
        int code = cuLaunchKernel(loaded.function, gridX, gridY, gridZ, blockX, blockY, blockZ, sharedBytes, stream.handle(), null, extra);
        if (code != 0) throw device.failed(code, "cuLaunchKernel of " + describe(gridX, gridY, gridZ, blockX, blockY, blockZ, sharedBytes));
        stream.launched(kernel.entry());
        kernel = null;
    }

    private String describe(int gridX, int gridY, int gridZ, int blockX, int blockY, int blockZ, int sharedBytes) {
        StringJoiner arguments = new StringJoiner(", ", "(", ")");
        for (int i = 0; i < kernel.count(); i++) {
            Parameter parameter = kernel.parameter(i);
            long at = base + kernel.offset(i);
            arguments.add(parameter == Parameter.POINTER ? "0x" + Long.toHexString(Memory.getLong(at))
                    : parameter == Parameter.I32 ? String.valueOf(Memory.getInt(at))
                    : parameter == Parameter.I64 ? String.valueOf(Memory.getLong(at))
                    : parameter == Parameter.F32 ? String.valueOf(Memory.getFloat(at))
                    : parameter == Parameter.F64 ? String.valueOf(Memory.getDouble(at)) : parameter.name());
        }
        return kernel.toString() + arguments.toString() + ", grid " + gridX + " x " + gridY + " x " + gridZ + ", block " + blockX + " x " + blockY + " x " + blockZ + ", "
                + sharedBytes + " bytes of dynamic shared memory";
    }
}
