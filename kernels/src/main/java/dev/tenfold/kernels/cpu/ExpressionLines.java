package dev.tenfold.kernels.cpu;

import static dev.tenfold.kernels.expr.Expr.c;
import static dev.tenfold.kernels.expr.Expr.p;
import static dev.tenfold.kernels.expr.Expr.x;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.expr.Expr;
import dev.tenfold.kernels.expr.Fn;
import dev.tenfold.kernels.expr.PointwiseKernel;
import java.util.Arrays;
import java.util.List;

/** {@link LineLoops} of compiled expressions and {@link RowLoops}, for any vector width and for none; terms of a sum go through scratch memory. */
final class ExpressionLines implements LineLoops {
    private static final Expr CENTRED = x(0).sub(p(0));
    private static final Expr PRODUCT = x(0).mul(x(1));
    private static final Expr CENTRED_PRODUCT = x(0).mul(x(1).sub(p(0)));
    private static final Expr SCALED = x(0).mul(p(0));
    private static final Expr AFFINE = fma(CENTRED, p(1), p(2));
    private static final Expr WEIGHTED = fma(CENTRED.mul(p(1)), x(1), x(2));
    private static final Expr COMBINED = fma(x(1).sub(p(0)), p(2), fma(x(0), p(1), p(3)));
    private static final Expr SOFTMAX_GRADIENT = x(0).mul(x(1).sub(p(0)));
    // x(0) g, x(1) weight, x(2) x, x(3) dweight, x(4) dbias; p(0) centre, p(1) ofG, p(2) ofX, p(3) constant
    private static final List<Expr> WEIGHTED_GRADIENT = List.of(
            fma(x(2).sub(p(0)), p(2), fma(x(0).mul(x(1)), p(1), p(3))),
            fma(x(2).sub(p(0)).mul(p(1)), x(0), x(3)),
            x(0).add(x(4)));

    private final DType type;
    private final PointwiseKernel centred;
    private final PointwiseKernel product;
    private final PointwiseKernel centredProduct;
    private final PointwiseKernel exp;
    private final PointwiseKernel expAffine;
    private final PointwiseKernel scaled;
    private final PointwiseKernel affine;
    private final PointwiseKernel weighted;
    private final PointwiseKernel combined;
    private final PointwiseKernel softmaxGradient;
    private final PointwiseKernel logSoftmaxGradient;
    private final PointwiseKernel weightedGradient;

    ExpressionLines(DType type) {
        this.type = type;
        double nothing = type == DType.F32 ? NOTHING_32 : NOTHING_64;
        centred = kernel(CENTRED, 1);
        product = kernel(PRODUCT, 2);
        centredProduct = kernel(CENTRED_PRODUCT, 2);
        Expr below = exp(CENTRED, nothing);
        exp = kernel(below, 1);
        expAffine = kernel(fma(below, p(1), p(2)), 1);
        scaled = kernel(SCALED, 1);
        affine = kernel(AFFINE, 1);
        weighted = kernel(WEIGHTED, 3);
        combined = kernel(COMBINED, 2);
        softmaxGradient = kernel(SOFTMAX_GRADIENT, 2);
        logSoftmaxGradient = kernel(fma(exp(x(0), nothing).neg(), p(0), x(1)), 2);
        weightedGradient = PointwiseKernel.of(WEIGHTED_GRADIENT, new DType[] {type, type, type, type, type}, type, type, type, type);
    }

    private static Expr fma(Expr a, Expr b, Expr plus) {
        return Expr.of(Fn.FMA, a, b, plus);
    }

    private static Expr exp(Expr t, double nothing) {
        return t.lt(c(nothing)).select(c(0), t.exp());
    }

    private PointwiseKernel kernel(Expr expr, int inputs) {
        DType[] types = new DType[inputs];
        Arrays.fill(types, type);
        return PointwiseKernel.of(expr, types, type, type);
    }

    private static long[] at(long... addresses) {
        return addresses;
    }

    @Override
    public double sum(long x, int n) {
        return type == DType.F32 ? RowLoops.CHOSEN.sum32(x, n) : RowLoops.CHOSEN.sum64(x, n);
    }

    @Override
    public double max(long x, int n) {
        return type == DType.F32 ? RowLoops.CHOSEN.max32(x, n) : RowLoops.CHOSEN.max64(x, n);
    }

    @Override
    public double sumSquares(long x, int n, double centre) {
        try (Scratch scratch = new Scratch((long) n * type.bytes())) {
            long terms = scratch.address();
            centred.run(n, at(x), 0, terms, centre);
            return type == DType.F32 ? RowLoops.CHOSEN.sumSquares32(terms, n) : RowLoops.CHOSEN.sumSquares64(terms, n);
        }
    }

    @Override
    public double sumProducts(long g, long x, int n, double centre) {
        try (Scratch scratch = new Scratch((long) n * type.bytes())) {
            centredProduct.run(n, at(g, x), 0, scratch.address(), centre);
            return sum(scratch.address(), n);
        }
    }

    @Override
    public double exp(long x, int n, double centre, long y) {
        exp.run(n, at(x), 0, y, centre);
        return sum(y, n);
    }

    @Override
    public void expAffine(long x, int n, double centre, double factor, double shift, long y) {
        expAffine.run(n, at(x), 0, y, centre, factor, shift);
    }

    @Override
    public void scale(long y, int n, double factor) {
        scaled.run(n, at(y), 0, y, factor);
    }

    @Override
    public void affine(long x, int n, double centre, double factor, double shift, long y) {
        affine.run(n, at(x), 0, y, centre, factor, shift);
    }

    @Override
    public void affine(long x, int n, double centre, double factor, long weight, long bias, long y) {
        weighted.run(n, at(x, weight, bias), 0, y, centre, factor);
    }

    @Override
    public void combine(long g, long x, int n, double centre, double ofG, double ofX, double constant, long y) {
        combined.run(n, at(g, x), 0, y, centre, ofG, ofX, constant);
    }

    @Override
    public void softmaxGradient(long y, long g, int n, double sum, long out) {
        softmaxGradient.run(n, at(y, g), 0, out, sum);
    }

    @Override
    public void logSoftmaxGradient(long y, long g, int n, double sum, long out) {
        logSoftmaxGradient.run(n, at(y, g), 0, out, sum);
    }

    @Override
    public void weightedSums(long g, long weight, long x, int n, double centre, long sums) {
        try (Scratch scratch = new Scratch((long) n * type.bytes())) {
            long h = scratch.address();
            product.run(n, at(g, weight), 0, h);
            Memory.putDouble(sums, sum(h, n));
            Memory.putDouble(sums + Double.BYTES, sumProducts(h, x, n, centre));
        }
    }

    @Override
    public void weightedGradient(long g, long weight, long x, int n, double centre, double ofG, double ofX, double constant, long dx, long dweight, long dbias) {
        weightedGradient.run(n, at(g, weight, x, dweight, dbias, dx, dweight, dbias), 0, new double[] {centre, ofG, ofX, constant});
    }
}
