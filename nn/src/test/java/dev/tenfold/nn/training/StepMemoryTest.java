package dev.tenfold.nn.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.autograd.Autograd;
import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.HostAllocator;
import dev.tenfold.kernels.MemoryStats;
import dev.tenfold.kernels.WorkerPool;
import dev.tenfold.nn.layers.Mlp;
import dev.tenfold.nn.optim.Adam;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a training step asks of native memory, by the allocator's own accounting. */
class StepMemoryTest {
    private static final long HUGE_PAGE = 2 << 20;
    private int threads;

    @BeforeEach
    void oneThread() {
        threads = WorkerPool.threads();
        // With more of them, how many have scratch memory at one time is chance.
        WorkerPool.setThreads(1);
    }

    @AfterEach
    void restore() {
        WorkerPool.setThreads(threads);
    }

    private static MemoryStats stats() {
        return HostAllocator.get().stats();
    }

    @ParameterizedTest
    @EnumSource
    void aStepTakesNothingFromTheSystemAfterTheFirstEpochAndLeavesNothing(Training.Kind kind) {
        try (Training training = new Training(kind)) {
            training.steps(training.loader.batchesPerEpoch());
            MemoryStats before = stats();
            training.steps(2 * training.loader.batchesPerEpoch());
            MemoryStats after = stats();
            assertEquals(before.systemCalls(), after.systemCalls());
            assertEquals(before.heldBytes(), after.heldBytes());
            // Fewer when the collector frees what other tests left; two batches may be waiting or not.
            assertTrue(after.liveBlocks() <= before.liveBlocks() + 4, before + ", then " + after);
            assertTrue(after.allocations() - before.allocations() > 100, before + ", then " + after);
        }
    }

    @Test
    void whatIsHeldIsLittleMoreThanTheLiveSet() throws Exception {
        for (String line : TrainingProcess.run(List.of(), "memory")) {
            String[] words = line.split(" ");
            long held = Long.parseLong(words[1]);
            long live = Long.parseLong(words[2]);
            assertTrue(live > HUGE_PAGE / 4 && held <= 1.1 * live + HUGE_PAGE, () -> line + ": held, and live at most");
        }
    }

    @Test
    void stepsAndEvaluationsOfOtherShapesAndTypesInTurnReachAStateThatStays() {
        try (Scope all = Scope.open()) {
            Mlp net = new Mlp(new Generator(1), 64, 128, 10);
            Adam adam = new Adam(net, 1e-3);
            Generator generator = new Generator(2);
            long calls = 0;
            for (int round = 0; round < 6; round++) {
                if (round == 2) calls = stats().systemCalls();
                for (int batch : new int[] {128, 33, 1}) {
                    try (Scope step = Scope.open()) {
                        Autograd.backward(net.forward(generator.normal(DType.F32, Shape.of(batch, 64), 0, 1)).square().mean());
                        adam.step();
                    }
                    try (Scope evaluation = Scope.open()) {
                        Tensor x = generator.normal(DType.F64, Shape.of(batch * 3L, 64), 0, 1);
                        net.forward(x.to(DType.F32)).to(DType.F64).softmax(1).argMax(1).toLongs();
                    }
                }
            }
            assertEquals(calls, stats().systemCalls());
            adam.close();
            net.close();
        }
    }

    @Test
    void thousandsOfStepsKeepTheLiveSetFlatAndLeaveNoNodesBehind() {
        try (Scope all = Scope.open(); Mlp net = new Mlp(new Generator(1), 4, 16, 3); Adam adam = new Adam(net, 1e-3)) {
            Tensor x = new Generator(2).normal(DType.F32, Shape.of(8, 4), 0, 1);
            MemoryStats before = null;
            int owned = 0;
            for (int step = 0; step < 2000; step++) {
                if (step == 100) {
                    before = stats();
                    owned = all.size();
                }
                try (Scope scope = Scope.open()) {
                    Autograd.backward(net.forward(x).square().mean());
                    adam.step();
                }
            }
            MemoryStats after = stats();
            assertTrue(after.liveBlocks() <= before.liveBlocks() && after.liveBytes() <= before.liveBytes(), before + ", then " + after);
            assertEquals(before.heldBytes(), after.heldBytes());
            assertEquals(owned, all.size());
        }
    }

    @Test
    void activationsAreFreedOnTheWayBackAndWhatNoBackwardNeedsOnTheWayForth() {
        int layers = 20;
        long bytes = 64 << 10;
        try (Scope all = Scope.open()) {
            Tensor x = new Generator(1).normal(DType.F32, Shape.of(bytes / 4), 0, 1).requiresGrad(true);
            long start = stats().requestedBytes();
            HostAllocator.get().resetPeak();
            try (Scope step = Scope.open()) {
                Tensor y = x;
                for (int i = 0; i < layers; i++) {
                    try (Scope layer = Scope.open()) {
                        y = layer.keep(y.add(1).mul(2).sub(3).tanh());
                    }
                }
                Tensor loss = y.sum();
                long forward = stats().requestedBytes() - start;
                // Of each layer the result of tanh, and none of the three before it.
                assertTrue(forward <= (layers + 1) * bytes, forward + " bytes are live after " + layers + " layers of " + bytes);
                Autograd.backward(loss);
                long peak = stats().peakRequestedBytes() - start;
                assertTrue(peak <= (layers + 8) * bytes, peak + " bytes at most in " + layers + " layers of " + bytes);
            }
        }
    }
}
