package dev.tenfold.nn.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.HostAllocator;
import dev.tenfold.kernels.OutOfMemory;
import dev.tenfold.kernels.WorkerPool;
import dev.tenfold.nn.data.image.ImageBatch;
import dev.tenfold.tensor.Convolutions;
import dev.tenfold.tensor.NoGrad;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import dev.tenfold.tensor.op.Window;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Memory runs out at any request of a training step: an exception tells it, parameters and the optimiser's state are as before the step,
 * nothing leaks, and the step taken again on the same batch gives the bits of one that never failed. Running statistics of batch
 * norm may have moved; dropout has drawn its masks.
 */
class OutOfMemoryTest {
    private int threads;

    @BeforeEach
    void two() {
        threads = WorkerPool.threads();
        WorkerPool.setThreads(2);
    }

    @AfterEach
    void restore() {
        Refusal.after(0);
        WorkerPool.setThreads(threads);
    }

    private static long live() {
        return HostAllocator.get().stats().liveBlocks();
    }

    @ParameterizedTest
    @EnumSource
    void aStepThatFailsAtAnyRequestChangesNothingAndCanBeTakenAgain(Training.Kind kind) {
        try (Scope all = Scope.open(); Training expected = new Training(kind); Training training = new Training(kind)) {
            ImageBatch batch = training.loader.next();
            training.loader.close();
            expected.loader.close();
            long before = HostAllocator.get().stats().allocations();
            learn(expected, batch);
            long requests = HostAllocator.get().stats().allocations() - before;
            String start = training.digest();
            // Every request of a short step, about sixty of a long one.
            int failed = 0;
            for (long k = 1; k <= requests; k += Math.max(1, requests / 60)) {
                long blocks = live();
                Refusal.after(k);
                try {
                    learn(training, batch);
                    break; // the second thread needed less scratch memory than at first
                } catch (OutOfMemory told) {
                    failed++;
                }
                Refusal.after(0);
                try (NoGrad region = NoGrad.open()) {
                    training.net.zeroGrad();
                }
                assertTrue(live() <= blocks, "request " + k + " of " + requests + ": " + (live() - blocks) + " blocks are left");
                assertEquals(0, training.optimiser.steps());
                if (kind == Training.Kind.MLP) assertEquals(start, training.digest(), "after request " + k);
            }
            assertTrue(failed > 20, failed + " of " + requests);
            if (kind == Training.Kind.MLP) {
                learn(training, batch);
                assertEquals(expected.digest(), training.digest());
            }
        }
    }

    private static void learn(Training training, ImageBatch batch) {
        try (Scope scope = Scope.open()) {
            training.learn(batch);
        }
    }

    @Test
    void aParallelLoopThatFindsNoMemoryLeavesThePoolAtWork() {
        try (Scope scope = Scope.open()) {
            // Planes so large that the loop's bodies ask the allocator for room: less they have on their own stacks.
            Tensor x = Tensors.ones(DType.F32, 16, 3, 96, 96);
            Tensor w = Tensors.ones(DType.F32, 8, 3, 3, 3);
            Window window = Window.square(1, 1, 1);
            float[] expected = Convolutions.conv2d(x, w, null, window, 1).toFloats();
            int refused = 0;
            for (int k = 1; k <= 4; k++) {
                long blocks = live();
                Refusal.after(k);
                try (Scope inner = Scope.open()) {
                    Convolutions.conv2d(x, w, null, window, 1);
                } catch (OutOfMemory told) {
                    refused++;
                }
                Refusal.after(0);
                assertEquals(blocks, live(), "request " + k);
            }
            assertTrue(refused >= 2, refused + " of 4");
            assertArrayEquals(expected, Convolutions.conv2d(x, w, null, window, 1).toFloats());
        }
    }

    @Test
    void aTensorAboveTheLimitIsRefusedInWordsAndNothingElseSuffers() {
        try (Scope scope = Scope.open()) {
            long blocks = live();
            String message = assertThrows(OutOfMemory.class, () -> Tensors.zeros(DType.F64, 1L << 40)).getMessage();
            assertTrue(message.contains("asked for 8388608.0 MiB") && message.contains("-Dtenfold.memory"), message);
            assertEquals(blocks, live());
            assertEquals(3, Tensors.ones(DType.F32, 3).sum().item());
        }
    }
}
