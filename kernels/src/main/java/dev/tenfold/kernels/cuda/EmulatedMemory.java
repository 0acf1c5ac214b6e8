package dev.tenfold.kernels.cuda;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/**
 * Tells the emulator which parts of its memory the caching allocator has handed out, in the order of the stream's work, so that a use after
 * free and a read of what was never written are found although the driver's allocation lives on.
 */
final class EmulatedMemory {
    private final MethodHandle reuse;

    private EmulatedMemory(MethodHandle reuse) {
        this.reuse = reuse;
    }

    /** The emulator in {@code library}; one that cannot be told is not told. */
    static EmulatedMemory of(SymbolLookup library) {
        MemorySegment symbol = library.find("tenfold_emulator_reuse").orElse(null);
        return new EmulatedMemory(symbol == null ? null
                : Linker.nativeLinker().downcallHandle(symbol, FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG)));
    }

    void handedOut(DeviceBlock block, CudaStream stream) {
        tell(block.address(), block.bytes(), 1, stream.handle().address());
    }

    void takenBack(DeviceBlock block, CudaStream stream) {
        tell(block.address(), block.capacity(), 0, stream.handle().address());
    }

    private void tell(long address, long bytes, int live, long stream) {
        if (reuse == null) return;
        try {
            reuse.invokeExact(address, bytes, live, stream);
        } catch (Throwable e) {
            throw new IllegalStateException("the emulator was not told about memory", e);
        }
    }
}
