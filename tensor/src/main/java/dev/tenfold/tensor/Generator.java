package dev.tenfold.tensor;

/** A stream of random numbers: Philox 4x32-10 with a seed and a position, the same on every device and any number of threads. */
public final class Generator {
}
