package dev.tenfold.kernels;

import dev.tenfold.kernels.cpu.Blas;

/** The native libraries that Tenfold brings, for people who ask what runs. */
public final class NativeLibraries {
    private NativeLibraries() {
    }

    /**
     * OpenBLAS's version and the processor whose kernels it chose; loads it.
     *
     * @throws IllegalStateException when it cannot be loaded, with what is missing
     */
    public static String openBlas() {
        return Blas.description().strip();
    }
}
