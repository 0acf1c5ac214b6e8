package dev.tenfold.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.HostAllocator;
import dev.tenfold.tensor.Gradient;
import dev.tenfold.tensor.NoGrad;
import dev.tenfold.tensor.Operation;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What a recorded graph refuses, with which words, and what stays out of it. */
class GraphRulesTest {
    private Scope scope;
    private long blocks;

    @BeforeEach
    void open() {
        blocks = HostAllocator.get().stats().liveBlocks();
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
        assertEquals(blocks, HostAllocator.get().stats().liveBlocks(), "blocks still live");
    }

    private static Tensor leaf(double... values) {
        return Tensors.of(values).requiresGrad(true);
    }

    private static void refused(Executable call, String... words) {
        String message = assertThrows(RuntimeException.class, call).getMessage();
        for (String word : words) assertTrue(message.contains(word), () -> "\"" + message + "\" does not say \"" + word + "\"");
    }

    @Test
    void aGraphThatNobodyCanWalkAnyMoreLetsGoOfItsTensors() {
        try (Scope inner = Scope.open()) {
            Tensor weight = Scope.release(leaf(1, 2, 3));
            try (Scope forward = Scope.open()) {
                weight.exp().mul(weight).tanh().sum();
            }
            long before = HostAllocator.get().stats().liveBlocks();
            weight.close();
            assertEquals(before - 1, HostAllocator.get().stats().liveBlocks(), "the weight's block");
        }
    }

    @Test
    void resultsClosedByHandFreeTheirGraphOutsideOfAnyScope() {
        scope.close();
        Tensor x = leaf(1, 2, 3);
        Tensor exp = x.exp();
        Tensor product = exp.mul(x);
        Tensor sum = product.sum();
        exp.close();
        product.close();
        Autograd.backward(sum, null, true);
        assertArrayEquals(new double[] {2 * Math.E, 3 * Math.exp(2), 4 * Math.exp(3)}, x.grad().toDoubles(), 1e-12);
        sum.close();
        x.close();
        assertEquals(blocks, HostAllocator.get().stats().liveBlocks(), "blocks still live");
    }

    @Test
    void aGraphOfTwoResultsStaysForTheOther() {
        Tensor x = leaf(1, 2);
        Tensor shared = x.exp();
        Tensor first = shared.sum();
        Tensor second = shared.square().sum();
        shared.close();
        first.close();
        Autograd.backward(second);
        assertArrayEquals(new double[] {2 * Math.exp(2), 2 * Math.exp(4)}, x.grad().toDoubles(), 1e-12);
    }

    @Test
    void aLongChainIsLetGoWithoutDeepRecursion() {
        Tensor x = leaf(0.5);
        try (Scope inner = Scope.open()) {
            Tensor y = x;
            for (int i = 0; i < 100_000; i++) {
                Tensor next = y.add(1e-6);
                if (y != x) y.close();
                y = next;
            }
        }
    }

    @Test
    void aGraphBelongsToTheThreadThatRecordedIt() throws InterruptedException {
        Tensor loss = leaf(1, 2).exp().sum();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread other = Thread.ofPlatform().start(() -> failure.set(assertThrows(IllegalStateException.class, () -> Autograd.backward(loss))));
        other.join();
        String message = failure.get().getMessage();
        assertTrue(message.contains("belongs to thread " + Thread.currentThread().getName()), message);
    }

    @Test
    void aChangeThroughAViewOfASavedValueIsFound() {
        Tensor x = leaf(1, 2, 3);
        Tensor loss = x.mul(x).sum();
        try (NoGrad region = NoGrad.open()) {
            x.narrow(0, 1, 1).copyFrom(Tensors.of(new double[] {9}));
        }
        refused(() -> Autograd.backward(loss), "mul", "[3] was changed in place", "copy()");
    }

