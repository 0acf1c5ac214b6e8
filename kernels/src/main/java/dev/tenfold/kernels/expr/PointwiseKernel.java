package dev.tenfold.kernels.expr;

import dev.tenfold.kernels.DType;

/** The CPU loop of an {@link Expr} for given element types, compiled once per process and cached. */
public final class PointwiseKernel {
    private PointwiseKernel() {
    }

    /** The loop for {@code expr}: inputs are widened to {@code compute}, the result is rounded to {@code out}. */
    public static PointwiseKernel of(Expr expr, DType[] in, DType compute, DType out) {
        throw new UnsupportedOperationException();
    }

    /**
     * Runs over dense operands.
     *
     * @param n      elements of the output
     * @param in     addresses of the inputs: {@code n} dense elements each, or one element when its bit in {@code scalars} is set
     * @param scalars bit i set: input i is one element, used for all
     * @param out    address of {@code n} dense elements; may equal an input's address of the same element size
     * @param params values of the tree's parameters
     */
    public void run(long n, long[] in, int scalars, long out, double... params) {
        throw new UnsupportedOperationException();
    }

    /**
     * Runs over strided inputs and a dense row-major output.
     *
     * @param shape   the output's sizes
     * @param strides per input, per dimension, in elements; 0 where the input is broadcast; negative allowed
     */
    public void run(long[] shape, long[][] strides, long[] in, long out, double... params) {
        throw new UnsupportedOperationException();
    }
}
