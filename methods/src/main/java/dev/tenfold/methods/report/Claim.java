package dev.tenfold.methods.report;

/**
 * A claim of a paper and what became of it here. The record is written to {@code metrics.json} as it stands.
 *
 * @param id         short, unique within the method, such as {@code separable_error}
 * @param statement  one sentence, as a reader without the paper understands it
 * @param paperValue the paper's number (or the specification's, on the same experiment), NaN when there is none
 * @param measured   the number found here
 * @param baseline   the same for the rival, NaN when there is none
 * @param holds      whether the claim holds at this scale
 */
public record Claim(String id, String statement, double paperValue, double measured, double baseline, boolean holds) {
}
