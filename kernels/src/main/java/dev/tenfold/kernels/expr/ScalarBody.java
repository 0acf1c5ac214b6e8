package dev.tenfold.kernels.expr;

import static java.lang.constant.ConstantDescs.CD_double;
import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.expr.Ir.Kind;
import dev.tenfold.kernels.expr.Ir.Node;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.Locale;

/** One element at a time, in Java's own arithmetic. */
final class ScalarBody implements LoopCompiler.Body {
    private static final ClassDesc MATH = Math.class.describeConstable().orElseThrow();
    private static final ClassDesc MEMORY = Memory.class.describeConstable().orElseThrow();
    private static final ClassDesc CELLS = Cells.class.describeConstable().orElseThrow();
    private static final ClassDesc CALLS = ScalarMath.class.describeConstable().orElseThrow();
    private static final ClassDesc FLOAT = Float.class.describeConstable().orElseThrow();
    private static final ClassDesc DOUBLE = Double.class.describeConstable().orElseThrow();

    private final LoopCompiler.Source source;
    private final TypeKind number;
    private final TypeKind bits;
    private final int[] bases;
    private final int[] targets;
    private int[] slots;

    ScalarBody(LoopCompiler.Source source) {
        this.source = source;
        this.number = natural(source.compute());
        this.bits = number == TypeKind.FLOAT ? TypeKind.INT : TypeKind.LONG;
        this.bases = new int[source.in().length];
        this.targets = new int[source.out().length];
    }

    /** The Java type that holds one element. */
    static TypeKind natural(DType type) {
        return switch (type) {
            case F32, F16, BF16 -> TypeKind.FLOAT;
            case F64 -> TypeKind.DOUBLE;
            case I64 -> TypeKind.LONG;
            case I32, U8, BOOL -> TypeKind.INT;
        };
    }

    private static ClassDesc desc(TypeKind kind) {
        return switch (kind) {
            case FLOAT -> CD_float;
            case DOUBLE -> CD_double;
            case LONG -> CD_long;
            default -> CD_int;
        };
    }

    /** Replaces the address on the stack by the element there, as {@code to}. */
    static void load(CodeBuilder code, DType type, TypeKind to) {
        MethodTypeDesc signature = MethodTypeDesc.of(desc(natural(type)), CD_long);
        switch (type) {
            case F32 -> code.invokestatic(MEMORY, "getFloat", signature);
            case F64 -> code.invokestatic(MEMORY, "getDouble", signature);
            case I32 -> code.invokestatic(MEMORY, "getInt", signature);
            case I64 -> code.invokestatic(MEMORY, "getLong", signature);
            case F16 -> code.invokestatic(CELLS, "getF16", signature);
            case BF16 -> code.invokestatic(CELLS, "getBf16", signature);
            case U8, BOOL -> code.invokestatic(CELLS, "getU8", signature);
        }
        convert(code, natural(type), to);
    }

    private static void convert(CodeBuilder code, TypeKind from, TypeKind to) {
        if (from != to) code.conversion(from, to);
    }

    private static void store(CodeBuilder code, DType type) {
        MethodTypeDesc signature = MethodTypeDesc.of(CD_void, CD_long, desc(natural(type)));
        switch (type) {
            case F32 -> code.invokestatic(MEMORY, "putFloat", signature);
            case F64 -> code.invokestatic(MEMORY, "putDouble", signature);
            case I32 -> code.invokestatic(MEMORY, "putInt", signature);
            case I64 -> code.invokestatic(MEMORY, "putLong", signature);
            case F16 -> code.invokestatic(CELLS, "putF16", signature);
            case BF16 -> code.invokestatic(CELLS, "putBf16", signature);
            case U8, BOOL -> code.invokestatic(CELLS, "putU8", signature);
        }
    }

    @Override
    public int prologue(CodeBuilder code, int free) {
        for (int i = 0; i < bases.length; i++) {
            bases[i] = free;
            LoopCompiler.loadBase(code, i, free);
            free += 2;
        }
        for (int k = 0; k < targets.length; k++) {
            targets[k] = free;
            LoopCompiler.loadBase(code, bases.length + k, free);
            free += 2;
        }
        return free;
    }

