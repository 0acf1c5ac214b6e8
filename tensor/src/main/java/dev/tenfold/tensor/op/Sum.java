package dev.tenfold.tensor.op;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.cpu.Reductions;
import dev.tenfold.tensor.Gradient;
import dev.tenfold.tensor.Operation;
import dev.tenfold.tensor.Tensor;

/** The sum over axes. Integers keep their type (and wrap); bool counts as i64. An empty sum is 0. */
public record Sum(Axes axes) implements Operation {
    @Override
    public String name() {
        return "sum";
    }

    @Override
    public Tensor[] forward(Tensor[] inputs) {
        Tensor x = inputs[0].dtype() == DType.BOOL ? inputs[0].to(DType.I64) : inputs[0];
        return new Tensor[] {axes.reduce(name(), Reductions.Kind.SUM, x)};
    }

    @Override
    public long savedInputs() {
        return 0;
    }

    @Override
    public Tensor[] backward(Gradient gradient) {
        return new Tensor[] {axes.restore(gradient.output(), gradient.inputShape(0)).expand(gradient.inputShape(0))};
    }
}