    @Test
    void aChangeOfAValueThatNoBackwardNeedsIsFine() {
        Tensor x = leaf(1, 2);
        Tensor y = x.add(1);
        Tensor loss = y.sum();
        try (NoGrad region = NoGrad.open()) {
            y.copyFrom(Tensors.of(new double[] {5, 5}));
        }
        Autograd.backward(loss);
        assertArrayEquals(new double[] {1, 1}, x.grad().toDoubles());
    }

    @Test
    void aFailedWalkLeavesNoGradientAndNoMemory() {
        Tensor x = leaf(1, 2);
        Tensor w = leaf(3, 4);
        Tensor hidden = x.exp();
        Tensor loss = hidden.mul(w).sum();
        try (NoGrad region = NoGrad.open()) {
            hidden.copyFrom(Tensors.zerosLike(hidden));
        }
        long before = HostAllocator.get().stats().liveBlocks();
        refused(() -> Autograd.backward(loss), "changed in place");
        assertEquals(before, HostAllocator.get().stats().liveBlocks());
        assertNull(x.grad());
        assertNull(w.grad());
    }

    @Test
    void gradientsAskedForMustFit() {
        Tensor y = leaf(1, 2).mul(2);
        refused(() -> Autograd.backward(y, Tensors.ones(DType.F64, 3), false), "gradient [3]", "output's shape [2]");
        refused(() -> Autograd.grad(List.of(y), List.of(), List.of(), Autograd.Options.DEFAULT), "1 outputs, but 0 seeds");
        refused(() -> Autograd.grad(y.sum(), List.of(Tensors.of(new double[] {1}))), "input 0 [1] does not require a gradient");
        refused(() -> Autograd.jvp(Tensor::exp, Tensors.ones(DType.F64, 2), Tensors.ones(DType.F64, 3)), "jvp", "[2]", "[3]");
        refused(() -> Autograd.hvp(Tensor::exp, Tensors.ones(DType.F64, 2), Tensors.ones(DType.F64, 2)), "hvp", "one element");
        refused(() -> Autograd.hvp(Tensor::sum, Tensors.ones(DType.F16, 2), Tensors.ones(DType.F16, 2)), "hvp", "f16", "f32 or f64");
    }

    @Test
    void aRetainedGraphGivesTheSameGradientAgain() {
        Tensor x = leaf(0.3, -0.4);
        Tensor loss = x.sin().mul(x).sum();
        double[] first = Autograd.grad(loss, List.of(x), Autograd.Options.RETAIN_GRAPH).getFirst().toDoubles();
        assertArrayEquals(first, Autograd.grad(loss, List.of(x)).getFirst().toDoubles());
        refused(() -> Autograd.grad(loss, List.of(x)), "already used and freed", "retainGraph");
    }

    @Test
    void noGradRegionsNestAndRecordingOpensOneInside() {
        Tensor x = leaf(1);
        try (NoGrad outer = NoGrad.open()) {
            try (NoGrad inner = NoGrad.open()) {
                assertFalse(x.exp().requiresGrad());
            }
            assertTrue(NoGrad.active());
            try (NoGrad recording = NoGrad.recording()) {
                assertTrue(x.exp().requiresGrad());
            }
            assertFalse(x.exp().requiresGrad());
            refused(() -> Autograd.backward(x.exp()), "no gradient path", "recording is off inside NoGrad");
        }
        assertFalse(NoGrad.active());
    }

    @Test
    void aRegionWithoutGradientsEndsWithAnException() {
        assertThrows(ArithmeticException.class, () -> {
            try (NoGrad region = NoGrad.open()) {
                throw new ArithmeticException();
            }
        });
        assertFalse(NoGrad.active());
        assertThrows(IllegalArgumentException.class, () -> leaf(1, 2).add(leaf(1, 2, 3)));
        assertFalse(NoGrad.active());
    }

    @Test
    void detachedTensorsAndConditionsCarryNoGradient() {
        Tensor x = leaf(1, -2);
        assertFalse(x.detach().exp().requiresGrad());
        assertFalse(x.gt(0).requiresGrad());
        assertFalse(x.to(DType.I64).requiresGrad());
        Autograd.backward(x.detach().mul(x).sum());
        assertArrayEquals(new double[] {1, -2}, x.grad().toDoubles());
    }