    @Override
    public int unroll() {
        return 1;
    }

    @Override
    public void elements(CodeBuilder code, int free, int ahead) {
        slots = new int[source.code().ir().nodes().size()];
        for (Node node : source.code().ir().nodes()) {
            emit(code, node);
            TypeKind kind = kind(node);
            slots[node.id()] = free;
            code.storeLocal(kind, free);
            free += kind.slotSize();
        }
        for (int k = 0; k < targets.length; k++) {
            Node result = source.code().results().get(k);
            DType out = source.out()[k];
            LoopCompiler.address(code, targets[k], ahead, out.bytes());
            code.loadLocal(kind(result), slots[result.id()]);
            if (result.kind() == Kind.NUMBER) convert(code, number, natural(out));
            store(code, out);
        }
    }

    private TypeKind kind(Node node) {
        return switch (node.kind()) {
            case NUMBER -> number;
            case BITS -> bits;
            case MASK -> TypeKind.INT;
        };
    }

    private void arg(CodeBuilder code, Node node, int k) {
        Node arg = source.code().ir().nodes().get(node.args().get(k));
        code.loadLocal(kind(arg), slots[arg.id()]);
    }

    private void emit(CodeBuilder code, Node node) {
        for (int k = 0; k < node.args().size(); k++) {
            if (node.step() != Ir.Step.SELECT && node.step() != Ir.Step.CALL) arg(code, node, k);
        }
        boolean wide = number == TypeKind.DOUBLE;
        switch (node.step()) {
            case INPUT -> {
                int i = (int) node.number();
                if (source.isScalar(i)) code.lload(bases[i]);
                else LoopCompiler.address(code, bases[i], 0, source.in()[i].bytes());
                load(code, source.in()[i], number);
            }
            case PARAM -> {
                code.aload(LoopCompiler.PARAMS).loadConstant((int) node.number()).daload();
                convert(code, TypeKind.DOUBLE, number);
            }
            case CONST -> constant(code, node.value());
            case ADD -> arithmetic(code, Opcode.FADD, Opcode.DADD, Opcode.IADD, Opcode.LADD);
            case SUB -> arithmetic(code, Opcode.FSUB, Opcode.DSUB, Opcode.ISUB, Opcode.LSUB);
            case MUL -> arithmetic(code, Opcode.FMUL, Opcode.DMUL, Opcode.IMUL, Opcode.LMUL);
            case DIV -> divide(code);
            case NEG -> arithmetic(code, Opcode.FNEG, Opcode.DNEG, Opcode.INEG, Opcode.LNEG);
            case ABS -> code.invokestatic(MATH, "abs", MethodTypeDesc.of(desc(number), desc(number)));
            case MIN, MAX -> code.invokestatic(MATH, node.step().name().toLowerCase(Locale.ROOT),
                    MethodTypeDesc.of(desc(number), desc(number), desc(number)));
            case SQRT -> {
                convert(code, number, TypeKind.DOUBLE);
                code.invokestatic(MATH, "sqrt", MethodTypeDesc.of(CD_double, CD_double));
                convert(code, TypeKind.DOUBLE, number);
            }
            case FMA -> code.invokestatic(MATH, "fma", MethodTypeDesc.of(desc(number), desc(number), desc(number), desc(number)));
            case CALL -> call(code, node);
            case TO_BITS -> code.invokestatic(wide ? DOUBLE : FLOAT, wide ? "doubleToRawLongBits" : "floatToRawIntBits",
                    MethodTypeDesc.of(desc(bits), desc(number)));
            case FROM_BITS -> code.invokestatic(wide ? DOUBLE : FLOAT, wide ? "longBitsToDouble" : "intBitsToFloat",
                    MethodTypeDesc.of(desc(number), desc(bits)));
            case BITS_CONST -> {
                if (wide) code.loadConstant(node.number());
                else code.loadConstant((int) node.number());
            }
            case BITS_ADD -> code.with(wideOr(wide, Opcode.LADD, Opcode.IADD));
            case BITS_SUB -> code.with(wideOr(wide, Opcode.LSUB, Opcode.ISUB));
            case BITS_AND -> code.with(wideOr(wide, Opcode.LAND, Opcode.IAND));
            case BITS_OR -> code.with(wideOr(wide, Opcode.LOR, Opcode.IOR));
            case SHIFT_LEFT -> code.loadConstant((int) node.number()).with(wideOr(wide, Opcode.LSHL, Opcode.ISHL));
            case SHIFT_RIGHT -> code.loadConstant((int) node.number()).with(wideOr(wide, Opcode.LSHR, Opcode.ISHR));
            case LT, LE, EQ, NE -> compare(code, node.step());
            case AND -> code.iand();
            case OR -> code.ior();
            case NOT -> code.iconst_1().ixor();
            case SELECT -> select(code, node);
        }
    }

