package dev.tenfold.kernels.cuda;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.expr.CudaText;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Kernels around {@link CudaText}'s function for one element. {@code packed}: every thread computes a pack of neighbouring elements, moved by
 * 128 bits, of operands that are dense or stay where they are along the innermost dimension. {@code strided}: one element a thread, any strides.
 * {@code runs}: many dense tensors in one launch, a block for a stretch of one of them.
 */
final class PointwiseText {
    /** Threads of a block. */
    static final int THREADS = 256;
    /** Steps above which a thread computes few elements: their values must fit the registers. */
    private static final int MANY_STEPS = 48;

    private PointwiseText() {
    }

    /** Elements of a pack: as many as fill 128 bits in the widest type. */
    static int width(CudaText element) {
        int widest = IntStream.concat(element.in().stream().mapToInt(DType::bytes), element.out().stream().mapToInt(DType::bytes)).max().orElse(1);
        int width = 16 / widest;
        return element.steps() > MANY_STEPS ? Math.min(width, 4) : width;
    }

    /** The kernels {@code packed} and {@code strided}. */
    static KernelSource source(CudaText element) {
        int inputs = element.in().size();
        int width = width(element);
        StringBuilder text = new StringBuilder(header(element, "packed: " + width + " elements a thread; strided: 1", width));
        String parameters = "const Space<" + Math.max(1, inputs) + "> space, const i64 n" + operands(element, true);
        String offsets = "    i64 o[" + Math.max(1, inputs) + "];\n";
        text.append("\nextern \"C\" __global__ void __launch_bounds__(").append(THREADS).append(") packed(").append(parameters).append(") {\n");
        text.append("    const i64 at = thread_number() * WIDTH;\n    if (at >= n) return;\n    const i32 count = n - at < WIDTH ? (i32) (n - at) : WIDTH;\n");
        text.append(offsets).append("    place(space, thread_number(), o);\n");
        for (int i = 0; i < inputs; i++) {
            text.append("    const auto a").append(i).append(" = ").append(packOf(i)).append(";\n");
        }
        text.append(packLoop(element));
        for (int k = 0; k < element.out().size(); k++) text.append(String.format("    store(y%d + at, r%d, count);\n", k, k));
        text.append("}\n\nextern \"C\" __global__ void __launch_bounds__(").append(THREADS).append(") strided(").append(parameters).append(") {\n");
        text.append("    const i64 at = thread_number();\n    if (at >= n) return;\n").append(offsets).append("    place(space, at, o);\n");
        for (int k = 0; k < element.out().size(); k++) text.append("    ").append(CudaText.name(element.out().get(k))).append(" r").append(k).append(";\n");
        text.append("    element(").append(IntStream.range(0, inputs).mapToObj(i -> "x" + i + "[o[" + i + "]], ").collect(Collectors.joining()));
        text.append(parameterNames(element, "p")).append(results(element, "")).append(");\n");
        for (int k = 0; k < element.out().size(); k++) text.append(String.format("    y%d[at] = r%d;\n", k, k));
        return KernelSource.generated("src-cuda/elementwise/generated.cu", text.append("}\n").toString());
    }

    /** The expression for {@code count} elements of input i, for places {@code o} of {@code space}. */
    static String packOf(int i) {
        return String.format("space.repeated >> %1$d & 1 ? repeat<WIDTH>(x%1$d + o[%1$d]) : load<WIDTH>(x%1$d + o[%1$d], count)", i);
    }

