package dev.tenfold.tensor.op;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Gradient;
import dev.tenfold.tensor.Layout;
import dev.tenfold.tensor.Operation;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import dev.tenfold.tensor.primitive.Loop;
import dev.tenfold.tensor.primitive.Multiplying;
import java.util.Arrays;
import java.util.List;

/**
 * The matrix product {@code C[..., i, j] = sum_k A[..., i, k] B[..., k, j]} of A [..., m, k] and B [..., k, n] of one type;
 * the leading dimensions broadcast. Transposed views are multiplied where they lie. f16 and bf16 are multiplied and summed
 * in f32 and rounded once; integers wrap.
 *
 * <p>Gradients: {@code dA = G B^T}, {@code dB = A^T G}, summed over what was broadcast.
 */
public record MatMul() implements Operation {
    @Override
    public String name() {
        return "matmul";
    }

    @Override
    public boolean runsOn(Device.Kind kind) {
        return true;
    }

    @Override
    public Tensor[] forward(Tensor[] inputs) {
        Tensor a = inputs[0];
        Tensor b = inputs[1];
        Shape shape = resultShape(a.shape(), b.shape());
        if (a.dtype() != b.dtype()) {
            throw new IllegalArgumentException("matmul: element types differ: " + a.dtype() + " " + a.shape() + " x " + b.dtype() + " " + b.shape());
        }
        if (a.dtype() == DType.BOOL) {
            throw new IllegalArgumentException("matmul: bool matrices have no product; convert with to(DType.I32) or to(DType.F32)");
        }
        DType compute = Multiplying.operandType(a.device(), a.dtype());
        if (compute == a.dtype()) return new Tensor[] {product(a, b, shape)};
        try (Tensor wideA = a.to(compute); Tensor wideB = b.to(compute); Tensor wide = product(wideA, wideB, shape)) {
            return new Tensor[] {wide.to(a.dtype())};
        }
    }

    private static Shape resultShape(Shape a, Shape b) {
        if (a.rank() < 2 || b.rank() < 2) {
            throw new IllegalArgumentException("matmul: " + a + " x " + b + ": both must be matrices [..., m, k] x [..., k, n]");
        }
        if (a.size(-1) != b.size(-2)) {
            String hint = a.size(-1) == b.size(-1) ? ". Did you mean b.transpose()?" : a.size(-2) == b.size(-2) ? ". Did you mean a.transpose()?" : "";
            throw new IllegalArgumentException("matmul: inner sizes differ: " + a + " x " + b + " (" + a.size(-1) + " against " + b.size(-2) + ")" + hint);
        }
        Shape batch = Shape.broadcast(batch(a), batch(b), "matmul, batch dimensions");
        return batch.insert(batch.rank(), a.size(-2)).insert(batch.rank() + 1, b.size(-1));
    }

    /** The dimensions in front of the matrix. */
    static Shape batch(Shape shape) {
        return Shape.of(Arrays.copyOf(shape.sizes(), shape.rank() - 2));
    }

    private static Tensor product(Tensor a, Tensor b, Shape shape) {
        if (a.size(-1) == 0) return Tensors.full(a.dtype(), shape, 0);
        Tensor c = Tensor.allocate(a.dtype(), shape);
        if (c.elements() == 0) return c;
        long m = shape.size(-2);
        long n = shape.size(-1);
        long k = a.size(-1);
        // One tall product instead of many: B is shared by the batch.
        if (b.rank() == 2 && a.rank() > 2 && a.isDense()) {
            long rows = c.elements() / n;
            try (Tensor tall = a.withLayout(Layout.of(Shape.of(rows, k), new long[] {k, 1}, a.layout().offset()))) {
                multiply(tall, b, c, Shape.SCALAR, rows, n, k);
            }
            return c;
        }
        multiply(a, b, c, batch(shape), m, n, k);
        return c;
    }

    private static void multiply(Tensor a, Tensor b, Tensor c, Shape batch, long m, long n, long k) {
        try (Operand x = Operand.of(a, batch); Operand y = Operand.of(b, batch)) {
            int bytes = a.dtype().bytes();
            // The innermost batch dimension goes to the kernel in one call, with those outside that step alike.
            int split = batch.rank();
            long inner = 1;
            while (split > 0 && x.steps(split - 1, inner, batch) && y.steps(split - 1, inner, batch)) inner *= batch.size(--split);
            long outer = batch.product(0, split);
            long strideA = x.innerStride(split, batch);
            long strideB = y.innerStride(split, batch);
            for (long i = 0; i < outer; i++) {
                long at = Loop.address(c) + i * inner * m * n * bytes;
                long from = x.address() + x.offset(i, split, batch) * bytes;
                long with = y.address() + y.offset(i, split, batch) * bytes;
                Multiplying.run(c.device(), c.dtype(), x.transposed(), y.transposed(), m, n, k, from, x.leading(), strideA, with, y.leading(), strideB, at, inner);
            }
        }
    }