    private static java.lang.classfile.Instruction wideOr(boolean wide, Opcode ifWide, Opcode otherwise) {
        return java.lang.classfile.instruction.OperatorInstruction.of(wide ? ifWide : otherwise);
    }

    private void arithmetic(CodeBuilder code, Opcode f, Opcode d, Opcode i, Opcode l) {
        Opcode opcode = switch (number) {
            case FLOAT -> f;
            case DOUBLE -> d;
            case LONG -> l;
            default -> i;
        };
        code.with(java.lang.classfile.instruction.OperatorInstruction.of(opcode));
    }

    private void divide(CodeBuilder code) {
        if (number == TypeKind.FLOAT) code.fdiv();
        else if (number == TypeKind.DOUBLE) code.ddiv();
        else throw new IllegalArgumentException("integers are divided as floats or by FLOOR_DIV");
    }

    private void constant(CodeBuilder code, double value) {
        switch (number) {
            case FLOAT -> code.loadConstant((float) value);
            case DOUBLE -> code.loadConstant(value);
            case LONG -> code.loadConstant((long) value);
            default -> code.loadConstant((int) value);
        }
    }

    private void call(CodeBuilder code, Node node) {
        TypeKind wide = number == TypeKind.FLOAT || number == TypeKind.DOUBLE ? TypeKind.DOUBLE : TypeKind.LONG;
        ClassDesc[] types = new ClassDesc[node.args().size()];
        for (int k = 0; k < types.length; k++) {
            arg(code, node, k);
            convert(code, number, wide);
            types[k] = desc(wide);
        }
        code.invokestatic(CALLS, node.fn().name().toLowerCase(Locale.ROOT), MethodTypeDesc.of(desc(wide), types));
        convert(code, wide, number);
    }

    /** Two numbers on the stack become 1 or 0; a comparison with NaN is false, except NE. */
    private void compare(CodeBuilder code, Ir.Step step) {
        Label yes = code.newLabel();
        Label end = code.newLabel();
        switch (number) {
            case FLOAT -> code.fcmpg();
            case DOUBLE -> code.dcmpg();
            case LONG -> code.lcmp();
            default -> code.invokestatic(Integer.class.describeConstable().orElseThrow(), "compare", MethodTypeDesc.of(CD_int, CD_int, CD_int));
        }
        // The "g" forms give 1 for NaN, which LT, LE and EQ reject.
        switch (step) {
            case LT -> code.iflt(yes);
            case LE -> code.ifle(yes);
            case EQ -> code.ifeq(yes);
            default -> code.ifne(yes);
        }
        code.iconst_0().goto_(end);
        code.labelBinding(yes).iconst_1();
        code.labelBinding(end);
    }

    private void select(CodeBuilder code, Node node) {
        Label no = code.newLabel();
        Label end = code.newLabel();
        arg(code, node, 0);
        code.ifeq(no);
        arg(code, node, 1);
        code.goto_(end);
        code.labelBinding(no);
        arg(code, node, 2);
        code.labelBinding(end);
    }
}
