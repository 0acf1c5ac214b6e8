package dev.tenfold.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Convolutions;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Gradient;
import dev.tenfold.tensor.Operation;
import dev.tenfold.tensor.Precision;
import dev.tenfold.tensor.PrecisionPolicy;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import dev.tenfold.tensor.op.Catalogue;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a {@link Precision} region does to types and bits, forward and backward. */
class PrecisionTest {
    private Scope scope;
    private Tensor a;
    private Tensor b;

    @BeforeEach
    void open() {
        scope = Scope.open();
        a = new Generator(1).normal(DType.F32, 5, 7);
        b = new Generator(2).normal(DType.F32, 7, 3);
    }

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void everyNameOfThePolicyIsAnOperation() {
        Set<String> known = Catalogue.all().stream().map(Catalogue.Entry::name).collect(Collectors.toSet());
        Set<String> unknown = new TreeSet<>(PrecisionPolicy.STANDARD.narrow());
        unknown.addAll(PrecisionPolicy.STANDARD.wide());
        unknown.removeAll(known);
        assertEquals(Set.of(), unknown);
    }

    @Test
    void productsTakeNarrowOperandsAndSumInSingle() {
        for (DType type : new DType[] {DType.F16, DType.BF16}) {
            Tensor expected = a.to(type).to(DType.F32).matmul(b.to(type).to(DType.F32)).to(type);
            try (Precision region = Precision.compute(type)) {
                Tensor product = a.matmul(b);
                assertEquals(type, product.dtype());
                assertArrayEquals(expected.toDoubles(), product.toDoubles());
                assertEquals(type, Tensors.einsum("ij,jk->ik", a, b).dtype());
                Tensor image = a.reshape(1, 1, 5, 7);
                assertEquals(type, Convolutions.conv2d(image, b.reshape(1, 1, 7, 3).narrow(2, 0, 3), null, 1, 1).dtype());
                assertEquals(type, Convolutions.convTranspose2d(image, Tensors.ones(DType.F32, 1, 2, 2, 2), null, dev.tenfold.tensor.op.Window.square(1, 0, 1), 0, 1).dtype());
            }
        }
    }

    @Test
    void sumsNormsAndExponentialsAreSingle() {
        Tensor h = a.to(DType.F16);
        try (Precision region = Precision.compute(DType.F16)) {
            for (Tensor wide : List.of(h.sum(), h.mean(0), h.variance(0), h.std(0), h.norm(2), h.softmax(1), h.logSoftmax(1), h.logSumExp(1), h.exp(), h.square(),
                    h.abs().log(), h.softplus(), h.cumulativeSum(0))) {
                assertEquals(DType.F32, wide.dtype());
            }
            for (Tensor following : List.of(h.relu(), h.add(h), h.mul(2), h.tanh(), h.max(0), h.reshape(7, 5), h.transpose())) assertEquals(DType.F16, following.dtype());
            assertEquals(DType.F32, h.add(a).dtype());
        }
        assertEquals(DType.F16, h.sum().dtype());
    }

    @Test
    void wideOperandsAreNotRoundedBefore() {
        try (Precision region = Precision.compute(DType.F16)) {
            assertArrayEquals(new float[] {1e6f}, Tensors.of(new float[] {1e3f}).to(DType.F16).square().toFloats());
            assertEquals(4096, Tensors.full(DType.F16, Shape.of(4096), 1).sum().item());
        }
    }

    @Test
    void doublesIntegersAndTruthStayWhatTheyAre() {
        try (Precision region = Precision.compute(DType.F16)) {
            assertEquals(DType.F64, a.to(DType.F64).matmul(b).dtype());
            assertEquals(DType.F64, a.to(DType.F64).exp().dtype());
            assertEquals(DType.I64, Tensors.arange(3).sum().dtype());
            assertEquals(DType.I32, Tensors.ones(DType.I32, 2, 2).matmul(Tensors.ones(DType.I32, 2, 2)).dtype());
        }
    }

    @Test
    void regionsNestAndEnd() {
        assertNull(Precision.current());
        try (Precision outer = Precision.compute(DType.F16)) {
            try (Precision inner = Precision.compute(DType.BF16)) {
                assertEquals(DType.BF16, a.matmul(b).dtype());
                try (Precision off = Precision.asRecorded()) {
                    assertEquals(DType.F32, a.matmul(b).dtype());
                }
            }
            assertEquals(DType.F16, a.matmul(b).dtype());
            assertThrows(IllegalArgumentException.class, () -> a.matmul(a));
            assertEquals(DType.F16, a.matmul(b).dtype());
        }
        assertNull(Precision.current());
        assertThrows(IllegalArgumentException.class, () -> Precision.compute(DType.F64));
        assertNull(Precision.current());
    }

