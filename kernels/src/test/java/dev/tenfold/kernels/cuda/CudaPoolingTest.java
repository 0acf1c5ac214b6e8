package dev.tenfold.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.cpu.Convolution.Geometry;
import dev.tenfold.kernels.cpu.Indexing;
import dev.tenfold.kernels.cpu.Pooling;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Pooling and its gradients against the CPU's in f64; maxima, their positions and gradients bit for bit. */
class CudaPoolingTest {
    private static Geometry windows(int n, int c, int h, int w, int r, int s, int strideH, int strideW, int padH, int padW, int dilationH, int dilationW) {
        return new Geometry(n, c, h, w, c, r, s, strideH, strideW, padH, padW, dilationH, dilationW, c);
    }

    private static final List<Geometry> GEOMETRIES = List.of(
            windows(2, 3, 4, 6, 2, 2, 2, 2, 0, 0, 1, 1), // side by side
            windows(1, 2, 5, 7, 3, 3, 2, 2, 1, 1, 1, 1), // overlapping
            windows(1, 2, 9, 8, 3, 2, 1, 2, 2, 1, 2, 3), // dilated
            windows(1, 2, 7, 8, 2, 1, 3, 3, 0, 0, 1, 1), // elements between the windows
            windows(2, 1, 3, 4, 3, 4, 1, 1, 0, 0, 1, 1), // whole planes
            windows(1, 1, 17, 19, 5, 5, 1, 1, 2, 2, 1, 1)); // more than a block

    private OnDevice on;

    @BeforeEach
    void open() {
        on = new OnDevice();
    }

    @AfterEach
    void close() {
        if (on != null) on.close();
    }

    private static int inputs(Geometry g) {
        return g.n() * g.c() * g.h() * g.w();
    }

    private static int outputs(Geometry g) {
        return g.n() * g.c() * g.outH() * g.outW();
    }

    private OnDevice.Twin wide(OnDevice.Twin t) {
        double[] values = new double[t.n()];
        for (int i = 0; i < values.length; i++) values[i] = t.get(i);
        return on.twin(DType.F64, values);
    }

    private void assertNear(OnDevice.Twin want, OnDevice.Twin out, String what) {
        OnDevice.Twin got = on.download(out);
        double unit = switch (out.type()) {
            case F64 -> 1e-15;
            case F32 -> 1e-6;
            case F16 -> 6e-4;
            default -> 5e-3;
        };
        for (int i = 0; i < want.n(); i++) assertEquals(want.get(i), got.get(i), unit * (1 + Math.abs(want.get(i))), what + " at " + i);
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"F32", "F64", "F16", "BF16"})
    void maximaAndPositionsAreThoseOfTheCpu(DType type) {
        for (Geometry g : GEOMETRIES) {
            // Few different numbers, so that many are equal, and all special ones.
            double[] values = OnDevice.tame(type, inputs(g), 1);
            for (int i = 0; i < values.length; i++) values[i] = i % 5 == 4 ? OnDevice.SPECIAL[i / 5 % OnDevice.SPECIAL.length] : Math.rint(values[i]);
            OnDevice.Twin x = on.twin(type, values);
            OnDevice.Twin want = on.empty(DType.F64, outputs(g));
            OnDevice.Twin y = on.empty(type, outputs(g));
            OnDevice.Twin positions = on.empty(DType.I64, outputs(g));
            Pooling.max(DType.F64, g, wide(x).host(), want.host(), positions.host());
            for (int i = 0; i < want.n(); i++) Memory.putAsDouble(type, y.host() + (long) i * type.bytes(), want.get(i));
            CudaPooling.max(on.device, type, g, x.device(), y.device(), positions.device());
            on.assertSame(y, "maxima of " + type + " " + g);
            on.assertSame(positions, "positions of " + type + " " + g);

            OnDevice.Twin dy = on.twin(type, OnDevice.tame(type, outputs(g), 2));
            OnDevice.Twin dx = on.empty(type, inputs(g));
            OnDevice.Twin sums = on.empty(DType.F64, inputs(g));
            Indexing.scatterAdd(DType.F64, wide(dy).host(), (long) g.n() * g.c(), (long) g.outH() * g.outW(), 1, positions.host(), (long) g.h() * g.w(), sums.host());
            CudaPooling.maxGradient(on.device, type, g, dy.device(), positions.device(), dx.device());
            assertNear(sums, dx, "gradient of the maxima of " + type + " " + g);
        }
    }

    @Test
    void maximaNeedNoPositions() {
        Geometry g = GEOMETRIES.getFirst();
        OnDevice.Twin x = on.twin(DType.F32, OnDevice.tame(DType.F32, inputs(g), 1));
        OnDevice.Twin y = on.empty(DType.F32, outputs(g));
        Pooling.max(DType.F32, g, x.host(), y.host(), 0);
        CudaPooling.max(on.device, DType.F32, g, x.device(), y.device(), 0);
        on.assertSame(y, "maxima");
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"F32", "F64", "F16", "BF16"})
    void meansAndTheirGradientsAreThoseOfTheCpu(DType type) {
        for (Geometry g : GEOMETRIES) {
            for (boolean countPadding : new boolean[] {true, false}) {
                OnDevice.Twin x = on.twin(type, OnDevice.tame(type, inputs(g), 1));
                OnDevice.Twin dy = on.twin(type, OnDevice.tame(type, outputs(g), 2));
                OnDevice.Twin y = on.empty(type, outputs(g));
                OnDevice.Twin dx = on.empty(type, inputs(g));
                OnDevice.Twin means = on.empty(DType.F64, outputs(g));
                OnDevice.Twin sums = on.empty(DType.F64, inputs(g));
                Pooling.average(DType.F64, g, countPadding, wide(x).host(), means.host());
                Pooling.averageBackward(DType.F64, g, countPadding, wide(dy).host(), sums.host());
                CudaPooling.average(on.device, type, g, countPadding, x.device(), y.device());
                CudaPooling.averageGradient(on.device, type, g, countPadding, dy.device(), dx.device());
                assertNear(means, y, "means of " + type + " " + g);
                assertNear(sums, dx, "gradient of the means of " + type + " " + g);
            }
        }
    }
}
