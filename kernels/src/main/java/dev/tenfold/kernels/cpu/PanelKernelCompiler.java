package dev.tenfold.kernels.cpu;

import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import dev.tenfold.kernels.Memory;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.AccessFlag;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Writes the vector code of {@link PanelKernel} for fixed distances within A, as bytecode: the sums stay in registers, so
 * there is a variable for each of them, and how many there are depends on the machine. Fixed distances let the compiler
 * move the bounds checks out of the loop (measured: 155 GFLOP/s with variable ones, 180 with fixed ones), and the calls of the
 * Vector API stand in the loop itself, because the compiler gives up inlining methods around them in code this large.
 */
final class PanelKernelCompiler {
    static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED.length() > 16 ? FloatVector.SPECIES_512 : FloatVector.SPECIES_PREFERRED;
    static final ByteOrder ORDER = ByteOrder.nativeOrder();
    static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private static final ClassDesc SELF = ClassDesc.of("dev.tenfold.kernels.cpu.GeneratedPanelKernel");
    private static final ClassDesc SUPER = desc(PanelKernel.class);
    private static final ClassDesc HERE = desc(PanelKernelCompiler.class);
    private static final ClassDesc VECTOR = desc(FloatVector.class);
    private static final ClassDesc SUPER_VECTOR = desc(Vector.class);
    private static final ClassDesc CD_SPECIES = desc(VectorSpecies.class);
    private static final ClassDesc SEGMENT = desc(MemorySegment.class);
    private static final ClassDesc CD_ORDER = desc(ByteOrder.class);
    private static final ClassDesc LAYOUT = desc(ValueLayout.OfFloat.class);
    private static final MethodTypeDesc MULTIPLY =
            MethodTypeDesc.of(CD_void, CD_long, CD_long, CD_int, CD_long, CD_int, CD_long, CD_long, CD_long);

    // Slots of the arguments and variables of multiply.
    private static final int A = 1;
    private static final int HALF = 3;
    private static final int DEPTH = 5;
    private static final int JUMP = 6;
    private static final int OUTER = 8;
    private static final int B = 9;
    private static final int START = 11;
    private static final int C = 13;
    private static final int O = 15;
    private static final int D = 16;
    private static final int LOWER = 17;
    private static final int UPPER = 19;
    private static final int LINES = 21;
    private static final int FACTOR = 23;
    private static final int FREE = 24;

    private final CodeBuilder code;
    private final long rowBytes;
    private final long stepBytes;
    private final int lanes = SPECIES.length();
    /** Sums held at once: {@code rows} by {@code vectors}. Sixteen registers (256 bits) hold half as many as 32. */
    private final int rows = lanes == 8 ? PanelKernel.ROWS / 2 : PanelKernel.ROWS;
    private final int vectors = 2;

    private PanelKernelCompiler(CodeBuilder code, long rowBytes, long stepBytes) {
        this.code = code;
        this.rowBytes = rowBytes;
        this.stepBytes = stepBytes;
    }

    private static ClassDesc desc(Class<?> type) {
        return type.describeConstable().orElseThrow();
    }

