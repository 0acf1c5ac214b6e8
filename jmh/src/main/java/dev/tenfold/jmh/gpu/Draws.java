package dev.tenfold.jmh.gpu;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.NoGrad;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import java.util.function.Consumer;

/** Inputs, drawn on the current device; PyTorch's side draws from the same distributions. */
final class Draws {
    /** Several times the second-level cache of the devices that are measured (50 MB). */
    private static final double PAST_THE_CACHE = 256e6;
    /** Smaller inputs stay in the cache on purpose. */
    private static final double LARGE = 16e6;

    private Draws() {
    }

    /** Uniform in [-bound, bound). */
    static Tensor uniform(DType type, long seed, double bound, long... shape) {
        try (Scope scope = Scope.open(); NoGrad region = NoGrad.open()) {
            return scope.keep(new Generator(seed).uniform(DType.F32, Shape.of(shape), -bound, bound).to(type));
        }
    }

    /** Uniform in [-1, 1). */
    static Tensor uniform(DType type, long seed, long... shape) {
        return uniform(type, seed, 1, shape);
    }

    /** Whole numbers in [0, limit), i64. */
    static Tensor integers(long seed, long limit, long... shape) {
        return new Generator(seed).integers(DType.I64, 0, limit, shape);
    }

    /** How many copies of inputs of so many bytes are walked through in turn. Large ones would profit from what the call before left in the cache. */
    static int copies(double bytes) {
        return bytes < LARGE ? 1 : (int) Math.max(1, Math.ceil(PAST_THE_CACHE / bytes));
    }

    /** {@code operation} on {@code inputs} tensors of this type and shape, which are others at each call where they are large. */
    static Call inTurn(DType type, int inputs, long[] shape, Consumer<Tensor[]> operation) {
        Tensor[][] copies = new Tensor[copies((double) inputs * type.bytes() * Shape.of(shape).elements())][inputs];
        for (int c = 0; c < copies.length; c++) {
            for (int i = 0; i < inputs; i++) copies[c][i] = uniform(type, 100L * i + c + 1, shape);
        }
        int[] turn = {0};
        return Call.inTurn(() -> {
            Tensor[] now = copies[turn[0]];
            turn[0] = (turn[0] + 1) % copies.length;
            try (Scope scope = Scope.open()) {
                operation.accept(now);
            }
        }, copies.length);
    }
}
