package dev.tenfold.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.kernels.DType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TensorPrinterTest {
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private static void prints(String expected, Tensor t) {
        assertEquals(expected, t.toString());
    }

    @Test
    void scalarsAndShortVectorsStandOnOneLine() {
        prints("Tensor(f32 []) 3.5", Tensors.scalar(DType.F32, 3.5));
        prints("Tensor(i64 []) -7", Tensors.scalar(DType.I64, -7));
        prints("Tensor(f32 [3]) [ 1.0,  2.5, -0.1]", Tensors.of(new float[] {1, 2.5f, -0.1f}));
        prints("Tensor(i64 [1]) [9223372036854775807]", Tensors.of(new long[] {Long.MAX_VALUE}));
        prints("Tensor(u8 [3]) [  0, 200, 255]", Tensors.of(new byte[] {0, (byte) 200, -1}));
        prints("Tensor(bool [4]) [false, false,  true,  true]", Tensors.arange(4).gt(1));
    }

    @Test
    void emptyTensorsHaveNoValues() {
        prints("Tensor(f32 [0, 3]) []", Tensors.zeros(DType.F32, 0, 3));
        prints("Tensor(i32 [1000000, 0]) []", Tensors.zeros(DType.I32, 1000000, 0));
    }

    @Test
    void matricesAreAlignedAndBlocksSetApart() {
        prints("""
                Tensor(f32 [2, 3])
                [[ 1.0,  2.0,  3.0],
                 [ 4.0,  5.0, -6.0]]""", Tensors.of(new float[] {1, 2, 3, 4, 5, -6}, 2, 3));
        prints("""
                Tensor(i64 [2, 2, 3])
                [[[ 0,  1,  2],
                  [ 3,  4,  5]],

                 [[ 6,  7,  8],
                  [ 9, 10, 11]]]""", Tensors.arange(12).reshape(2, 2, 3));
    }

    @Test
    void viewsShowTheirOwnOrder() {
        Tensor x = Tensors.arange(6).reshape(2, 3);
        prints("""
                Tensor(i64 [3, 2])
                [[0, 3],
                 [1, 4],
                 [2, 5]]""", x.transpose());
        prints("Tensor(i64 [3]) [5, 4, 3]", x.select(0, 1).flip(0));
        prints("""
                Tensor(i64 [2, 3])
                [[0, 1, 2],
                 [0, 1, 2]]""", x.narrow(0, 0, 1).expand(2, 3));
    }

    @Test
    void notANumberInfinityAndNegativeZero() {
        prints("Tensor(f64 [5]) [ nan,  inf, -inf, -0.0,  1.0]",
                Tensors.of(new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, -0.0, 1}));
        prints("Tensor(f32 [2]) [nan, nan]", Tensors.of(new float[] {Float.NaN, Float.NaN}));
    }

    @Test
    void scientificWhereTheRangeNeedsIt() {
        prints("Tensor(f32 [2]) [12345678.0,        0.5]", Tensors.of(new float[] {12345678, 0.5f}));
        prints("Tensor(f32 [3]) [1.0e+08, 5.0e-01, 0.0e+00]", Tensors.of(new float[] {1e8f, 0.5f, 0}));
        prints("Tensor(f32 [2]) [1.000000e-07, 1.234568e+05]", Tensors.of(new float[] {1e-7f, 123456.789f}));
        prints("Tensor(f64 [2]) [4.900000e-324, 1.797693e+308]", Tensors.of(new double[] {Double.MIN_VALUE, Double.MAX_VALUE}));
        prints("Tensor(f64 [2]) [-1.0e-05,      nan]", Tensors.of(new double[] {-1e-5, Double.NaN}));
    }

    @Test
    void digitsAreThoseThatTheTypeHas() {
        prints("Tensor(f64 [2]) [0.333333, 0.100000]", Tensors.of(new double[] {1 / 3.0, 0.1}));
        prints("Tensor(f32 [2]) [0.1, 0.7]", Tensors.of(new float[] {0.1f, 0.7f}));
        prints("Tensor(f16 [2]) [0.1000, 0.3333]", Tensors.of(DType.F16, new double[] {0.1, 1 / 3.0}));
        prints("Tensor(bf16 [2]) [0.100, 0.334]", Tensors.of(DType.BF16, new double[] {0.1, 1 / 3.0}));
        prints("Tensor(f64 [1]) [1.0]", Tensors.of(new double[] {0.9999999999}));
    }

    @Test
    void largeTensorsAreShortened() {
        prints("Tensor(i64 [1001]) [   0,    1,    2, …,  998,  999, 1000]", Tensors.arange(1001));
        prints("""
                Tensor(f32 [100, 100])
                [[   0.0,    1.0,    2.0, …,   97.0,   98.0,   99.0],
                 [ 100.0,  101.0,  102.0, …,  197.0,  198.0,  199.0],
                 [ 200.0,  201.0,  202.0, …,  297.0,  298.0,  299.0],
                 …,
                 [9700.0, 9701.0, 9702.0, …, 9797.0, 9798.0, 9799.0],
                 [9800.0, 9801.0, 9802.0, …, 9897.0, 9898.0, 9899.0],
                 [9900.0, 9901.0, 9902.0, …, 9997.0, 9998.0, 9999.0]]""", Tensors.arange(DType.F32, 0, 1e4, 1).reshape(100, 100));
        prints("""
                Tensor(u8 [2, 1000])
                [[0, 0, 0, …, 0, 0, 0],
                 [0, 0, 0, …, 0, 0, 0]]""", Tensors.zeros(DType.U8, 2, 1000));
    }

    @Test
    void longRowsAreBroken() {
        prints("""
                Tensor(i64 [40])
                [ 0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24,
                 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39]""", Tensors.arange(40));
        for (String line : Tensors.arange(DType.F64, 0, 900, 1).div(7).reshape(2, 450).toString().split("\n")) assertTrue(line.length() <= 102, line);
    }

    @Test
    void theTextIsNeverHuge() {
        long[] twos = new long[20];
        java.util.Arrays.fill(twos, 2);
        assertTrue(Tensors.zeros(DType.U8, twos).toString().length() < 25_000);
        long[] sevens = {7, 7, 7, 7, 7, 7};
        assertTrue(Tensors.full(DType.F64, Shape.of(sevens), 1e-300 / 3).toString().length() < 25_000);
        long[] ones = new long[60];
        java.util.Arrays.fill(ones, 1);
        prints("Tensor(u8 [" + "1, ".repeat(59) + "1])\n" + "[".repeat(60) + "0" + "]".repeat(60), Tensors.zeros(DType.U8, ones));
        Tensor wide = Tensors.scalar(DType.F32, 2).expand(1L << 40);
        prints("Tensor(f32 [1099511627776]) [2.0, 2.0, 2.0, …, 2.0, 2.0, 2.0]", wide);
    }

    @Test
    void closedTensorsSayThatTheyAre() {
        Tensor t = Tensors.arange(3);
        t.close();
        prints("Tensor(i64 [3], closed)", t);
    }
}
