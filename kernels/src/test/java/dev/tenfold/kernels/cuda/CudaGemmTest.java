package dev.tenfold.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.cuda.Epilogue.Activation;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every rung of the ladder of matrix products against sums in f64 (integers: in i64), at sizes around its tiles. */
class CudaGemmTest {
    private OnDevice on;

    @BeforeEach
    void open() {
        on = new OnDevice();
    }

    @AfterEach
    void close() {
        if (on != null) on.close();
    }

    /** Runs a problem by one variant. */
    @FunctionalInterface
    private interface Variant {
        void run(CudaStream stream, GemmProblem problem);
    }

    /** In the place of a gap: lines are filled up to a multiple of 8 elements. */
    private static final int ALIGNED = -1;

    /** A product's sizes, where its operands lie transposed, and how much longer its lines are than their elements. */
    private record Shape(boolean transA, boolean transB, int m, int n, int k, int batch, int gap) {
        int lda() {
            return line(transA ? m : k);
        }

        int ldb() {
            return line(transB ? k : n);
        }

        int ldc() {
            return line(n);
        }

        private int line(int length) {
            return gap == ALIGNED ? (length + 7) / 8 * 8 : length + gap;
        }

        int sizeA() {
            return (transA ? k : m) * lda();
        }

        int sizeB() {
            return (transB ? n : k) * ldb();
        }
    }

    private void check(DType type, Shape s, double alpha, double beta, Activation activation, boolean biases, Variant variant) {
        OnDevice.Twin a = on.twin(type, OnDevice.tame(type, s.batch * s.sizeA(), 1));
        OnDevice.Twin b = on.twin(type, OnDevice.tame(type, s.sizeB(), 2)); // shared by the batch
        OnDevice.Twin c = on.twin(type, OnDevice.tame(type, s.batch * s.m * s.ldc(), 3));
        OnDevice.Twin column = on.twin(type, OnDevice.tame(type, s.n, 4));
        OnDevice.Twin row = on.twin(type, OnDevice.tame(type, s.m, 5));
        Epilogue epilogue = new Epilogue(biases ? column.device() : 0, biases ? row.device() : 0, activation);
        variant.run(on.device.stream(), new GemmProblem(type, s.transA, s.transB, s.m, s.n, s.k, alpha, a.device(), s.lda(), s.sizeA(), b.device(), s.ldb(), 0,
                beta, c.device(), s.ldc(), (long) s.m * s.ldc(), s.batch, epilogue));
        OnDevice.Twin got = on.download(c);
        for (int at = 0; at < c.n(); at++) {
            int z = at / (s.m * s.ldc());
            int i = at / s.ldc() % s.m;
            int j = at % s.ldc();
            if (j >= s.n) {
                assertEquals(c.get(at), got.get(at), "beside the matrix, " + s);
                continue;
            }
            double sum = 0;
            double size = 0;
            for (int k = 0; k < s.k; k++) {
                double product = a.get(z * s.sizeA() + (s.transA ? k * s.lda() + i : i * s.lda() + k)) * b.get(s.transB ? j * s.ldb() + k : k * s.ldb() + j);
                sum += product;
                size += Math.abs(product);
            }
            double want = alpha * sum + beta * c.get(at) + (biases ? column.get(j) + row.get(i) : 0);
            want = switch (activation) {
                case NONE -> want;
                case RELU -> Math.max(want, 0);
                case GELU -> want * distribution(want);
            };
            if (type == DType.U8) want = (long) want & 255;
            assertEquals(want, got.get(at), allowed(type, want, Math.abs(alpha) * size), type + " " + s + " at " + z + ", " + i + ", " + j);
        }
    }

    /** The normal distribution function, by its series. */
    private static double distribution(double x) {
        if (Math.abs(x) > 8.5) return x > 0 ? 1 : 0;
        double term = x;
        double sum = x;
        for (int i = 1; i < 200; i++) sum += term *= x * x / (2 * i + 1);
        return 0.5 + sum * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
    }

    /** Rounding of the sum, and of the result. */
    private static double allowed(DType type, double want, double size) {
        return switch (type) {
            case F64 -> 1e-14 * (size + 1);
            case F32 -> 1e-6 * (size + 1);
            case F16 -> 1e-6 * size + 6e-4 * (Math.abs(want) + 1e-2);
            case BF16 -> 1e-6 * size + 5e-3 * (Math.abs(want) + 1e-2);
            default -> 0;
        };
    }

    private static Variant tiles(DType type, int size) {
        return (stream, problem) -> PortableGemm.of(type).tiles(stream, problem, size);
    }

