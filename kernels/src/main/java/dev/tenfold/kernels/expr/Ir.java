package dev.tenfold.kernels.expr;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The primitive steps that an expression is lowered to, each exact by IEEE 754 or on bits, in an order in which every step
 * follows its arguments. Equal steps are shared.
 */
final class Ir {
    /** What a step yields. */
    enum Kind { NUMBER, BITS, MASK }

    /** The primitive steps. {@code CALL} is a scalar function of {@link ScalarMath}, for which no vector form exists. */
    enum Step {
        INPUT(Kind.NUMBER), PARAM(Kind.NUMBER), CONST(Kind.NUMBER),
        ADD(Kind.NUMBER), SUB(Kind.NUMBER), MUL(Kind.NUMBER), DIV(Kind.NUMBER), NEG(Kind.NUMBER), ABS(Kind.NUMBER),
        MIN(Kind.NUMBER), MAX(Kind.NUMBER), SQRT(Kind.NUMBER), FMA(Kind.NUMBER), CALL(Kind.NUMBER),
        TO_BITS(Kind.BITS), FROM_BITS(Kind.NUMBER), BITS_CONST(Kind.BITS), BITS_ADD(Kind.BITS), BITS_SUB(Kind.BITS),
        BITS_AND(Kind.BITS), BITS_OR(Kind.BITS), SHIFT_LEFT(Kind.BITS), SHIFT_RIGHT(Kind.BITS),
        LT(Kind.MASK), LE(Kind.MASK), EQ(Kind.MASK), NE(Kind.MASK), AND(Kind.MASK), OR(Kind.MASK), NOT(Kind.MASK),
        SELECT(Kind.NUMBER);

        final Kind kind;

        Step(Kind kind) {
            this.kind = kind;
        }
    }

    /**
     * One step.
     *
     * @param id     its place in the order
     * @param args   the ids of its arguments
     * @param value  a constant's value
     * @param number an index (inputs, parameters), a bit pattern or a shift
     * @param fn     the function of a CALL
     */
    record Node(int id, Step step, List<Integer> args, double value, long number, Fn fn) {
        Kind kind() {
            return step.kind;
        }
    }

    private record Key(Step step, List<Integer> args, long valueBits, long number, Fn fn) {
    }

    private final List<Node> nodes = new ArrayList<>();
    private final Map<Key, Node> known = new HashMap<>();

    /** The steps in order. */
    List<Node> nodes() {
        return nodes;
    }

    boolean hasCalls() {
        return nodes.stream().anyMatch(n -> n.step == Step.CALL);
    }

    private Node make(Step step, double value, long number, Fn fn, Node... args) {
        List<Integer> ids = new ArrayList<>(args.length);
        for (Node arg : args) ids.add(arg.id);
        Key key = new Key(step, ids, Double.doubleToRawLongBits(value), number, fn);
        Node node = known.get(key);
        if (node == null) {
            node = new Node(nodes.size(), step, ids, value, number, fn);
            nodes.add(node);
            known.put(key, node);
        }
        return node;
    }

    Node of(Step step, Node... args) {
        return make(step, 0, 0, null, args);
    }

    Node input(int index) {
        return make(Step.INPUT, 0, index, null);
    }

    Node param(int index) {
        return make(Step.PARAM, 0, index, null);
    }

    Node number(double value) {
        return make(Step.CONST, value, 0, null);
    }

    Node bits(long pattern) {
        return make(Step.BITS_CONST, 0, pattern, null);
    }

    Node shift(Step step, Node a, int by) {
        return make(step, 0, by, null, a);
    }

    Node call(Fn fn, Node... args) {
        return make(Step.CALL, 0, 0, fn, args);
    }

    // The arithmetic that lowerings are written in.

    Node add(Node a, Node b) {
        return of(Step.ADD, a, b);
    }

    Node sub(Node a, Node b) {
        return of(Step.SUB, a, b);
    }

    Node mul(Node a, Node b) {
        return of(Step.MUL, a, b);
    }

    Node div(Node a, Node b) {
        return of(Step.DIV, a, b);
    }

    Node fma(Node a, Node b, Node c) {
        return of(Step.FMA, a, b, c);
    }

    Node abs(Node a) {
        return of(Step.ABS, a);
    }

    Node neg(Node a) {
        return of(Step.NEG, a);
    }

    Node lt(Node a, Node b) {
        return of(Step.LT, a, b);
    }

    Node select(Node mask, Node a, Node b) {
        return of(Step.SELECT, mask, a, b);
    }

    /** {@code coefficients[0] x^(n-1) + … + coefficients[n-1]} by Horner's rule. */
    Node polynomial(Node x, double... coefficients) {
        Node sum = number(coefficients[0]);
        for (int i = 1; i < coefficients.length; i++) sum = fma(sum, x, number(coefficients[i]));
        return sum;
    }
}
