package dev.tenfold.methods.squareloss;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.kernels.DType;
import dev.tenfold.methods.squareloss.SimplexCode.Form;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SimplexCodeTest {
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private static SimplexCode triangular(int classes) {
        return new SimplexCode(classes, Form.TRIANGULAR);
    }

    @Test
    void theTriangularVectorsAreTheKnownOnes() {
        assertArrayEquals(new double[][] {{1}, {-1}}, triangular(2).vectors());
        double[][] three = triangular(3).vectors();
        assertArrayEquals(new double[] {1, 0}, three[0], 1e-10);
        assertArrayEquals(new double[] {-.5, .8660254038}, three[1], 1e-10);
        assertArrayEquals(new double[] {-.5, -.8660254038}, three[2], 1e-10);
        double[][] four = triangular(4).vectors();
        assertArrayEquals(new double[] {1, 0, 0}, four[0], 1e-10);
        assertArrayEquals(new double[] {-1 / 3.0, .9428090416, 0}, four[1], 1e-10);
        assertArrayEquals(new double[] {-1 / 3.0, -.4714045208, .8164965809}, four[2], 1e-10);
        assertArrayEquals(new double[] {-1 / 3.0, -.4714045208, -.8164965809}, four[3], 1e-10);
    }

    @Test
    void bothFormsAreUnitVectorsOfSumZeroWithTheGramMatrixOfASimplex() {
        for (Form form : Form.values()) {
            for (int k : new int[] {2, 3, 4, 10, 100}) {
                SimplexCode code = new SimplexCode(k, form);
                assertEquals(form == Form.CENTRED ? k : k - 1, code.width());
                double[][] v = code.vectors();
                for (int i = 0; i < k; i++) {
                    for (int j = 0; j < k; j++) {
                        double dot = 0;
                        for (int c = 0; c < code.width(); c++) dot += v[i][c] * v[j][c];
                        assertEquals((i == j ? k / (k - 1.0) : 0) - 1.0 / (k - 1), dot, 1e-12, form + " " + k + ": " + i + ", " + j);
                    }
                }
                for (int c = 0; c < code.width(); c++) {
                    double sum = 0;
                    for (double[] row : v) sum += row[c];
                    assertEquals(0, sum, 1e-12);
                }
            }
        }
    }

    @Test
    void probabilitiesOfTheWorkedExampleSumToOneAndMayLeaveTheInterval() {
        Tensor p = triangular(4).probabilities(Tensors.of(new double[] {.7, .2, -.1}, 1, 3));
        assertArrayEquals(new double[] {.775, .2164213562, -.0569479217, .0655265655}, p.toDoubles(), 1e-10);
        assertEquals(1, p.sum().item(), 1e-14);
    }

    @Test
    void theMinimiserOfTheExpectedLossReturnsEtaExactly() {
        double[] eta = {.5, .3, .15, .05};
        for (Form form : Form.values()) {
            SimplexCode code = new SimplexCode(4, form);
            double[] f = new double[code.width()];
            for (int k = 0; k < 4; k++) for (int c = 0; c < f.length; c++) f[c] += eta[k] * code.vectors()[k][c];
            if (form == Form.TRIANGULAR) assertArrayEquals(new double[] {1 / 3.0, .1885618083, .0816496581}, f, 1e-10);
            assertArrayEquals(eta, code.probabilities(Tensors.of(f, 1, f.length)).toDoubles(), 1e-14);
        }
    }

    @Test
    void theTwoFormsGiveTheSameAnswersToRotatedOutputs() {
        // f in R^(K-1) becomes f T with T = V_t^T V_c (K-1)/K in R^K: scores and probabilities must not change.
        Tensor f = new Generator(3).normal(DType.F64, Shape.of(20, 4), 0, 1);
        SimplexCode a = triangular(5);
        SimplexCode b = new SimplexCode(5, Form.CENTRED);
        double[] t = new double[4 * 5];
        for (int i = 0; i < 4; i++) for (int j = 0; j < 5; j++) for (int k = 0; k < 5; k++) t[i * 5 + j] += a.vectors()[k][i] * b.vectors()[k][j] * 4 / 5;
        Tensor rotated = f.matmul(Tensors.of(t, 4, 5));
        assertArrayEquals(a.probabilities(f).toDoubles(), b.probabilities(rotated).toDoubles(), 1e-13);
        assertArrayEquals(a.decode(f).toLongs(), b.decode(rotated).toLongs());
    }

    @Test
    void theLossIsTheMeanOverTheBatchOfTheSumOverCoordinates() {
        Tensor labels = Tensors.of(new long[] {0, 2});
        Tensor f = Tensors.zeros(DType.F64, 2, 3);
        assertEquals(1, triangular(4).loss(f, labels).item(), 1e-14, "every target has length 1");
        Tensor exact = triangular(4).encode(labels, f);
        assertEquals(0, triangular(4).loss(exact, labels).item(), 1e-14);
        assertArrayEquals(new long[] {0, 2}, triangular(4).decode(exact).toLongs());
        Coding oneHot = new Coding.OneHot(3);
        assertEquals(1, oneHot.loss(f, labels).item(), 1e-14);
        assertEquals(0, oneHot.loss(Tensors.of(new double[] {1, 0, 0, 0, 0, 1}, 2, 3), labels).item(), 1e-14);
    }

    @Test
    void wrongClassesLabelsAndShapesAreErrors() {
        assertThrows(IllegalArgumentException.class, () -> triangular(1));
        assertThrows(IllegalArgumentException.class, () -> new Coding.OneHot(1));
        Tensor f = Tensors.zeros(DType.F32, 1, 3);
        for (long label : new long[] {-1, 4}) {
            for (Coding coding : new Coding[] {triangular(4), new Coding.OneHot(4), new Coding.Softmax(4)}) {
                Tensor outputs = Tensors.zeros(DType.F32, 1, coding.width());
                String message = assertThrows(IllegalArgumentException.class, () -> coding.loss(outputs, Tensors.of(new long[] {label}))).getMessage();
                assertTrue(message.contains("label " + label), message);
            }
        }
        assertThrows(IllegalArgumentException.class, () -> triangular(5).scores(f));
    }

    @Test
    void clippedConfidencesAreCountedAndNotRenormalised() {
        SimplexCode code = triangular(4);
        // Twice the target: p = ((K-1) 2 + 1) / K = 1.75; the target itself: 1; zero: 1/4.
        double[] v = code.vectors()[1];
        Tensor f = Tensors.of(new double[] {2 * v[0], 2 * v[1], 2 * v[2], v[0] * .9, v[1] * .9, v[2] * .9, 0.01, 0, 0}, 3, 3);
        Calibration c = Calibration.of(code.probabilities(f), new long[] {1, 1, 2});
        assertEquals(1 / 3.0, c.clipped(), 1e-15);
        assertEquals(2 / 3.0, c.accuracy(), 1e-15);
        double last = (3 * .01 + 1) / 4;
        assertEquals((1 + .925 + last) / 3, c.meanConfidence(), 1e-12);
        // 1 and .925 lie in different bins of 15: |1 - 1|, |1 - .925|, |0 - last|.
        assertEquals((0 + .075 + last) / 3, c.error(), 1e-12);
    }
}
