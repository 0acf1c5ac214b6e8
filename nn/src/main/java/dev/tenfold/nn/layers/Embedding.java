package dev.tenfold.nn.layers;

import dev.tenfold.kernels.DType;
import dev.tenfold.nn.Module;
import dev.tenfold.nn.Parameter;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.NoGrad;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;

/**
 * A table of learned vectors: indices (i64) of any shape [...] give [..., width], parameter {@code weight} [rows, width]. The gradient of the
 * table is dense. Where a padding index is set, it gives zeros and its row learns nothing.
 */
public final class Embedding extends Module {
    /** No padding index. */
    public static final long NONE = -1;

    private final Parameter weight;
    private final long padding;

    /** Values drawn from N(0, 1), no padding index. */
    public Embedding(Generator generator, long rows, long width) {
        this(generator, rows, width, 1, NONE, DType.F32);
    }

    /** Values drawn from N(0, deviation^2); the row of the index {@code padding} ({@link #NONE}: there is none) is zero. */
    public Embedding(Generator generator, long rows, long width, double deviation, long padding, DType dtype) {
        this(initial(generator, rows, width, deviation, padding, dtype), padding);
    }

    /** A table of the values {@code initial} [rows, width], which is taken over. */
    public Embedding(Tensor initial, long padding) {
        if (initial.rank() != 2 || padding < NONE || padding >= initial.size(0)) {
            throw new IllegalArgumentException("Embedding: the table is " + initial.shape() + " and the padding index " + padding
                    + "; they must be [rows, width] and one of the rows, or Embedding.NONE");
        }
        this.weight = parameter("weight", initial);
        this.padding = padding;
    }

    private static Tensor initial(Generator generator, long rows, long width, double deviation, long padding, DType dtype) {
        Tensor values = generator.normal(dtype, dev.tenfold.tensor.Shape.of(rows, width), 0, deviation);
        if (padding < 0 || padding >= rows) return values;
        try (NoGrad region = NoGrad.open(); Tensor row = values.narrow(0, padding, 1); Tensor zero = Tensors.zerosLike(row)) {
            row.copyFrom(zero);
        }
        return values;
    }

    public Parameter weight() {
        return weight;
    }

    /**
     * The vectors of {@code indices}.
     *
     * @throws IndexOutOfBoundsException when an index is not that of a row; on a device at the next wait for it
     */
    @Override
    public Tensor forward(Tensor indices) {
        Tensor table = weight.value();
        long[] shape = indices.shape().insert(indices.rank(), table.size(1)).sizes();
        Tensor vectors = table.indexSelect(0, indices.flatten()).reshape(shape);
        return padding == NONE ? vectors : vectors.mul(indices.ne(padding).unsqueeze(-1).to(table.dtype()));
    }
}
