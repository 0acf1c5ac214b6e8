package dev.tenfold.methods.cli;

import dev.tenfold.autograd.Autograd;
import dev.tenfold.kernels.Host;
import dev.tenfold.kernels.HostAllocator;
import dev.tenfold.kernels.MemoryStats;
import dev.tenfold.kernels.NativeLibraries;
import dev.tenfold.kernels.VectorModule;
import dev.tenfold.kernels.WorkerPool;
import dev.tenfold.kernels.cuda.Cuda;
import dev.tenfold.kernels.cuda.KernelCache;
import dev.tenfold.kernels.cuda.Nvrtc;
import dev.tenfold.methods.Method;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code tenfold info}: what Tenfold found on this machine, and what would make it faster. */
@Command(name = "info", mixinStandardHelpOptions = true, versionProvider = Version.class, usageHelpAutoWidth = true,
        description = "Shows the machine, the libraries, the devices and the methods, and tries a small computation.")
final class InfoCommand implements Callable<Integer> {
    private final List<Method> methods;
    private final Screen screen;
    @Option(names = "--verbose", description = "Shows where an error came from.")
    private boolean verbose;

    InfoCommand(List<Method> methods, Screen screen) {
        this.methods = methods;
        this.screen = screen;
    }

    @Override
    public Integer call() {
        line("Tenfold", Version.full());
        line("Java", Runtime.version() + ", " + System.getProperty("java.vendor") + ", " + System.getProperty("java.home"));
        line("System", Host.system());
        line("Processor", Host.processor() + ", " + Runtime.getRuntime().availableProcessors() + " cores");
        line("Threads", WorkerPool.threads() + " (--threads or -Dtenfold.threads=N)");
        line("Vectors", VectorModule.available() ? "on (" + VectorModule.description() + ")"
                : "off, so loops are several times slower: start Java with --add-modules jdk.incubator.vector");
        MemoryStats memory = HostAllocator.get().stats();
        line("Memory", "limit " + gibibytes(HostAllocator.get().limit()) + " for tensors (-Dtenfold.memory=BYTES), "
                + gibibytes(memory.liveBytes() + memory.cachedBytes()) + " in use; Java's heap up to " + gibibytes(Runtime.getRuntime().maxMemory()));
        line("Devices", Stream.concat(Stream.of("cpu"), Cuda.devices().stream().map(device -> device + " " + device.name())).collect(Collectors.joining(", ")));
        line("CUDA", Cuda.status());
        line("NVRTC", Nvrtc.status());
        line("Kernels", KernelCache.get().describe());
        line("Methods", methods.stream().map(Method::name).collect(Collectors.joining(", ")));
        try {
            line("OpenBLAS", NativeLibraries.openBlas());
            line("Caches", System.getProperty("org.bytedeco.javacpp.cachedir", System.getProperty("user.home") + "/.javacpp/cache")
                    + " (unpacked native libraries; may be deleted)");
            line("Check", check());
            return 0;
        } catch (RuntimeException | LinkageError e) {
            screen.fail("info", e, verbose);
            return Tenfold.FAILED;
        }
    }

    /** Vectors, OpenBLAS and gradients on two by two numbers: the gradient of the sum of squares of A A is known. */
    private static String check() {
        try (Scope scope = Scope.open()) {
            Tensor a = Tensors.of(new float[] {1, 2, 3, 4}, 2, 2).requiresGrad(true);
            Tensor y = a.matmul(a).square().sum();
            double value = y.item();
            Autograd.backward(y);
            float[] gradient = a.grad().toFloats();
            if (value != 858 || gradient[0] != 158 || gradient[3] != 482) throw new IllegalStateException("2 x 2 products and gradients come out wrong on this machine");
            return "a product and its gradient are right";
        }
    }

    private void line(String name, String value) {
        PrintStream out = screen.out();
        out.printf("%-10s %s%n", name, value);
    }

    private static String gibibytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f GiB", bytes / (double) (1L << 30));
    }
}
