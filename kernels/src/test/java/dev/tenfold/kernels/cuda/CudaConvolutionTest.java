package dev.tenfold.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.cpu.Convolution;
import dev.tenfold.kernels.cpu.Convolution.Geometry;
import dev.tenfold.kernels.cuda.CudaConvolution.Variant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Convolutions and their gradients against the CPU's in f64, by every kernel that there is. */
class CudaConvolutionTest {
    /** n, c, h, w; k, r, s; strides; paddings; dilations; groups. */
    private static Geometry geometry(int n, int c, int h, int w, int k, int r, int s, int strideH, int strideW, int padH, int padW, int dilationH, int dilationW, int groups) {
        return new Geometry(n, c, h, w, k, r, s, strideH, strideW, padH, padW, dilationH, dilationW, groups);
    }

    private static final List<Geometry> EDGES = List.of(
            geometry(2, 5, 3, 4, 9, 1, 1, 1, 1, 0, 0, 1, 1, 1), // pointwise
            geometry(2, 3, 6, 7, 10, 3, 3, 1, 1, 1, 1, 1, 1, 1),
            geometry(2, 4, 7, 6, 8, 3, 3, 2, 2, 1, 1, 1, 1, 1),
            geometry(1, 9, 11, 9, 9, 5, 3, 1, 2, 3, 1, 2, 2, 1), // uneven and dilated
            geometry(1, 18, 5, 4, 18, 3, 3, 1, 1, 1, 1, 1, 1, 2), // groups
            geometry(2, 4, 5, 5, 6, 3, 3, 1, 1, 0, 0, 1, 1, 2), // narrow groups, no padding
            geometry(2, 3, 5, 6, 6, 3, 3, 2, 2, 1, 1, 1, 1, 3), // depthwise, two filters a plane
            geometry(1, 2, 2, 3, 8, 5, 5, 1, 1, 2, 2, 1, 1, 1), // filters that reach beyond the image on both sides
            geometry(1, 2, 1, 1, 8, 1, 1, 1, 1, 0, 0, 1, 1, 1),
            geometry(1, 8, 7, 8, 8, 1, 1, 3, 3, 0, 0, 1, 1, 1), // pixels between the windows
            geometry(1, 8, 9, 14, 8, 3, 3, 3, 2, 1, 2, 2, 3, 1), // strides and dilations with and without common divisors
            geometry(0, 2, 4, 4, 8, 3, 3, 1, 1, 1, 1, 1, 1, 1), // no images
            geometry(2, 0, 4, 4, 8, 3, 3, 1, 1, 1, 1, 1, 1, 1)); // no channels

    /** A row and a column more than one tile, a step and a half. */
    private static final List<Geometry> TILES = List.of(geometry(5, 17, 1, 13, 65, 1, 1, 1, 1, 0, 0, 1, 1, 1), geometry(3, 3, 1, 43, 129, 1, 3, 1, 1, 0, 1, 1, 1, 1),
            geometry(1, 129, 1, 9, 130, 1, 1, 1, 1, 0, 0, 1, 1, 1));

    /** Two of x, weight and y are given, the third is computed. */
    private enum What {
        FORWARD, INPUT_GRADIENT, WEIGHT_GRADIENT
    }

    private OnDevice on;

    @BeforeEach
    void open() {
        on = new OnDevice();
    }

    @AfterEach
    void close() {
        if (on != null) on.close();
    }

    private OnDevice.Twin wide(OnDevice.Twin t) {
        double[] values = new double[t.n()];
        for (int i = 0; i < values.length; i++) values[i] = t.get(i);
        return on.twin(DType.F64, values);
    }

    /** One geometry in one type: inputs, results in f64, and the largest sum of magnitudes that a result may have. */
    private final class Problem {
        final DType type;
        final Geometry g;
        final OnDevice.Twin x;
        final OnDevice.Twin weight;
        final OnDevice.Twin bias;
        final OnDevice.Twin dy;
        final OnDevice.Twin y;
        final OnDevice.Twin dx;
        final OnDevice.Twin dw;