    @Override
    public Tensor[] backward(Gradient gradient) {
        Tensor g = gradient.output();
        Tensor da = null;
        Tensor db = null;
        if (gradient.needs(0)) da = g.matmul(gradient.savedInput(1).transpose()).sumTo(gradient.inputShape(0));
        if (gradient.needs(1)) db = gradientOfB(gradient.savedInput(0), g, gradient.inputShape(1));
        return new Tensor[] {da, db};
    }

    private static Tensor gradientOfB(Tensor a, Tensor g, Shape b) {
        // A shared B sums over the batch inside one product, with no gradient per batch entry in memory.
        if (b.rank() == 2 && a.rank() > 2) {
            long rows = a.shape().product(0, a.rank() - 1);
            return a.reshape(rows, a.size(-1)).transpose().matmul(g.reshape(rows, g.size(-1)));
        }
        return a.transpose().matmul(g).sumTo(b);
    }

    static List<Sample> samples() {
        return List.of(
                sample("matrices", Sample.Input.real(3, 4), Sample.Input.real(4, 5)).types(Sample.NUMBERS).large(Sample.Input.real(90, 73), Sample.Input.real(73, 101)),
                sample("matrix and vector", Sample.Input.real(3, 4), Sample.Input.real(4)).large(Sample.Input.real(301, 203), Sample.Input.real(203)),
                sample("vector and matrix", Sample.Input.real(4), Sample.Input.real(4, 3)).large(Sample.Input.real(301), Sample.Input.real(301, 203)),
                sample("vectors", Sample.Input.real(5), Sample.Input.real(5)),
                sample("batched", Sample.Input.real(2, 3, 4), Sample.Input.real(2, 4, 2)).types(Sample.NUMBERS).large(Sample.Input.real(7, 33, 34), Sample.Input.real(7, 34, 52)),
                sample("shared right", Sample.Input.real(2, 3, 4), Sample.Input.real(4, 2)).large(Sample.Input.real(5, 43, 34), Sample.Input.real(34, 52)),
                sample("broadcast batches", Sample.Input.real(2, 1, 3, 4), Sample.Input.real(3, 4, 2)).large(Sample.Input.real(2, 1, 33, 34), Sample.Input.real(3, 34, 52)),
                Sample.of("transposed views", in -> in.get(0).transpose().matmul(in.get(1).transpose()), Sample.Input.real(4, 3), Sample.Input.real(2, 4))
                        .large(Sample.Input.real(70, 93), Sample.Input.real(102, 70)).without(Sample.Promise.BITS_OF_ANY_LAYOUT),
                sample("empty inner size", Sample.Input.real(3, 0), Sample.Input.real(0, 2)),
                sample("no rows", Sample.Input.real(0, 3), Sample.Input.real(3, 2)),
                sample("size one", Sample.Input.real(1, 1), Sample.Input.real(1, 1)));
    }

    private static Sample sample(String label, Sample.Input a, Sample.Input b) {
        return Sample.of(label, in -> in.get(0).matmul(in.get(1)), a, b).without(Sample.Promise.BITS_OF_ANY_LAYOUT);
    }

    static List<Fault> faults() {
        return List.of(
                Fault.of("inner sizes", List.of("matmul: inner sizes differ: [8, 64] x [32, 10] (64 against 32)"), in -> in.get(0).matmul(in.get(1)),
                        Sample.Input.real(8, 64), Sample.Input.real(32, 10)),
                Fault.of("transposed by mistake", List.of("[8, 64] x [10, 64]", "Did you mean b.transpose()?"), in -> in.get(0).matmul(in.get(1)),
                        Sample.Input.real(8, 64), Sample.Input.real(10, 64)),
                Fault.of("batches", List.of("matmul, batch dimensions:", "[2]", "[3]"), in -> in.get(0).matmul(in.get(1)),
                        Sample.Input.real(2, 3, 4), Sample.Input.real(3, 4, 5)),
                Fault.of("scalar", List.of("matmul:", "a scalar has no matrix product", "mul"), in -> in.get(0).matmul(in.get(1)), Sample.Input.real(), Sample.Input.real(2, 2)),
                Fault.of("bool", List.of("matmul: bool matrices have no product"), in -> in.get(0).matmul(in.get(1)), Sample.Input.truth(2, 2), Sample.Input.truth(2, 2)));
    }
}
