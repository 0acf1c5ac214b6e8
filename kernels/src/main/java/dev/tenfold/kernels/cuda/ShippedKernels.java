package dev.tenfold.kernels.cuda;

/**
 * Stands for the NVRTC that filled a folder of kernels, on a machine that has none: what the folder holds is found, and nothing else can be had.
 *
 * @param version that NVRTC's version; null without such a folder
 */
record ShippedKernels(String version) implements KernelCompiler {
    @Override
    public String identity(String architecture) {
        return Nvrtc.identity(version, architecture);
    }

    @Override
    public CompiledKernel compile(KernelSource source, String architecture) {
        throw new IllegalStateException((version == null ? "" : source + " for " + architecture + " is not among the kernels in -Dtenfold.kernels, and ")
                + "no CUDA kernel can be compiled: " + Nvrtc.status());
    }
}
