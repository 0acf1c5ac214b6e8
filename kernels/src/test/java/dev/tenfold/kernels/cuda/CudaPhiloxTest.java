package dev.tenfold.kernels.cuda;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.cpu.PhiloxFill;
import java.util.function.BiConsumer;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The device's random numbers are the CPU's, in bits. */
class CudaPhiloxTest {
    private static final long SEED = 0x123456789ABCDEFL;
    private static final long[] SUBSEQUENCES = {0, -5};
    private static final long[] COUNTERS = {0, (1L << 32) - 3, 1L << 40, -2};
    private static final int[] COUNTS = {1, 2, 3, 4, 5, 4099};
    private static final DoubleUnaryOperator GUMBEL = u -> -StrictMath.log(-StrictMath.log(u));
    private static final DoubleUnaryOperator LOGISTIC = u -> StrictMath.log(u) - StrictMath.log1p(-u);
    private OnDevice on;

    @BeforeEach
    void open() {
        on = new OnDevice();
    }

    @AfterEach
    void close() {
        if (on != null) on.close();
    }

    private interface Fill {
        void run(long subsequence, long counter, int n, OnDevice.Twin out);
    }

    private void forAll(DType type, String what, Fill host, Fill device) {
        for (long subsequence : SUBSEQUENCES) {
            for (long counter : COUNTERS) {
                for (int n : COUNTS) {
                    OnDevice.Twin out = on.empty(type, n);
                    host.run(subsequence, counter, n, out);
                    device.run(subsequence, counter, n, out);
                    on.assertSame(out, what + " of " + type + ", " + n + " from " + counter + " of " + subsequence);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"F32", "F64", "F16", "BF16"})
    void floatsAreTheCpus(DType type) {
        forAll(type, "uniform", (s, c, n, out) -> PhiloxFill.uniform(type, SEED, s, c, n, -1.5, 2.25, out.host()),
                (s, c, n, out) -> CudaPhilox.uniform(on.device, type, SEED, s, c, 0, n, -1.5, 2.25, out.device()));
        forAll(type, "normal", (s, c, n, out) -> PhiloxFill.normal(type, SEED, s, c, n, 0.5, 3, out.host()),
                (s, c, n, out) -> CudaPhilox.normal(on.device, type, SEED, s, c, 0, n, 0.5, 3, out.device()));
        forAll(type, "Gumbel", (s, c, n, out) -> PhiloxFill.inverted(type, SEED, s, c, n, GUMBEL, out.host()),
                (s, c, n, out) -> CudaPhilox.inverted(on.device, type, SEED, s, c, 0, n, CudaPhilox.Quantile.GUMBEL, out.device()));
        forAll(type, "logistic", (s, c, n, out) -> PhiloxFill.inverted(type, SEED, s, c, n, LOGISTIC, out.host()),
                (s, c, n, out) -> CudaPhilox.inverted(on.device, type, SEED, s, c, 0, n, CudaPhilox.Quantile.LOGISTIC, out.device()));
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"I32", "I64", "U8"})
    void wholeNumbersAreTheCpus(DType type) {
        long[][] ranges = type == DType.U8 ? new long[][] {{0, 256}, {3, 10}} : type == DType.I32 ? new long[][] {{Integer.MIN_VALUE, 1L << 31}, {-5, 100}}
                : new long[][] {{Long.MIN_VALUE, Long.MAX_VALUE}, {-5, 1L << 40}};
        for (long[] range : ranges) {
            forAll(type, "integers", (s, c, n, out) -> PhiloxFill.integers(type, SEED, s, c, n, range[0], range[1], out.host()),
                    (s, c, n, out) -> CudaPhilox.integers(on.device, type, SEED, s, c, 0, n, range[0], range[1], out.device()));
        }
    }

    @Test
    void anOffsetInDeviceMemoryIsAddedToTheCounter() {
        OnDevice.Twin offset = on.twin(DType.I64, 1L << 33);
        OnDevice.Twin out = on.empty(DType.F32, 50);
        BiConsumer<Long, Long> draw = (counter, address) -> CudaPhilox.normal(on.device, DType.F32, SEED, 1, counter, address, 50, 0, 1, out.device());
        PhiloxFill.normal(DType.F32, SEED, 1, (1L << 33) + 7, 50, 0, 1, out.host());
        draw.accept(7L, offset.device());
        on.assertSame(out, "normal at an offset");
    }
}
