package dev.tenfold.kernels.expr;

import dev.tenfold.kernels.DType;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The CUDA text of an element-wise computation: one element of it, as a function {@code element(x0, …, p0, …, y0, …)} of stored elements,
 * parameters and results. It is printed from the same steps as the CPU's loops and takes them in the same order with the same rounding, so
 * that the bits are equal. Several loops that hand values on ({@link Pipeline}) become one function; a value that is handed on is rounded
 * to its type, as if it had been stored.
 *
 * @param in     types of the inputs
 * @param out    types of the results
 * @param params the type in which each parameter is passed: f32, f64, i32 or i64
 * @param values each parameter's value, where the computation has them; otherwise null, and they come with a run
 * @param steps  how many primitive steps an element takes
 * @param text   the includes and the function
 */
public record CudaText(List<DType> in, List<DType> out, List<DType> params, double[] values, int steps, String text) {
    /** The text of one loop. */
    static CudaText of(PointwiseKernel kernel) {
        Printer printer = new Printer(List.of(kernel.inputTypes()));
        String[] results = IntStream.range(0, kernel.outputs()).mapToObj(k -> "y" + k).toArray(String[]::new);
        printer.stage(kernel, IntStream.range(0, kernel.inputTypes().length).toArray(), results);
        return printer.text(List.of(kernel.outputTypes()), null);
    }

    /** The text of several loops, one after another. */
    static CudaText of(List<DType> in, List<Pipeline.Stage> stages, DType[] types, int[] results) {
        Printer printer = new Printer(in);
        double[] values = new double[0];
        int value = 0;
        for (Pipeline.Stage stage : stages) {
            String[] names = new String[stage.kernel().outputs()];
            for (int k = 0; k < names.length; k++, value++) {
                int number = in.size() + value;
                int output = IntStream.range(0, results.length).filter(r -> results[r] == number).findFirst().orElse(-1);
                names[k] = output >= 0 ? "y" + output : printer.handedOn(types[value]);
                printer.values.add(names[k]);
                printer.types.add(types[value]);
            }
            printer.stage(stage.kernel(), stage.inputs(), names);
            // As many as the loop reads: others would be passed for nothing.
            double[] own = Arrays.copyOf(stage.params(), params(stage.kernel()));
            values = Arrays.copyOf(values, values.length + own.length);
            System.arraycopy(own, 0, values, values.length - own.length, own.length);
        }
        return printer.text(Arrays.stream(results).mapToObj(r -> types[r - in.size()]).toList(), values);
    }

    /** How many parameters a loop reads. */
    private static int params(PointwiseKernel kernel) {
        return kernel.code().ir().nodes().stream().filter(n -> n.step() == Ir.Step.PARAM).mapToInt(n -> (int) n.number() + 1).max().orElse(0);
    }

    /** Whether the results depend on an input: a tensor that is only written, as a step's scratch is, may hold anything before. */
    public boolean reads(int input) {
        return Pattern.compile("\\bx" + input + "\\b").matcher(text).results().count() > 1; // the first is the function's parameter
    }

    /** The name of a type in {@code src-cuda/common/types.cuh}. */
    public static String name(DType type) {
        return type == DType.BOOL ? "truth" : type.toString();
    }

    /** {@code value} as a literal of {@code type}, with exactly its bits. */
    static String literal(DType type, double value) {
        return switch (type) {
            case F32 -> Float.isFinite((float) value) ? Float.toHexString((float) value) + "f" : "from_bits((i32) " + hex(Float.floatToIntBits((float) value)) + ")";
            case F64 -> Double.isFinite(value) ? Double.toHexString(value) : "from_bits((i64) " + hex(Double.doubleToLongBits(value)) + ")";
            case I64 -> "((i64) " + hex((long) value) + ")";
            default -> "((i32) " + hex((int) value) + ")";
        };
    }

    static String hex(int bits) {
        return "0x" + Integer.toHexString(bits) + "u";
    }

    static String hex(long bits) {
        return "0x" + Long.toHexString(bits) + "ull";
    }

    /** Collects the function's lines. */
    private static final class Printer {
        private final List<DType> in;
        private final List<String> values = new java.util.ArrayList<>();
        private final List<DType> types = new java.util.ArrayList<>();
        private final List<DType> params = new java.util.ArrayList<>();
        private final TreeSet<String> headers = new TreeSet<>(List.of("common/arithmetic.cuh"));
        private final StringBuilder lines = new StringBuilder();
        private int steps;
        private int handed;

        Printer(List<DType> in) {
            this.in = in;
            for (int i = 0; i < in.size(); i++) values.add("x" + i);
            types.addAll(in);
        }

        String handedOn(DType type) {
            String name = "h" + handed++;
            lines.append("    ").append(name(type)).append(' ').append(name).append(";\n");
            return name;
        }

        void stage(PointwiseKernel kernel, int[] inputs, String[] results) {
            int first = params.size();
            for (int k = params(kernel); k > 0; k--) params.add(kernel.computeType());
            CudaSteps body = new CudaSteps(kernel.computeType(), i -> values.get(inputs[i]), p -> "p" + (first + p));
            lines.append("    {\n").append(body.print(kernel.code(), results)).append("    }\n");
            headers.addAll(body.headers());
            steps += kernel.code().ir().nodes().size();
        }

        CudaText text(List<DType> out, double[] given) {
            StringBuilder text = new StringBuilder();
            for (String header : headers) text.append("#include \"").append(header).append("\"\n");
            text.append("\nDEVICE void element(");
            text.append(IntStream.range(0, in.size()).mapToObj(i -> name(in.get(i)) + " x" + i + ", ").collect(Collectors.joining()));
            text.append(IntStream.range(0, params.size()).mapToObj(i -> name(params.get(i)) + " p" + i + ", ").collect(Collectors.joining()));
            text.append(IntStream.range(0, out.size()).mapToObj(k -> name(out.get(k)) + " &y" + k).collect(Collectors.joining(", ")));
            text.append(") {\n").append(lines).append("}\n");
            return new CudaText(in, out, List.copyOf(params), given, steps, text.toString());
        }
    }
}
