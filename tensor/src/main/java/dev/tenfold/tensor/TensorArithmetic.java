package dev.tenfold.tensor;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.op.Cast;
import dev.tenfold.tensor.op.Elementwise;
import dev.tenfold.tensor.op.Pointwise;

/**
 * Element-wise operations, with NumPy broadcasting. Part of {@link Tensor}.
 *
 * <p>Types are promoted by {@link DType#promote}; a Java number takes the tensor's type (an integer tensor with a fractional
 * number becomes f32). Division, roots, exponentials and the like give f32 for integers.
 */
public sealed interface TensorArithmetic extends Arithmetic<Tensor> permits Tensor {
    /** This tensor. */
    Tensor self();

    /** This tensor in another element type; itself when it has that type already. */
    default Tensor to(DType dtype) {
        self().checkOpen("to");
        return self().dtype() == dtype ? self() : Operation.apply(new Cast(dtype), self());
    }

    @Override
    default Tensor pointwise(Pointwise operation, double... params) {
        return operation.apply(params, self());
    }

    @Override
    default Tensor pointwise(Pointwise operation, Tensor b, double... params) {
        return operation.apply(params, self(), b);
    }

    @Override
    default Tensor pointwise(Pointwise operation, Tensor b, Tensor c, double... params) {
        return operation.apply(params, self(), b, c);
    }

    @Override
    default Tensor withNumber(Pointwise operation, double p) {
        Tensor t = !self().dtype().isFloating() && p != Math.rint(p) ? self().to(DType.F32) : self();
        return operation.apply(new double[] {p}, t);
    }

    @Override
    default Tensor div(double b) {
        Tensor t = self().dtype().isFloating() ? self() : to(DType.F32);
        return Elementwise.MUL_SCALAR.apply(new double[] {1 / b}, t);
    }
}
