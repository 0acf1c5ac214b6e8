package dev.tenfold.kernels.cuda;

import dev.tenfold.kernels.DType;

/**
 * Random numbers on a device, bit for bit those of {@link dev.tenfold.kernels.cpu.PhiloxFill} on the CPU.
 *
 * <p>{@code offset} is 0, or the device address of an i64 that is added to the counter: a captured graph draws new numbers at each replay
 * when it is advanced in between.
 */
public final class CudaPhilox {
    /** A distribution that is drawn from by inversion. */
    public enum Quantile {
        /** {@code -log(-log u)} */
        GUMBEL,
        /** {@code log u - log(1 - u)} */
        LOGISTIC
    }

    private CudaPhilox() {
    }

    private static UnsupportedOperationException missing() {
        return new UnsupportedOperationException("random numbers have no CUDA kernel yet");
    }

    /** Uniform in [low, high): 24 random bits for f32, f16 and bf16, 53 for f64. */
    public static void uniform(CudaDevice device, DType type, long seed, long subsequence, long counter, long offset, long n, double low, double high, long out) {
        throw missing();
    }

    /** Normal by Box-Muller on pairs of uniforms. */
    public static void normal(CudaDevice device, DType type, long seed, long subsequence, long counter, long offset, long n, double mean, double sd, long out) {
        throw missing();
    }

    /** Draws by inversion. */
    public static void inverted(CudaDevice device, DType type, long seed, long subsequence, long counter, long offset, long n, Quantile quantile, long out) {
        throw missing();
    }

    /** Integers uniform in [low, high). */
    public static void integers(CudaDevice device, DType type, long seed, long subsequence, long counter, long offset, long n, long low, long high, long out) {
        throw missing();
    }
}
