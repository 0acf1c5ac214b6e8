package dev.tenfold.kernels.expr;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.kernels.Block;
import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.HostAllocator;
import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.WorkerPool;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class PointwiseKernelTest {
    private static final DType F32 = DType.F32;
    private static final DType F64 = DType.F64;
    private static final double[] SPECIAL = {0.0, -0.0, 1, -1, 0.5, -0.5, 2, Double.NaN, Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY, 1e-40, -1e-40, 1e-310, 1e-30, 88.7, -87.4, -103, 89, 709.7, -745, 720, 1e30, 3.4e38, 1e-7, -1e-7};
    private final List<Block> blocks = new ArrayList<>();

    @AfterEach
    void free() {
        blocks.forEach(Block::release);
    }

    private long block(DType type, double... values) {
        Block block = HostAllocator.get().allocate((long) values.length * type.bytes());
        blocks.add(block);
        for (int i = 0; i < values.length; i++) Memory.putAsDouble(type, block.address() + (long) i * type.bytes(), values[i]);
        return block.address();
    }

    private double[] read(DType type, long address, int n) {
        double[] values = new double[n];
        for (int i = 0; i < n; i++) values[i] = Memory.getAsDouble(type, address + (long) i * type.bytes());
        return values;
    }

    /** One function with its reference, the range of its random arguments and the allowed error in units in the last place. */
    record Unary(Fn fn, DoubleUnaryOperator reference, double low, double high, double ulps32, double ulps64) {
        @Override
        public String toString() {
            return fn.name();
        }
    }

    static List<Unary> unaries() {
        return List.of(
                new Unary(Fn.EXP, StrictMath::exp, -110, 95, 1.5, 2), new Unary(Fn.EXPM1, StrictMath::expm1, -20, 20, 2, 3),
                new Unary(Fn.LOG, StrictMath::log, 0, 100, 1.5, 2), new Unary(Fn.LOG1P, StrictMath::log1p, -1, 3, 2, 3),
                new Unary(Fn.TANH, StrictMath::tanh, -12, 12, 3, 4), new Unary(Fn.SIN, StrictMath::sin, -1e5, 1e5, 1, 1),
                new Unary(Fn.COS, StrictMath::cos, -1e5, 1e5, 1, 1), new Unary(Fn.ATAN, StrictMath::atan, -50, 50, 1, 1),
                new Unary(Fn.ASIN, StrictMath::asin, -1, 1, 2, 3), new Unary(Fn.ACOS, StrictMath::acos, -1, 1, 2, 3),
                new Unary(Fn.SQRT, StrictMath::sqrt, 0, 1e6, 0.5, 0.5), new Unary(Fn.FLOOR, StrictMath::floor, -1e6, 1e6, 0, 0),
                new Unary(Fn.CEIL, StrictMath::ceil, -100, 100, 0, 0), new Unary(Fn.ROUND, StrictMath::rint, -100, 100, 0, 0),
                new Unary(Fn.SIGN, Math::signum, -3, 3, 0, 0), new Unary(Fn.NEG, x -> -x, -3, 3, 0, 0),
                new Unary(Fn.ABS, Math::abs, -3, 3, 0, 0), new Unary(Fn.ERF, PointwiseKernelTest::erfBySeries, -5, 5, 4, 8));
    }

    /** The Taylor series at zero in a form without cancellation, or the continued fraction for large arguments. */
    static double erfBySeries(double x) {
        if (Double.isNaN(x)) return x;
        double a = Math.abs(x);
        if (a > 6) return Math.signum(x);
        if (a == 0) return x;
        if (a > 1) {
            double fraction = 0;
            for (int k = 2000; k >= 1; k--) fraction = k / 2.0 / (a + fraction);
            return Math.copySign(1 - Math.exp(-a * a) / Math.sqrt(Math.PI) / (a + fraction), x);
        }
        double term = a;
        double sum = a;
        for (int n = 1; n < 400; n++) {
            term *= 2 * a * a / (2 * n + 1);
            sum += term;
        }
        return Math.copySign(2 / Math.sqrt(Math.PI) * Math.exp(-a * a) * sum, x);
    }

    @ParameterizedTest
    @MethodSource("unaries")
    void functionsAgreeWithTheReferenceAndTheVectorLoopWithItsScalarTwin(Unary f) {
        for (DType type : List.of(F32, F64)) {
            Random random = new Random(1);
            double[] x = new double[20_003];
            for (int i = 0; i < x.length; i++) {
                double value = i < SPECIAL.length ? SPECIAL[i]
                        : i % 3 == 0 ? (random.nextDouble() - 0.5) * Math.min(2, f.high - f.low)
                        : f.low + random.nextDouble() * (f.high - f.low);
                x[i] = type == F32 ? (float) value : value;
            }
            long in = block(type, x);
            long scalar = block(type, new double[x.length]);
            long vector = block(type, new double[x.length]);
            PointwiseKernel kernel = PointwiseKernel.of(Expr.of(f.fn, Expr.x(0)), new DType[] {type}, type, type);
            kernel.runOne(false, x.length, new long[] {in}, 0, scalar);
            kernel.runOne(true, x.length, new long[] {in}, 0, vector);
            double[] got = read(type, scalar, x.length);
            double[] other = read(type, vector, x.length);
            double allowed = type == F32 ? f.ulps32 : f.ulps64;
            for (int i = 0; i < x.length; i++) {
                assertEquals(Double.doubleToLongBits(got[i]), Double.doubleToLongBits(other[i]), f + " " + type + " vector at " + x[i]);
                double want = f.reference.applyAsDouble(x[i]);
                if (type == F32 && Double.isInfinite((float) want) != Double.isInfinite(want) && Double.isInfinite(got[i])) continue;
                double ulp = type == F32 ? Math.ulp((float) want) : Math.ulp(want);
                boolean same = Double.compare(want, got[i]) == 0 || Math.abs(want - got[i]) <= (allowed + 0.5) * ulp;
                assertTrue(same, f + " " + type + " at " + x[i] + ": " + got[i] + " instead of " + want);
            }
        }
    }

    @Test
    void binaryFunctionsAgreeWithJava() {
        record Case(Fn fn, DoubleBinaryOperator reference) {
        }
        List<Case> cases = List.of(new Case(Fn.ADD, Double::sum), new Case(Fn.SUB, (a, b) -> a - b), new Case(Fn.MUL, (a, b) -> a * b),
                new Case(Fn.DIV, (a, b) -> a / b), new Case(Fn.MIN, Math::min), new Case(Fn.MAX, Math::max),
                new Case(Fn.POW, StrictMath::pow), new Case(Fn.ATAN2, StrictMath::atan2),
                new Case(Fn.LT, (a, b) -> a < b ? 1 : 0), new Case(Fn.LE, (a, b) -> a <= b ? 1 : 0), new Case(Fn.GT, (a, b) -> a > b ? 1 : 0),
                new Case(Fn.GE, (a, b) -> a >= b ? 1 : 0), new Case(Fn.EQ, (a, b) -> a == b ? 1 : 0), new Case(Fn.NE, (a, b) -> a != b ? 1 : 0));
        int n = SPECIAL.length;
        double[] a = new double[n * n];
        double[] b = new double[n * n];
        for (int i = 0; i < n * n; i++) {
            a[i] = SPECIAL[i / n];
            b[i] = SPECIAL[i % n];
        }
        for (Case c : cases) {
            for (boolean vector : new boolean[] {false, true}) {
                long out = block(F64, new double[n * n]);
                PointwiseKernel.of(Expr.of(c.fn, Expr.x(0), Expr.x(1)), new DType[] {F64, F64}, F64, F64)
                        .runOne(vector, n * n, new long[] {block(F64, a), block(F64, b)}, 0, out);
                double[] got = read(F64, out, n * n);
                for (int i = 0; i < n * n; i++) {
                    assertEquals(c.reference.applyAsDouble(a[i], b[i]), got[i], c.fn + "(" + a[i] + ", " + b[i] + ") vector " + vector);
                }
            }
        }
    }

    @Test
    void remaindersAreFloored() {
        double[] a = {7, -7, 7, -7, 0.3, 5.5};
        double[] b = {3, 3, -3, -3, 0.1, 2};
        long out = block(F64, new double[6]);
        PointwiseKernel.of(Expr.of(Fn.REMAINDER, Expr.x(0), Expr.x(1)), new DType[] {F64, F64}, F64, F64)
                .run(6, new long[] {block(F64, a), block(F64, b)}, 0, out);
        assertArrayEquals(new double[] {1, 2, -2, -1, 0.3 % 0.1, 1.5}, read(F64, out, 6), 1e-15);
        long integers = block(DType.I64, new double[6]);
        PointwiseKernel.of(Expr.of(Fn.FLOOR_DIV, Expr.x(0), Expr.x(1)), new DType[] {DType.I64, DType.I64}, DType.I64, DType.I64)
                .run(4, new long[] {block(DType.I64, a), block(DType.I64, b)}, 0, integers);
        assertArrayEquals(new double[] {2, -3, -3, 2}, read(DType.I64, integers, 4));
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void everyStorageTypeIsReadAndWritten(DType type) {
        double[] x = {0, 1, 1, 0, 1, 1, 1, 0, 1, 0, 1, 1, 0, 1, 1, 0, 0, 1, 1, 0};
        double[] want = x.clone();
        for (int i = 0; i < x.length; i++) {
            if (type != DType.BOOL) x[i] += i;
            want[i] = x[i];
        }
        for (DType out : DType.values()) {
            long target = block(out, new double[x.length]);
            DType compute = type.isFloating() ? type.compute() : DType.I64;
            PointwiseKernel.of(Expr.x(0), new DType[] {type}, compute, out).run(x.length, new long[] {block(type, x)}, 0, target);
            double[] got = read(out, target, x.length);
            for (int i = 0; i < x.length; i++) assertEquals(out == DType.BOOL ? (want[i] != 0 ? 1 : 0) : want[i], got[i], type + " to " + out);
        }
    }

    @Test
    void everyTailLengthAndOneElementInputs() {
        Expr expr = Expr.x(0).mul(Expr.x(1)).add(Expr.p(0));
        for (int n = 0; n < 140; n++) {
            double[] a = new double[n];
            double[] want = new double[n];
            for (int i = 0; i < n; i++) {
                a[i] = i;
                want[i] = i * 3 + 0.5;
            }
            long out = block(F32, new double[n + 1]);
            Memory.putFloat(out + 4L * n, -77);
            PointwiseKernel.of(expr, new DType[] {F32, F32}, F32, F32)
                    .runOne(true, n, new long[] {block(F32, a), block(F32, 3)}, 2, out, 0.5);
            assertArrayEquals(want, read(F32, out, n));
            assertEquals(-77, Memory.getFloat(out + 4L * n), "element after the end");
        }
    }

    @Test
    void floatsAreWidenedAlikeInVectorsAndOneByOne() {
        double[] x = new Random(4).doubles(101, -5, 5).map(v -> (float) v).toArray();
        long in = block(F32, x);
        for (boolean vector : new boolean[] {false, true}) {
            long out = block(F64, new double[x.length]);
            PointwiseKernel.of(Expr.x(0).mul(Expr.x(0)), new DType[] {F32}, F64, F64).runOne(vector, x.length, new long[] {in}, 0, out);
            double[] got = read(F64, out, x.length);
            for (int i = 0; i < x.length; i++) assertEquals(x[i] * x[i], got[i]);
        }
    }

    @Test
    void stridedAndBroadcastInputsAgreeWithASlowLoop() {
        Random random = new Random(3);
        for (int trial = 0; trial < 300; trial++) {
            int rank = random.nextInt(5);
            long[] shape = new long[rank];
            int n = 1;
            for (int d = 0; d < rank; d++) n *= (int) (shape[d] = random.nextInt(20) == 0 ? 0 : 1 + random.nextInt(5));
            long[][] strides = new long[2][rank];
            long[] offsets = new long[2];
            for (int i = 0; i < 2; i++) {
                for (int d = 0; d < rank; d++) {
                    strides[i][d] = random.nextInt(7) - 3;
                    if (strides[i][d] < 0) offsets[i] -= strides[i][d] * Math.max(0, shape[d] - 1);
                }
            }
            double[] data = random.doubles(200).toArray();
            long base = block(F64, data);
            long out = block(F64, new double[Math.max(n, 1)]);
            PointwiseKernel.of(Expr.x(0).sub(Expr.x(1)), new DType[] {F64, F64}, F64, F64)
                    .run(shape, strides, new long[] {base + 8 * offsets[0], base + 8 * offsets[1]}, out);
            double[] got = read(F64, out, n);
            for (int k = 0; k < n; k++) {
                long[] at = offsets.clone();
                int rest = k;
                for (int d = rank - 1; d >= 0; d--) {
                    for (int i = 0; i < 2; i++) at[i] += rest % shape[d] * strides[i][d];
                    rest /= (int) shape[d];
                }
                assertEquals(data[(int) at[0]] - data[(int) at[1]], got[k]);
            }
        }
    }

    @Test
    void resultsDoNotDependOnTheNumberOfThreads() {
        int before = WorkerPool.threads();
        double[] x = new Random(5).doubles(100_001, -5, 5).toArray();
        double[][] results = new double[3][];
        try {
            for (int threads = 1; threads <= 3; threads++) {
                WorkerPool.setThreads(threads);
                long out = block(F32, new double[x.length]);
                for (int repeat = 0; repeat < 5; repeat++) {
                    PointwiseKernel.of(Expr.x(0).exp().tanh(), new DType[] {F32}, F32, F32).run(x.length, new long[] {block(F32, x)}, 0, out);
                }
                results[threads - 1] = read(F32, out, x.length);
            }
        } finally {
            WorkerPool.setThreads(before);
        }
        assertArrayEquals(results[0], results[1]);
        assertArrayEquals(results[0], results[2]);
    }

    @ParameterizedTest
    @EnumSource(Fn.class)
    void derivativesAgreeWithFiniteDifferences(Fn fn) {
        if (fn.isCondition() || fn == Fn.TETRAGAMMA || fn == Fn.SELECT) return;
        Expr[] args = {Expr.x(0), Expr.x(1), Expr.x(2)};
        Expr f = Expr.of(fn, java.util.Arrays.copyOf(args, fn.arity()));
        double[][] points = {{0.37, 0.71, 0.2}, {0.83, 0.45, -0.3}};
        for (double[] point : points) {
            for (int i = 0; i < fn.arity(); i++) {
                double h = 1e-5;
                double[] up = point.clone();
                double[] down = point.clone();
                up[i] += h;
                down[i] -= h;
                double numeric = (value(f, up) - value(f, down)) / (2 * h);
                assertEquals(numeric, value(f.diff(i), point), 1e-5 * Math.max(1, Math.abs(numeric)), fn + " with respect to " + i);
            }
        }
    }

    private double value(Expr expr, double[] point) {
        long out = block(F64, 0);
        long[] in = {block(F64, point[0]), block(F64, point[1]), block(F64, point[2])};
        PointwiseKernel.of(expr, new DType[] {F64, F64, F64}, F64, F64).run(1, in, 7, out);
        return Memory.getDouble(out);
    }
}
