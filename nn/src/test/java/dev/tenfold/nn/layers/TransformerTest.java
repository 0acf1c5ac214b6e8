package dev.tenfold.nn.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.autograd.Autograd;
import dev.tenfold.autograd.GradientCheck;
import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.WorkerPool;
import dev.tenfold.nn.Losses;
import dev.tenfold.nn.Module;
import dev.tenfold.nn.optim.Adam;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TransformerTest {
    private static final TransformerDesign SMALL = TransformerDesign.of(8, 2).withHidden(12).withType(DType.F64);

    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private static Tensor tokens(long... shape) {
        return new Generator(5).normal(DType.F64, shape);
    }

    private static double[] rows(Tensor x, long from, long count) {
        return x.narrow(1, from, count).contiguous().toDoubles();
    }

    @Test
    void aBlockIsAttentionAndAnMlpBesideShortcuts() {
        for (boolean preNorm : new boolean[] {true, false}) {
            TransformerBlock block = new TransformerBlock(new Generator(1), SMALL.withPreNorm(preNorm).withActivation(Activation.RELU));
            Module attention = block.children().get("attn");
            Module norm1 = block.children().get("norm1");
            Module norm2 = block.children().get("norm2");
            Module mlp = new Sequential(block.children().get("fc1"), Function.relu(), block.children().get("fc2"));
            Tensor x = tokens(2, 3, 8);
            Tensor h = preNorm ? x.add(attention.forward(norm1.forward(x))) : norm1.forward(x.add(attention.forward(x)));
            Tensor y = preNorm ? h.add(mlp.forward(norm2.forward(h))) : norm2.forward(h.add(mlp.forward(h)));
            assertArrayEquals(y.toDoubles(), block.forward(x).toDoubles(), 1e-14);
        }
    }

    @Test
    void gradientsOfBlocksAreRight() {
        for (TransformerDesign design : List.of(SMALL.withCausal(true), SMALL.withPreNorm(false).withActivation(Activation.QUICK_GELU))) {
            TransformerBlock block = new TransformerBlock(new Generator(1), design);
            GradientCheck.check(in -> block.forward(in.getFirst()), List.of(tokens(1, 3, 8)), 1, 1e-6);
        }
    }

    @Test
    void causalTokensDoNotSeeTheirFuture() {
        Transformer net = new Transformer(new Generator(1), SMALL.withCausal(true), 2, 6, Transformer.Positions.LEARNED);
        Tensor x = tokens(1, 6, 8);
        Tensor changed = Tensors.concat(1, List.of(x.narrow(1, 0, 4), tokens(1, 2, 8).add(1)));
        Tensor y = net.forward(x);
        Tensor z = net.forward(changed);
        assertArrayEquals(rows(y, 0, 4), rows(z, 0, 4));
        assertFalse(Arrays.equals(rows(y, 4, 1), rows(z, 4, 1)));
        assertArrayEquals(rows(y, 0, 3), net.forward(x.narrow(1, 0, 3)).toDoubles(), 1e-14);
    }

    @Test
    void paddingIsNotSeen() {
        Transformer net = new Transformer(new Generator(1), SMALL, 2, 5, Transformer.Positions.SINUSOIDAL);
        Tensor x = tokens(1, 5, 8);
        Tensor present = Tensors.of(new long[] {1, 1, 1, 0, 0}, 1, 5).ne(0);
        Tensor alone = net.forward(x.narrow(1, 0, 3));
        assertArrayEquals(alone.toDoubles(), rows(net.forward(x, present), 0, 3), 1e-14);
        assertFalse(Arrays.equals(alone.toDoubles(), rows(net.forward(x), 0, 3)));
    }

    @Test
    void sinusoidsAreThosePublished() {
        Tensor p = Transformer.sinusoids(DType.F64, 3, 4);
        assertArrayEquals(new double[] {Math.sin(2), Math.cos(2), Math.sin(0.02), Math.cos(0.02)}, p.select(0, 2).toDoubles(), 1e-15);
        assertArrayEquals(new double[] {0, 1, 0, 1}, p.select(0, 0).toDoubles());
    }

    @Test
    void whatIsDroppedIsDroppedInTrainingOnly() {
        TransformerDesign design = SMALL.withDropout(0.3).withDropPath(0.5);
        Transformer dropping = new Transformer(new Generator(1), design, 2, 4, Transformer.Positions.LEARNED);
        Tensor x = tokens(2, 4, 8);
        double[] first = dropping.forward(x).toDoubles();
        assertFalse(Arrays.equals(first, dropping.forward(x).toDoubles()));
        dropping.eval();
        Transformer whole = new Transformer(new Generator(2), SMALL, 2, 4, Transformer.Positions.LEARNED);
        whole.load(dropping.state());
        assertArrayEquals(whole.forward(x).toDoubles(), dropping.forward(x).toDoubles(), 1e-14);
    }

    @Test
    void aTransformerLearnsToReverse() {
        assertTrue(reversal(150).accuracy > 0.95);
    }

    @Test
    void aTrainingHasTheSameBitsForAnyNumberOfThreads() {
        int before = WorkerPool.threads();
        try {
            WorkerPool.setThreads(1);
            float[] one = reversal(8).weights;
            WorkerPool.setThreads(2);
            assertArrayEquals(one, reversal(8).weights);
        } finally {
            WorkerPool.setThreads(before);
        }
    }

    private record Outcome(double accuracy, float[] weights) {
    }

    /** Sequences of 6 out of 8 tokens, to be named from the last to the first. */
    private static Outcome reversal(int steps) {
        Generator generator = new Generator(11);
        Module net = new Sequential(new Embedding(generator, 8, 16), new Transformer(generator, TransformerDesign.of(16, 2).withHidden(32), 1, 6,
                Transformer.Positions.LEARNED), new Linear(generator, 16, 8));
        double hits = 0;
        try (Adam adam = new Adam(net, 0.01)) {
            for (int step = 0; step < steps; step++) {
                try (Scope scope = Scope.open()) {
                    Tensor x = generator.integers(DType.I64, 0, 8, 32, 6);
                    Tensor wanted = x.flip(1).contiguous().flatten();
                    Tensor scores = net.forward(x).reshape(-1, 8);
                    Autograd.backward(Losses.crossEntropy(scores, wanted));
                    adam.step();
                    hits = scores.argMax(1).eq(wanted).to(DType.F32).mean().item();
                }
            }
        }
        float[] weights = net.namedParameters().get("1.block0.attn.in_weight").value().toFloats();
        net.close();
        return new Outcome(hits, weights);
    }

    @Test
    void badDesignsAndTokensAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> TransformerDesign.of(10, 3));
        Transformer net = new Transformer(new Generator(1), SMALL, 1, 4, Transformer.Positions.LEARNED);
        String message = assertThrows(IllegalArgumentException.class, () -> net.forward(tokens(1, 5, 8))).getMessage();
        assertTrue(message.contains("tokens are [1, 5, 8]; they must be [batch, at most 4, 8]"), message);
        assertEquals(Shape.of(2, 4, 8), net.forward(tokens(2, 4, 8)).shape());
    }
}