    /**
     * The kernel {@code runs}, whose argument has {@code mostRuns} runs and {@code mostSets} sets of parameters.
     *
     * @param inPlace whether output k is input k
     */
    static KernelSource runsSource(CudaText element, boolean inPlace, int mostRuns, int mostSets) {
        int inputs = element.in().size();
        int outputs = element.out().size();
        int width = width(element);
        StringBuilder text = new StringBuilder(header(element, "runs: " + width + " elements a thread, one tensor a block", width));
        text.append("\nstruct Run {\n    i32 end; // in blocks, counted over all runs\n    i32 set;\n    i64 n;\n    void *operands[").append(inPlace ? inputs : inputs + outputs).append("];\n};\n");
        if (mostSets > 0) text.append("struct Set {\n");
        for (int p = 0; p < element.params().size(); p++) {
            DType type = element.params().get(p);
            text.append("    __align__(8) ").append(CudaText.name(type)).append(" p").append(p).append(";\n");
        }
        if (mostSets > 0) text.append("};\n");
        text.append("struct Runs {\n    Run at[").append(mostRuns).append("];\n").append(mostSets > 0 ? "    Set sets[" + mostSets + "];\n" : "").append("};\n");
        text.append("\nextern \"C\" __global__ void __launch_bounds__(").append(THREADS).append(") runs(const __grid_constant__ Runs runs) {\n");
        text.append("    i32 r = 0;\n    while (runs.at[r].end <= (i32) blockIdx.x) r++;\n    const Run &run = runs.at[r];\n");
        if (mostSets > 0) text.append("    const Set &set = runs.sets[run.set];\n");
        text.append("    const i64 before = r == 0 ? 0 : runs.at[r - 1].end;\n");
        text.append("    const i64 at = ((blockIdx.x - before) * ").append(THREADS).append(" + threadIdx.x) * WIDTH;\n    if (at >= run.n) return;\n");
        text.append("    const i32 count = run.n - at < WIDTH ? (i32) (run.n - at) : WIDTH;\n");
        for (int i = 0; i < inputs; i++) {
            String type = CudaText.name(element.in().get(i));
            if (element.reads(i)) text.append(String.format("    const auto a%d = load<WIDTH>((const %s *) run.operands[%d] + at, count);\n", i, type, i));
            else text.append(String.format("    const Pack<%s, WIDTH> a%d = {};\n", type, i));
        }
        text.append(packLoop(element).replaceAll("\\bp(\\d+)\\b", "set.p$1"));
        for (int k = 0; k < outputs; k++) {
            text.append(String.format("    store((%s *) run.operands[%d] + at, r%d, count);\n", CudaText.name(element.out().get(k)), inPlace ? k : inputs + k, k));
        }
        return KernelSource.generated("src-cuda/elementwise/generated-runs.cu", text.append("}\n").toString());
    }

    private static String header(CudaText element, String shape, int width) {
        int bytes = IntStream.concat(element.in().stream().mapToInt(DType::bytes), element.out().stream().mapToInt(DType::bytes)).sum();
        return "// Element-wise: y = f(x), broadcast over row-major outputs; " + element.in() + " to " + element.out() + ".\n"
                + "// Moves " + bytes + " bytes an element (fewer where inputs are broadcast), computes " + element.steps() + " steps. " + shape + ".\n"
                + "// Blocks of " + THREADS + " threads, no shared memory. Bound by memory where the steps are few.\n"
                + "#include \"common/pack.cuh\"\n#include \"common/space.cuh\"\n#define WIDTH " + width + "\n" + element.text();
    }

    private static String operands(CudaText element, boolean parameters) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < element.in().size(); i++) text.append(", const ").append(CudaText.name(element.in().get(i))).append(" *x").append(i);
        for (int k = 0; k < element.out().size(); k++) text.append(", ").append(CudaText.name(element.out().get(k))).append(" *y").append(k);
        for (int p = 0; parameters && p < element.params().size(); p++) {
            text.append(", const ").append(CudaText.name(element.params().get(p))).append(" p").append(p);
        }
        return text.toString();
    }

    private static String packLoop(CudaText element) {
        StringBuilder text = new StringBuilder();
        for (int k = 0; k < element.out().size(); k++) text.append("    Pack<").append(CudaText.name(element.out().get(k))).append(", WIDTH> r").append(k).append(";\n");
        text.append("#pragma unroll\n    for (i32 k = 0; k < WIDTH; k++) element(");
        text.append(IntStream.range(0, element.in().size()).mapToObj(i -> "a" + i + ".at[k], ").collect(Collectors.joining()));
        return text.append(parameterNames(element, "p")).append(results(element, ".at[k]")).append(");\n").toString();
    }

    private static String parameterNames(CudaText element, String prefix) {
        return IntStream.range(0, element.params().size()).mapToObj(p -> prefix + p + ", ").collect(Collectors.joining());
    }

    private static String results(CudaText element, String suffix) {
        return IntStream.range(0, element.out().size()).mapToObj(k -> "r" + k + suffix).collect(Collectors.joining(", "));
    }
}
