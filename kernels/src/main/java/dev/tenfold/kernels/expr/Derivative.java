package dev.tenfold.kernels.expr;

import static dev.tenfold.kernels.expr.Expr.c;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** Symbolic derivatives of expression trees with respect to one input. A part that occurs many times is differentiated once. */
final class Derivative {
    private static final Expr ZERO = c(0);
    private static final Expr ONE = c(1);

    private final int input;
    private final Map<Expr.Apply, Expr> done = new IdentityHashMap<>();

    /** The derivatives with respect to {@code input}. */
    Derivative(int input) {
        this.input = input;
    }

    Expr of(Expr tree) {
        return switch (tree) {
            case Expr.Input x -> x.index() == input ? ONE : ZERO;
            case Expr.Param p -> ZERO;
            case Expr.Const k -> ZERO;
            case Expr.Apply apply -> {
                Expr known = done.get(apply);
                if (known == null) done.put(apply, known = of(apply));
                yield known;
            }
        };
    }

    private Expr of(Expr.Apply y) {
        if (y.fn().isCondition()) return ZERO;
        List<Expr> args = y.args();
        if (y.fn() == Fn.SELECT) return choose(args.get(0), of(args.get(1)), of(args.get(2)));
        Expr sum = ZERO;
        for (int k = 0; k < args.size(); k++) {
            Expr inner = of(args.get(k));
            if (!inner.equals(ZERO)) sum = plus(sum, times(inner, partial(y, k)));
        }
        return sum;
    }

    /** The partial derivative of {@code y} with respect to its argument k. */
    private static Expr partial(Expr.Apply y, int k) {
        Expr a = y.args().get(0);
        Expr b = y.args().size() > 1 ? y.args().get(1) : null;
        return switch (y.fn()) {
            case ADD -> ONE;
            case SUB -> k == 0 ? ONE : c(-1);
            case MUL -> k == 0 ? b : a;
            case DIV -> k == 0 ? ONE.div(b) : y.neg().div(b);
            case FMA -> k == 0 ? b : k == 1 ? a : ONE;
            case NEG -> c(-1);
            case ABS -> Expr.of(Fn.SIGN, a);
            // Half to each side where both are equal, so that the two gradients add up to one.
            case MIN -> a.eq(b).select(c(0.5), (k == 0 ? a.lt(b) : b.lt(a)).select(ONE, ZERO));
            case MAX -> a.eq(b).select(c(0.5), (k == 0 ? a.gt(b) : b.gt(a)).select(ONE, ZERO));
            case SQRT -> c(0.5).div(y);
            case EXP -> y;
            case EXPM1 -> y.add(1);
            case LOG -> ONE.div(a);
            case LOG1P -> ONE.div(a.add(1));
            case SIN -> Expr.of(Fn.COS, a);
            case COS -> Expr.of(Fn.SIN, a).neg();
            case TANH -> ONE.sub(y.mul(y));
            case ERF -> a.mul(a).neg().exp().mul(2 / Math.sqrt(Math.PI));
            case ATAN -> ONE.div(a.mul(a).add(1));
            case ATAN2 -> (k == 0 ? b : a.neg()).div(a.mul(a).add(b.mul(b)));
            case ASIN -> ONE.div(ONE.sub(a).mul(ONE.add(a)).sqrt());
            case ACOS -> c(-1).div(ONE.sub(a).mul(ONE.add(a)).sqrt());
            case POW -> k == 0 ? b.mul(Expr.of(Fn.POW, a, b.sub(1))) : a.eq(ZERO).select(ZERO, y.mul(a.log()));
            case LGAMMA -> Expr.of(Fn.DIGAMMA, a);
            case DIGAMMA -> Expr.of(Fn.TRIGAMMA, a);
            case TRIGAMMA -> Expr.of(Fn.TETRAGAMMA, a);
            case REMAINDER -> k == 0 ? ONE : Expr.of(Fn.FLOOR_DIV, a, b).neg();
            case FLOOR, CEIL, ROUND, SIGN, FLOOR_DIV -> ZERO;
            case TETRAGAMMA -> throw new IllegalArgumentException("tetragamma has no derivative here: gamma functions go to third order");
            default -> throw new IllegalStateException("no derivative rule for " + y.fn());
        };
    }

    private static Expr choose(Expr condition, Expr a, Expr b) {
        return a.equals(b) ? a : condition.select(a, b);
    }

    private static Expr plus(Expr a, Expr b) {
        if (a.equals(ZERO)) return b;
        return b.equals(ZERO) ? a : a.add(b);
    }

    private static Expr times(Expr a, Expr b) {
        if (a.equals(ZERO) || b.equals(ZERO)) return ZERO;
        if (a.equals(ONE)) return b;
        return b.equals(ONE) ? a : a.mul(b);
    }
}
