package dev.tenfold.kernels.cuda;

/**
 * The type of a kernel's parameter, as Tenfold packs it.
 *
 * @param name      as errors call it
 * @param bytes     its size
 * @param alignment its address is a multiple of this within the packed arguments
 */
public record Parameter(String name, int bytes, int alignment) {
    /** An address of device memory. */
    public static final Parameter POINTER = new Parameter("pointer", 8, 8);
    /** {@code int} or {@code unsigned}. */
    public static final Parameter I32 = new Parameter("i32", 4, 4);
    /** {@code long long} or {@code unsigned long long}. */
    public static final Parameter I64 = new Parameter("i64", 8, 8);
    /** {@code float}. */
    public static final Parameter F32 = new Parameter("f32", 4, 4);
    /** {@code double}. */
    public static final Parameter F64 = new Parameter("f64", 8, 8);

    /** A struct by value, of {@code bytes} bytes with an alignment of 8. */
    public static Parameter struct(int bytes) {
        return struct(bytes, 8);
    }

    /** A struct by value, of {@code bytes} bytes. */
    static Parameter struct(int bytes, int alignment) {
        return new Parameter("struct of " + bytes + " bytes", bytes, alignment);
    }

    boolean isStruct(int size) {
        return bytes == size && name.startsWith("struct");
    }

    @Override
    public String toString() {
        return name;
    }
}
