package dev.tenfold.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tenfold.kernels.DType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EinsumTest {
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private static Tensor random(long seed, long... shape) {
        return Expect.random(DType.F64, seed, shape);
    }

    @Test
    void productsOfMatricesVectorsAndBatches() {
        Tensor a = random(1, 2, 3, 4);
        Tensor b = random(2, 2, 4, 5);
        Expect.close(a.matmul(b), Tensors.einsum("bij,bjk->bik", a, b), 1e-13);
        Expect.close(a.matmul(b).permute(2, 0, 1), Tensors.einsum("bij, bjk -> kbi", a, b), 1e-13);
        Expect.close(a.matmul(b.transpose().contiguous().transpose()).sum(0), Tensors.einsum("bij,bjk->ik", a, b), 1e-13);
        Expect.close(a.mul(a).sum(1, 2), Tensors.einsum("bij,bij->b", a, a), 1e-13);
        Expect.close(a.mul(a), Tensors.einsum("bij,bij->bij", a, a), 0);
        Expect.elements(Tensors.einsum("i,jk->kij", random(3, 2), random(4, 3, 4)), 1e-15,
                i -> random(3, 2).get(i[1]) * random(4, 3, 4).get(i[2], i[0]));
        assertEquals(Shape.SCALAR, Tensors.einsum("i,i->", random(5, 7), random(6, 7)).shape());
    }

    @Test
    void oneTensorIsSummedPermutedOrCutToItsDiagonal() {
        Tensor a = random(1, 3, 4, 3);
        Expect.close(a.permute(2, 0, 1), Tensors.einsum("ijk->kij", a), 0);
        assertEquals(a.address(), Tensors.einsum("ijk->kij", a).address(), "a view");
        Expect.close(a.sum(0, 2), Tensors.einsum("ijk->j", a), 1e-15);
        Expect.elements(Tensors.einsum("iji->ij", a), 0, i -> a.get(i[0], i[1], i[0]));
        Expect.elements(Tensors.einsum("iji->ji", a), 0, i -> a.get(i[1], i[0], i[1]));
        Expect.elements(Tensors.einsum("iji", a), 1e-14, i -> a.get(0, i[0], 0) + a.get(1, i[0], 1) + a.get(2, i[0], 2));
        Tensor cube = random(2, 3, 3, 3);
        Expect.elements(Tensors.einsum("iii->i", cube), 0, i -> cube.get(i[0], i[0], i[0]));
        assertEquals(cube.get(0, 0, 0) + cube.get(1, 1, 1) + cube.get(2, 2, 2), Tensors.einsum("iii->", cube).item(), 1e-14);
        Tensor twice = random(3, 2, 3, 2, 3);
        Expect.elements(Tensors.einsum("abab->ba", twice), 0, i -> twice.get(i[1], i[0], i[1], i[0]));
    }

    @Test
    void theResultIsImpliedByTheNamesThatComeOnce() {
        Tensor a = random(1, 2, 3);
        Tensor b = random(2, 3, 4);
        Expect.close(a.matmul(b), Tensors.einsum("ij,jk", a, b), 1e-14);
        Expect.close(a.transpose(), Tensors.einsum("ba", a), 0);
        Expect.close(a.transpose(), Tensors.einsum("bA", a), 0);
        assertEquals(Linalg.trace(a.matmul(a.transpose())).item(), Tensors.einsum("ij,ij", a, a).item(), 1e-13);
    }

    @Test
    void ellipsesBroadcast() {
        Tensor a = random(1, 5, 1, 2, 3);
        Tensor b = random(2, 4, 3, 2);
        Expect.close(a.matmul(b), Tensors.einsum("...ij,...jk->...ik", a, b), 1e-14);
        Expect.close(a.matmul(b), Tensors.einsum("...ij,...jk", a, b), 1e-14);
        Expect.close(a.matmul(b).permute(2, 3, 0, 1), Tensors.einsum("...ij,...jk->ik...", a, b), 1e-14);
        Expect.close(a.matmul(b).sum(0, 1), Tensors.einsum("...ij,...jk->ik", a, b), 1e-13);
        Expect.close(a.mul(3), Tensors.einsum("...,...->...", a, Tensors.scalar(DType.F64, 3)), 1e-15);
        Expect.close(a.transpose(), Tensors.einsum("...ij->...ji", a), 0);
        Expect.close(a.permute(3, 1, 2, 0), Tensors.einsum("i...j->j...i", a), 0);
    }

    @Test
    void manyTensorsAreMultipliedInTurn() {
        Tensor x = random(1, 3, 2);
        Tensor w = random(2, 2, 4);
        Tensor y = random(3, 3, 4);
        Expect.close(x.matmul(w).mul(y).sum(1), Tensors.einsum("bi,ij,bj->b", x, w, y), 1e-13);
        Tensor v = random(4, 4);
        Expect.close(x.matmul(w).mul(y).matmul(v.unsqueeze(1)).sum(), Tensors.einsum("bi,ij,bj,j->", x, w, y, v), 1e-13);
        Expect.close(x.mul(v.sum().item()), Tensors.einsum("bi,j->bi", x, v), 1e-13);
    }

    @Test
    void emptyAndSingleSizes() {
        assertArrayEquals(new double[4], Tensors.einsum("ij,jk->ik", Tensors.zeros(DType.F32, 2, 0), Tensors.zeros(DType.F32, 0, 2)).toDoubles());
        assertEquals(Shape.of(0, 3), Tensors.einsum("ij,jk->ik", Tensors.zeros(DType.F32, 0, 2), Tensors.zeros(DType.F32, 2, 3)).shape());
        assertEquals(6, Tensors.einsum(",", Tensors.scalar(DType.F64, 2), Tensors.scalar(DType.F64, 3)).item());
        assertArrayEquals(new long[] {2, 4}, Tensors.einsum("i,i->i", Tensors.of(new int[] {1, 2}), Tensors.of(new long[] {2, 2})).toLongs());
    }

    private static void fails(String equation, String[] words, Tensor... tensors) {
        Expect.fails(IllegalArgumentException.class, () -> Tensors.einsum(equation, tensors), words);
        Expect.fails(IllegalArgumentException.class, () -> Tensors.einsum(equation, tensors), "einsum \"" + equation + "\"");
    }

    @Test
    void equationsThatDoNotFitAreExplained() {
        Tensor a = random(1, 2, 3);
        fails("ij,jk->ik", new String[] {"2 terms for 1 tensors"}, a);
        fails("ijk->i", new String[] {"term 0, \"ijk\"", "names 3 dimensions", "[2, 3]"}, a);
        fails("i->i", new String[] {"names 1 dimensions"}, a);
        fails("...ijk->i", new String[] {"names 3 dimensions"}, a);
        fails("ij,jk->ik", new String[] {"'j' is 3", "but 2 in dimension 0 of tensor 1, [2, 3]"}, a, a);
        fails("ii->i", new String[] {"'i' is 2", "3 in dimension 1 of tensor 0"}, a);
        fails("ij->ii", new String[] {"names 'i' twice"}, a);
        fails("ij->ik", new String[] {"names 'k', which no term has"}, a);
        fails("i1->i", new String[] {"'1' in \"i1\"", "letters"}, a);
        fails("ij->i->j", new String[] {"'-'", "one ->"}, a);
        fails("......->", new String[] {"'.'", "one ... per term"}, Tensors.zeros(DType.F32, 1, 1, 1));
        fails("...i,...i->...", new String[] {"do not broadcast", "2 against 4"}, a, Tensors.zeros(DType.F64, 4, 3));
    }
}
