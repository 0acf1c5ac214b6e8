package dev.tenfold.kernels.expr;

import java.util.List;

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
    }

    /** A number given at each run: the same compiled loop serves every value. */
    record Param(int index) implements Expr {
    }

    /** A constant. */
    record Const(double value) implements Expr {
    }

    /** A function of other expressions. */
    record Apply(Fn fn, List<Expr> args) implements Expr {
        public Apply {
            if (args.size() != fn.arity()) {
                throw new IllegalArgumentException(fn + " takes " + fn.arity() + " arguments, not " + args.size());
            }
            args = List.copyOf(args);
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
        return new Apply(fn, List.of(args));
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
        return Derivative.of(this, index);
    }

    /** This tree with input i replaced by {@code inputs.get(i)}. */
    default Expr substitute(List<Expr> inputs) {
        return switch (this) {
            case Input x -> inputs.get(x.index());
            case Apply apply -> new Apply(apply.fn(), apply.args().stream().map(arg -> arg.substitute(inputs)).toList());
            case Param p -> p;
            case Const c -> c;
        };
    }
}
