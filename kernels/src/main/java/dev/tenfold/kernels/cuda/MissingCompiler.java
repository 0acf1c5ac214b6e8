package dev.tenfold.kernels.cuda;

/**
 * Stands for a compiler on a machine that has none: kernels that were compiled elsewhere are found, and nothing else can be had.
 *
 * @param reason what is missing, and how to get it
 */
record MissingCompiler(String reason) implements KernelCompiler {
    @Override
    public String identity(String architecture) {
        return "none";
    }

    @Override
    public CompiledKernel compile(KernelSource source, String architecture) {
        String shipped = System.getProperty("tenfold.kernels");
        throw new IllegalStateException((shipped == null ? "" : source + " for " + architecture + " is not among the kernels in -Dtenfold.kernels=" + shipped + ", and ")
                + "no CUDA kernel can be compiled: " + reason);
    }
}
