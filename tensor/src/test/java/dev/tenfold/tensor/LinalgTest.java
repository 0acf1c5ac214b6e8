package dev.tenfold.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.kernels.DType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LinalgTest {
    private static final DType[] TYPES = {DType.F32, DType.F64};

    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private static double tolerance(DType type) {
        return type == DType.F32 ? 1e-4 : 1e-11;
    }

    /** {@code R R^T + I}. */
    private static Tensor positiveDefinite(DType type, long seed, long... shape) {
        Tensor r = Expect.random(type, seed, shape);
        return r.matmul(r.transpose()).add(Tensors.eye(type, shape[shape.length - 1]));
    }

    private static Tensor[] layouts(Tensor a) {
        return new Tensor[] {a, a.transpose().contiguous().transpose(), a.pad(-1, 2, 1).narrow(-1, 2, a.size(-1))};
    }

    @Test
    void theCholeskyFactorMultipliesBackWhateverTheLayout() {
        for (DType type : TYPES) {
            for (long[] shape : new long[][] {{5, 5}, {3, 4, 4}, {2, 3, 2, 2}, {1, 1}, {300, 300}}) {
                for (Tensor a : layouts(positiveDefinite(type, 1, shape))) {
                    Tensor l = Linalg.cholesky(a);
                    Expect.close(a, l.matmul(l.transpose()), tolerance(type) * shape[shape.length - 1]);
                    Expect.close(Linalg.lowerTriangle(l), l, 0);
                }
            }
        }
    }

    @Test
    void theCholeskyFactorOfNothingIsEmpty() {
        assertEquals(Shape.of(0, 0), Linalg.cholesky(Tensors.zeros(DType.F32, 0, 0)).shape());
        assertEquals(Shape.of(0, 3, 3), Linalg.cholesky(Tensors.zeros(DType.F64, 0, 3, 3)).shape());
        assertEquals(Shape.of(2, 0, 0), Linalg.cholesky(Tensors.zeros(DType.F64, 2, 0, 0)).shape());
    }

    @Test
    void choleskyOfAnIndefiniteMatrixReportsMatrixAndPivot() {
        Tensor a = Tensors.stack(0, java.util.List.of(Tensors.eye(DType.F32, 3), Linalg.diagonalEmbed(Tensors.of(new float[] {1, -2, 3}))));
        FactorisationException failure = assertThrows(FactorisationException.class, () -> Linalg.cholesky(a));
        assertEquals(1, failure.matrix());
        assertEquals(1, failure.pivot());
        Expect.fails(FactorisationException.class, () -> Linalg.cholesky(a), "cholesky", "matrix 1 of [2, 3, 3]", "pivot 1", "f64", "Tensors.eye");
        Expect.fails(FactorisationException.class, () -> Linalg.logDet(Tensors.zeros(DType.F64, 2, 2)), "the matrix [2, 2]", "pivot 0");
    }

    @Test
    void matricesThatCannotBeFactoredByTypeOrShapeAreRefused() {
        for (DType half : new DType[] {DType.F16, DType.BF16}) {
            Tensor a = Tensors.eye(half, 2);
            Expect.fails(IllegalArgumentException.class, () -> Linalg.cholesky(a), half.toString(), "f32 and f64", "to(DType.F32)");
            Expect.fails(IllegalArgumentException.class, () -> Linalg.solve(a, a), "solve", half.toString(), "f32 and f64");
            Expect.fails(IllegalArgumentException.class, () -> Linalg.eigh(a), half.toString(), "f32 and f64");
            Expect.fails(IllegalArgumentException.class, () -> Linalg.svd(a), half.toString(), "f32 and f64");
        }
        Tensor wide = Tensors.zeros(DType.F32, 2, 3);
        Expect.fails(IllegalArgumentException.class, () -> Linalg.cholesky(wide), "[2, 3]", "square");
        Expect.fails(IllegalArgumentException.class, () -> Linalg.det(wide), "det", "[2, 3]", "square");
        Expect.fails(IllegalArgumentException.class, () -> Linalg.inverse(Tensors.zeros(DType.F32, 3)), "inverse", "[3]", "square");
        Expect.fails(IllegalArgumentException.class, () -> Linalg.solve(Tensors.eye(DType.F32, 3), wide), "solve", "[3, 3]", "[2, 3]", "[..., n, m]");
        Expect.fails(IllegalArgumentException.class, () -> Linalg.solve(Tensors.eye(DType.F32, 2), Tensors.eye(DType.F64, 2)), "f32", "f64");
        Expect.fails(IllegalArgumentException.class, () -> Linalg.diagonal(Tensors.zeros(DType.F32, 3)), "diagonal", "[3]", "matrix");
    }

    @Test
    void triangularSystemsAreSolvedFromOneTriangleOnly() {
        for (DType type : TYPES) {
            for (boolean upper : new boolean[] {false, true}) {
                Tensor full = Expect.random(type, 3, 2, 5, 5).add(Tensors.eye(type, 5).mul(6));
                Tensor t = upper ? Linalg.upperTriangle(full) : Linalg.lowerTriangle(full);
                Tensor b = Expect.random(type, 4, 2, 5, 3);
                for (Tensor layout : layouts(full)) {
                    Expect.close(b, t.matmul(Linalg.triangularSolve(layout, b, upper, false)), tolerance(type));
                    Expect.close(b, t.transpose().matmul(Linalg.triangularSolve(layout, b, upper, true)), tolerance(type));
                }
            }
        }
        Tensor singular = Linalg.diagonalEmbed(Tensors.of(new double[] {1, 0, 2}));
        FactorisationException failure = assertThrows(FactorisationException.class,
                () -> Linalg.triangularSolve(singular, Tensors.ones(DType.F64, 3), false, false));
        assertEquals(1, failure.pivot());
    }

    @Test
    void systemsAreSolvedForMatricesVectorsAndBroadcastBatches() {
        for (DType type : TYPES) {
            Tensor a = Expect.random(type, 5, 2, 1, 4, 4).add(Tensors.eye(type, 4).mul(5));
            Tensor b = Expect.random(type, 6, 3, 4, 2);
            for (Tensor layout : layouts(a)) {
                Tensor x = Linalg.solve(layout, b);
                assertEquals(Shape.of(2, 3, 4, 2), x.shape());
                Expect.close(b.expand(2, 3, 4, 2), a.matmul(x), tolerance(type));
            }
            Tensor shared = a.select(0, 1).select(0, 0);
            Expect.close(b, shared.matmul(Linalg.solve(shared, b)), tolerance(type));
            Tensor v = Expect.random(type, 7, 4);
            Expect.close(v.expand(2, 1, 4), a.matmul(Linalg.solve(a, v).unsqueeze(-1)).squeeze(-1), tolerance(type));
            Tensor spd = positiveDefinite(type, 8, 3, 4, 4);
            Expect.close(Linalg.solve(spd, b), Linalg.choleskySolve(Linalg.cholesky(spd), b), tolerance(type) * 10);
            Expect.close(Tensors.eye(type, 4).expand(2, 1, 4, 4), a.matmul(Linalg.inverse(a)), tolerance(type));
        }
        assertEquals(Shape.of(3, 0), Linalg.solve(Tensors.eye(DType.F32, 3), Tensors.zeros(DType.F32, 3, 0)).shape());
        assertEquals(Shape.of(2, 3, 0), Linalg.solve(Tensors.eye(DType.F32, 3), Tensors.zeros(DType.F32, 2, 3, 0)).shape());
        assertEquals(Shape.of(0, 2), Linalg.solve(Tensors.eye(DType.F32, 0), Tensors.zeros(DType.F32, 0, 2)).shape());
    }

    @Test
    void solvingASingularSystemReportsMatrixAndPivot() {
        Tensor a = Tensors.of(new double[] {1, 0, 0, 1, 1, 2, 2, 4}, 2, 2, 2);
        FactorisationException failure = assertThrows(FactorisationException.class, () -> Linalg.solve(a, Tensors.ones(DType.F64, 2, 1)));
        assertEquals(1, failure.matrix());
        assertEquals(1, failure.pivot());
        Expect.fails(FactorisationException.class, () -> Linalg.inverse(a), "matrix 1 of [2, 2, 2]", "singular", "pivot 1");
    }

    @Test
    void determinantsHaveTheSignOfTheRowExchanges() {
        Tensor a = Tensors.of(new double[] {1, 2, 3, 4, 0, 1, 1, 0, 2, 0, 0, 3}, 3, 2, 2);
        assertArrayEquals(new double[] {-2, -1, 6}, Linalg.det(a).toDoubles(), 1e-15);
        Linalg.SignLogDet both = Linalg.signLogDet(a);
        assertArrayEquals(new double[] {-1, -1, 1}, both.sign().toDoubles());
        assertArrayEquals(new double[] {Math.log(2), 0, Math.log(6)}, both.logAbs().toDoubles(), 1e-15);
        assertEquals(1, Linalg.det(Tensors.zeros(DType.F32, 0, 0)).item());
        assertEquals(0, Linalg.det(Tensors.ones(DType.F32, 2, 2)).item());
        Linalg.SignLogDet none = Linalg.signLogDet(Tensors.ones(DType.F32, 2, 2));
        assertEquals(0, none.sign().item());
        assertEquals(Double.NEGATIVE_INFINITY, none.logAbs().item());
        Tensor spd = positiveDefinite(DType.F64, 9, 2, 6, 6);
        Expect.close(Linalg.signLogDet(spd).logAbs(), Linalg.logDet(spd), 1e-12);
        assertEquals(0, Linalg.logDet(Tensors.zeros(DType.F64, 0, 0)).item());
    }

    @Test
    void eigenvectorsRebuildTheMatrix() {
        for (DType type : TYPES) {
            for (long[] shape : new long[][] {{6, 6}, {2, 3, 3}, {1, 1}}) {
                Tensor r = Expect.random(type, 10, shape);
                Tensor a = r.add(r.transpose());
                for (Tensor layout : layouts(a)) {
                    Linalg.Eigh eigen = Linalg.eigh(layout);
                    Tensor v = eigen.vectors();
                    Expect.close(a, v.mul(eigen.values().unsqueeze(-2)).matmul(v.transpose()), tolerance(type));
                    Expect.close(Tensors.eye(type, shape[shape.length - 1]).expand(a.shape()), v.transpose().matmul(v), tolerance(type));
                    if (shape[shape.length - 1] > 1) {
                        Tensor steps = eigen.values().slice(-1, 1, shape[shape.length - 1], 1).sub(eigen.values().slice(-1, 0, -1, 1));
                        assertTrue(steps.min().item() >= 0);
                    }
                }
            }
        }
        assertEquals(Shape.of(2, 0), Linalg.eigh(Tensors.zeros(DType.F32, 2, 0, 0)).values().shape());
        FactorisationException failure = assertThrows(FactorisationException.class,
                () -> Linalg.eigh(Tensors.full(DType.F32, Shape.of(2, 2), Double.NaN)));
        assertEquals(-1, failure.pivot());
    }

    @Test
    void singularVectorsRebuildTheMatrix() {
        for (DType type : TYPES) {
            for (long[] shape : new long[][] {{5, 3}, {3, 5}, {2, 4, 4}, {1, 1}, {6, 1}}) {
                Tensor a = Expect.random(type, 11, shape);
                for (Tensor layout : layouts(a)) {
                    Linalg.Svd svd = Linalg.svd(layout);
                    Expect.close(a, svd.u().mul(svd.s().unsqueeze(-2)).matmul(svd.vt()), tolerance(type));
                    long k = Math.min(a.size(-1), a.size(-2));
                    Tensor identity = Tensors.eye(type, k);
                    Tensor utu = svd.u().transpose().matmul(svd.u());
                    Expect.close(identity.expand(utu.shape()), utu, tolerance(type));
                    Expect.close(identity.expand(utu.shape()), svd.vt().matmul(svd.vt().transpose()), tolerance(type));
                    assertTrue(svd.s().min().item() >= 0);
                }
            }
        }
        assertEquals(Shape.of(3, 0), Linalg.svd(Tensors.zeros(DType.F32, 3, 0)).u().shape());
        Expect.fails(FactorisationException.class, () -> Linalg.svd(Tensors.full(DType.F32, Shape.of(2, 2), Double.NaN)), "svd", "NaN");
    }

    @Test
    void normsOfRowsColumnsAndMatrices() {
        Tensor x = Tensors.of(new double[] {3, -4, 0, 0}, 2, 2);
        assertArrayEquals(new double[] {5, 0}, Linalg.norm(x, 2, 1).toDoubles());
        assertArrayEquals(new double[] {3, 4}, Linalg.norm(x, 1, 0).toDoubles());
        assertEquals(4, Linalg.norm(x, Double.POSITIVE_INFINITY).item());
        assertArrayEquals(new double[] {5, 5}, Linalg.frobenius(x.expand(2, 2, 2)).toDoubles());
        assertEquals(500, Tensors.of(DType.F16, new double[] {300, 400}).norm(2).item(), "squares leave the range of f16");
        Expect.fails(IllegalArgumentException.class, () -> x.norm(3), "norm", "3", "1, 2 or infinity");
        Expect.fails(IllegalArgumentException.class, () -> Tensors.arange(3).norm(2), "norm", "i64", "floating");
    }

    @Test
    void diagonalsAreViewsThatEmbedBack() {
        Tensor a = Expect.random(DType.F32, 12, 2, 3, 4);
        for (Tensor layout : layouts(a)) {
            Expect.elements(Linalg.diagonal(layout), 0, i -> a.get(i[0], i[1], i[1]));
            Expect.elements(Linalg.diagonal(layout, 2), 0, i -> a.get(i[0], i[1], i[1] + 2));
            Expect.elements(Linalg.diagonal(layout, -1), 0, i -> a.get(i[0], i[1] + 1, i[1]));
        }
        assertEquals(a.address(), Linalg.diagonal(a).address());
        assertEquals(Shape.of(2, 0), Linalg.diagonal(a, 7).shape());
        assertEquals(Shape.of(2, 0), Linalg.diagonal(a, -7).shape());
        assertEquals(a.get(1, 0, 0) + a.get(1, 1, 1) + a.get(1, 2, 2), Linalg.trace(a).get(1), 1e-6);
        Expect.elements(Linalg.diagonalEmbed(Tensors.of(new long[] {7, 8})), 0, i -> i[0] == i[1] ? 7 + i[0] : 0);
        Expect.fails(IllegalArgumentException.class, () -> Linalg.diagonalEmbed(Tensors.scalar(DType.F32, 1)), "diagonalEmbed", "scalar");
    }

    @Test
    void trianglesKeepWhatLiesOnTheirSideOfTheDiagonal() {
        Tensor a = Expect.random(DType.I32, 13, 2, 3, 5);
        for (Tensor layout : layouts(a)) {
            for (long k = -6; k <= 6; k++) {
                long diagonal = k;
                Expect.elements(Linalg.lowerTriangle(layout, k), 0, i -> i[2] <= i[1] + diagonal ? a.get(i) : 0);
                Expect.elements(Linalg.upperTriangle(layout, k), 0, i -> i[2] >= i[1] + diagonal ? a.get(i) : 0);
            }
        }
        assertEquals(Shape.of(0, 3), Linalg.lowerTriangle(Tensors.zeros(DType.F32, 0, 3)).shape());
    }
}
