package dev.tenfold.tensor.primitive;

import dev.tenfold.kernels.cpu.PhiloxFill;
import dev.tenfold.kernels.cuda.CudaPhilox;
import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Tensor;
import java.util.function.DoubleUnaryOperator;

/** Random numbers: the same bits on every device. */
public final class Drawing {
    /**
     * A place in the stream of a seed.
     *
     * @param moved 0, or the device address of an i64 that is added to the position, for graphs that are replayed
     */
    public record Place(long seed, long subsequence, long position, long moved) {
    }

    private Drawing() {
    }

    /** Uniform in [low, high), low below high. */
    public static void uniform(Place p, double low, double high, Tensor t) {
        if (t.device() == Device.CPU) PhiloxFill.uniform(t.dtype(), p.seed, p.subsequence, p.position, t.elements(), low, high, t.address());
        else CudaPhilox.uniform(t.device().accelerator(), t.dtype(), p.seed, p.subsequence, p.position, p.moved, t.elements(), low, high, t.deviceAddress());
    }

    /** Normal. */
    public static void normal(Place p, double mean, double sd, Tensor t) {
        if (t.device() == Device.CPU) PhiloxFill.normal(t.dtype(), p.seed, p.subsequence, p.position, t.elements(), mean, sd, t.address());
        else CudaPhilox.normal(t.device().accelerator(), t.dtype(), p.seed, p.subsequence, p.position, p.moved, t.elements(), mean, sd, t.deviceAddress());
    }

    /** Standard Gumbel, {@code -log(-log u)}. */
    public static void gumbel(Place p, Tensor t) {
        inverted(p, u -> -StrictMath.log(-StrictMath.log(u)), CudaPhilox.Quantile.GUMBEL, t);
    }

    /** Standard logistic, {@code log u - log(1 - u)}. */
    public static void logistic(Place p, Tensor t) {
        inverted(p, u -> StrictMath.log(u) - StrictMath.log1p(-u), CudaPhilox.Quantile.LOGISTIC, t);
    }

    private static void inverted(Place p, DoubleUnaryOperator quantile, CudaPhilox.Quantile onDevice, Tensor t) {
        if (t.device() == Device.CPU) PhiloxFill.inverted(t.dtype(), p.seed, p.subsequence, p.position, t.elements(), quantile, t.address());
        else CudaPhilox.inverted(t.device().accelerator(), t.dtype(), p.seed, p.subsequence, p.position, p.moved, t.elements(), onDevice, t.deviceAddress());
    }

    /** Integers in [low, high). */
    public static void integers(Place p, long low, long high, Tensor t) {
        if (t.device() == Device.CPU) PhiloxFill.integers(t.dtype(), p.seed, p.subsequence, p.position, t.elements(), low, high, t.address());
        else CudaPhilox.integers(t.device().accelerator(), t.dtype(), p.seed, p.subsequence, p.position, p.moved, t.elements(), low, high, t.deviceAddress());
    }
}
