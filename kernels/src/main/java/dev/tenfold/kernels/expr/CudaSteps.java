package dev.tenfold.kernels.expr;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.expr.Ir.Kind;
import dev.tenfold.kernels.expr.Ir.Node;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntFunction;

/** Primitive steps as C: one line for each, in their order. Nothing may be contracted or reordered by the compiler. */
final class CudaSteps {
    private final DType compute;
    private final IntFunction<String> inputs;
    private final IntFunction<String> params;
    private final String number;
    private final String bits;
    private final boolean wide;
    private final Set<String> headers = new TreeSet<>();

    /** Numbers are of type {@code compute}; {@code inputs} and {@code params} name the stored elements and the parameters. */
    CudaSteps(DType compute, IntFunction<String> inputs, IntFunction<String> params) {
        this.compute = compute;
        this.inputs = inputs;
        this.params = params;
        this.wide = compute.bytes() == 8;
        this.number = CudaText.name(compute);
        this.bits = wide ? "i64" : "i32";
    }

    /** The headers that the printed text needs. */
    Set<String> headers() {
        return headers;
    }

    /** The lines that compute {@code code} and write its results to the variables {@code results}. */
    String print(Lowering.Lowered code, String[] results) {
        StringBuilder lines = new StringBuilder();
        for (Node node : code.ir().nodes()) {
            String type = node.kind() == Kind.MASK ? "bool" : node.kind() == Kind.BITS ? bits : number;
            lines.append("        const ").append(type).append(" v").append(node.id()).append(" = ").append(value(node)).append(";\n");
        }
        for (int k = 0; k < results.length; k++) lines.append("        write(").append(results[k]).append(", v").append(code.results().get(k).id()).append(");\n");
        return lines.toString();
    }

    private static String arg(Node node, int k) {
        return "v" + node.args().get(k);
    }

    private String value(Node node) {
        return switch (node.step()) {
            case INPUT -> "read<" + number + ">(" + inputs.apply((int) node.number()) + ")";
            case PARAM -> params.apply((int) node.number());
            case CONST -> CudaText.literal(compute, node.value());
            case ADD -> arithmetic(node, "+", "wrapping_add");
            case SUB -> arithmetic(node, "-", "wrapping_sub");
            case MUL -> arithmetic(node, "*", "wrapping_mul");
            case DIV -> infix(node, "/");
            case NEG -> compute.isFloating() ? "-" + arg(node, 0) : "wrapping_sub((" + number + ") 0, " + arg(node, 0) + ")";
            case ABS -> call("magnitude", node);
            case MIN -> call("smaller", node);
            case MAX -> call("larger", node);
            case SQRT -> call("square_root", node);
            case FMA -> call("fused", node);
            case CALL -> function(node);
            case TO_BITS -> call("to_bits", node);
            case FROM_BITS -> call("from_bits", node);
            case BITS_CONST -> wide ? "(i64) " + CudaText.hex(node.number()) : "(i32) " + CudaText.hex((int) node.number());
            case BITS_ADD -> call("wrapping_add", node);
            case BITS_SUB -> call("wrapping_sub", node);
            case BITS_AND, AND -> infix(node, "&");
            case BITS_OR, OR -> infix(node, "|");
            case SHIFT_LEFT -> "(" + bits + ") ((" + (wide ? "u64" : "u32") + ") " + arg(node, 0) + " << " + node.number() + ")";
            case SHIFT_RIGHT -> arg(node, 0) + " >> " + node.number();
            case LT -> infix(node, "<");
            case LE -> infix(node, "<=");
            case EQ -> infix(node, "==");
            case NE -> infix(node, "!=");
            case NOT -> "!" + arg(node, 0);
            case SELECT -> arg(node, 0) + " ? " + arg(node, 1) + " : " + arg(node, 2);
        };
    }

    private static String infix(Node node, String operator) {
        return arg(node, 0) + " " + operator + " " + arg(node, 1);
    }

    private String arithmetic(Node node, String floating, String whole) {
        return compute.isFloating() ? infix(node, floating) : call(whole, node);
    }

    private static String call(String name, Node node) {
        StringBuilder text = new StringBuilder(name).append('(');
        for (int k = 0; k < node.args().size(); k++) text.append(k == 0 ? "" : ", ").append(arg(node, k));
        return text.append(')').toString();
    }

    /** A scalar function, computed in f64 (of whole numbers in i64) as on the CPU. */
    private String function(Node node) {
        String name = switch (node.fn()) {
            case SIN, COS -> from("common/fdlibm/trigonometric.cuh", "fdlibm_" + node.fn().name().toLowerCase(java.util.Locale.ROOT));
            case ATAN, ATAN2 -> from("common/fdlibm/arctangent.cuh", "fdlibm_" + node.fn().name().toLowerCase(java.util.Locale.ROOT));
            case POW -> from("common/fdlibm/pow.cuh", "fdlibm_pow");
            case LGAMMA -> from("common/gamma.cuh", "log_gamma");
            case DIGAMMA -> from("common/gamma.cuh", "digamma");
            case TRIGAMMA -> from("common/gamma.cuh", "trigamma");
            case TETRAGAMMA -> from("common/gamma.cuh", "tetragamma");
            case REMAINDER -> from("common/division.cuh", "floored_remainder");
            case FLOOR_DIV -> from("common/division.cuh", "floored_quotient");
            case SIGN -> from("common/division.cuh", "sign_of");
            default -> throw new IllegalStateException("no device function for " + node.fn());
        };
        StringBuilder text = new StringBuilder("Cast<").append(number).append(">::of(").append(name).append('(');
        String wideType = compute.isFloating() ? "(f64) " : "(i64) ";
        for (int k = 0; k < node.args().size(); k++) text.append(k == 0 ? "" : ", ").append(wideType).append(arg(node, k));
        return text.append("))").toString();
    }

    private String from(String header, String name) {
        headers.add(header);
        return name;
    }
}
