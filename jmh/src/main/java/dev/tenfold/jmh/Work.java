package dev.tenfold.jmh;

import java.util.Locale;

/**
 * What one call of a benchmark does, from which its throughput follows.
 *
 * @param elements floats written (or read, by a reduction)
 * @param bytes    compulsory traffic: each input read once, each output written once
 * @param flops    floating-point operations of the textbook formula; 0 where they do not bound the time
 * @param ceiling  which roof of the machine stands above it
 */
public record Work(double elements, double bytes, double flops, Ceiling ceiling) {
    /** The roofs that {@link Roof} measures; {@code NONE} where a call is all overhead. */
    public enum Ceiling { CACHE, MEMORY, ARITHMETIC, NONE }

    // Above this the operands cannot stay in the caches of the machines that we measure on (32 MiB of L3).
    private static final double CACHED_BYTES = 8 << 20;

    /** An operation that streams {@code arrays} float arrays of {@code n} elements. */
    static Work streaming(long n, int arrays) {
        double bytes = 4.0 * n * arrays;
        return new Work(n, bytes, 0, bytes > CACHED_BYTES ? Ceiling.MEMORY : Ceiling.CACHE);
    }

    static Work arithmetic(double elements, double flops) {
        return new Work(elements, 0, flops, Ceiling.ARITHMETIC);
    }

    static Work overhead() {
        return new Work(1, 0, 0, Ceiling.NONE);
    }

    /** The rate in the unit that the ceiling has: GFLOP/s, or GB/s; calls per microsecond where there is no ceiling. */
    public double rate(double seconds) {
        return switch (ceiling) {
            case ARITHMETIC -> flops / seconds / 1e9;
            case CACHE, MEMORY -> bytes / seconds / 1e9;
            case NONE -> 1e-6 / seconds;
        };
    }

    /** The rate as a person reads it, for example {@code 12.4 G elements/s, 149 GB/s}. */
    public String describe(double seconds) {
        return switch (ceiling) {
            case ARITHMETIC -> digits(rate(seconds)) + " GFLOP/s";
            case CACHE, MEMORY -> digits(elements / seconds / 1e9) + " G elements/s, " + digits(rate(seconds)) + " GB/s";
            case NONE -> digits(rate(seconds)) + " M calls/s";
        };
    }

    static String digits(double value) {
        return String.format(Locale.ROOT, value >= 100 ? "%.0f" : value >= 10 ? "%.1f" : "%.2f", value);
    }
}
