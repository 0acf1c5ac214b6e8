package dev.tenfold.kernels.cuda;

/**
 * What a compiler made of a {@link KernelSource}.
 *
 * @param image what the driver loads: a cubin, or a shared object for the emulator
 * @param log   what the compiler said, with registers and spills where it tells them
 */
public record CompiledKernel(byte[] image, String log) {
}
