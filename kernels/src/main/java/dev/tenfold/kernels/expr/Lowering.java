package dev.tenfold.kernels.expr;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.expr.Ir.Kind;
import dev.tenfold.kernels.expr.Ir.Node;
import dev.tenfold.kernels.expr.Ir.Step;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Turns expression trees into primitive steps, which they share, for one compute type. */
final class Lowering {
    /** The steps and those that yield the results. */
    record Lowered(Ir ir, List<Node> results) {
    }

    private final Ir ir = new Ir();
    private final DType type;
    private final FloatMath math;
    private final Map<Expr, Node> done = new HashMap<>();

    private Lowering(DType type) {
        this.type = type;
        this.math = new FloatMath(ir, type == DType.F64);
    }

    /** Lowers {@code exprs} for {@code type}: f32, f64, i32 or i64. A result is a number, or a mask where it is stored as bool. */
    static Lowered lower(List<Expr> exprs, DType type, List<DType> stored) {
        Lowering lowering = new Lowering(type);
        List<Node> results = new ArrayList<>();
        for (int k = 0; k < exprs.size(); k++) {
            Node result = lowering.visit(exprs.get(k));
            results.add(stored.get(k) == DType.BOOL ? lowering.mask(result) : lowering.number(result));
        }
        return new Lowered(lowering.ir, results);
    }

    private Node number(Node node) {
        return node.kind() == Kind.MASK ? ir.select(node, ir.number(1), ir.number(0)) : node;
    }

    private Node mask(Node node) {
        return node.kind() == Kind.MASK ? node : ir.of(Step.NE, node, ir.number(0));
    }

    private Node visit(Expr expr) {
        Node known = done.get(expr);
        if (known != null) return known;
        Node node = switch (expr) {
            case Expr.Input x -> ir.input(x.index());
            case Expr.Param p -> ir.param(p.index());
            case Expr.Const c -> ir.number(c.value());
            case Expr.Apply apply -> apply(apply);
        };
        done.put(expr, node);
        return node;
    }

    private Node apply(Expr.Apply apply) {
        List<Node> args = new ArrayList<>();
        for (Expr arg : apply.args()) args.add(visit(arg));
        Fn fn = apply.fn();
        return switch (fn) {
            case AND -> ir.of(Step.AND, mask(args.get(0)), mask(args.get(1)));
            case OR -> ir.of(Step.OR, mask(args.get(0)), mask(args.get(1)));
            case NOT -> ir.of(Step.NOT, mask(args.get(0)));
            case SELECT -> ir.select(mask(args.get(0)), number(args.get(1)), number(args.get(2)));
            default -> {
                Node[] numbers = args.stream().map(this::number).toArray(Node[]::new);
                yield type.isFloating() ? floating(fn, numbers) : common(fn, numbers);
            }
        };
    }

    /** {@code a != b}; a truth value that was made a number, compared with 0, is itself. */
    private Node notEqual(Node a, Node b) {
        boolean truth = a.step() == Step.SELECT && a.args().get(1) == ir.number(1).id() && a.args().get(2) == ir.number(0).id();
        return truth && b == ir.number(0) ? ir.nodes().get(a.args().getFirst()) : ir.of(Step.NE, a, b);
    }

    private Node common(Fn fn, Node[] a) {
        return switch (fn) {
            case ADD -> ir.add(a[0], a[1]);
            case SUB -> ir.sub(a[0], a[1]);
            case MUL -> ir.mul(a[0], a[1]);
            case DIV -> ir.div(a[0], a[1]);
            case NEG -> ir.neg(a[0]);
            case ABS -> ir.abs(a[0]);
            case MIN -> ir.of(Step.MIN, a[0], a[1]);
            case MAX -> ir.of(Step.MAX, a[0], a[1]);
            case LT -> ir.lt(a[0], a[1]);
            case GT -> ir.lt(a[1], a[0]);
            case LE -> ir.of(Step.LE, a[0], a[1]);
            case GE -> ir.of(Step.LE, a[1], a[0]);
            case EQ -> ir.of(Step.EQ, a[0], a[1]);
            case NE -> notEqual(a[0], a[1]);
            case IS_NAN -> ir.of(Step.NE, a[0], a[0]);
            case FLOOR, CEIL, ROUND -> a[0];
            case REMAINDER, FLOOR_DIV, SIGN -> ir.call(fn, a);
            default -> throw new IllegalArgumentException(fn + " is not defined for " + type);
        };
    }

    private Node floating(Fn fn, Node[] a) {
        return switch (fn) {
            case SQRT -> ir.of(Step.SQRT, a[0]);
            case FMA -> ir.fma(a[0], a[1], a[2]);
            case EXP -> math.exp(a[0]);
            case EXPM1 -> math.expm1(a[0]);
            case LOG -> math.log(a[0]);
            case LOG1P -> math.log1p(a[0]);
            case TANH -> math.tanh(a[0]);
            case ASIN -> math.asin(a[0]);
            case ACOS -> math.acos(a[0]);
            case ERF -> math.erf(a[0]);
            case FLOOR -> math.floor(a[0]);
            case CEIL -> math.ceil(a[0]);
            case ROUND -> math.round(a[0]);
            case SIGN -> math.sign(a[0]);
            case SIN, COS, ATAN, ATAN2, POW, LGAMMA, DIGAMMA, TRIGAMMA, TETRAGAMMA, REMAINDER, FLOOR_DIV -> ir.call(fn, a);
            default -> common(fn, a);
        };
    }
}
