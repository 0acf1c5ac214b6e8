package dev.tenfold.kernels.cuda;

/**
 * What a matrix product does with its sums before it stores them: {@code act(alpha sum + beta C + columnBias[j] + rowBias[i])}, in the type
 * that is summed in.
 *
 * @param columnBias address of n dense elements, or 0
 * @param rowBias    address of m dense elements, or 0
 */
public record Epilogue(long columnBias, long rowBias, Activation activation) {
    /** An element-wise function. */
    public enum Activation {
        NONE,
        /** {@code max(x, 0)}. */
        RELU,
        /** {@code x Phi(x)}, Phi the normal distribution function; floating types. */
        GELU
    }

    /** Stores sums as they are. */
    public static final Epilogue NONE = new Epilogue(0, 0, Activation.NONE);

    /** Adds the n elements at {@code address} to every row. */
    public static Epilogue columnBias(long address) {
        return new Epilogue(address, 0, Activation.NONE);
    }
}
