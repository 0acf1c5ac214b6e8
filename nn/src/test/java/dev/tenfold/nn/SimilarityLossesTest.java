package dev.tenfold.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.autograd.Autograd;
import dev.tenfold.autograd.GradientCheck;
import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SimilarityLossesTest {
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void divergenceIsZeroOnlyForEqualDistributionsAndIgnoresWhatNeverHappens() {
        Tensor p = Tensors.of(new double[] {0.5, 0.5, 0, 0.2, 0.3, 0.5}, 2, 3).log();
        Tensor q = Tensors.of(new double[] {0.25, 0.25, 0.5, 0.2, 0.3, 0.5}, 2, 3).log();
        assertArrayEquals(new double[] {Math.log(2), 0}, SimilarityLosses.klDivergence(p, q, Reduction.NONE).toDoubles(), 1e-15);
        assertEquals(Math.log(2) / 2, SimilarityLosses.klDivergence(p, q, Reduction.MEAN).item(), 1e-15);
        Tensor leaf = p.detach().requiresGrad(true);
        Autograd.backward(SimilarityLosses.klDivergence(leaf, q, Reduction.SUM));
        assertEquals(0, leaf.grad().get(0, 2), "no NaN from what has probability 0");
    }

    @Test
    void distillationOfTheWorkedExample() {
        Tensor teacher = Tensors.of(new double[] {2, 0.5, 0}, 1, 3);
        double[] losses = {0.6320274355, 0.7034208194};
        double[][] gradients = {{-0.4766282640, 0.5411328851, -0.0645046211}, {-0.3599992600, 0.5783498486, -0.2183505887}};
        double[] temperatures = {1, 4};
        for (int i = 0; i < 2; i++) {
            Tensor student = Tensors.of(new double[] {1, 2, -1}, 1, 3).requiresGrad(true);
            Tensor loss = SimilarityLosses.distillation(student, teacher, temperatures[i], Reduction.MEAN);
            Autograd.backward(loss);
            assertEquals(losses[i], loss.item(), 1e-10);
            assertArrayEquals(gradients[i], student.grad().toDoubles(), 1e-10);
        }
    }

    @Test
    void cosinesDoNotDependOnLength() {
        Tensor a = Tensors.of(new double[] {3, 4, 1, 0, 0, 0}, 3, 2);
        Tensor b = Tensors.of(new double[] {6, 8, 0, -7, 1, 2}, 3, 2);
        assertArrayEquals(new double[] {1, 0, 0}, SimilarityLosses.cosineSimilarity(a, b).toDoubles(), 1e-15);
        assertArrayEquals(new double[] {0.6, 0.8, 1, 0, 0, 0}, SimilarityLosses.unit(a).toDoubles(), 1e-15);
        Tensor leaf = a.detach().requiresGrad(true);
        Autograd.backward(SimilarityLosses.cosineSimilarity(leaf, b).sum());
        assertTrue(leaf.grad().isFinite().all().item() == 1, "a zero vector has a finite gradient");
    }

    @Test
    void cosineEmbeddingPullsPairsTogetherAndPushesOthersBelowTheMargin() {
        Tensor a = Tensors.of(new double[] {1, 0, 1, 0, 1, 0}, 3, 2);
        Tensor b = Tensors.of(new double[] {0.6, 0.8, 0.6, 0.8, 0, 1}, 3, 2);
        Tensor signs = Tensors.of(new double[] {1, -1, -1});
        assertArrayEquals(new double[] {0.4, 0.35, 0}, SimilarityLosses.cosineEmbedding(a, b, signs, 0.25, Reduction.NONE).toDoubles(), 1e-15);
    }

    @Test
    void contrastiveOfTheWorkedExamples() {
        Tensor s = Tensors.of(new double[] {2, 1, 0, 1, 1, 3, 0, 2, 1}, 3, 3);
        assertEquals(1.3639422322, SimilarityLosses.contrastive(s).item(), 1e-10);
        Tensor rows = Tensors.of(new double[] {5 / 3.0, 4 / 3.0, 8 / 3.0, 5 / 3.0}, 2, 2).mul(0.5);
        Tensor columns = Tensors.of(new double[] {1.5, 2 / 3.0, 4, 4 / 3.0}, 2, 2).mul(0.5);
        assertEquals(0.9073984246, SimilarityLosses.contrastive(rows, columns).item(), 1e-10);
    }

    @Test
    void severalPositivesShareTheTarget() {
        // Two images, three texts, of which two belong to the first image: over the rows 0.5387259920; over the columns by hand.
        Tensor s = Tensors.of(new double[] {2, 1, 0, 0, 1, 3}, 2, 3);
        Tensor positives = Tensors.of(new double[] {1, 1, 0, 0, 0, 1}, 2, 3).ne(0);
        double columns = (Math.log1p(Math.exp(-2)) + Math.log1p(1) + Math.log1p(Math.exp(-3))) / 3;
        assertEquals((0.5387259920 + columns) / 2, SimilarityLosses.contrastive(s, s, positives).item(), 1e-10);
        Tensor square = Tensors.of(new double[] {2, 1, 0, 1, 1, 3, 0, 2, 1}, 3, 3);
        assertEquals(SimilarityLosses.contrastive(square).item(), SimilarityLosses.contrastive(square, square, Tensors.eye(DType.F64, 3).ne(0)).item(), 1e-14);
        Tensor none = Tensors.of(new double[] {1, 1, 0, 0, 0, 0}, 2, 3).ne(0);
        assertTrue(assertThrows(IllegalArgumentException.class, () -> SimilarityLosses.contrastive(s, s, none)).getMessage().contains("has none"));
    }

    @Test
    void gradientsAgreeWithFiniteDifferences() {
        Generator generator = new Generator(1);
        Tensor a = generator.normal(DType.F64, 3, 4);
        Tensor b = generator.normal(DType.F64, 3, 4);
        Tensor signs = Tensors.of(new double[] {1, -1, -1});
        Tensor positives = Tensors.of(new double[] {1, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1}, 3, 4).ne(0);
        GradientCheck.check(in -> SimilarityLosses.klDivergence(in.get(0).logSoftmax(-1), in.get(1).logSoftmax(-1), Reduction.NONE), List.of(a, b), 2, 1e-6);
        GradientCheck.check(in -> SimilarityLosses.distillation(in.get(0), in.get(1), 3, Reduction.MEAN), List.of(a, b), 2, 1e-6);
        GradientCheck.check(in -> SimilarityLosses.cosineEmbedding(in.get(0), in.get(1), signs, -0.9, Reduction.NONE), List.of(a, b), 2, 1e-6);
        GradientCheck.check(in -> SimilarityLosses.contrastive(in.get(0), in.get(1), positives), List.of(a, b), 1, 1e-6);
        GradientCheck.check(in -> SimilarityLosses.contrastive(in.get(0).matmul(in.get(1).transpose())), List.of(a, b), 1, 1e-6);
    }

    @Test
    void contrastiveNeedsASquareMatrixWithoutGivenPositives() {
        String message = assertThrows(IllegalArgumentException.class, () -> SimilarityLosses.contrastive(Tensors.ones(DType.F32, 2, 3))).getMessage();
        assertTrue(message.contains("contrastive: the similarities are [2, 3]"), message);
    }
}
