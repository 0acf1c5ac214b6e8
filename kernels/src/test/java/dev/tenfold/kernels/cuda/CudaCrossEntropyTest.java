package dev.tenfold.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.cpu.RowCrossEntropy;
import dev.tenfold.kernels.cuda.CudaCrossEntropy.Labels;
import dev.tenfold.kernels.cuda.OnDevice.Twin;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Cross-entropy and its gradient against the CPU's in f64. */
class CudaCrossEntropyTest {
    private OnDevice on;

    @BeforeEach
    void open() {
        on = new OnDevice();
    }

    @AfterEach
    void close() {
        if (on != null) on.close();
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"F32", "F64", "F16", "BF16"})
    void lossesAndTheirGradient(DType type) {
        int[][] sizes = {{1, 1}, {70, 3}, {9, 17}, {5, 129}, {3, 1024}, {3, 1025}, {4100, 2}};
        for (int[] size : sizes) {
            for (int kind = 0; kind < 3; kind++) check(type, size[0], size[1], kind == 1 ? 0 : 0.1, kind > 0, kind > 1);
        }
    }

    private void check(DType type, int rows, int n, double smoothing, boolean reduced, boolean mean) {
        String where = type + " " + rows + " x " + n + ", smoothing " + smoothing + (mean ? ", mean" : reduced ? ", sum" : "");
        Random random = new Random(n);
        Twin x = on.twin(type, OnDevice.tame(type, rows * n, n));
        Twin wide = on.twin(DType.F64, IntStream.range(0, rows * n).mapToDouble(x::get).toArray());
        int ignored = n > 1 ? 1 : -1;
        Twin labels = on.twin(DType.I64, IntStream.range(0, rows).mapToDouble(i -> i == 0 ? 0 : random.nextInt(n)).toArray());
        Twin g = on.twin(type, IntStream.range(0, rows).mapToDouble(i -> i % 3 + 0.5).toArray());
        Twin gWide = on.twin(DType.F64, IntStream.range(0, rows).mapToDouble(g::get).toArray());
        Twin losses = on.empty(DType.F64, rows), most = on.empty(DType.F64, rows), sums = on.empty(DType.F64, rows), slopes = on.empty(DType.F64, rows * n);
        RowCrossEntropy.forward(DType.F64, wide.host(), rows, n, labels.host(), smoothing, ignored, losses.host(), most.host(), sums.host());
        long counted = IntStream.range(0, rows).filter(i -> labels.get(i) != ignored).count();
        double scale = mean ? 1.0 / counted : 1;
        RowCrossEntropy.backward(DType.F64, wide.host(), rows, n, labels.host(), smoothing, ignored, most.host(), sums.host(), gWide.host(), reduced, scale, slopes.host());

        Twin y = on.empty(type, reduced ? 1 : rows), max = on.empty(type.compute(), rows), sum = on.empty(type.compute(), rows), dx = on.empty(type, rows * n);
        Labels there = new Labels(labels.device(), rows, n, smoothing, ignored, reduced, mean);
        CudaCrossEntropy.forward(on.device, type, x.device(), there, y.device(), max.device(), sum.device());
        CudaCrossEntropy.gradient(on.device, type, x.device(), there, max.device(), sum.device(), g.device(), dx.device());
        double relative = switch (type) {
            case F64 -> 1e-13;
            case F32 -> 2e-6;
            case F16 -> 1e-3;
            default -> 8e-3;
        };
        Twin got = on.download(y);
        if (reduced) {
            double total = IntStream.range(0, rows).mapToDouble(losses::get).sum() * scale;
            assertEquals(total, got.get(0), relative * (1 + Math.abs(total)), where);
        } else {
            for (int i = 0; i < rows; i++) assertEquals(losses.get(i), got.get(i), relative * (1 + losses.get(i)), where + " at " + i);
        }
        Twin gradient = on.download(dx);
        for (int i = 0; i < rows * n; i++) assertEquals(slopes.get(i), gradient.get(i), relative * (0.1 + Math.abs(slopes.get(i))), "gradient of " + where + " at " + i);
    }

    @Test
    void aLabelOutsideIsToldAtTheNextWait() {
        Twin x = on.twin(DType.F32, new double[12]), labels = on.twin(DType.I64, 0, 3, -1), y = on.empty(DType.F32, 1), max = on.empty(DType.F32, 3), sum = on.empty(DType.F32, 3);
        Labels there = new Labels(labels.device(), 3, 4, 0, 2, true, true);
        CudaCrossEntropy.forward(on.device, DType.F32, x.device(), there, y.device(), max.device(), sum.device());
        String message = assertThrows(RuntimeException.class, () -> on.device.stream().synchronize()).getMessage();
        assertTrue(message.startsWith("crossEntropy: label -1 at position 2 is outside the 4 classes of the logits"), message);
        on.device.stream().synchronize();
    }
}
