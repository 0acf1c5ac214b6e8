package dev.tenfold.kernels.cpu;

import dev.tenfold.kernels.DType;

/**
 * Random numbers of Philox 4x32-10 (Salmon, Moraes, Dror, Shaw 2011): counter-based, so element i depends on
 * (seed, stream offset, i) alone, on any number of threads and on the GPU alike.
 * Counter = (low, high 32 bits of offset + i/4, subsequence low, high); key = seed's two halves.
 */
public final class PhiloxFill {
    private PhiloxFill() {
    }

    /** The four 32-bit words of one counter, packed as {first two, last two} (first in the low half). */
    public static void words(long seed, long subsequence, long counter, int[] out4) {
        throw new UnsupportedOperationException();
    }

    /** Uniform in [low, high): 24 random bits for f32, f16 and bf16, 53 for f64 (two words). */
    public static void uniform(DType type, long seed, long subsequence, long counter, long n, double low, double high, long out) {
        throw new UnsupportedOperationException();
    }

    /** Normal by Box-Muller on pairs of uniforms. */
    public static void normal(DType type, long seed, long subsequence, long counter, long n, double mean, double sd, long out) {
        throw new UnsupportedOperationException();
    }

    /** Integers uniform in [low, high), without modulo bias beyond 2^-32 for ranges below 2^32; i32, i64 or u8. */
    public static void integers(DType type, long seed, long subsequence, long counter, long n, long low, long high, long out) {
        throw new UnsupportedOperationException();
    }

    /** How many counters the fills above consume for n elements of a type: the caller advances its offset by this. */
    public static long counters(DType type, long n) {
        throw new UnsupportedOperationException();
    }
}