    /** The kernel whose rows of A are {@code rowBytes} and whose steps are {@code stepBytes} apart. */
    static PanelKernel compile(long rowBytes, long stepBytes) {
        byte[] bytes = ClassFile.of().build(SELF, cb -> {
            cb.withFlags(AccessFlag.FINAL, AccessFlag.SYNTHETIC);
            cb.withSuperclass(SUPER);
            cb.withMethodBody(ConstantDescs.INIT_NAME, ConstantDescs.MTD_void, 0, code ->
                    code.aload(0).invokespecial(SUPER, ConstantDescs.INIT_NAME, ConstantDescs.MTD_void).return_());
            cb.withMethodBody("multiply", MULTIPLY, 0, code -> new PanelKernelCompiler(code, rowBytes, stepBytes).emit());
        });
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup().defineHiddenClass(bytes, true);
            return (PanelKernel) lookup.findConstructor(lookup.lookupClass(), MethodType.methodType(void.class)).invoke();
        } catch (Throwable e) {
            throw new IllegalStateException("the panel kernel could not be compiled", e);
        }
    }

    private void emit() {
        for (int row = 0; row < PanelKernel.ROWS; row += rows) {
            for (int column = 0; column < PanelKernel.WIDTH; column += vectors * lanes) tile(row, column);
        }
        code.return_();
    }

    /** The sums of {@code rows} rows and {@code vectors} vectors from (row, column) on. */
    private void tile(int row, int column) {
        for (int r = 0; r < rows; r++) {
            for (int v = 0; v < vectors; v++) {
                loadVector(START, (row + r) * PanelKernel.LINE + 4L * (column + v * lanes));
                code.astore(sum(r, v));
            }
        }
        code.iconst_0().istore(O);
        loop(O, OUTER, () -> {
            code.lload(A).iload(O).i2l().lload(JUMP).lmul().ladd().lstore(LOWER);
            code.lload(LOWER).lload(HALF).ladd().lstore(UPPER);
            code.lload(B).iload(O).i2l().iload(DEPTH).i2l().lmul().loadConstant(PanelKernel.LINE).lmul().ladd().lstore(LINES);
            code.iconst_0().istore(D);
            loop(D, DEPTH, () -> step(row, column));
        });
        for (int r = 0; r < rows; r++) {
            for (int v = 0; v < vectors; v++) {
                code.aload(sum(r, v)).getstatic(desc(Memory.class), "ALL", SEGMENT);
                code.lload(C).loadConstant((row + r) * PanelKernel.LINE + 4L * (column + v * lanes)).ladd();
                code.getstatic(HERE, "ORDER", CD_ORDER);
                code.invokevirtual(VECTOR, "intoMemorySegment", MethodTypeDesc.of(CD_void, SEGMENT, CD_long, CD_ORDER));
            }
        }
    }

    private int sum(int r, int v) {
        return FREE + vectors + r * vectors + v;
    }

    /** {@code for (; index < end; index++) body} */
    private void loop(int index, int end, Runnable body) {
        Label test = code.newLabel();
        Label after = code.newLabel();
        code.labelBinding(test);
        code.iload(index).iload(end).if_icmpge(after);
        body.run();
        code.iinc(index, 1);
        code.goto_(test);
        code.labelBinding(after);
    }

    private void step(int row, int column) {
        for (int v = 0; v < vectors; v++) {
            code.getstatic(HERE, "SPECIES", CD_SPECIES).getstatic(desc(Memory.class), "ALL", SEGMENT);
            element(LINES, PanelKernel.LINE, 4L * (column + v * lanes));
            fromSegment();
            code.astore(FREE + v);
        }
        for (int r = 0; r < rows; r++) {
            code.getstatic(HERE, "SPECIES", CD_SPECIES).getstatic(desc(Memory.class), "ALL", SEGMENT).getstatic(HERE, "FLOAT", LAYOUT);
            element(row + r < 4 ? LOWER : UPPER, stepBytes, (row + r) % 4 * rowBytes);
            code.invokeinterface(SEGMENT, "get", MethodTypeDesc.of(CD_float, LAYOUT, CD_long));
            code.invokestatic(VECTOR, "broadcast", MethodTypeDesc.of(VECTOR, CD_SPECIES, CD_float)).astore(FACTOR);
            for (int v = 0; v < vectors; v++) {
                code.aload(FACTOR).aload(FREE + v).aload(sum(r, v));
                code.invokevirtual(VECTOR, "fma", MethodTypeDesc.of(VECTOR, SUPER_VECTOR, SUPER_VECTOR)).astore(sum(r, v));
            }
        }
    }

    /** Pushes the address {@code base + D step + offset}. */
    private void element(int base, long step, long offset) {
        code.lload(base).iload(D).i2l().loadConstant(step).lmul().ladd().loadConstant(offset).ladd();
    }

    private void loadVector(int base, long offset) {
        code.getstatic(HERE, "SPECIES", CD_SPECIES).getstatic(desc(Memory.class), "ALL", SEGMENT);
        code.lload(base).loadConstant(offset).ladd();
        fromSegment();
    }

    private void fromSegment() {
        code.getstatic(HERE, "ORDER", CD_ORDER);
        code.invokestatic(VECTOR, "fromMemorySegment", MethodTypeDesc.of(VECTOR, CD_SPECIES, SEGMENT, CD_long, CD_ORDER));
    }
}
