package dev.tenfold.autograd.contract;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Precision;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Inside a {@link Precision} region activations are narrow where parameters are f32: every operation of several operands takes them together,
 * and an operation that needs one type and is in no list of {@code PrecisionPolicy} gets one.
 */
class MixedOperandsTest {
    static List<Case> samples() {
        return Case.all().stream().filter(c -> c.sample().types().contains(DType.BF16) && c.sample().inputs().size() > 1).toList();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("samples")
    void operandsOfTwoTypesGoTogether(Case c) {
        References.Reference reference = References.all().find(c.entry().name(), c.sample().label());
        try (Scope scope = Scope.open(); Precision region = Precision.compute(DType.BF16)) {
            Arguments arguments = c.arguments(DType.BF16);
            List<Tensor> tensors = new ArrayList<>(arguments.tensors());
            for (int i = 1; i < tensors.size(); i += 2) if (tensors.get(i).dtype() == DType.BF16) tensors.set(i, tensors.get(i).to(DType.F32));
            Tensor y = c.call(tensors);
            assertTrue(y.dtype() != DType.F16 && y.dtype() != DType.F64);
            Compare.withReference(c.toString(), reference.of(arguments.arrays()), y, c.tolerance(DType.BF16) + 2e-2);
        }
    }
}