        Problem(DType type, Geometry g) {
            this.type = type;
            this.g = g;
            x = on.twin(type, OnDevice.tame(type, g.n() * g.c() * g.h() * g.w(), 1));
            weight = on.twin(type, OnDevice.tame(type, g.k() * (g.c() / g.groups()) * g.r() * g.s(), 2));
            bias = on.twin(type, OnDevice.tame(type, g.k(), 3));
            dy = on.twin(type, OnDevice.tame(type, g.n() * g.k() * g.outH() * g.outW(), 4));
            y = on.empty(DType.F64, dy.n());
            dx = on.empty(DType.F64, x.n());
            dw = on.empty(DType.F64, weight.n());
            Convolution.forward(DType.F64, g, wide(x).host(), wide(weight).host(), wide(bias).host(), y.host());
            if (x.n() > 0) Convolution.backwardInput(DType.F64, g, wide(dy).host(), wide(weight).host(), dx.host());
            if (weight.n() > 0) Convolution.backwardWeight(DType.F64, g, wide(x).host(), wide(dy).host(), dw.host());
        }

        OnDevice.Twin want(What what) {
            return what == What.FORWARD ? y : what == What.INPUT_GRADIENT ? dx : dw;
        }

        void assertNear(What what, OnDevice.Twin out, String how) {
            OnDevice.Twin got = on.download(out);
            OnDevice.Twin want = want(what);
            long terms = what == What.WEIGHT_GRADIENT ? (long) g.n() * g.outH() * g.outW() : (long) g.r() * g.s() * (what == What.FORWARD ? g.c() : g.k());
            double unit = type == DType.F64 ? 1e-16 : 1e-7;
            double rounding = type == DType.F16 ? 6e-4 : type == DType.BF16 ? 5e-3 : 0;
            for (int i = 0; i < want.n(); i++) {
                double wanted = want.get(i);
                assertEquals(wanted, got.get(i), 16 * unit * (1 + terms) + rounding * (Math.abs(wanted) + 1e-3), what + " by " + how + " of " + type + " " + g + " at " + i);
            }
        }

        /** By whichever kernels are chosen. */
        void run(What what) {
            OnDevice.Twin out = on.empty(type, want(what).n());
            switch (what) {
                case FORWARD -> CudaConvolution.forward(on.device, type, g, x.device(), weight.device(), bias.device(), out.device());
                case INPUT_GRADIENT -> CudaConvolution.inputGradient(on.device, type, g, dy.device(), weight.device(), out.device());
                case WEIGHT_GRADIENT -> CudaConvolution.weightGradient(on.device, type, g, x.device(), dy.device(), out.device());
            }
            assertNear(what, out, "choice");
        }

        void run(What what, Variant variant, int parts) {
            OnDevice.Twin out = on.empty(type, want(what).n());
            GatheredProduct product = switch (what) {
                case FORWARD -> GatheredProduct.forward(g);
                case INPUT_GRADIENT -> GatheredProduct.inputGradient(g);
                case WEIGHT_GRADIENT -> GatheredProduct.weightGradient(g);
            };
            boolean gradient = what == What.WEIGHT_GRADIENT;
            CudaConvolution.run(on.device, type, product, variant, !gradient, parts, gradient ? dy.device() : weight.device(),
                    what == What.INPUT_GRADIENT ? dy.device() : x.device(), what == What.FORWARD ? bias.device() : 0, out.device());
            assertNear(what, out, variant + " in " + parts + " parts");
        }
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"F32", "F64", "F16", "BF16"})
    void convolutionsAndGradientsAreThoseOfTheCpu(DType type) {
        for (Geometry g : EDGES) {
            Problem problem = new Problem(type, g);
            for (What what : What.values()) problem.run(what);
        }
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"F32", "F64", "F16", "BF16"})
    void everyKernelGivesThem(DType type) {
        for (Geometry g : type == DType.F32 ? TILES : TILES.subList(0, 1)) {
            Problem problem = new Problem(type, g);
            for (What what : What.values()) {
                problem.run(what, Variant.LARGE, 1);
                problem.run(what, Variant.SMALL, 1);
                if (what == What.WEIGHT_GRADIENT) problem.run(what, Variant.SUMMED, 1);
                else problem.run(what, Variant.DIRECT, 1);
            }
        }
    }

    @Test
    void sumsInPartsAreTheSame() {
        Geometry g = geometry(3, 33, 9, 20, 9, 3, 3, 1, 1, 1, 1, 1, 1, 1);
        Problem problem = new Problem(DType.F32, g);
        for (What what : new What[] {What.FORWARD, What.WEIGHT_GRADIENT}) {
            problem.run(what, Variant.SMALL, 2);
            problem.run(what, Variant.LARGE, 3);
        }
        problem.run(What.WEIGHT_GRADIENT, Variant.SUMMED, 2);
    }
}
