package dev.tenfold.kernels.cuda;

import static dev.tenfold.kernels.expr.Expr.p;
import static dev.tenfold.kernels.expr.Expr.x;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.expr.Expr;
import dev.tenfold.kernels.expr.Fn;
import dev.tenfold.kernels.expr.PointwiseKernel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Representatives of all element-wise kernels, which are made when they are needed: for the check of kernels without a device. */
final class PointwiseFamily {
    private PointwiseFamily() {
    }

    static List<KernelFamily> families() {
        return List.of(
                new KernelFamily("elementwise", "arithmetic, activations, comparisons, casts and optimiser steps", true, PointwiseFamily::common),
                new KernelFamily("elementwise-functions", "trigonometric, power and gamma functions, by StrictMath's steps in f64", false, PointwiseFamily::functions));
    }

    private static KernelSource of(DType type, int inputs, Expr... trees) {
        return CudaPointwise.source(kernel(type, inputs, trees));
    }

    private static PointwiseKernel kernel(DType type, int inputs, Expr... trees) {
        return PointwiseKernel.of(List.of(trees), types(type, inputs), type, types(type, trees.length));
    }

    private static DType[] types(DType type, int n) {
        DType[] types = new DType[n];
        Arrays.fill(types, type);
        return types;
    }

    private static List<KernelSource> common() {
        List<KernelSource> sources = new ArrayList<>();
        for (DType type : List.of(DType.F32, DType.BF16, DType.F16, DType.F64)) {
            sources.add(of(type, 2, x(0).add(x(1))));
            sources.add(of(type, 1, x(0).mul(0.5).mul(Expr.of(Fn.ERF, x(0).mul(Math.sqrt(0.5))).add(1)))); // GELU
            sources.add(of(type, 4, x(0).mul(x(1)).add(x(2)).tanh().mul(Expr.c(1).div(x(3).neg().exp().add(1)))));
        }
        sources.add(of(DType.I64, 2, x(0).mul(x(1)).max(x(0))));
        sources.add(of(DType.U8, 2, x(0).add(x(1))));
        sources.add(CudaPointwise.source(PointwiseKernel.of(x(0), new DType[] {DType.F32}, DType.F32, DType.BF16)));
        sources.add(CudaPointwise.source(PointwiseKernel.of(x(0).gt(x(1)), types(DType.F32, 2), DType.F32, DType.BOOL)));
        // Adam's step: moments, and the weight from both.
        Expr first = p(0).mul(x(2)).add(p(1).mul(x(1)));
        Expr second = p(2).mul(x(3)).add(p(3).mul(x(1).mul(x(1))));
        sources.add(CudaPointwise.runsSource(kernel(DType.F32, 4, x(0).sub(p(4).mul(first).div(second.sqrt().add(p(5)))), x(1), first, second)));
        return sources;
    }

    private static List<KernelSource> functions() {
        List<KernelSource> sources = new ArrayList<>();
        for (DType type : List.of(DType.F32, DType.F64)) {
            for (Fn fn : List.of(Fn.SIN, Fn.ATAN, Fn.LGAMMA, Fn.DIGAMMA, Fn.ASIN, Fn.LOG1P)) sources.add(of(type, 1, Expr.of(fn, x(0))));
            for (Fn fn : List.of(Fn.POW, Fn.ATAN2, Fn.REMAINDER, Fn.FLOOR_DIV)) sources.add(of(type, 2, Expr.of(fn, x(0), x(1))));
        }
        return sources;
    }
}
