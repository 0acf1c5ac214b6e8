package dev.tenfold.kernels.expr;

import static java.lang.constant.ConstantDescs.CD_double;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.VectorModule;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.AccessFlag;

/** Compiles primitive steps to a hidden class with a vector and a scalar loop over native memory. */
final class LoopCompiler {
    static final ClassDesc CD_long_array = CD_long.arrayType();
    static final ClassDesc CD_double_array = CD_double.arrayType();
    private static final ClassDesc SELF = ClassDesc.of("dev.tenfold.kernels.expr.GeneratedLoop");
    private static final ClassDesc SUPER = CompiledLoop.class.describeConstable().orElseThrow();
    private static final MethodTypeDesc SCALAR_TYPE = MethodTypeDesc.of(CD_void, CD_int, CD_int, CD_long_array, CD_double_array);
    private static final MethodTypeDesc VECTOR_TYPE = SCALAR_TYPE.changeReturnType(CD_int);
    /** Slots of the loop methods' arguments. */
    static final int FROM = 1;
    static final int TO = 2;
    static final int OPERANDS = 3;
    static final int PARAMS = 4;
    private static final int FIRST_FREE = 5;

    /** What one loop is compiled from. Bit i of {@code scalars}: input i is one element. */
    record Source(Lowering.Lowered code, DType[] in, DType compute, DType[] out, int scalars) {
        boolean isScalar(int input) {
            return (scalars >> input & 1) != 0;
        }
    }

    private LoopCompiler() {
    }

    static CompiledLoop compile(Source source) {
        boolean vector = VectorModule.available() && VectorBody.supports(source);
        int steps = !vector ? 0 : source.code().ir().nodes().size() * Warming.TRIAL / VectorBody.lanes(source.compute());
        byte[] bytes = ClassFile.of().build(SELF, cb -> {
            cb.withFlags(AccessFlag.FINAL, AccessFlag.SYNTHETIC);
            cb.withSuperclass(SUPER);
            cb.withMethodBody(ConstantDescs.INIT_NAME, ConstantDescs.MTD_void, ClassFile.ACC_PUBLIC, code ->
                    code.aload(0).loadConstant(steps).invokespecial(SUPER, ConstantDescs.INIT_NAME, MethodTypeDesc.of(CD_void, CD_int)).return_());
            cb.withMethodBody("scalar", SCALAR_TYPE, 0, code -> {
                loop(code, source, new ScalarBody(source), 1);
                code.return_();
            });
            cb.withMethodBody("vector", VECTOR_TYPE, 0, code -> {
                if (vector) loop(code, source, new VectorBody(source), VectorBody.lanes(source.compute()));
                code.iload(FROM).ireturn();
            });
        });
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup().defineHiddenClass(bytes, true);
            return (CompiledLoop) lookup.findConstructor(lookup.lookupClass(), java.lang.invoke.MethodType.methodType(void.class)).invoke();
        } catch (Throwable e) {
            throw new IllegalStateException("the loop for " + source.code().ir().nodes() + " could not be compiled", e);
        }
    }

    /** What a loop does with one step of {@code lanes} elements. */
    interface Body {
        /** Code before the loop; returns the first free slot. */
        int prologue(CodeBuilder code, int free);

        /** Code for the elements at index FROM + {@code ahead}; slots from {@code free} on may be used. */
        void elements(CodeBuilder code, int free, int ahead);

        /** How many copies of the body the loop holds. */
        int unroll();
    }

    private static void loop(CodeBuilder code, Source source, Body body, int lanes) {
        int free = body.prologue(code, FIRST_FREE);
        if (body.unroll() > 1) stride(code, body, lanes, body.unroll(), free);
        stride(code, body, lanes, 1, free);
    }

    /** {@code while (from <= to - lanes * unroll) { body…; from += lanes * unroll; }} */
    private static void stride(CodeBuilder code, Body body, int lanes, int unroll, int free) {
        int last = free;
        code.iload(TO).loadConstant(lanes * unroll).isub().istore(last);
        Label test = code.newLabel();
        Label end = code.newLabel();
        code.labelBinding(test);
        code.iload(FROM).iload(last).if_icmpgt(end);
        for (int u = 0; u < unroll; u++) body.elements(code, free + 1, u * lanes);
        code.iinc(FROM, lanes * unroll);
        code.goto_(test);
        code.labelBinding(end);
    }

    /** Pushes the address of the element at FROM + {@code ahead}; {@code baseSlot} holds the block's address. */
    static void address(CodeBuilder code, int baseSlot, int ahead, int bytes) {
        code.lload(baseSlot).iload(FROM).i2l();
        int shift = Integer.numberOfTrailingZeros(bytes);
        if (shift > 0) code.loadConstant(shift).lshl();
        code.ladd();
        if (ahead > 0) code.loadConstant((long) ahead * bytes).ladd();
    }

    /** Loads the address of operand {@code index} into a slot. */
    static void loadBase(CodeBuilder code, int index, int slot) {
        code.aload(OPERANDS).loadConstant(index).laload().lstore(slot);
    }
}
