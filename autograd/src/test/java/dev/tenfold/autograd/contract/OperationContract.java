package dev.tenfold.autograd.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.autograd.Autograd;
import dev.tenfold.autograd.GradientCheck;
import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.op.Catalogue;
import dev.tenfold.tensor.op.Fault;
import dev.tenfold.tensor.op.Sample.Kind;
import dev.tenfold.tensor.op.Sample.Promise;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What every operation promises on a device, checked for every sample: values, gradients (against finite differences on the host), layouts,
 * NaN and infinities, errors, no leaked memory.
 *
 * <p>To add an operation: give its class {@code static List<Sample> samples()} and {@code static List<Fault> faults()}, name both
 * in one line of {@link Catalogue}, and add its float64 reference, written with plain loops on {@link Array}, to the class
 * {@code …References} of its group: {@code r.add("name", in -> …)} for all samples, or {@code r.add("name", "label", in -> …)} for
 * one whose label says what the call passes besides tensors. A new group is one more class, named in {@link References#all()}.
 * An entry of the table of element-wise operations gets its samples by itself; it needs a line in {@link ElementwiseReferences},
 * and one in {@code ElementwiseSamples} where it cannot take numbers from -2 to 2.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class OperationContract {
    private static final References REFERENCES = References.all();
    /** The operations that are checked alone: {@code -Dtenfold.contract.only=matmul,linear}; all without it. */
    private static final List<String> ONLY = List.of(System.getProperty("tenfold.contract.only", "").split(","));

    private long blocks;
    private Device.Use there;

    /** Where everything is checked. */
    abstract Device device();

    /** Blocks of the device's memory that are in use. */
    abstract long liveBlocks();

    /** The operations that are checked. */
    List<Catalogue.Entry> entries() {
        return Catalogue.all();
    }

    private List<Catalogue.Entry> chosen() {
        return entries().stream().filter(entry -> ONLY.getFirst().isEmpty() || ONLY.contains(entry.name())).toList();
    }

    List<Case> samples() {
        return Case.of(chosen());
    }

    Stream<org.junit.jupiter.params.provider.Arguments> faults() {
        return chosen().stream().flatMap(entry -> entry.faults().stream().map(fault -> org.junit.jupiter.params.provider.Arguments.of(entry, fault)));
    }

    /** The types that gradients are compared in. */
    boolean gradientsIn(DType type) {
        return type.isFloating();
    }

    /** Whether the device computes the sample's many elements in a moment. */
    boolean affordable(Case c) {
        return true;
    }

    @BeforeEach
    void countBlocks() {
        there = device().use();
        blocks = liveBlocks();
    }

    @AfterEach
    void noBlockIsLeft() {
        there.close();
        assertEquals(blocks, liveBlocks(), "blocks still live after the scope has closed");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("samples")
    void valuesAreThoseOfTheReference(Case c) {
        References.Reference reference = REFERENCES.find(c.entry().name(), c.sample().label());
        for (DType type : c.sample().types()) {
            try (Scope scope = Scope.open()) {
                Arguments arguments = c.arguments(type);
                Tensor y = c.call(arguments.tensors());
                assertTrue(!y.dtype().isFloating() || !type.isFloating() || c.entry().name().equals("to") || y.dtype() == type,
                        () -> c + ": from " + type + " it gives " + y.dtype());
                Compare.withReference(c + " in " + type, reference.of(arguments.arrays()), y, c.tolerance(y.dtype()));
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("samples")
    void valuesOfManyElementsAreThoseOfTheReference(Case c) {
        if (c.sample().large().isEmpty() || !affordable(c)) return;
        References.Reference reference = REFERENCES.find(c.entry().name(), c.sample().label());
        for (DType type : List.of(DType.F32, DType.F64)) {
            try (Scope scope = Scope.open()) {
                Arguments arguments = c.large(type);
                Tensor y = c.call(arguments.tensors());
                Compare.withReference(c + " in " + type, reference.of(arguments.arrays()), y, c.toleranceOfLongSums(y.dtype()));
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("samples")
    void gradientsAreThoseOfFiniteDifferences(Case c) {
        if (c.sample().order() == 0) return;
        try (Scope scope = Scope.open()) {
            GradientCheck.check(c::call, c.arguments(DType.F64).tensors(), c.sample().order(), 1e-6, Device.CPU);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("samples")
    void otherLayoutsGiveTheBitsOfDenseInputs(Case c) {
        for (DType type : c.sample().types()) {
            try (Scope scope = Scope.open()) {
                Arguments arguments = c.arguments(type);
                Tensor dense = c.call(arguments.tensors());
                double tolerance = c.promises(Promise.BITS_OF_ANY_LAYOUT) ? 0 : c.tolerance(dense.dtype());
                for (Layouts layout : Layouts.values()) {
                    Compare.close(c + " in " + type + ", " + layout, dense, c.call(arguments.tensors(layout.maker)), tolerance);
                }
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("samples")
    void expandedInputsGiveTheBitsOfRepeatedOnes(Case c) {
        for (int axis = 0; axis < 4; axis++) {
            int a = axis;
            if (c.sample().inputs().stream().noneMatch(input -> input.shape().length > a && input.shape()[a] > 1)) continue;
            // Equal rows make a matrix singular; equal matrices are well.
            if (c.sample().inputs().stream().anyMatch(input -> input.kind() == Kind.POSITIVE_DEFINITE && input.shape().length - 2 <= a)) continue;
            try (Scope scope = Scope.open()) {
                Arguments arguments = c.arguments(c.usualType());
                List<Array> repeated = arguments.arrays().stream().map(x -> x.rank() > a && x.shape()[a] > 0 ? Array.of(x.shape(), i -> x.at(Array.at(i, a, 0))) : x).toList();
                Tensor dense = c.call(arguments.with(repeated).tensors());
                double tolerance = c.promises(Promise.BITS_OF_ANY_LAYOUT) ? 0 : c.tolerance(dense.dtype());
                List<Tensor> expanded = arguments.tensors((type, x) -> x.rank() > a && x.shape()[a] > 0 ? Layouts.expanded(type, x, a) : Arguments.dense(type, x));
                Compare.close(c + ", expanded along " + a, dense, c.call(expanded), tolerance);
            }
        }
    }

    /** Uneven weights that every floating type holds exactly, so that the incoming gradient is not rounded. */
    private static Tensor weighted(Tensor y) {
        return y.mul(Arguments.dense(y.dtype(), Array.of(y.shape().sizes(), i -> (Arrays.hashCode(i) % 7 - 3.5) / 4)));
    }

    static List<Tensor> resultAndGradients(Case c, List<Tensor> tensors, UnaryOperator<Tensor> objective) {
        List<Tensor> wanted = tensors.stream().filter(t -> c.sample().order() > 0 && t.dtype().isFloating()).toList();
        wanted.forEach(t -> t.requiresGrad(true));
        Tensor y = c.call(tensors);
        List<Tensor> results = new ArrayList<>(List.of(y));
        if (!wanted.isEmpty()) results.addAll(Autograd.grad(objective.apply(y).sum(), wanted, Autograd.Options.DEFAULT.allowingUnused()));
        return results;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("samples")
    void nanAndInfinitiesGoThroughAsInTheReference(Case c) {
        if (!c.promises(Promise.NOT_FINITE)) return;
        References.Reference reference = REFERENCES.find(c.entry().name(), c.sample().label());
        for (DType type : c.sample().types()) {
            if (!type.isFloating()) continue;
            List<Arguments> all = new ArrayList<>(SpecialValues.oneEach(c, type));
            if (c.isElementwise() && c.sample().label().equals("dense")) all.add(SpecialValues.allPairs(c.sample(), type));
            for (Arguments arguments : all) {
                try (Scope scope = Scope.open()) {
                    Tensor y = c.call(arguments.tensors());
                    Compare.withReference(c + " in " + type + " of " + arguments, reference.of(arguments.arrays()), y, c.tolerance(y.dtype()));
                }
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("samples")
    void gradientsInOtherTypesAreNearThoseInF64(Case c) {
        if (c.sample().order() == 0) return;
        for (DType type : c.sample().types()) {
            if (!gradientsIn(type) || type == DType.F64) continue;
            try (Scope scope = Scope.open()) {
                Arguments narrow = c.arguments(type);
                List<Tensor> expected = resultAndGradients(c, new Arguments(narrow.inputs(), narrow.arrays(), DType.F64).tensors(), OperationContract::weighted);
                List<Tensor> results = resultAndGradients(c, narrow.tensors(), OperationContract::weighted);
                for (int i = 1; i < results.size(); i++) {
                    Tensor wide = expected.get(i);
                    assertEquals(type, results.get(i).dtype(), c + ", gradient " + (i - 1));
                    Array reference = new Array(wide.shape().sizes(), wide.toDoubles());
                    Compare.withReference(c + " in " + type + ", gradient " + (i - 1), reference, results.get(i), c.toleranceOfGradients(type));
                }
            }
        }
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("faults")
    void faultyCallsAreRefusedInTheirWords(Catalogue.Entry entry, Fault fault) {
        try (Scope scope = Scope.open()) {
            List<Tensor> tensors = Arguments.of(fault.inputs(), DType.F32).tensors();
            String message = assertThrows(RuntimeException.class, () -> {
                fault.call().apply(tensors);
                device().synchronize(); // the values of indices are told here
            }, entry + ", " + fault.label()).getMessage();
            for (String word : fault.words()) {
                assertTrue(message != null && message.contains(word), () -> entry + ", " + fault.label() + ": \"" + message + "\" does not say \"" + word + "\"");
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("samples")
    void aClosedInputIsRefused(Case c) {
        if (c.sample().inputs().isEmpty()) return;
        for (int i = 0; i < c.sample().inputs().size(); i++) {
            try (Scope scope = Scope.open()) {
                List<Tensor> tensors = c.arguments(c.usualType()).tensors();
                tensors.get(i).close();
                String message = assertThrows(IllegalStateException.class, () -> c.call(tensors), c::toString).getMessage();
                assertTrue(message.contains("is closed"), message);
            }
        }
    }
}