    @Test
    void otherThreadsAreNotInTheRegion() throws Exception {
        try (Precision region = Precision.compute(DType.F16)) {
            Precision.Setting[] elsewhere = {Precision.current()};
            Thread thread = new Thread(() -> elsewhere[0] = Precision.current());
            thread.start();
            thread.join();
            assertNull(elsewhere[0]);
        }
    }

    @Test
    void thePolicyIsTheUsersToChange() {
        PrecisionPolicy policy = PrecisionPolicy.STANDARD.withNarrow("exp").withWide("matmul").withFollowing("sum");
        try (Precision region = Precision.compute(DType.F16, policy)) {
            assertEquals(DType.F16, a.exp().dtype());
            assertEquals(DType.F32, a.to(DType.F16).matmul(b).dtype());
            assertEquals(DType.F16, a.to(DType.F16).sum().dtype());
        }
        assertThrows(IllegalArgumentException.class, () -> new PrecisionPolicy(Set.of("exp"), Set.of("exp")));
    }

    @Test
    void gradientsOfSinglesAreSingleAndComeFromNarrowProducts() {
        a.requiresGrad(true);
        b.requiresGrad(true);
        Tensor g = new Generator(3).normal(DType.F32, 5, 3);
        Tensor loss;
        try (Precision region = Precision.compute(DType.BF16)) {
            loss = a.matmul(b).mul(g).sum();
            Autograd.backward(loss);
        }
        assertEquals(DType.F32, loss.dtype());
        Tensor narrow = g.to(DType.BF16).matmul(b.detach().to(DType.BF16).transpose()).to(DType.F32);
        assertEquals(DType.F32, a.grad().dtype());
        assertArrayEquals(narrow.toFloats(), a.grad().toFloats());
        assertEquals(DType.F32, b.grad().dtype());
    }

    @Test
    void backwardGivesTheSameBitsInsideAndOutsideOfTheRegion() {
        a.requiresGrad(true);
        Tensor loss;
        try (Precision region = Precision.compute(DType.F16)) {
            loss = a.matmul(b).tanh().logSoftmax(1).square().mean();
        }
        float[] outside = Autograd.grad(loss, List.of(a), Autograd.Options.RETAIN_GRAPH).getFirst().toFloats();
        try (Precision region = Precision.compute(DType.BF16)) {
            assertArrayEquals(outside, Autograd.grad(loss, List.of(a)).getFirst().toFloats());
        }
    }

    @Test
    void gradientsOfGradientsWorkInside() {
        Tensor single = penalty(null);
        for (DType type : new DType[] {DType.F16, DType.BF16}) {
            Tensor mixed = penalty(type);
            assertEquals(DType.F32, mixed.dtype());
            double scale = single.abs().max().item();
            for (int i = 0; i < 5; i++) {
                for (int j = 0; j < 7; j++) assertEquals(single.get(i, j), mixed.get(i, j), 0.05 * scale);
            }
        }
    }

    /** The gradient of a gradient penalty. */
    private Tensor penalty(DType type) {
        Tensor leaf = a.detach().requiresGrad(true);
        try (Precision region = type == null ? Precision.asRecorded() : Precision.compute(type)) {
            Tensor loss = leaf.matmul(b).tanh().square().sum();
            Tensor gradient = Autograd.grad(loss, List.of(leaf), Autograd.Options.CREATE_GRAPH).getFirst();
            return Autograd.grad(gradient.square().sum(), List.of(leaf)).getFirst();
        }
    }

    @Test
    void checkpointsRecomputeInThePrecisionOfTheirCall() {
        a.requiresGrad(true);
        Tensor loss;
        Tensor kept;
        try (Precision region = Precision.compute(DType.BF16)) {
            loss = Checkpoint.run(in -> in.get(0).matmul(b).tanh().matmul(b.transpose()), a).square().sum();
            kept = a.matmul(b).tanh().matmul(b.transpose()).square().sum();
        }
        assertEquals(kept.item(), loss.item());
        float[] expected = Autograd.grad(kept, List.of(a)).getFirst().toFloats();
        assertArrayEquals(expected, Autograd.grad(loss, List.of(a)).getFirst().toFloats());
    }

    @Test
    void theInsideOfAnOperationComputesAsItIsWritten() {
        try (Precision region = Precision.compute(DType.F16)) {
            assertEquals(DType.F32, Operation.apply(new OwnProduct(), a, b).dtype());
        }
        try (Precision region = Precision.compute(DType.F16, PrecisionPolicy.STANDARD.withNarrow("ownProduct"))) {
            assertEquals(DType.F16, Operation.apply(new OwnProduct(), a, b).dtype());
        }
    }

    /** A user's operation, written in others. */
    private record OwnProduct() implements Operation {
        @Override
        public String name() {
            return "ownProduct";
        }

        @Override
        public Tensor[] forward(Tensor[] inputs) {
            return new Tensor[] {inputs[0].matmul(inputs[1])};
        }

        @Override
        public Tensor[] backward(Gradient gradient) {
            throw new UnsupportedOperationException();
        }
    }
}
