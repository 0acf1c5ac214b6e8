package dev.tenfold.tensor;

/** Elements in order along an axis, and where they came from (i64). */
public record Sorted(Tensor values, Tensor indices) {
}
