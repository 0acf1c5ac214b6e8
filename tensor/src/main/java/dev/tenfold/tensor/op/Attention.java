package dev.tenfold.tensor.op;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Gradient;
import dev.tenfold.tensor.NoGrad;
import dev.tenfold.tensor.Operation;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import java.util.List;

/**
 * Scaled dot-product attention (Vaswani et al. 2017): {@code O = softmax(scale Q K^T) V} over the keys, of queries
 * [batch, heads, queries, width], keys [batch, heads, keys, width], values [batch, heads, keys, values] and, where given, a mask (bool,
 * broadcast to [batch, heads, queries, keys]) that is true where a query sees a key. A query that sees no key gets zeros.
 * Causal: query i sees the keys up to {@code i + keys - queries}, so that the last query sees all.
 *
 * <p>Scores are kept for a block of queries at a time, and computed anew backward. The gradient is fused where it is not
 * recorded itself, and tensor operations where it is. The second result is what it needs of each query on a device. Results and gradients lie in memory as [batch, tokens, heads, width].
 */
public record Attention(double scale, boolean causal) implements Operation {
    /** Computes and, where a gradient is asked for, records the result alone: nobody but the graph needs the other one. */
    static Tensor result(Operation operation, Tensor... inputs) {
        Tensor[] results = Operation.applyAll(operation, inputs);
        results[1].close();
        return results[0];
    }

    /** {@link Attention} of {@code inputs}: queries, keys, values and perhaps a mask. */
    public Tensor of(Tensor... inputs) {
        return result(this, inputs);
    }

    @Override
    public String name() {
        return "attention";
    }

    @Override
    public boolean runsOn(Device.Kind kind) {
        return true;
    }

    @Override
    public Tensor[] forward(Tensor[] inputs) {
        Shape shape = resultShape(inputs);
        DType type = Single.commonType(name(), inputs[0], inputs[1], inputs[2]);
        try (AttentionOperands in = AttentionOperands.of(inputs)) {
            return in.forward(type, shape, scale, causal);
        }
    }

    private Shape resultShape(Tensor[] inputs) {
        Shape q = inputs[0].shape();
        Shape k = inputs[1].shape();
        Shape v = inputs[2].shape();
        boolean fit = q.rank() == 4 && k.rank() == 4 && v.rank() == 4 && k.equals(q.with(2, k.size(2))) && v.with(3, 0).equals(k.with(3, 0));
        if (!fit) {
            throw new IllegalArgumentException("attention: queries " + q + ", keys " + k + " and values " + v
                    + " do not fit; they must be [..., heads, queries, width], [..., heads, keys, width] and [..., heads, keys, values]");
        }
        check(name(), causal, inputs.length > 3 ? inputs[3] : null, q.with(3, k.size(2)));
        return q.with(3, v.size(3));
    }

    /** The mask fits the scores, and a causal attention has no more queries than keys. */
    static void check(String name, boolean causal, Tensor mask, Shape scores) {
        if (causal && scores.size(2) > scores.size(3)) {
            throw new IllegalArgumentException(name + ": causal with " + scores.size(2) + " queries and " + scores.size(3)
                    + " keys; the last query sees the last key, so there must be at least as many keys");
        }
        if (mask == null) return;
        if (mask.dtype() != DType.BOOL) {
            throw new IllegalArgumentException(name + ": the mask is " + mask.dtype() + ", must be bool, true where a query sees a key");
        }
        if (!mask.shape().broadcastsTo(scores)) {
            throw new IllegalArgumentException(name + ": the mask " + mask.shape() + " does not broadcast to " + scores + ", [batch, heads, queries, keys]");
        }
    }

    @Override
    public long savedOutputs() {
        return 0b11;
    }

    @Override
    public Tensor[] backward(Gradient gradient) {
        Tensor[] inputs = new Tensor[gradient.inputs()];
        for (int i = 0; i < inputs.length; i++) inputs[i] = gradient.savedInput(i);
        Tensor g = gradient.output();
        if (!NoGrad.active()) return AttentionScores.gradients(inputs, g, scale, causal);
        try (AttentionOperands in = AttentionOperands.of(inputs)) {
            return in.gradients(gradient.savedOutput(0), gradient.savedOutput(1), g, scale, causal);
        }
    }

    static List<Sample> samples() {
        Sample.Input q = Sample.Input.real(2, 2, 3, 4);
        Sample.Input k = Sample.Input.real(2, 2, 5, 4);
        Sample.Input v = Sample.Input.real(2, 2, 5, 3);
        return List.of(
                sample("cross", false, q, k, v).large(Sample.Input.real(3, 4, 40, 6), Sample.Input.real(3, 4, 20, 6), Sample.Input.real(3, 4, 20, 5)),
                sample("causal", true, q, k, v).large(Sample.Input.real(1, 1, 300, 2), Sample.Input.real(1, 1, 310, 2), Sample.Input.real(1, 1, 310, 2)),
                sample("one head", false, Sample.Input.real(3, 4), Sample.Input.real(2, 4), Sample.Input.real(2, 4)),
                masked("mask", false, q, k, v, Sample.Input.truth(3, 5)),
                masked("causal and padded", true, q, k, v, Sample.Input.truth(2, 1, 1, 5)),
                sample("no queries", false, Sample.Input.real(1, 1, 0, 2), Sample.Input.real(1, 1, 3, 2), Sample.Input.real(1, 1, 3, 2)),
                sample("no keys", false, Sample.Input.real(1, 1, 2, 2), Sample.Input.real(1, 1, 0, 2), Sample.Input.real(1, 1, 0, 2)));
    }

    // Hidden scores are multiplied by weights of zero, and products of any layout take other kernels.
    private static Sample sample(String label, boolean causal, Sample.Input... inputs) {
        return promising(Sample.of(label, in -> in.get(0).attention(in.get(1), in.get(2), null, causal), inputs));
    }

    private static Sample masked(String label, boolean causal, Sample.Input... inputs) {
        return promising(Sample.of(label, in -> in.get(0).attention(in.get(1), in.get(2), in.get(3), causal), inputs));
    }

    static Sample promising(Sample sample) {
        return sample.without(Sample.Promise.NOT_FINITE, Sample.Promise.BITS_OF_ANY_LAYOUT);
    }

    static List<Fault> faults() {
        Sample.Input q = Sample.Input.real(2, 3, 4);
        return List.of(
                Fault.of("widths", List.of("attention: queries [1, 2, 3, 4], keys [1, 2, 5, 3]", "[..., heads, keys, width]"),
                        in -> in.get(0).attention(in.get(1), in.get(1)), q, Sample.Input.real(2, 5, 3)),
                Fault.of("more queries than keys", List.of("attention: causal with 3 queries and 2 keys"),
                        in -> in.get(0).attention(in.get(1), in.get(1), null, true), q, Sample.Input.real(2, 2, 4)),
                Fault.of("mask of numbers", List.of("attention: the mask is f32, must be bool"),
                        in -> in.get(0).attention(in.get(0), in.get(0), in.get(1), false), q, Sample.Input.real(3, 3)),
                Fault.of("mask of another shape", List.of("attention: the mask [4, 3]", "[1, 2, 3, 3]"),
                        in -> in.get(0).attention(in.get(0), in.get(0), in.get(1), false), q, Sample.Input.truth(4, 3)),
                Fault.of("two types", List.of("attention:", "f64", "of one type"),
                        in -> in.get(0).attention(in.get(0).to(DType.F64), in.get(0).to(DType.F64)), q));
    }
}
