package dev.tenfold.kernels.cuda;

/** Makes of a kernel's text what the driver loads. */
interface KernelCompiler {
    /** The one for {@code architecture} that is on this machine, or what says that there is none. */
    static KernelCompiler of(String architecture) {
        if (!architecture.equals(EmulatorCompiler.ARCHITECTURE)) return Nvrtc.available() ? Nvrtc.get() : new MissingCompiler(Nvrtc.status());
        return HostCompiler.version() != null ? EmulatorCompiler.INSTANCE : new MissingCompiler(HostCompiler.MISSING);
    }

    /** Everything besides the text that the result depends on: the compiler's name, its version, its options for {@code architecture}. */
    String identity(String architecture);

    /**
     * Compiles {@code source} for {@code architecture}, such as {@code sm_90a}.
     *
     * @throws KernelCompilationException when the text is wrong
     */
    CompiledKernel compile(KernelSource source, String architecture);
}