    /** An operation of the user's whose backward is wrong in a way that can be told. */
    private record Faulty(Function<Gradient, Tensor[]> rule) implements Operation {
        @Override
        public String name() {
            return "faulty";
        }

        @Override
        public Tensor[] forward(Tensor[] inputs) {
            return new Tensor[] {Tensors.zerosLike(inputs[0])};
        }

        @Override
        public long savedInputs() {
            return 0;
        }

        @Override
        public Tensor[] backward(Gradient gradient) {
            return rule.apply(gradient);
        }
    }

    @Test
    void aFaultyBackwardIsTold() {
        Tensor x = leaf(1, 2);
        refused(() -> Autograd.backward(Operation.apply(new Faulty(g -> new Tensor[0]), x).sum()), "faulty.backward returned 0 gradients for 1 inputs");
        refused(() -> Autograd.backward(Operation.apply(new Faulty(g -> new Tensor[] {Tensors.ones(DType.F64, 3)}), x).sum()),
                "faulty.backward: the gradient of input 0 has shape [3], the input [2]");
        refused(() -> Autograd.backward(Operation.apply(new Faulty(g -> new Tensor[] {g.savedInput(0)}), x).sum()),
                "faulty.backward asks for input 0", "savedInputs()");
    }

    @Test
    void checkpointsKeepLessAndGiveTheGradientOfEveryInput() {
        Function<List<Tensor>, Tensor> deep = in -> {
            Tensor y = in.get(0);
            for (int i = 0; i < 20; i++) y = y.mul(in.get(1)).tanh();
            return y.sum();
        };
        Tensor x = Tensors.full(DType.F64, Shape.of(1000), 0.5).requiresGrad(true);
        Tensor w = leaf(0.9);
        long start = HostAllocator.get().stats().liveBlocks();
        Tensor plain = deep.apply(List.of(x, w));
        long plainBlocks = HostAllocator.get().stats().liveBlocks() - start;
        Tensor saving = Checkpoint.run(deep, x, w);
        long savingBlocks = HostAllocator.get().stats().liveBlocks() - start - plainBlocks;
        assertTrue(savingBlocks == 1 && plainBlocks > 20, plainBlocks + " blocks kept without a checkpoint, " + savingBlocks + " with one");
        List<Tensor> expected = Autograd.grad(plain, List.of(x, w));
        List<Tensor> found = Autograd.grad(saving, List.of(x, w));
        for (int i = 0; i < 2; i++) assertArrayEquals(expected.get(i).toDoubles(), found.get(i).toDoubles());
    }

    @Test
    void aCheckpointRefusesToBeDifferentiatedTwice() {
        Tensor x = leaf(0.5);
        Tensor y = Checkpoint.run(in -> in.getFirst().pow(3).sum(), x);
        refused(() -> Autograd.grad(y, List.of(x), Autograd.Options.CREATE_GRAPH), "checkpoint", "first order");
    }

    @Test
    void vectorJacobianProductsOfSeveralInputsAndOfUnusedOnes() {
        Tensor a = Tensors.of(new double[] {2, 3});
        Tensor b = Tensors.of(new double[] {5, 7});
        Autograd.Vjp vjp = Autograd.vjp(in -> in.get(0).mul(in.get(1)), List.of(a, b, Tensors.of(new double[] {1})), Tensors.of(new double[] {1, 10}));
        assertArrayEquals(new double[] {10, 21}, vjp.value().toDoubles());
        assertArrayEquals(new double[] {5, 70}, vjp.gradients().get(0).toDoubles());
        assertArrayEquals(new double[] {2, 30}, vjp.gradients().get(1).toDoubles());
        assertArrayEquals(new double[] {0}, vjp.gradients().get(2).toDoubles());
        assertFalse(vjp.value().requiresGrad());
        assertArrayEquals(new double[] {0, 0}, Autograd.jvp(t -> Tensors.of(new double[] {4, 4}), a, b).toDoubles());
    }
}
