package dev.tenfold.tensor;

import dev.tenfold.kernels.DType;

/**
 * A region of the current thread that computes in mixed precision: matrix products and convolutions take their operands in f16 or bf16, while
 * sums, norms, softmax and exponentials take theirs in f32. Regions nest; the innermost decides.
 *
 * <pre>{@code
 * Tensor loss;
 * try (Precision region = Precision.compute(DType.BF16)) {
 *     loss = Losses.crossEntropy(net.forward(x), labels);
 * }
 * Autograd.backward(loss);
 * }</pre>
 *
 * <p>Parameters stay f32 and so do their gradients: conversions are recorded like any operation, and a backward pass follows the types that were
 * recorded, whatever region it is called in. Integers, bool and f64 are never converted, so that an operation with an f64 operand
 * computes as outside. With f16, small gradients vanish below 6e-8 and large ones overflow above 65504: scale the loss (nn's {@code LossScaler}).
 * bf16 has f32's range and needs no scaling.
 *
 * <p>On the CPU narrow types are widened to f32, multiplied and summed there, and rounded once: a region gives the numbers that a GPU with f32
 * accumulation would round to, and halves what the operands occupy, but costs time for the conversions.
 */
public final class Precision implements AutoCloseable {
    /**
     * A type and a policy: what a region is made of.
     *
     * @param compute the narrow type, f16 or bf16; f32 for a region that widens only
     * @param policy  which operations take it
     */
    public record Setting(DType compute, PrecisionPolicy policy) {
        public Setting {
            if (compute != DType.F16 && compute != DType.BF16 && compute != DType.F32) {
                throw new IllegalArgumentException("Precision: " + compute + " is no type to compute in; use f16, bf16 or f32");
            }
        }
    }

    private final ThreadState state;
    private final Setting before;
    private boolean open = true;

    private Precision(Setting setting) {
        state = ThreadState.get();
        before = state.precision;
        state.precision = setting;
    }

    /** Opens a region that computes in {@code type} (f16 or bf16) by {@link PrecisionPolicy#STANDARD}. */
    public static Precision compute(DType type) {
        return compute(type, PrecisionPolicy.STANDARD);
    }

    /** Opens a region that computes in {@code type} by a policy of one's own. */
    public static Precision compute(DType type, PrecisionPolicy policy) {
        return new Precision(new Setting(type, policy));
    }

    /** Opens a region in which every operation takes its operands as they are: what backward passes do. */
    public static Precision asRecorded() {
        return new Precision(null);
    }

    /** Opens a region with what {@link #current()} gave elsewhere, another thread or another time; null for none. */
    public static Precision resume(Setting setting) {
        return new Precision(setting);
    }

    /** What the innermost region of this thread consists of, or null outside of any. */
    public static Setting current() {
        return ThreadState.get().precision;
    }

    @Override
    public void close() {
        if (!open) return;
        open = false;
        state.precision = before;
    }

    /** The operands of {@code operation} as {@code setting} wants them; {@code inputs} itself where nothing changes. */
    static Tensor[] operands(Setting setting, String operation, Tensor[] inputs) {
        DType common = null;
        boolean differ = false;
        for (Tensor input : inputs) {
            DType type = input.dtype();
            if (type == DType.F64) return inputs;
            if (!type.isFloating()) continue;
            differ |= common != null && type != common;
            common = common == null ? type : DType.promote(common, type);
        }
        DType wanted = setting.policy.operandType(operation, setting.compute);
        if (wanted == null) wanted = common;
        if (wanted == common && !differ) return inputs;
        Tensor[] converted = inputs.clone();
        for (int i = 0; i < inputs.length; i++) if (inputs[i].dtype().isFloating()) converted[i] = inputs[i].to(wanted);
        return converted;
    }
}
