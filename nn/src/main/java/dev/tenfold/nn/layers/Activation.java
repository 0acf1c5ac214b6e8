package dev.tenfold.nn.layers;

import static dev.tenfold.kernels.expr.Expr.c;
import static dev.tenfold.kernels.expr.Expr.x;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.expr.Expr;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.op.Pointwise;
import java.util.function.UnaryOperator;

/** What stands between the two products of a transformer's or an ensemble's layer. */
public enum Activation {
    RELU(Tensor::relu),
    /** {@code x Phi(x)} (Hendrycks and Gimpel 2016). */
    GELU(x -> x.dtype() == DType.F64 ? x.gelu() : SinglePrecisionGelu.OPERATION.apply(x)),
    /** {@code x sigmoid(1.702 x)}, an approximation of GELU (ibid.) that CLIP's encoders use. */
    QUICK_GELU(Sigmoidal.QUICK_GELU::apply),
    /** {@code x sigmoid(x)}, also called swish. */
    SILU(Tensor::silu),
    TANH(Tensor::tanh);

    /** Apart, since an enum's constants come before its other fields. */
    private static final class Sigmoidal {
        private static final Expr SCALED = x(0).mul(1.702);
        // exp(-|a|) by a choice: at 0 it has the slope of one side, where abs has none.
        private static final Expr E = SCALED.lt(c(0)).select(SCALED, SCALED.neg()).exp();
        static final Pointwise QUICK_GELU = Pointwise.of("quickGelu", 1, Pointwise.Result.FLOAT,
                x(0).mul(x(0).lt(c(0)).select(E, c(1)).div(E.add(1))));
    }

    private final UnaryOperator<Tensor> function;

    Activation(UnaryOperator<Tensor> function) {
        this.function = function;
    }

    /** The function on every element. */
    public Tensor of(Tensor x) {
        return function.apply(x);
    }
}
