package dev.tenfold.autograd.contract;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.op.Catalogue;
import dev.tenfold.tensor.op.Elementwise;
import dev.tenfold.tensor.op.Sample;
import dev.tenfold.tensor.op.Sample.Promise;
import java.util.List;
import java.util.Set;

/** One sample of one operation. */
record Case(Catalogue.Entry entry, Sample sample) {
    static List<Case> all() {
        return of(Catalogue.all());
    }

    static List<Case> of(List<Catalogue.Entry> entries) {
        return entries.stream().flatMap(entry -> entry.samples().stream().map(sample -> new Case(entry, sample))).toList();
    }

    Arguments arguments(DType type) {
        return Arguments.of(sample.inputs(), type);
    }

    /** The arguments that fill several chunks of work, where the sample has such. */
    Arguments large(DType type) {
        return Arguments.of(sample.large().isEmpty() ? sample.inputs() : sample.large(), type);
    }

    Tensor call(List<Tensor> tensors) {
        return sample.call().apply(tensors);
    }

    /** Relative error allowed in a result of {@code type}; 0 where it must be the rounded reference itself. */
    double tolerance(DType type) {
        if (sample.tolerance() == 0 || !type.isFloating()) return 0;
        return type == DType.F64 ? Math.min(1e-10, sample.tolerance() * 1e-6) : sample.tolerance() + 2 * Rounding.halfStep(type);
    }

    /** The same for sums of up to 1e5 terms, each near 1, which cancel: 20 times as much, while one term lost or doubled is 10^4 times as much. */
    double toleranceOfLongSums(DType type) {
        return type == DType.F64 ? tolerance(type) : 20 * tolerance(type);
    }

    /** Gradients go through a dozen rounded steps where the operation takes one. */
    double toleranceOfGradients(DType type) {
        return 5 * sample.tolerance() + 24 * Rounding.halfStep(type);
    }

    boolean isElementwise() {
        return Elementwise.table().stream().anyMatch(operation -> operation.name().equals(entry.name()));
    }

    boolean promises(Promise promise) {
        return !sample.missing().contains(promise);
    }

    /** The type that most checks run in: f32 where it is claimed. */
    DType usualType() {
        Set<DType> types = sample.types();
        return types.contains(DType.F32) ? DType.F32 : types.iterator().next();
    }

    @Override
    public String toString() {
        return entry.name() + ", " + sample.label();
    }
}
