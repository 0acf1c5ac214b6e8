package dev.tenfold.jmh.gpu;

import dev.tenfold.kernels.DType;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * One thing that is measured on a device, as {@code jmh/gpu/rows.txt} has it for both sides.
 *
 * @param group what is measured together
 * @param kind  the operation, a name of {@link Workloads}
 * @param type  the element type; {@code tf32} is f32 whose products may be rounded to 10 bits
 * @param size  the numbers of its size, whose meaning is the kind's
 */
record Row(String group, String kind, String type, long... size) {
    /** What both sides call it, such as {@code gemm.bf16.512x512x512}. */
    String name() {
        return kind + "." + type + "." + sizes();
    }

    /** The size in words. */
    String sizes() {
        return Arrays.stream(size).mapToObj(Long::toString).collect(Collectors.joining("x"));
    }

    /** What the tensors have. */
    DType dtype() {
        return type.equals("tf32") ? DType.F32 : DType.valueOf(type.toUpperCase(java.util.Locale.ROOT));
    }

    /** Whether products of f32 may be rounded to TF32. */
    boolean tf32() {
        return type.equals("tf32");
    }

    long size(int i) {
        return size[i];
    }

    int edge(int i) {
        return Math.toIntExact(size[i]);
    }

    /** The product of all numbers of the size. */
    long elements() {
        long n = 1;
        for (long s : size) n *= s;
        return n;
    }

    /** Whether a user who writes {@code word} means it: its name, kind or group. */
    boolean answersTo(String word) {
        return word.equals("all") || word.equals(group) || word.equals(kind) || word.equals(name());
    }
}
