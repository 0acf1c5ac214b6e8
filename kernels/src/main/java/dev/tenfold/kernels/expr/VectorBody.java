package dev.tenfold.kernels.expr;

import static java.lang.constant.ConstantDescs.CD_double;
import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.expr.Ir.Node;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** One vector at a time, through the Vector API: the same exact steps as {@link ScalarBody} in every lane. */
final class VectorBody implements LoopCompiler.Body {
    private static final String PACKAGE = "jdk.incubator.vector.";
    private static final ClassDesc VECTOR = ClassDesc.of(PACKAGE + "Vector");
    private static final ClassDesc MASK = ClassDesc.of(PACKAGE + "VectorMask");
    private static final ClassDesc SPECIES = ClassDesc.of(PACKAGE + "VectorSpecies");
    private static final ClassDesc OPERATORS = ClassDesc.of(PACKAGE + "VectorOperators");
    private static final ClassDesc BINARY = ClassDesc.of(PACKAGE + "VectorOperators$Binary");
    private static final ClassDesc COMPARISON = ClassDesc.of(PACKAGE + "VectorOperators$Comparison");
    private static final ClassDesc SEGMENT = MemorySegment.class.describeConstable().orElseThrow();
    private static final ClassDesc ORDER = ByteOrder.class.describeConstable().orElseThrow();
    private static final ClassDesc LANES = ClassDesc.of("dev.tenfold.kernels.expr.Lanes");
    private static final ClassDesc MEMORY = Memory.class.describeConstable().orElseThrow();

    private final LoopCompiler.Source source;
    private final boolean wide;
    private final ClassDesc vector;
    private final ClassDesc bitsVector;
    private final ClassDesc element;
    private final ClassDesc bitsElement;
    private final int[] bases;
    private final int[] broadcasts;
    private final int[] targets;
    private final Map<Long, Integer> params = new HashMap<>();
    private int[] slots;

    VectorBody(LoopCompiler.Source source) {
        this.source = source;
        this.wide = source.compute() == DType.F64;
        this.vector = ClassDesc.of(PACKAGE + (wide ? "DoubleVector" : "FloatVector"));
        this.bitsVector = ClassDesc.of(PACKAGE + (wide ? "LongVector" : "IntVector"));
        this.element = wide ? CD_double : CD_float;
        this.bitsElement = wide ? CD_long : CD_int;
        this.bases = new int[source.in().length];
        this.broadcasts = new int[source.in().length];
        this.targets = new int[source.out().length];
    }

    /** Elements in one vector of {@code compute}. */
    static int lanes(DType compute) {
        return compute == DType.F64 ? Lanes.F64.length() : Lanes.F32.length();
    }

    /** True when every step and every type has a vector form. */
    static boolean supports(LoopCompiler.Source source) {
        DType compute = source.compute();
        if (compute != DType.F32 && compute != DType.F64) return false;
        if (source.code().ir().hasCalls()) return false;
        boolean bytes = Lanes.hasBytes(compute == DType.F64);
        for (int i = 0; i < source.in().length; i++) {
            DType type = source.in()[i];
            boolean widened = type == DType.F32 && compute == DType.F64;
            if (!source.isScalar(i) && type != compute && !widened && !(type == DType.BOOL && bytes)) return false;
        }
        for (DType out : source.out()) if (out != compute && !(out == DType.BOOL && bytes)) return false;
        return true;
    }

    @Override
    public int prologue(CodeBuilder code, int free) {
        for (int i = 0; i < bases.length; i++) {
            bases[i] = free;
            LoopCompiler.loadBase(code, i, free);
            free += 2;
            if (source.isScalar(i)) {
                code.lload(bases[i]);
                ScalarBody.load(code, source.in()[i], wide ? TypeKind.DOUBLE : TypeKind.FLOAT);
                broadcasts[i] = free;
                code.storeLocal(wide ? TypeKind.DOUBLE : TypeKind.FLOAT, free);
                free += 2;
            }
        }
        for (int k = 0; k < targets.length; k++) {
            targets[k] = free;
            LoopCompiler.loadBase(code, bases.length + k, free);
            free += 2;
        }
        for (Node node : source.code().ir().nodes()) {
            if (node.step() != Ir.Step.PARAM) continue;
            code.aload(LoopCompiler.PARAMS).loadConstant((int) node.number()).daload();
            if (!wide) code.d2f();
            code.storeLocal(wide ? TypeKind.DOUBLE : TypeKind.FLOAT, free);
            params.put(node.number(), free);
            free += 2;
        }
        return free;
    }

    @Override
    public int unroll() {
        int steps = source.code().ir().nodes().size() - source.in().length;
        return steps <= 4 ? 4 : steps <= 40 ? 2 : 1;
    }

    @Override
    public void elements(CodeBuilder code, int free, int ahead) {
        slots = new int[source.code().ir().nodes().size()];
        for (Node node : source.code().ir().nodes()) {
            emit(code, node, ahead);
            slots[node.id()] = free;
            code.astore(free++);
        }
        for (int k = 0; k < targets.length; k++) store(code, k, ahead);
    }

    private void store(CodeBuilder code, int k, int ahead) {
        code.aload(slots[source.code().results().get(k).id()]);
        if (source.out()[k] == DType.BOOL) {
            LoopCompiler.address(code, targets[k], ahead, 1);
            code.invokestatic(LANES, wide ? "storeTruth64" : "storeTruth32", MethodTypeDesc.of(CD_void, MASK, CD_long));
        } else {
            code.getstatic(MEMORY, "ALL", SEGMENT);
            LoopCompiler.address(code, targets[k], ahead, source.out()[k].bytes());
            code.getstatic(LANES, "ORDER", ORDER);
            code.invokevirtual(vector, "intoMemorySegment", MethodTypeDesc.of(CD_void, SEGMENT, CD_long, ORDER));
        }
    }

