package dev.tenfold.autograd.contract;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.HostAllocator;
import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.op.Catalogue;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every operation that has CUDA kernels keeps its {@linkplain OperationContract contract} on a device, and element-wise ones have the host's bits; every
 * other one says that it has none.
 */
class CudaContractTest extends OperationContract {
    /** Elements in one input that the emulator computes in a moment. */
    private static final long EMULATED = 200_000;

    private Device device;

    @BeforeAll
    void openDevice() {
        device = CudaUnderTest.open();
        buildKernels();
    }

    /** g++ takes most of the time, one kernel on each core. Failures come again in the tests, with their names. */
    private void buildKernels() {
        samples().parallelStream().forEach(c -> c.sample().types().parallelStream().forEach(type -> {
            try (Device.Use use = device.use(); Scope scope = Scope.open()) {
                List<Tensor> results = resultAndGradients(c, c.arguments(type).tensors(), Tensor::sin);
                results.getLast().toDoubles();
            } catch (RuntimeException | AssertionError e) {
                // told by the test
            }
        }));
    }

    @Override
    Device device() {
        return device;
    }

    @Override
    long liveBlocks() {
        return CudaUnderTest.liveBlocks(device) + HostAllocator.get().stats().liveBlocks();
    }

    @Override
    List<Catalogue.Entry> entries() {
        return Catalogue.all().stream().filter(entry -> entry.kinds().contains(Device.Kind.CUDA)).toList();
    }

    @Override
    boolean affordable(Case c) {
        return CudaUnderTest.real() || c.sample().large().stream().noneMatch(input -> Array.count(input.shape()) > EMULATED);
    }

    static Stream<Catalogue.Entry> hostOnly() {
        return Catalogue.all().stream().filter(entry -> !entry.kinds().contains(Device.Kind.CUDA));
    }

    /** Some calls of such an operation need no kernel of its own: a sum of products over nothing, say. Not all of them. */
    @ParameterizedTest(name = "{0}", allowZeroInvocations = true) // now none
    @MethodSource("hostOnly")
    void anOperationWithoutKernelsSaysSo(Catalogue.Entry entry) {
        List<String> refusals = new ArrayList<>();
        for (Case c : Case.of(List.of(entry))) {
            try (Scope scope = Scope.open()) {
                c.call(c.arguments(c.usualType()).tensors());
            } catch (IllegalStateException e) {
                refusals.add(e.getMessage());
            }
        }
        assertFalse(refusals.isEmpty(), () -> entry + " runs on a device: mark it in the catalogue, so that it is tested");
        for (String refusal : refusals) assertTrue(refusal.contains("has no CUDA kernel yet") && refusal.contains("to(Device.CPU)"), refusal);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("samples")
    void elementwiseBitsAreThoseOfTheHost(Case c) {
        if (!c.isElementwise()) return;
        // What is broadcast has its gradient summed, in another order than on the host.
        boolean summed = !c.sample().label().equals("dense");
        for (DType type : List.of(DType.F32, DType.F64)) {
            try (Scope scope = Scope.open()) {
                List<Tensor> there = resultAndGradients(c, c.large(type).tensors(), y -> y);
                try (Device.Use host = Device.CPU.use()) {
                    List<Tensor> here = resultAndGradients(c, c.large(type).tensors(), y -> y);
                    for (int i = 0; i < (summed ? 1 : here.size()); i++) Compare.bits(c + " in " + type + ", " + (i == 0 ? "result" : "gradient " + (i - 1)), here.get(i), there.get(i));
                }
            }
        }
    }
}
