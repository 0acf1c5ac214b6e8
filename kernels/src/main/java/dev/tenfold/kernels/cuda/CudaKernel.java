package dev.tenfold.kernels.cuda;

import static org.bytedeco.cuda.global.cudart.CUDA_ERROR_INVALID_VALUE;
import static org.bytedeco.cuda.global.cudart.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES;
import static org.bytedeco.cuda.global.cudart.CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK;
import static org.bytedeco.cuda.global.cudart.CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES;
import static org.bytedeco.cuda.global.cudart.cuFuncGetAttribute;
import static org.bytedeco.cuda.global.cudart.cuFuncGetParamInfo;
import static org.bytedeco.cuda.global.cudart.cuFuncSetAttribute;
import static org.bytedeco.cuda.global.cudart.cuModuleGetFunction;
import static org.bytedeco.cuda.global.cudart.cuModuleLoadData;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.cuda.cudart.CUmod_st;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.SizeTPointer;

/**
 * One kernel of a {@link KernelSource}, with the parameters that Java gives it. It is compiled for a device when it is first launched there
 * (or found in the {@linkplain KernelCache cache}), and its compiled parameters are compared with the declared ones.
 *
 * <pre>{@code
 * static final CudaKernel SCALE = CudaKernel.of(KernelSource.of("demo/scale.cu"), "scale", Parameter.POINTER, Parameter.F32, Parameter.I64);
 * SCALE.on(stream).pointer(x).f32(2).i64(n).launch(blocks, 256);
 * }</pre>
 */
public final class CudaKernel {
    /** Shared memory that every kernel may have without asking the driver. */
    private static final int SHARED_WITHOUT_ASKING = 48 << 10;

    /** A kernel on a device. */
    static final class Loaded {
        final CUfunc_st function;
        final int mostThreads;
        private final int fixedShared;
        private volatile int sharedLimit;

        private Loaded(CUfunc_st function, int mostThreads, int fixedShared) {
            this.function = function;
            this.mostThreads = mostThreads;
            this.fixedShared = fixedShared;
            sharedLimit = SHARED_WITHOUT_ASKING - fixedShared;
        }

        /** Where a launch wants more dynamic shared memory than every kernel has, asks the driver once for all that there is beside the kernel's own. */
        void allowShared(CudaDevice device, String kernel, int bytes) {
            if (bytes > sharedLimit) raiseShared(device, kernel, bytes);
        }

        private synchronized void raiseShared(CudaDevice device, String kernel, int bytes) {
            if (bytes <= sharedLimit) return;
            int most = device.properties().sharedMemoryOptIn() - fixedShared;
            if (bytes > most) {
                throw new IllegalArgumentException(kernel + ": " + bytes + " bytes of shared memory a block; " + device + " has at most " + most
                        + " beside the kernel's own " + fixedShared);
            }
            device.makeCurrent();
            device.check(cuFuncSetAttribute(function, CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, most), "cuFuncSetAttribute");
            sharedLimit = most;
        }
    }

    private record Place(int device, KernelSource source) {
    }

    private static final ConcurrentHashMap<Place, CUmod_st> MODULES = new ConcurrentHashMap<>();

    private final KernelSource source;
    private final String entry;
    private final Parameter[] parameters;
    private final int[] offsets;
    private final int bytes;
    private volatile Loaded[] loaded = {};

    private CudaKernel(KernelSource source, String entry, Parameter[] parameters) {
        this.source = source;
        this.entry = entry;
        this.parameters = parameters;
        offsets = new int[parameters.length];
        int at = 0;
        for (int i = 0; i < parameters.length; i++) {
            int alignment = parameters[i].alignment();
            offsets[i] = (at + alignment - 1) / alignment * alignment;
            at = offsets[i] + parameters[i].bytes();
        }
        bytes = at;
        if (bytes > Launch.CAPACITY) throw new IllegalArgumentException(entry + ": " + bytes + " bytes of arguments; a kernel takes at most " + Launch.CAPACITY);
    }

    /** The kernel {@code entry} of {@code source}; nothing is compiled yet. */
    public static CudaKernel of(KernelSource source, String entry, Parameter... parameters) {
        return new CudaKernel(source, entry, parameters.clone());
    }

    /** The function's name in the text. */
    public String entry() {
        return entry;
    }

    public KernelSource source() {
        return source;
    }

    /**
     * Begins a launch on {@code stream}: the arguments follow in their order, and then the shape. The result belongs to the thread and
     * to this launch alone.
     */
    public Launch on(CudaStream stream) {
        return Launch.begin(this, stream);
    }

    int count() {
        return parameters.length;
    }

    Parameter parameter(int i) {
        return parameters[i];
    }

    int offset(int i) {
        return offsets[i];
    }

    int bytes() {
        return bytes;
    }

    Loaded loaded(CudaDevice device) {
        Loaded[] known = loaded;
        int index = device.index();
        return index < known.length && known[index] != null ? known[index] : load(device);
    }

    private synchronized Loaded load(CudaDevice device) {
        int index = device.index();
        if (index < loaded.length && loaded[index] != null) return loaded[index];
        CUmod_st module = MODULES.computeIfAbsent(new Place(index, source), place -> module(device));
        device.makeCurrent();
        CUfunc_st function = new CUfunc_st();
        int code = cuModuleGetFunction(function, module, entry);
        if (code != 0) {
            throw new IllegalArgumentException("there is no kernel " + entry + " in " + source + "; a kernel is written extern \"C\" __global__ void "
                    + entry + "(…), so that its name stays (" + CudaException.name(code) + ")");
        }
        if (device.tellsParameters()) checkParameters(function);
        int[] threads = new int[1];
        int[] fixed = new int[1];
        device.check(cuFuncGetAttribute(threads, CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK, function), "cuFuncGetAttribute");
        device.check(cuFuncGetAttribute(fixed, CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES, function), "cuFuncGetAttribute");
        Loaded[] grown = Arrays.copyOf(loaded, Math.max(loaded.length, index + 1));
        grown[index] = new Loaded(function, threads[0], fixed[0]);
        loaded = grown;
        return grown[index];
    }

    private CUmod_st module(CudaDevice device) {
        byte[] image = KernelCache.get().compiled(KernelCompiler.of(device.architecture()), source, device.architecture()).image();
        CUmod_st module = new CUmod_st();
        try (BytePointer bytes = new BytePointer(image)) {
            device.makeCurrent();
            int code = cuModuleLoadData(module, bytes);
            if (code != 0) throw device.failed(code, "cuModuleLoadData of " + source + " for " + device.architecture());
        }
        return module;
    }

    /** The compiled parameters must be those declared, in size and place: a wrong one would be read as garbage. */
    private void checkParameters(CUfunc_st function) {
        List<Integer> sizes = new ArrayList<>();
        boolean same = true;
        try (SizeTPointer offset = new SizeTPointer(1); SizeTPointer size = new SizeTPointer(1)) {
            for (int i = 0;; i++) {
                int code = cuFuncGetParamInfo(function, i, offset, size);
                if (code == CUDA_ERROR_INVALID_VALUE) break;
                if (code != 0) return; // a driver that cannot tell
                same &= i < parameters.length && size.get() == parameters[i].bytes() && offset.get() == offsets[i];
                sizes.add((int) size.get());
            }
        }
        if (same && sizes.size() == parameters.length) return;
        throw new IllegalArgumentException("the parameters of " + entry + " in " + source + " are not those declared: compiled are " + sizes.size()
                + " of " + sizes + " bytes, declared " + parameters.length + ": " + Arrays.toString(parameters));
    }

    @Override
    public String toString() {
        return entry + " of " + source;
    }
}
