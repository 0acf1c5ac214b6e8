package dev.tenfold.tensor.op;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.cpu.Reductions;
import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Gradient;
import dev.tenfold.tensor.Operation;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.util.List;

/**
 * The product over axes. Integers keep their type (and wrap); bool counts as i64. An empty product is 1.
 *
 * <p>Gradient: {@code g y / x}; where an element is 0, {@code g} times the product of the others, from a tensor that is as many
 * times larger than x as elements are multiplied.
 */
public record Prod(Axes axes) implements Operation {
    @Override
    public String name() {
        return "prod";
    }

    @Override
    public boolean runsOn(Device.Kind kind) {
        return true;
    }

    @Override
    public Tensor[] forward(Tensor[] inputs) {
        Tensor x = inputs[0].dtype() == DType.BOOL ? inputs[0].to(DType.I64) : inputs[0];
        return new Tensor[] {axes.reduce(name(), Reductions.Kind.PROD, x)};
    }

    @Override
    public long savedOutputs() {
        return 1;
    }

    @Override
    public Tensor[] backward(Gradient gradient) {
        Tensor x = gradient.savedInput(0);
        Tensor g = axes.restore(gradient.output(), x.shape());
        if (x.eq(0).any().item() != 0) return new Tensor[] {g.mul(productOfOthers(x))};
        return new Tensor[] {g.mul(axes.restore(gradient.savedOutput(0), x.shape())).div(x)};
    }

    /** For every element of x the product of those that are reduced together with it. */
    private Tensor productOfOthers(Tensor x) {
        Shape shape = x.shape();
        int[] order = axes.reducedLast(axes.reduced(shape, name()));
        Tensor last = x.permute(order);
        long n = axes.count(shape, name());
        Tensor lines = last.reshape(x.elements() / n, 1, n);
        Tensor itself = Tensors.eye(DType.BOOL, n);
        Tensor others = itself.where(Tensors.scalar(x.dtype(), 1), lines).prod(-1);
        int[] back = new int[order.length];
        for (int i = 0; i < order.length; i++) back[order[i]] = i;
        return others.reshape(last.shape().sizes()).permute(back);
    }

    static List<Sample> samples() {
        return List.of(
                Sample.of("all", in -> in.get(0).prod(), Sample.Input.real(0.5, 2, 3, 4)).types(Sample.ALL),
                Sample.of("last", in -> in.get(0).prod(-1), Sample.Input.real(3, 5)).large(Sample.Input.real(20_001, 5)),
                Sample.of("outer and inner", in -> in.get(0).prod(0, 2), Sample.Input.real(2, 3, 2)),
                Sample.of("with zeros", in -> in.get(0).relu().prod(0, 2), Sample.Input.real(2, 4, 2)).large(Sample.Input.real(2, 10_001, 2)));
    }

    static List<Fault> faults() {
        return List.of(Fault.of("no such axis", List.of("prod: axis 2 does not exist in [2, 3]"), in -> in.get(0).prod(2), Sample.Input.real(2, 3)));
    }
}