    private static Variant chosen(DType type) {
        return (stream, problem) -> PortableGemm.of(type).run(stream, problem);
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, names = "BOOL", mode = EnumSource.Mode.EXCLUDE)
    void tilesGiveTheirProductsAtTheirEdges(DType type) {
        int[] sides = {128, 64, 32};
        for (int size = 0; size < 3; size++) {
            int side = sides[size];
            for (int layout = 0; layout < 4; layout++) {
                int edge = layout - 2; // two less to one more than a tile
                check(type, new Shape((layout & 1) != 0, (layout & 2) != 0, side + edge, side - edge, 17 + layout, 1, layout % 3), 1, 0, Activation.NONE, false, tiles(type, size));
            }
            check(type, new Shape(false, false, side, side, 32, 1, 0), 1, 0, Activation.NONE, false, tiles(type, size));
        }
        check(type, new Shape(true, true, 40, 33, 16, 3, 0), 1, 0, Activation.NONE, false, tiles(type, 2));
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, names = "BOOL", mode = EnumSource.Mode.EXCLUDE)
    void skinnyAndTinyProductsAreChosen(DType type) {
        for (int layout = 0; layout < 4; layout++) {
            boolean transA = (layout & 1) != 0;
            boolean transB = (layout & 2) != 0;
            for (int width : List.of(1, 3, 8)) {
                check(type, new Shape(transA, transB, 131, width, 65, 1, layout % 2), 1, 0, Activation.NONE, true, chosen(type));
                check(type, new Shape(transA, transB, width, 130, 64, 1, 0), 1, 0, Activation.NONE, true, chosen(type));
            }
            check(type, new Shape(transA, transB, 3, 5, 7, 20, layout), 1, 0, Activation.NONE, true, chosen(type));
        }
        check(type, new Shape(false, false, 3, 5, 0, 2, 0), 1, 0, Activation.NONE, false, chosen(type));
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"F16", "BF16"})
    void tensorCoresGiveTheirProductsAtTheirEdges(DType type) {
        Variant mma = (stream, problem) -> MmaGemm.of(type).run(stream, problem);
        for (int layout = 0; layout < 4; layout++) {
            boolean transA = (layout & 1) != 0;
            boolean transB = (layout & 2) != 0;
            check(type, new Shape(transA, transB, 128, 128, 64, 1, 8), 1, 0, Activation.NONE, false, mma);
            check(type, new Shape(transA, transB, 136, 120, 40, 2, 0), 1, 0, Activation.NONE, false, mma);
            // Lines of whole units whose last one is not full.
            check(type, new Shape(transA, transB, 131, 29, 27, 1, ALIGNED), 1, 0, Activation.NONE, false, mma);
        }
        check(type, new Shape(false, true, 40, 48, 1032, 1, 0), 0.5, 1, Activation.RELU, true, mma);
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"F16", "BF16"})
    void warpgroupsGiveTheirProductsAtTheirEdges(DType type) {
        for (int layout = 0; layout < 4; layout++) {
            boolean transA = (layout & 1) != 0;
            boolean transB = (layout & 2) != 0;
            // Fewer steps than stages, then more; two tiles, of which one has a row and one a column.
            check(type, new Shape(transA, transB, 72, 96, 64, 1, 8), 1, 0, Activation.NONE, false, WgmmaGemm::run);
            check(type, new Shape(transA, transB, 129, 40, 331, 1, ALIGNED), 1, 0, Activation.NONE, false, WgmmaGemm::run);
            check(type, new Shape(transA, transB, 16, 257, 24, 2, ALIGNED), 0.5, 0, Activation.RELU, true, WgmmaGemm::run);
        }
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"F32", "F64", "BF16", "I32"})
    void aLongInnerSizeIsCutAndJoined(DType type) {
        for (Shape s : List.of(new Shape(false, true, 20, 24, 1030, 2, 0), new Shape(false, false, 9, 3, 2000, 1, 0), new Shape(true, false, 70, 2, 777, 1, 1))) {
            check(type, s, 1, 1, Activation.RELU, true, chosen(type));
        }
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"F32", "F64", "F16", "BF16"})
    void sumsAreScaledBiasedAndActivated(DType type) {
        for (Activation activation : Activation.values()) {
            check(type, new Shape(false, true, 33, 35, 20, 1, 0), 0.5, -0.25, activation, true, tiles(type, 2));
            check(type, new Shape(false, true, 4, 36, 20, 1, 0), 0.5, 2, activation, true, chosen(type));
        }
    }

    @Test
    void cuttingDependsOnSizesAlone() {
        assertEquals(new GemmCut(4096, 1), GemmCut.of(4096, 132));
        assertEquals(new GemmCut(1024, 4), GemmCut.of(4096, 64));
        assertEquals(new GemmCut(256, 16), GemmCut.of(4096, 1));
        assertEquals(new GemmCut(300, 1), GemmCut.of(300, 1));
    }
}
