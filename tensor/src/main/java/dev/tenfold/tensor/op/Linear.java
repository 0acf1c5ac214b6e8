package dev.tenfold.tensor.op;

import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Gradient;
import dev.tenfold.tensor.Operation;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import dev.tenfold.tensor.primitive.Multiplying;
import java.util.List;

/**
 * {@code y[..., o] = sum_i x[..., i] weight[o, i] + bias[o]} of x [..., in], weight [out, in] and, where given, bias [out], of one
 * floating type. The bias is added to each tile of the product while that is in the cache.
 *
 * <p>Gradients: {@code dx = G W}, {@code dW = G^T x} and {@code db = sum G}, with the leading dimensions as one.
 */
public record Linear() implements Operation {
    @Override
    public String name() {
        return "linear";
    }

    @Override
    public boolean runsOn(Device.Kind kind) {
        return true;
    }

    @Override
    public Tensor[] forward(Tensor[] inputs) {
        Shape x = inputs[0].shape();
        Shape weight = inputs[1].shape();
        if (weight.rank() != 2 || x.rank() == 0 || x.size(-1) != weight.size(1)) {
            throw new IllegalArgumentException("linear: x " + x + " and weight " + weight + " do not fit; x must be [..., in] and weight [out, in]");
        }
        long n = weight.size(0);
        if (inputs.length > 2 && (inputs[2].rank() != 1 || inputs[2].size(0) != n)) {
            throw new IllegalArgumentException("linear: bias " + inputs[2].shape() + " does not fit weight " + weight + "; it must be [" + n + "]");
        }
        long rows = x.product(0, x.rank() - 1);
        return new Tensor[] {Single.onTensors(name(), inputs, x.with(x.rank() - 1, n),
                (in, out) -> Multiplying.linear(in[0], in[1], in.length > 2 ? in[2] : null, rows, out))};
    }

    @Override
    public long savedInputs() {
        return 0b11;
    }

    @Override
    public Tensor[] backward(Gradient gradient) {
        Tensor g = gradient.output();
        Shape x = gradient.inputShape(0);
        long rows = x.product(0, x.rank() - 1);
        Tensor tall = g.reshape(rows, g.size(-1));
        Tensor[] results = new Tensor[gradient.inputs()];
        if (gradient.needs(0)) results[0] = tall.matmul(gradient.savedInput(1)).reshape(x.sizes());
        if (gradient.needs(1)) results[1] = tall.transpose().matmul(gradient.savedInput(0).reshape(rows, x.size(-1)));
        if (results.length > 2 && gradient.needs(2)) results[2] = rows == 0 ? Tensors.zeros(g.dtype(), g.size(-1)) : tall.sum(0);
        return results;
    }

    static List<Sample> samples() {
        return List.of(
                Sample.of("rows", in -> in.get(0).linear(in.get(1), null), Sample.Input.real(3, 4), Sample.Input.real(5, 4))
                        .large(Sample.Input.real(190, 73), Sample.Input.real(101, 73)),
                Sample.of("bias", in -> in.get(0).linear(in.get(1), in.get(2)), Sample.Input.real(2, 3, 4), Sample.Input.real(5, 4), Sample.Input.real(5))
                        .large(Sample.Input.real(2, 33, 74), Sample.Input.real(309, 74), Sample.Input.real(309)),
                Sample.of("vector", in -> in.get(0).linear(in.get(1), in.get(2)), Sample.Input.real(4), Sample.Input.real(3, 4), Sample.Input.real(3)),
                Sample.of("no rows", in -> in.get(0).linear(in.get(1), in.get(2)), Sample.Input.real(0, 4), Sample.Input.real(3, 4), Sample.Input.real(3)),
                Sample.of("no inputs", in -> in.get(0).linear(in.get(1), in.get(2)), Sample.Input.real(2, 0), Sample.Input.real(3, 0), Sample.Input.real(3)));
    }

    static List<Fault> faults() {
        return List.of(
                Fault.of("inner sizes", List.of("linear: x [2, 3] and weight [4, 5] do not fit", "[out, in]"), in -> in.get(0).linear(in.get(1), null),
                        Sample.Input.real(2, 3), Sample.Input.real(4, 5)),
                Fault.of("bias", List.of("linear: bias [3]", "it must be [4]"), in -> in.get(0).linear(in.get(1), in.get(2)),
                        Sample.Input.real(2, 5), Sample.Input.real(4, 5), Sample.Input.real(3)),
                Fault.of("scalar", List.of("linear: x []", "[..., in]"), in -> in.get(0).linear(in.get(1), null), Sample.Input.real(), Sample.Input.real(4, 5)));
    }
}
