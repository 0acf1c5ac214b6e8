package dev.tenfold.tensor.op;

import java.util.ArrayList;
import java.util.List;

/** Every operation with its samples. An operation that is not listed here is not tested, and the contract test says so. */
public final class Catalogue {
    /**
     * One operation.
     *
     * @param name    the operation's name; its float64 reference in the tests has the same
     * @param samples at least one
     */
    public record Entry(String name, List<Sample> samples) {
        public Entry {
            if (samples.isEmpty()) throw new IllegalArgumentException(name + " has no samples");
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private Catalogue() {
    }

    /** All entries. */
    public static List<Entry> all() {
        List<Entry> entries = new ArrayList<>();
        linear(entries);
        convolutions(entries);
        entries.add(new Entry("sum", Sum.samples()));
        entries.add(new Entry("max", Extreme.samples(true)));
        entries.add(new Entry("min", Extreme.samples(false)));
        entries.add(new Entry("argMax", ArgExtreme.samples(true)));
        entries.add(new Entry("argMin", ArgExtreme.samples(false)));
        entries.add(new Entry("softmax", Softmax.samples(false)));
        entries.add(new Entry("logSoftmax", Softmax.samples(true)));
        entries.add(new Entry("logSumExp", LogSumExp.samples()));
        entries.add(new Entry("slice", Slice.samples()));
        entries.add(new Entry("embed", Embed.samples()));
        entries.add(new Entry("gather", Gather.samples()));
        entries.add(new Entry("scatterAdd", ScatterAdd.samples()));
        entries.add(new Entry("indexSelect", IndexSelect.samples()));
        entries.add(new Entry("indexAdd", IndexAdd.samples()));
        entries.add(new Entry("concat", Concat.samples()));
        entries.add(new Entry("prod", Prod.samples()));
        entries.add(new Entry("all", Truth.samples(true)));
        entries.add(new Entry("any", Truth.samples(false)));
        entries.add(new Entry("cumulativeSum", CumulativeSum.samples()));
        entries.add(new Entry("sort", Sort.samples()));
        entries.add(new Entry("topK", Sort.topKSamples()));
        entries.add(new Entry("nonzero", NonZero.samples()));
        entries.add(new Entry("maskedSelect", NonZero.maskedSelectSamples()));
        entries.add(new Entry("scatter", Scatter.samples()));
        return List.copyOf(entries);
    }

    private static void linear(List<Entry> entries) {
        entries.add(new Entry("matmul", MatMul.samples()));
        entries.add(new Entry("einsum", Einsum.samples()));
        entries.add(new Entry("cholesky", Cholesky.samples()));
        entries.add(new Entry("logDet", Cholesky.logDetSamples()));
        entries.add(new Entry("triangularSolve", TriangularSolve.samples()));
        entries.add(new Entry("solve", LuSolve.samples()));
        entries.add(new Entry("inverse", LuSolve.inverseSamples()));
        entries.add(new Entry("det", Determinant.samples(false)));
        entries.add(new Entry("signLogDet", Determinant.samples(true)));
        entries.add(new Entry("eigh", SymmetricEigen.samples()));
        entries.add(new Entry("svd", SingularValues.samples()));
        entries.add(new Entry("norm", Norm.samples()));
        entries.add(new Entry("diagonal", Diagonal.samples()));
        entries.add(new Entry("diagonalEmbed", DiagonalEmbed.samples()));
        entries.add(new Entry("lowerTriangle", Triangle.samples(false)));
        entries.add(new Entry("upperTriangle", Triangle.samples(true)));
    }

    private static void convolutions(List<Entry> entries) {
        entries.add(new Entry("conv2d", Conv2d.samples()));
        entries.add(new Entry("conv2dInputGradient", Conv2dInputGradient.samples()));
        entries.add(new Entry("conv2dWeightGradient", Conv2dWeightGradient.samples()));
        entries.add(new Entry("maxPool2d", MaxPool2d.samples()));
        entries.add(new Entry("averagePool2d", AveragePool2d.samples()));
        entries.add(new Entry("averagePool2dGradient", AveragePool2dGradient.samples()));
    }
}
