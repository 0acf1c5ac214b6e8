package dev.tenfold.kernels.cpu;

import dev.tenfold.kernels.Block;
import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.HostAllocator;
import dev.tenfold.kernels.Memory;
import java.util.ArrayList;
import java.util.List;

/** Native copies of Java arrays for tests, freed together. */
final class NativeArrays implements AutoCloseable {
    private final List<Block> blocks = new ArrayList<>();

    long of(DType type, double... values) {
        long address = empty(type, values.length);
        for (int i = 0; i < values.length; i++) Memory.putAsDouble(type, address + (long) i * type.bytes(), values[i]);
        return address;
    }

    long empty(DType type, long n) {
        Block block = HostAllocator.get().allocate(n * type.bytes());
        Memory.fill(block.address(), n * type.bytes(), (byte) 0x5A);
        blocks.add(block);
        return block.address();
    }

    static double[] read(DType type, long address, int n) {
        double[] values = new double[n];
        for (int i = 0; i < n; i++) values[i] = Memory.getAsDouble(type, address + (long) i * type.bytes());
        return values;
    }

    @Override
    public void close() {
        blocks.forEach(Block::release);
        blocks.clear();
    }
}
