package dev.tenfold.jmh;

/**
 * What this machine reaches at best with the threads of the run, measured in the same run by {@link RoofBenchmark}.
 *
 * @param cacheGigabytes  GB/s of {@code c = a + b} within the first-level caches
 * @param memoryGigabytes GB/s of a copy of 64 MB, read and written bytes both counted
 * @param gigaflops       the best sgemm of the run, ours or a peer's
 */
public record Roof(double cacheGigabytes, double memoryGigabytes, double gigaflops) {
    Roof withSgemm(double rate) {
        return rate > gigaflops ? new Roof(cacheGigabytes, memoryGigabytes, rate) : this;
    }

    /** The share of the roof that this work reaches in that time, or NaN where no roof stands above it. */
    double share(Work work, double seconds) {
        return switch (work.ceiling()) {
            case CACHE -> work.rate(seconds) / cacheGigabytes;
            case MEMORY -> work.rate(seconds) / memoryGigabytes;
            case ARITHMETIC -> work.rate(seconds) / gigaflops;
            case NONE -> Double.NaN;
        };
    }
}
