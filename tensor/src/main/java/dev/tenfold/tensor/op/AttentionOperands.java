package dev.tenfold.tensor.op;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.cpu.Attention.Heads;
import dev.tenfold.kernels.cpu.Attention.Mask;
import dev.tenfold.kernels.cpu.Attention.Sizes;
import dev.tenfold.tensor.Layout;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import dev.tenfold.tensor.primitive.Attending;
import java.util.ArrayList;
import java.util.List;

/** Queries, keys, values [batch, heads, tokens, width] and a mask or null as the attention's kernel reads them, of the type that their device takes. */
final class AttentionOperands implements AutoCloseable {
    private final Tensor q;
    private final Tensor k;
    private final Tensor v;
    private final Tensor mask;
    private final List<Tensor> own = new ArrayList<>();

    private AttentionOperands(Tensor q, Tensor k, Tensor v, Tensor mask) {
        this.q = readable(q);
        this.k = readable(k);
        this.v = readable(v);
        this.mask = mask;
    }

    /** {@code inputs}: queries, keys, values and, where there is a fourth, a mask. */
    static AttentionOperands of(Tensor... inputs) {
        return new AttentionOperands(inputs[0], inputs[1], inputs[2], inputs.length > 3 ? inputs[3] : null);
    }

    /** As {@link #of}; closes {@code inputs} with it. */
    static AttentionOperands owning(Tensor... inputs) {
        AttentionOperands operands = of(inputs);
        operands.own.addAll(List.of(inputs));
        return operands;
    }

    /** A copy where a token's vector has gaps, or is of a type that the device does not take. */
    private Tensor readable(Tensor x) {
        DType compute = Single.type(x);
        Layout layout = x.layout();
        boolean walkable = (layout.stride(3) == 1 || x.size(3) == 1) && (x.size(2) == 1 || layout.stride(2) >= x.size(3));
        if (compute == x.dtype() && walkable) return x;
        Tensor copy = compute == x.dtype() ? Contiguous.copy(x) : x.to(compute).contiguous();
        own.add(copy);
        return copy;
    }

    private Sizes sizes(double scale, boolean causal) {
        return new Sizes(q.dtype(), q.size(0), q.size(1), q.size(2), k.size(2), q.size(3), v.size(3), scale, causal);
    }

    static Heads heads(Tensor x) {
        Layout layout = x.layout();
        long step = x.size(2) == 1 ? Math.max(1, x.size(3)) : layout.stride(2);
        return new Heads(Attending.address(x), layout.stride(0), layout.stride(1), step);
    }

    private Mask hidden() {
        if (mask == null) return null;
        long[] steps = mask.layout().broadcastStrides(q.shape().with(3, k.size(2)));
        return new Mask(Attending.address(mask), steps[0], steps[1], steps[2], steps[3]);
    }

    /** Memory in the order [batch, tokens, heads, width] seen as [batch, heads, tokens, width]: joining the heads again is a view. */
    private static Tensor tokensFirst(DType type, Shape shape) {
        try (Tensor dense = Tensor.allocate(type, Shape.of(shape.size(0), shape.size(2), shape.size(1), shape.size(3)))) {
            return dense.permute(0, 2, 1, 3);
        }
    }

    /** What is kept of each query for the gradient. */
    Tensor logs() {
        return Attending.logs(q);
    }

    /** The result [batch, heads, queries, values], rounded to {@code type}, and what else its gradient needs. */
    Tensor[] forward(DType type, Shape shape, double scale, boolean causal) {
        Tensor logs = logs();
        if (shape.elements() == 0 || k.size(2) == 0) return new Tensor[] {Tensors.full(type, shape, 0), logs};
        Tensor out = tokensFirst(q.dtype(), shape);
        forward(scale, causal, heads(out), logs);
        return new Tensor[] {rounded(out, type), logs};
    }

    /** Writes the result, which is not empty, and {@code logs}. */
    void forward(double scale, boolean causal, Heads out, Tensor logs) {
        Attending.forward(q.device(), sizes(scale, causal), heads(q), heads(k), heads(v), hidden(), out, logs);
    }

    /** The gradients of queries, keys and values, and null for a mask; {@code out} and {@code logs} are {@link #forward}'s. */
    Tensor[] gradients(Tensor out, Tensor logs, Tensor incoming, double scale, boolean causal) {
        DType type = incoming.dtype();
        if (incoming.elements() == 0 || k.size(2) == 0) return results(Tensors.zerosLike(q), Tensors.zerosLike(k), Tensors.zerosLike(v), type);
        Tensor dq = tokensFirst(q.dtype(), q.shape());
        Tensor dk = tokensFirst(q.dtype(), k.shape());
        Tensor dv = tokensFirst(q.dtype(), v.shape());
        gradients(heads(out), logs, incoming, scale, causal, heads(dq), heads(dk), heads(dv));
        return results(dq, dk, dv, type);
    }

    /** Writes the gradients of queries, keys and values, none of them empty. */
    void gradients(Heads out, Tensor logs, Tensor incoming, double scale, boolean causal, Heads dq, Heads dk, Heads dv) {
        Attending.gradient(q.device(), sizes(scale, causal), heads(q), heads(k), heads(v), hidden(), out, logs, heads(readable(incoming)), dq, dk, dv);
    }

    private Tensor[] results(Tensor dq, Tensor dk, Tensor dv, DType type) {
        Tensor[] three = {rounded(dq, type), rounded(dk, type), rounded(dv, type)};
        return mask == null ? three : new Tensor[] {three[0], three[1], three[2], null};
    }

    /** {@code wide}, closed and replaced where {@code type} is another one. */
    static Tensor rounded(Tensor wide, DType type) {
        if (wide.dtype() == type) return wide;
        try (wide) {
            return wide.to(type);
        }
    }

    @Override
    public void close() {
        own.forEach(Tensor::close);
    }
}
