package dev.tenfold.autograd.contract;

import dev.tenfold.kernels.HostAllocator;
import dev.tenfold.kernels.WorkerPool;
import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every operation keeps its {@linkplain OperationContract contract} on the host, with equal bits for any number of threads. */
class OperationContractTest extends OperationContract {
    private final int threads = WorkerPool.threads();

    @Override
    Device device() {
        return Device.CPU;
    }

    @Override
    long liveBlocks() {
        return HostAllocator.get().stats().liveBlocks();
    }

    @AfterEach
    void usualThreads() {
        WorkerPool.setThreads(threads);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("samples")
    void anyNumberOfThreadsGivesTheSameBits(Case c) {
        try (Scope scope = Scope.open()) {
            Arguments arguments = c.large(c.usualType());
            List<Tensor> expected = null;
            for (int n = 1; n <= 3; n++) {
                WorkerPool.setThreads(n);
                List<Tensor> results = resultAndGradients(c, arguments.tensors(), Tensor::sin);
                if (expected == null) expected = results;
                for (int i = 0; i < results.size(); i++) {
                    Compare.bits(c + " with " + n + " threads, " + (i == 0 ? "result" : "gradient " + (i - 1)), expected.get(i), results.get(i));
                }
            }
        }
    }
}
