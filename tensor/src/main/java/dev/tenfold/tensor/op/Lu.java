package dev.tenfold.tensor.op;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.cpu.Lapack;
import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Gradient;
import dev.tenfold.tensor.Operation;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.primitive.Factoring;
import java.util.List;

/**
 * The LU factors of A [..., n, n] with partial pivoting, packed as {@link Lapack#lu} packs them, and its pivots (i32 [..., n]): what
 * {@link LuSolve} and {@link Determinant} share. Singular matrices pass. No gradient: those two have it with respect to A.
 *
 * @param name what the caller asked for, as errors name it
 */
public record Lu(String name) implements Operation {

    @Override
    public boolean runsOn(Device.Kind kind) {
        return true;
    }

    @Override
    public Tensor[] forward(Tensor[] inputs) {
        Shape shape = inputs[0].shape();
        Matrices.requireSquare(name(), shape);
        Matrices.requireLapackType(name(), inputs);
        Tensor factors = Contiguous.copy(inputs[0]);
        Tensor pivots = Tensor.allocate(DType.I32, shape.without(-1));
        Factoring.lu(factors, pivots);
        return new Tensor[] {factors, pivots};
    }

    @Override
    public long savedInputs() {
        return 0;
    }

    @Override
    public Tensor[] backward(Gradient gradient) {
        return new Tensor[1];
    }

    static List<Sample> samples() {
        return List.of(
                Sample.of("factors", in -> Operation.applyAll(new Lu("lu"), in.get(0))[0], Sample.Input.positiveDefinite(4, 4))
                        .types(Sample.SINGLE_DOUBLE).order(0).tolerance(2e-5).without(Sample.Promise.NOT_FINITE),
                Sample.of("factors of a batch", in -> Operation.applyAll(new Lu("lu"), in.get(0))[0], Sample.Input.positiveDefinite(3, 2, 2))
                        .types(Sample.SINGLE_DOUBLE).order(0).tolerance(2e-5).without(Sample.Promise.NOT_FINITE));
    }

    static List<Fault> faults() {
        return List.of(Fault.of("not square", List.of("lu: the matrix [2, 3]", "must be square"), in -> Operation.applyAll(new Lu("lu"), in.get(0))[0], Sample.Input.real(2, 3)));
    }
}
