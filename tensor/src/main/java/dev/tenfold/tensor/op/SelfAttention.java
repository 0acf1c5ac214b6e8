package dev.tenfold.tensor.op;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.cpu.Attention.Heads;
import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Gradient;
import dev.tenfold.tensor.Layout;
import dev.tenfold.tensor.NoGrad;
import dev.tenfold.tensor.Operation;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import dev.tenfold.tensor.primitive.Attending;
import java.util.List;

/**
 * {@link Attention} of a sequence with itself, from one product's result: x [batch, tokens, 3 width] holds each token's query, key and
 * value, each the heads' parts one after another; the result is [batch, tokens, width]. No part is copied, and the gradient is
 * written as one tensor.
 */
public record SelfAttention(int heads, double scale, boolean causal) implements Operation {
    @Override
    public String name() {
        return "selfAttention";
    }

    /** The result for x and perhaps a mask. */
    public Tensor of(Tensor... inputs) {
        return Attention.result(this, inputs);
    }

    @Override
    public boolean runsOn(Device.Kind kind) {
        return true;
    }

    @Override
    public Tensor[] forward(Tensor[] inputs) {
        Shape x = inputs[0].shape();
        if (x.rank() != 3 || heads < 1 || x.size(2) % (3L * heads) != 0) {
            throw new IllegalArgumentException("selfAttention: x " + x + " must be [..., tokens, 3 width], width a multiple of " + heads + " heads");
        }
        DType type = Single.commonType(name(), inputs[0]);
        Attention.check(name(), causal, inputs.length > 1 ? inputs[1] : null, Shape.of(x.size(0), heads, x.size(1), x.size(1)));
        long width = x.size(2) / 3;
        Tensor out = Tensor.allocate(Single.type(inputs[0]), x.with(2, width));
        try (Tensor dense = Axes.dense(inputs[0]); AttentionOperands in = operands(dense, inputs)) {
            Tensor logs = in.logs();
            if (out.elements() > 0) in.forward(scale, causal, place(out, 0, width), logs);
            return new Tensor[] {AttentionOperands.rounded(out, type), logs};
        }
    }

    /** Where heads of {@code width} elements in all lie in a dense [batch, tokens, row], from element {@code start} of a row on. */
    private Heads place(Tensor x, long start, long width) {
        long row = x.size(2);
        return new Heads(Attending.address(x) + start * x.dtype().bytes(), x.size(1) * row, width / heads, row);
    }

    private AttentionOperands operands(Tensor x, Tensor[] inputs) {
        long tokens = x.size(1);
        long row = x.size(2);
        long width = row / 3;
        Tensor[] parts = new Tensor[3];
        for (int i = 0; i < 3; i++) {
            parts[i] = x.withLayout(Layout.of(Shape.of(x.size(0), heads, tokens, width / heads), new long[] {tokens * row, width / heads, row, 1},
                    x.layout().offset() + i * width));
        }
        if (inputs.length == 1) return AttentionOperands.owning(parts);
        return AttentionOperands.owning(parts[0], parts[1], parts[2], inputs[1].withLayout(inputs[1].layout()));
    }

    @Override
    public long savedOutputs() {
        return 0b11;
    }

    @Override
    public Tensor[] backward(Gradient gradient) {
        Tensor x = gradient.savedInput(0);
        Tensor[] inputs = gradient.inputs() > 1 ? new Tensor[] {x, gradient.savedInput(1)} : new Tensor[] {x};
        Tensor[] results = new Tensor[inputs.length];
        Tensor g = gradient.output();
        Tensor incoming = g.reshape(g.size(0), g.size(1), heads, g.size(2) / heads).transpose(1, 2);
        if (NoGrad.active()) {
            results[0] = fused(x, inputs, gradient.savedOutput(0), gradient.savedOutput(1), incoming);
            return results;
        }
        Tensor[] parts = parts(x);
        Tensor[] all = inputs.length > 1 ? new Tensor[] {parts[0], parts[1], parts[2], inputs[1]} : parts;
        Tensor[] d = AttentionScores.gradients(all, incoming, scale, causal);
        results[0] = Tensors.concat(-1, List.of(joined(d[0]), joined(d[1]), joined(d[2])));
        return results;
    }

    /** Recorded views of queries, keys and values, [batch, heads, tokens, width of a head]. */
    private Tensor[] parts(Tensor x) {
        Tensor split = x.reshape(x.size(0), x.size(1), 3, heads, x.size(2) / 3 / heads);
        Tensor[] parts = new Tensor[3];
        for (int i = 0; i < 3; i++) parts[i] = split.select(2, i).transpose(1, 2);
        return parts;
    }

    /** [batch, heads, tokens, width of a head] as [batch, tokens, width]. */
    private static Tensor joined(Tensor x) {
        return x.transpose(1, 2).reshape(x.size(0), x.size(2), x.size(1) * x.size(3));
    }

    private Tensor fused(Tensor x, Tensor[] inputs, Tensor y, Tensor logs, Tensor incoming) {
        if (x.elements() == 0) return Tensors.zerosLike(x);
        Tensor out = Tensor.allocate(Single.type(x), x.shape());
        long width = x.size(2) / 3;
        try (Tensor dense = Axes.dense(x); AttentionOperands in = operands(dense, inputs)) {
            in.gradients(place(y, 0, width), logs, incoming, scale, causal, place(out, 0, width), place(out, width, width), place(out, 2 * width, width));
        }
        return AttentionOperands.rounded(out, x.dtype());
    }

    static List<Sample> samples() {
        return List.of(
                sample("one head", 1, false, Sample.Input.real(3, 12)),
                sample("heads", 2, false, Sample.Input.real(2, 3, 12)).large(Sample.Input.real(5, 33, 24)),
                sample("causal", 2, true, Sample.Input.real(2, 3, 12)).large(Sample.Input.real(1, 301, 12)),
                Attention.promising(Sample.of("padded", in -> in.get(0).selfAttention(2, in.get(1), false), Sample.Input.real(2, 3, 12), Sample.Input.truth(2, 1, 1, 3))),
                sample("empty", 2, false, Sample.Input.real(2, 0, 12)));
    }

    private static Sample sample(String label, int heads, boolean causal, Sample.Input x) {
        return Attention.promising(Sample.of(label, in -> in.get(0).selfAttention(heads, null, causal), x));
    }

    static List<Fault> faults() {
        return List.of(
                Fault.of("width", List.of("selfAttention: x [1, 3, 10]", "3 width", "2 heads"), in -> in.get(0).selfAttention(2, null, false), Sample.Input.real(3, 10)),
                Fault.of("mask of another shape", List.of("selfAttention: the mask [4, 3]", "[1, 2, 3, 3]"),
                        in -> in.get(0).selfAttention(2, in.get(1), false), Sample.Input.real(3, 12), Sample.Input.truth(4, 3)));
    }
}
