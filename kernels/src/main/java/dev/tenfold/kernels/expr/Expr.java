package dev.tenfold.kernels.expr;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * What an element-wise operation computes, as a tree: written once, from which the CPU's vector loop, its scalar twin and
 * the CUDA text are derived, so that they cannot drift apart.
 *
 * <p>Every function is defined by exact IEEE 754 steps (add, multiply, fused multiply-add, divide, square root, bit
 * operations), so the vector loop, the scalar loop and the loop's tail give the same bits.
 */
public sealed interface Expr permits Expr.Input, Expr.Param, Expr.Const, Expr.Apply {
    /** The element of input {@code index}. */
    record Input(int index) implements Expr {
        @Override
        public String toString() {
            return "x" + index;
        }
    }

    /** A number given at each run: the same compiled loop serves every value. */
    record Param(int index) implements Expr {
        @Override
        public String toString() {
            return "p" + index;
        }
    }

    /** A constant. */
    record Const(double value) implements Expr {
        @Override
        public String toString() {
            return Double.toString(value);
        }
    }

    /**
     * A function of other expressions. Equal ones are one object: a tree in which a part occurs many times is stored, compared,
     * differentiated and lowered in the size of its distinct parts, which higher derivatives depend on.
     */
    final class Apply implements Expr {
        private static final Map<Apply, WeakReference<Apply>> KNOWN = new WeakHashMap<>();

        private final Fn fn;
        private final List<Expr> args;
        private final int hash;

        private Apply(Fn fn, List<Expr> args) {
            if (args.size() != fn.arity()) {
                throw new IllegalArgumentException(fn + " takes " + fn.arity() + " arguments, not " + args.size());
            }
            this.fn = fn;
            this.args = List.copyOf(args);
            this.hash = 31 * fn.name().hashCode() + this.args.hashCode();
        }

        static Apply of(Fn fn, List<Expr> args) {
            Apply fresh = new Apply(fn, args);
            synchronized (KNOWN) {
                WeakReference<Apply> reference = KNOWN.get(fresh);
                Apply known = reference == null ? null : reference.get();
                if (known == null) KNOWN.put(fresh, new WeakReference<>(known = fresh));
                return known;
            }
        }

        public Fn fn() {
            return fn;
        }

        public List<Expr> args() {
            return args;
        }

        @Override
        public boolean equals(Object other) {
            return this == other || other instanceof Apply a && hash == a.hash && fn == a.fn && args.equals(a.args);
        }

        @Override
        public int hashCode() {
            return hash;
        }

        /** For example {@code MUL(x0, 2.0)}. */
        @Override
        public String toString() {
            return args.stream().map(Expr::toString).collect(Collectors.joining(", ", fn + "(", ")"));
        }
    }

    static Expr x(int index) {
        return new Input(index);
    }

    static Expr p(int index) {
        return new Param(index);
    }

    static Expr c(double value) {
        return new Const(value);
    }

    static Expr of(Fn fn, Expr... args) {
        return Apply.of(fn, List.of(args));
    }

    default Expr add(Expr b) {
        return of(Fn.ADD, this, b);
    }

    default Expr sub(Expr b) {
        return of(Fn.SUB, this, b);
    }

    default Expr mul(Expr b) {
        return of(Fn.MUL, this, b);
    }

    default Expr div(Expr b) {
        return of(Fn.DIV, this, b);
    }

    default Expr add(double b) {
        return add(c(b));
    }

    default Expr sub(double b) {
        return sub(c(b));
    }

    default Expr mul(double b) {
        return mul(c(b));
    }

    default Expr div(double b) {
        return div(c(b));
    }

    default Expr neg() {
        return of(Fn.NEG, this);
    }

    default Expr abs() {
        return of(Fn.ABS, this);
    }

    default Expr min(Expr b) {
        return of(Fn.MIN, this, b);
    }

    default Expr max(Expr b) {
        return of(Fn.MAX, this, b);
    }

    default Expr sqrt() {
        return of(Fn.SQRT, this);
    }

    default Expr exp() {
        return of(Fn.EXP, this);
    }

    default Expr log() {
        return of(Fn.LOG, this);
    }

    default Expr tanh() {
        return of(Fn.TANH, this);
    }

    default Expr gt(Expr b) {
        return of(Fn.GT, this, b);
    }

    default Expr lt(Expr b) {
        return of(Fn.LT, this, b);
    }

    default Expr eq(Expr b) {
        return of(Fn.EQ, this, b);
    }

    /** {@code this} is a condition: {@code a} where it holds, {@code b} elsewhere. */
    default Expr select(Expr a, Expr b) {
        return of(Fn.SELECT, this, a, b);
    }

    /** The derivative with respect to input {@code index}, simplified where a term is 0 or a factor 1. */
    default Expr diff(int index) {
        return new Derivative(index).of(this);
    }

    /** This tree with input i replaced by {@code inputs.get(i)}. */
    default Expr substitute(List<Expr> inputs) {
        return replaceLeaves(leaf -> leaf instanceof Input x ? inputs.get(x.index()) : leaf);
    }

    /** This tree with every input, parameter and constant replaced by what {@code replacement} gives for it. */
    default Expr replaceLeaves(UnaryOperator<Expr> replacement) {
        return replaceLeaves(replacement, new IdentityHashMap<>());
    }

    private Expr replaceLeaves(UnaryOperator<Expr> replacement, Map<Expr, Expr> done) {
        if (!(this instanceof Apply apply)) return replacement.apply(this);
        Expr known = done.get(this);
        if (known != null) return known;
        List<Expr> args = new ArrayList<>();
        for (Expr arg : apply.args) args.add(arg.replaceLeaves(replacement, done));
        Expr replaced = Apply.of(apply.fn, args);
        done.put(this, replaced);
        return replaced;
    }

    /** The inputs that this tree reads, as bits; inputs from 64 on are an error. */
    default long inputs() {
        long[] read = new long[1];
        replaceLeaves(leaf -> {
            if (leaf instanceof Input x) read[0] |= 1L << java.util.Objects.checkIndex(x.index(), 64);
            return leaf;
        });
        return read[0];
    }
}
