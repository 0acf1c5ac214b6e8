package dev.tenfold.jmh;

import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.WorkerPool;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.CompilerControl;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The roofs of the machine, on all threads of the worker pool. */
public class RoofBenchmark {
    static final long COPY_BYTES = 64L << 20;
    // Three arrays of 8 KB stay in 32 KB of first-level cache; the repeats hide the start of the threads.
    static final int CACHED_FLOATS = 2048;
    static final int REPEATS = 5000;

    /** Two blocks of main memory. */
    @State(Scope.Benchmark)
    public static class Copy {
        private static final long CHUNK = 1 << 20;
        MemorySegment from;
        MemorySegment to;

        @Setup
        public void allocate() {
            from = Arena.global().allocate(COPY_BYTES, 64).fill((byte) 1);
            to = Arena.global().allocate(COPY_BYTES, 64).fill((byte) 2);
        }

        void run() {
            WorkerPool.forRange(COPY_BYTES, CHUNK,
                    (start, end) -> Memory.copy(from.address() + start, to.address() + start, end - start));
        }
    }

    /** Three short arrays for each thread. */
    @State(Scope.Benchmark)
    public static class Cached {
        float[][][] arrays;

        @Setup
        public void allocate() {
            arrays = new float[WorkerPool.threads()][3][];
            for (float[][] own : arrays) {
                for (int i = 0; i < 3; i++) own[i] = Inputs.uniform(CACHED_FLOATS, i);
            }
        }

        void run() {
            WorkerPool.forRange(arrays.length, 1, (start, end) -> {
                float[][] own = arrays[(int) start];
                for (int r = 0; r < REPEATS; r++) add(own[0], own[1], own[2]);
            });
        }

        // Compiled by itself: inlined into the loop of repeats, C2 leaves it scalar in some runs.
        @CompilerControl(CompilerControl.Mode.DONT_INLINE)
        static void add(float[] a, float[] b, float[] c) {
            for (int i = 0; i < c.length; i++) c[i] = a[i] + b[i];
        }
    }

    @Benchmark
    @BenchmarkMode(Mode.AverageTime)
    @OutputTimeUnit(TimeUnit.NANOSECONDS)
    public void copy(Copy state) {
        state.run();
    }

    @Benchmark
    @BenchmarkMode(Mode.AverageTime)
    @OutputTimeUnit(TimeUnit.NANOSECONDS)
    public void cachedAdd(Cached state) {
        state.run();
    }
}
