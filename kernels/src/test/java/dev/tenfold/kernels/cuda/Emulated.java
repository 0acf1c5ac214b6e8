package dev.tenfold.kernels.cuda;

import static org.bytedeco.cuda.global.cudart.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.cuda.cudart.CUmod_st;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.SizeTPointer;

/** The emulator through JavaCPP's bindings and nothing else: for tests of the driver itself. */
final class Emulated {
    private Emulated() {
    }

    /** Loads the driver, builds it before where needed; skips the test where there is no g++, or where a real device is to be tested. */
    static void start() {
        assumeFalse(OnDevice.REAL, "a test of the emulator");
        assumeTrue(HostCompiler.version() != null, HostCompiler.MISSING);
        System.setProperty("tenfold.cuda.emulator", "true");
        CudaDevice device = Cuda.device(0);
        device.reset();
        device.makeCurrent();
    }

    /** The emulator as a device of its own, with at most {@code limit} bytes; without faults and memory of tests before. */
    static CudaDevice device(long limit) {
        start();
        return new CudaDevice(0, DeviceProperties.of(0), DriverProbe.run().library(), limit);
    }

    static void check(int code) {
        assertEquals(0, code, () -> text(code));
    }

    /** What the driver says of an error. */
    static String text(int code) {
        try (PointerPointer<BytePointer> text = new PointerPointer<>(1)) {
            cuGetErrorString(code, text);
            return code + ": " + text.get(BytePointer.class, 0).getString();
        }
    }

    /** The kernel {@code name} of a text. */
    static CUfunc_st kernel(String name, String text) {
        return kernels(text, name).getFirst();
    }

    /** Kernels of one text. */
    static List<CUfunc_st> kernels(String text, String... names) {
        byte[] image = new EmulatorCompiler().compile(KernelSource.generated("demo.cu", text), EmulatorCompiler.ARCHITECTURE).image();
        CUmod_st module = new CUmod_st();
        try (BytePointer bytes = new BytePointer(image)) {
            check(cuModuleLoadData(module, bytes));
        }
        List<CUfunc_st> found = new ArrayList<>();
        for (String name : names) {
            CUfunc_st function = new CUfunc_st();
            check(cuModuleGetFunction(function, module, name));
            found.add(function);
        }
        return found;
    }

    static long allocate(long bytes) {
        try (LongPointer address = new LongPointer(1)) {
            check(cuMemAlloc(address, bytes));
            return address.get();
        }
    }

    static long floats(float... values) {
        long address = allocate(4L * values.length);
        ByteBuffer bytes = ByteBuffer.allocateDirect(4 * values.length).order(ByteOrder.nativeOrder());
        bytes.asFloatBuffer().put(values);
        try (BytePointer from = new BytePointer(bytes)) {
            check(cuMemcpyHtoD(address, from, 4L * values.length));
        }
        return address;
    }

    static float[] floats(long address, int n) {
        try (BytePointer to = new BytePointer(4L * n)) {
            check(cuMemcpyDtoH(to, address, 4L * n));
            float[] values = new float[n];
            to.asByteBuffer().order(ByteOrder.nativeOrder()).asFloatBuffer().get(values);
            return values;
        }
    }

    /** Launches with packed arguments: Long, Integer, Float, Double. */
    static int launch(CUfunc_st kernel, CUstream_st stream, int blocks, int threads, int shared, Object... arguments) {
        ByteBuffer packed = ByteBuffer.allocateDirect(256).order(ByteOrder.nativeOrder());
        for (Object argument : arguments) {
            int size = argument instanceof Long || argument instanceof Double ? 8 : 4;
            while (packed.position() % size != 0) packed.put((byte) 0);
            switch (argument) {
                case Long l -> packed.putLong(l);
                case Integer i -> packed.putInt(i);
                case Float f -> packed.putFloat(f);
                case Double d -> packed.putDouble(d);
                default -> throw new IllegalArgumentException(argument.toString());
            }
        }
        packed.flip();
        try (BytePointer buffer = new BytePointer(packed); SizeTPointer size = new SizeTPointer(1)) {
            size.put(packed.limit());
            List<org.bytedeco.javacpp.Pointer> extra = new ArrayList<>();
            extra.add(new org.bytedeco.javacpp.Pointer() { { address = 1; } });
            extra.add(buffer);
            extra.add(new org.bytedeco.javacpp.Pointer() { { address = 2; } });
            extra.add(size);
            extra.add(null);
            try (PointerPointer<org.bytedeco.javacpp.Pointer> list = new PointerPointer<>(extra.toArray(org.bytedeco.javacpp.Pointer[]::new))) {
                return cuLaunchKernel(kernel, blocks, 1, 1, threads, 1, 1, shared, stream, null, list);
            }
        }
    }
}
