package dev.tenfold.kernels.cuda;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.expr.CudaText;
import dev.tenfold.kernels.expr.StridedRun;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A reduction of rows whose elements are computed where they are needed: {@link CudaText}'s function inside the tree of {@code src-cuda/reduce}. */
final class ComputedReduction {
    private record Key(String kind, String text) {
    }

    private static final ConcurrentHashMap<Key, ComputedReduction> KNOWN = new ConcurrentHashMap<>();

    private final String kind;
    private final CudaText element;
    private final DType type;
    private final CudaKernel rows;

    private ComputedReduction(String kind, CudaText element) {
        this.kind = kind;
        this.element = element;
        type = element.out().getFirst();
        List<Parameter> parameters = new ArrayList<>(List.of(IterationSpace.parameter(operands()), Parameter.I32));
        for (int i = 0; i < element.in().size(); i++) parameters.add(Parameter.POINTER);
        for (DType param : element.params()) parameters.add(CudaPointwise.parameter(param));
        parameters.addAll(List.of(Parameter.I64, Parameter.I64, Parameter.I64, Parameter.I64, Parameter.I32, Parameter.POINTER, Parameter.POINTER));
        rows = CudaKernel.of(source(kind, element), "rows", parameters.toArray(Parameter[]::new));
    }

    /** The reduction {@code kind}, a name in {@code src-cuda/reduce/kinds.cuh}, of the only result of {@code element}. */
    static ComputedReduction of(String kind, CudaText element) {
        return KNOWN.computeIfAbsent(new Key(kind, element.text()), key -> new ComputedReduction(kind, element));
    }

    private int operands() {
        return Math.max(1, element.in().size());
    }

    /** As {@link CudaReductions#reduceComputed}; {@code params} are those of a run. */
    void run(CudaDevice device, long[] shape, long[][] strides, long[] inputs, double[] params, long outer, long n, long out) {
        if (outer == 0) return;
        StridedRun plan = IterationSpace.plan("reduction of an element-wise chain", shape, strides);
        int width = ReductionKernels.width(type);
        int rank = plan.rank();
        boolean packs = rank == 0 || plan.innerScalars() >= 0 && plan.shape()[rank - 1] % width == 0;
        packs &= n % width == 0;
        ReductionKernels stored = ReductionKernels.of(kind, type);
        ReductionKernels.Cut cut = ReductionKernels.Cut.ofRow(n);
        int lanes = ReductionKernels.lanes(n, width);
        CudaStream stream = device.stream();
        try (ReductionKernels.Partials partials = stored.partials(stream, cut, outer)) {
            Launch launch = rows.on(stream);
            IterationSpace.write(launch.struct(IterationSpace.bytes(operands())), plan, packs ? width : 1);
            launch.i32(packs ? 1 : 0);
            for (long input : inputs) launch.pointer(input);
            CudaPointwise.params(launch, element, params);
            launch.i64(outer).i64(n).i64(cut.piece()).i64(cut.pieces()).i32(lanes).pointer(partials.address()).pointer(out)
                    .launch(ReductionKernels.blocks(outer * cut.pieces(), lanes), ReductionKernels.THREADS);
            stored.join(stream, partials, cut, outer, 1, out);
        }
    }

    static KernelSource source(String kind, CudaText element) {
        int inputs = element.in().size();
        int operands = Math.max(1, inputs);
        String type = CudaText.name(element.out().getFirst());
        int bytes = element.in().stream().mapToInt(DType::bytes).sum();
        List<String> fields = new ArrayList<>();
        for (int i = 0; i < inputs; i++) fields.add("const " + CudaText.name(element.in().get(i)) + " *x" + i);
        for (int p = 0; p < element.params().size(); p++) fields.add("const " + CudaText.name(element.params().get(p)) + " p" + p);
        String params = names(element.params().size(), "p%d, ");
        StringBuilder text = new StringBuilder("// " + kind + " of an element-wise computation over rows [outer, n], as reduce/reduce.cu of the stored values.\n"
                + "// Reads " + bytes + " bytes an element (fewer where inputs are broadcast), computes " + element.steps() + " steps; writes one result a row.\n"
                + "// Blocks of 256 threads, shared memory for 8 partial results.\n#include \"common/space.cuh\"\n#include \"reduce/tree.cuh\"\n" + element.text());
        text.append("\nstruct Computed {\n    static const i32 WIDTH = Stored<").append(type).append(">::WIDTH;\n    const Space<").append(operands)
                .append("> &space;\n    const i32 packs;\n");
        for (String field : fields) text.append("    ").append(field).append(";\n");
        text.append("    __device__ __forceinline__ Pack<").append(type).append(", WIDTH> pack(i64 i, i32 count) const {\n        i64 o[").append(operands).append("];\n");
        for (int i = 0; i < inputs; i++) text.append("        Pack<").append(CudaText.name(element.in().get(i))).append(", WIDTH> a").append(i).append(";\n");
        text.append("        if (packs) {\n            place(space, i / WIDTH, o);\n");
        for (int i = 0; i < inputs; i++) text.append("            a").append(i).append(" = ").append(PointwiseText.packOf(i)).append(";\n");
        // Elements behind count are computed from whatever the registers hold, and not used.
        text.append("        } else {\n#pragma unroll\n            for (i32 k = 0; k < WIDTH; k++) {\n                if (k >= count) break;\n                place(space, i + k, o);\n");
        for (int i = 0; i < inputs; i++) text.append(String.format("                a%1$d.at[k] = x%1$d[o[%1$d]];%n", i));
        text.append("            }\n        }\n        Pack<").append(type).append(", WIDTH> r;\n#pragma unroll\n        for (i32 k = 0; k < WIDTH; k++) element(")
                .append(names(inputs, "a%d.at[k], ")).append(params).append("r.at[k]);\n        return r;\n    }\n};\n\n");
        text.append("typedef ").append(kind).append('<').append(type).append("> Kind;\nextern \"C\" __global__ void __launch_bounds__(256, 2) rows(const Space<").append(operands)
                .append("> space, const i32 packs, ").append(fields.stream().map(f -> f + ", ").collect(Collectors.joining()))
                .append("const i64 outer, const i64 n, const i64 piece, const i64 pieces, const i32 lanes, Kind::Partial *partials, ").append(type).append(" *out) {\n")
                .append("    reduce_rows<Kind>(Computed{space, packs, ").append(names(inputs, "x%d, ")).append(params).append("}, outer, n, piece, pieces, lanes, partials, out);\n}\n");
        return KernelSource.generated("src-cuda/reduce/generated.cu", text.toString());
    }

    /** {@code format} for 0, 1, … */
    private static String names(int count, String format) {
        return IntStream.range(0, count).mapToObj(i -> String.format(format, i)).collect(Collectors.joining());
    }
}
