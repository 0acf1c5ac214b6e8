package dev.tenfold.kernels.cuda;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * g++ as the compiler of kernels that run on the emulator. The text is the one that a device gets; before it stands the header that
 * explains CUDA's words, behind it a line for each kernel that makes it known to the driver.
 */
final class EmulatorCompiler implements KernelCompiler {
    static final String ARCHITECTURE = "emulated";
    private static final String HEADER = "emulator/kernel.h";
    private static final Pattern KERNEL = Pattern.compile(
            "extern\\s*\"C\"\\s*__global__\\s+void\\s+(?:__launch_bounds__\\s*\\(((?:[^(),]|\\([^()]*\\))*)(?:[^()]|\\([^()]*\\))*\\)\\s*)?(\\w+)\\s*\\(");
    private static final Pattern COMMENT = Pattern.compile("//[^\\n]*|(?s:/\\*.*?\\*/)");
    /** A macro that makes kernels: their names are known after its expansion. */
    private static final Pattern MACRO = Pattern.compile("#\\s*define(?:[^\\n]*\\\\\\n)*[^\\n]*__global__");
    /** The sanitizers' calls, before each access to memory and where one is surely wrong, are the driver's: their libraries are not linked. */
    private static final List<String> COMPILE = List.of("-std=c++20", "-Og", "-g1", "-fPIC", "-ffp-contract=off", "-fno-math-errno",
            "-fsanitize=thread,bounds,integer-divide-by-zero,alignment", "--param",
            "tsan-instrument-func-entry-exit=0", "-fvisibility=hidden", "-fno-exceptions", "-fno-rtti", "-fno-asynchronous-unwind-tables", "-w", "-I.");
    /** Nothing of the standard library's beginning and end is needed, which takes the linker longer than the kernels. */
    private static final List<String> LINK = List.of("-shared", "-nostdlib", "-o", "kernel.so", "kernel.cpp");
    private static final boolean FMA = hasFma();
    static final KernelCompiler INSTANCE = new EmulatorCompiler();

    @Override
    public String identity(String architecture) {
        return HostCompiler.version() + " " + COMPILE + LINK + (FMA ? " -mfma " : " ") + EmulatorBuild.digest();
    }

    private static boolean hasFma() {
        try {
            Path info = Path.of("/proc/cpuinfo");
            return Files.isReadable(info) && Pattern.compile("^flags.*\\bfma\\b", Pattern.MULTILINE).matcher(Files.readString(info)).find();
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public CompiledKernel compile(KernelSource source, String architecture) {
        if (HostCompiler.version() == null) throw new IllegalStateException("kernels for the emulator need a compiler, and " + HostCompiler.MISSING);
        try {
            Path work = Files.createTempDirectory("tenfold-kernel");
            try {
                Map<String, String> headers = new LinkedHashMap<>(source.headers());
                headers.put(HEADER, DeviceSources.read(HEADER));
                headers.putAll(DeviceSources.headers(headers.get(HEADER)));
                for (Map.Entry<String, String> header : headers.entrySet()) {
                    Path file = work.resolve(header.getKey());
                    Files.createDirectories(file.getParent());
                    Files.writeString(file, header.getValue());
                }
                Files.writeString(work.resolve("kernel.cpp"), text(source, work));
                List<String> arguments = new ArrayList<>(COMPILE);
                if (FMA) arguments.add("-mfma");
                arguments.addAll(LINK);
                arguments.addAll(List.of(EmulatorBuild.folder().resolve(EmulatorBuild.IMAGE_PART).toString(), "-lm", "-lgcc"));
                HostCompiler.Result result = HostCompiler.run(arguments, work);
                if (result.code() != 0) throw new KernelCompilationException(source, "g++", architecture, result.output());
                return new CompiledKernel(Files.readAllBytes(work.resolve("kernel.so")), result.output());
            } finally {
                HostCompiler.remove(work);
            }
        } catch (IOException e) {
            throw new IllegalStateException(source.file() + " cannot be compiled for the emulator: " + e.getMessage(), e);
        }
    }

    private static String text(KernelSource source, Path work) throws IOException {
        StringBuilder text = new StringBuilder("#include \"" + HEADER + "\"\n#line 1 \"" + source.file() + "\"\n").append(source.text()).append('\n');
        Matcher kernel = KERNEL.matcher(MACRO.matcher(source.text()).find() ? expanded(source, work) : COMMENT.matcher(source.text()).replaceAll(" "));
        while (kernel.find()) {
            text.append("TENFOLD_EMULATED_KERNEL(").append(kernel.group(2)).append(", ").append(kernel.group(1) == null ? "0" : kernel.group(1)).append(")\n");
        }
        return text.toString();
    }

    /** The text after its macros, for kernels that these make. CUDA's own words stay, as the header that explains them is not included. */
    private static String expanded(KernelSource source, Path work) throws IOException {
        Files.writeString(work.resolve("macros.cpp"), source.text());
        HostCompiler.Result result = HostCompiler.run(List.of("-E", "-P", "-w", "-DTENFOLD_EMULATED=1", "-I.", "-x", "c++", "macros.cpp"), work);
        return result.code() == 0 ? result.output() : source.text();
    }
}