    private void species(CodeBuilder code, boolean bits) {
        code.getstatic(LANES, (bits ? "I" : "F") + (wide ? "64" : "32"), SPECIES);
    }

    private void broadcast(CodeBuilder code) {
        code.invokestatic(vector, "broadcast", MethodTypeDesc.of(vector, SPECIES, element));
    }

    private void constant(CodeBuilder code, double value) {
        species(code, false);
        if (wide) code.loadConstant(value);
        else code.loadConstant((float) value);
        broadcast(code);
    }

    private void arg(CodeBuilder code, Node node, int k) {
        code.aload(slots[node.args().get(k)]);
    }

    private void emit(CodeBuilder code, Node node, int ahead) {
        if (node.step() == Ir.Step.SELECT) {
            // b.blend(a, mask) takes a where the mask is set.
            arg(code, node, 2);
            arg(code, node, 1);
            arg(code, node, 0);
            code.invokevirtual(vector, "blend", MethodTypeDesc.of(vector, VECTOR, MASK));
            return;
        }
        for (int k = 0; k < node.args().size(); k++) arg(code, node, k);
        switch (node.step()) {
            case INPUT -> input(code, (int) node.number(), ahead);
            case PARAM -> {
                species(code, false);
                code.loadLocal(wide ? TypeKind.DOUBLE : TypeKind.FLOAT, params.get(node.number()));
                broadcast(code);
            }
            case CONST -> constant(code, node.value());
            case ADD, SUB, MUL, DIV, MIN, MAX -> code.invokevirtual(vector, name(node), MethodTypeDesc.of(vector, VECTOR));
            case NEG, ABS, SQRT -> code.invokevirtual(vector, name(node), MethodTypeDesc.of(vector));
            case FMA -> code.invokevirtual(vector, "fma", MethodTypeDesc.of(vector, VECTOR, VECTOR));
            case TO_BITS -> code.invokevirtual(vector, wide ? "reinterpretAsLongs" : "reinterpretAsInts", MethodTypeDesc.of(bitsVector));
            case FROM_BITS -> code.invokevirtual(bitsVector, wide ? "reinterpretAsDoubles" : "reinterpretAsFloats", MethodTypeDesc.of(vector));
            case BITS_CONST -> {
                species(code, true);
                if (wide) code.loadConstant(node.number());
                else code.loadConstant((int) node.number());
                code.invokestatic(bitsVector, "broadcast", MethodTypeDesc.of(bitsVector, SPECIES, bitsElement));
            }
            case BITS_ADD, BITS_SUB -> code.invokevirtual(bitsVector, name(node).substring(5), MethodTypeDesc.of(bitsVector, VECTOR));
            case BITS_AND, BITS_OR -> code.invokevirtual(bitsVector, name(node).substring(5), MethodTypeDesc.of(bitsVector, VECTOR));
            case SHIFT_LEFT -> shift(code, "LSHL", node);
            case SHIFT_RIGHT -> shift(code, "ASHR", node);
            case LT, LE, EQ, NE -> compare(code, node);
            case AND, OR -> code.invokevirtual(MASK, name(node), MethodTypeDesc.of(MASK, MASK));
            case NOT -> code.invokevirtual(MASK, "not", MethodTypeDesc.of(MASK));
            case SELECT, CALL -> throw new IllegalStateException("no vector form of " + node);
        }
    }

    private static String name(Node node) {
        return node.step().name().toLowerCase(Locale.ROOT);
    }

    private void input(CodeBuilder code, int i, int ahead) {
        if (source.isScalar(i)) {
            species(code, false);
            code.loadLocal(wide ? TypeKind.DOUBLE : TypeKind.FLOAT, broadcasts[i]);
            broadcast(code);
        } else if (source.in()[i] == DType.BOOL) {
            LoopCompiler.address(code, bases[i], ahead, 1);
            code.invokestatic(LANES, wide ? "loadTruth64" : "loadTruth32", MethodTypeDesc.of(vector, CD_long));
        } else if (wide && source.in()[i] == DType.F32) {
            LoopCompiler.address(code, bases[i], ahead, 4);
            code.invokestatic(LANES, "loadFloats64", MethodTypeDesc.of(vector, CD_long));
        } else {
            species(code, false);
            code.getstatic(MEMORY, "ALL", SEGMENT);
            LoopCompiler.address(code, bases[i], ahead, source.in()[i].bytes());
            code.getstatic(LANES, "ORDER", ORDER);
            code.invokestatic(vector, "fromMemorySegment", MethodTypeDesc.of(vector, SPECIES, SEGMENT, CD_long, ORDER));
        }
    }

    private void shift(CodeBuilder code, String operator, Node node) {
        code.getstatic(OPERATORS, operator, BINARY);
        if (wide) code.loadConstant(node.number());
        else code.loadConstant((int) node.number());
        code.invokevirtual(bitsVector, "lanewise", MethodTypeDesc.of(bitsVector, BINARY, bitsElement));
    }

    private void compare(CodeBuilder code, Node node) {
        // The operands are on the stack; the operator belongs between them.
        int second = slots[node.args().get(1)];
        code.pop();
        code.getstatic(OPERATORS, node.step().name(), COMPARISON);
        code.aload(second);
        code.invokevirtual(vector, "compare", MethodTypeDesc.of(MASK, COMPARISON, VECTOR));
    }
}
