package dev.tenfold.kernels.expr;

import dev.tenfold.kernels.Block;
import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.HostAllocator;
import dev.tenfold.kernels.cpu.Indexing;

/** Dense copies of those inputs whose innermost stride is neither 0 nor 1. */
final class Packed implements AutoCloseable {
    private final Block[] blocks;
    private final long[] addresses;

    private Packed(Block[] blocks, long[] addresses) {
        this.blocks = blocks;
        this.addresses = addresses;
    }

    static Packed of(DType[] types, StridedRun run, long[] addresses) {
        Packed packed = new Packed(new Block[types.length], addresses.clone());
        try {
            for (int i = 0; i < types.length; i++) if (steps(run, i)) packed.pack(i, types[i], run, addresses[i]);
        } catch (RuntimeException | Error failure) {
            packed.close();
            throw failure;
        }
        return packed;
    }

    private void pack(int i, DType type, StridedRun run, long from) {
        long[] shape = held(run, i);
        long n = 1;
        for (long size : shape) n *= size;
        blocks[i] = HostAllocator.get().allocate(n * type.bytes());
        addresses[i] = blocks[i].address();
        Indexing.copy(type, shape, from, run.strides()[i], addresses[i], dense(shape));
    }

    private static boolean steps(StridedRun run, int i) {
        long step = run.strides()[i][run.rank() - 1];
        return step != 0 && step != 1;
    }

    /** The sizes that input i really has: 1 where it is broadcast. */
    private static long[] held(StridedRun run, int i) {
        long[] shape = run.shape().clone();
        for (int d = 0; d < shape.length; d++) if (run.strides()[i][d] == 0) shape[d] = 1;
        return shape;
    }

    /** Row-major strides. */
    static long[] dense(long[] shape) {
        long[] strides = new long[shape.length];
        long step = 1;
        for (int d = shape.length - 1; d >= 0; d--) {
            strides[d] = step;
            step *= shape[d];
        }
        return strides;
    }

    long[] addresses() {
        return addresses;
    }

    /** The inputs' strides after packing. */
    long[][] strides(StridedRun run) {
        long[][] strides = new long[blocks.length][];
        for (int i = 0; i < blocks.length; i++) {
            if (blocks[i] == null) {
                strides[i] = run.strides()[i];
            } else {
                long[] shape = held(run, i);
                strides[i] = dense(shape);
                for (int d = 0; d < shape.length; d++) if (shape[d] == 1) strides[i][d] = 0;
            }
        }
        return strides;
    }

    @Override
    public void close() {
        for (Block block : blocks) if (block != null) block.release();
    }
}
