package dev.tenfold.tensor.op;

import dev.tenfold.tensor.Device;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Every operation with its samples. An operation that is not listed here is not tested, and the contract test says so. */
public final class Catalogue {
    /**
     * One operation.
     *
     * @param name    the operation's name; its float64 reference in the tests has the same
     * @param samples at least one
     * @param faults  calls that it refuses; at least one, except for an element-wise operation of one input, which takes anything
     * @param kinds   the kinds of devices that it runs on
     */
    public record Entry(String name, List<Sample> samples, List<Fault> faults, Set<Device.Kind> kinds) {
        public Entry {
            if (samples.isEmpty()) throw new IllegalArgumentException(name + " has no samples");
        }

        /** An operation that runs on the host alone. */
        public Entry(String name, List<Sample> samples, List<Fault> faults) {
            this(name, samples, faults, EnumSet.of(Device.Kind.CPU));
        }

        /** The operation, which runs on devices of every kind. */
        public Entry everywhere() {
            return new Entry(name, samples, faults, EnumSet.allOf(Device.Kind.class));
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private Catalogue() {
    }

    /**
     * Those of the operations called {@code names} that do not run on devices of {@code kind}, in their order.
     *
     * @throws IllegalArgumentException when an operation has no such name
     */
    public static List<String> missing(Device.Kind kind, Collection<String> names) {
        Map<String, Entry> entries = all().stream().collect(Collectors.toMap(Entry::name, entry -> entry));
        for (String name : names) if (!entries.containsKey(name)) throw new IllegalArgumentException("no operation is called " + name);
        return names.stream().filter(name -> !entries.get(name).kinds.contains(kind)).toList();
    }

    /** All entries. */
    public static List<Entry> all() {
        List<Entry> entries = new ArrayList<>(ElementwiseSamples.entries());
        entries.add(new Entry("fused", FusedChain.samples(), FusedChain.faults()).everywhere());
        views(entries);
        linear(entries);
        convolutions(entries);
        normalisations(entries);
        sortsAndScans(entries);
        entries.add(new Entry("sum", Sum.samples(), Sum.faults()).everywhere());
        entries.add(new Entry("max", Extreme.samples(true), Extreme.faults(true)).everywhere());
        entries.add(new Entry("min", Extreme.samples(false), Extreme.faults(false)).everywhere());
        entries.add(new Entry("argMax", ArgExtreme.samples(true), ArgExtreme.faults(true)).everywhere());
        entries.add(new Entry("argMin", ArgExtreme.samples(false), ArgExtreme.faults(false)).everywhere());
        entries.add(new Entry("softmax", Softmax.samples(false), Softmax.faults(false)).everywhere());
        entries.add(new Entry("logSoftmax", Softmax.samples(true), Softmax.faults(true)).everywhere());
        entries.add(new Entry("logSumExp", LogSumExp.samples(), LogSumExp.faults()).everywhere());
        entries.add(new Entry("slice", Slice.samples(), Slice.faults()).everywhere());
        entries.add(new Entry("embed", Embed.samples(), Embed.faults()).everywhere());
        entries.add(new Entry("gather", Gather.samples(), Gather.faults()).everywhere());
        entries.add(new Entry("scatterAdd", ScatterAdd.samples(), ScatterAdd.faults()).everywhere());
        entries.add(new Entry("indexSelect", IndexSelect.samples(), IndexSelect.faults()).everywhere());
        entries.add(new Entry("indexAdd", IndexAdd.samples(), IndexAdd.faults()).everywhere());
        entries.add(new Entry("concat", Concat.samples(), Concat.faults()).everywhere());
        return List.copyOf(entries);
    }

    private static void views(List<Entry> entries) {
        entries.add(new Entry("to", Cast.samples(), Cast.faults()).everywhere());
        entries.add(new Entry("transfer", Transfer.samples(), Transfer.faults()).everywhere());
        entries.add(new Entry("contiguous", Contiguous.samples(), Contiguous.faults()).everywhere());
        entries.add(new Entry("reshape", Reshape.samples(), Reshape.faults()).everywhere());
        entries.add(new Entry("permute", Permute.samples(), Permute.faults()).everywhere());
        entries.add(new Entry("expand", Expand.samples(), Expand.faults()).everywhere());
    }

    private static void linear(List<Entry> entries) {
        entries.add(new Entry("matmul", MatMul.samples(), MatMul.faults()).everywhere());
        entries.add(new Entry("linear", Linear.samples(), Linear.faults()).everywhere());
        entries.add(new Entry("attention", Attention.samples(), Attention.faults()).everywhere());
        entries.add(new Entry("selfAttention", SelfAttention.samples(), SelfAttention.faults()).everywhere());
        entries.add(new Entry("einsum", Einsum.samples(), Einsum.faults()).everywhere());
        entries.add(new Entry("lu", Lu.samples(), Lu.faults()).everywhere());
        entries.add(new Entry("cholesky", Cholesky.samples(), Cholesky.faults()).everywhere());
        entries.add(new Entry("logDet", Cholesky.logDetSamples(), Cholesky.faults()).everywhere());
        entries.add(new Entry("triangularSolve", TriangularSolve.samples(), TriangularSolve.faults()).everywhere());
        entries.add(new Entry("solve", LuSolve.samples(), LuSolve.faults()).everywhere());
        entries.add(new Entry("inverse", LuSolve.inverseSamples(), LuSolve.inverseFaults()).everywhere());
        entries.add(new Entry("det", Determinant.samples(false), Determinant.faults(false)).everywhere());
        entries.add(new Entry("signLogDet", Determinant.samples(true), Determinant.faults(true)).everywhere());
        entries.add(new Entry("eigh", SymmetricEigen.samples(), SymmetricEigen.faults()).everywhere());
        entries.add(new Entry("svd", SingularValues.samples(), SingularValues.faults()).everywhere());
        entries.add(new Entry("norm", Norm.samples(), Norm.faults()).everywhere());
        entries.add(new Entry("diagonal", Diagonal.samples(), Diagonal.faults()).everywhere());
        entries.add(new Entry("diagonalEmbed", DiagonalEmbed.samples(), DiagonalEmbed.faults()).everywhere());
        entries.add(new Entry("lowerTriangle", Triangle.samples(false), Triangle.faults(false)).everywhere());
        entries.add(new Entry("upperTriangle", Triangle.samples(true), Triangle.faults(true)).everywhere());
    }

    private static void sortsAndScans(List<Entry> entries) {
        entries.add(new Entry("prod", Prod.samples(), Prod.faults()).everywhere());
        entries.add(new Entry("all", Truth.samples(true), Truth.faults(true)).everywhere());
        entries.add(new Entry("any", Truth.samples(false), Truth.faults(false)).everywhere());
        entries.add(new Entry("cumulativeSum", CumulativeSum.samples(), CumulativeSum.faults()).everywhere());
        entries.add(new Entry("logCumulativeSumExp", LogCumulativeSumExp.samples(), LogCumulativeSumExp.faults()).everywhere());
        entries.add(new Entry("linearRecurrence", LinearRecurrence.samples(), LinearRecurrence.faults()).everywhere());
        entries.add(new Entry("sort", Sort.samples(), Sort.faults()).everywhere());
        entries.add(new Entry("topK", Sort.topKSamples(), Sort.topKFaults()).everywhere());
        entries.add(new Entry("nonzero", NonZero.samples(), NonZero.faults()).everywhere());
        entries.add(new Entry("maskedSelect", NonZero.maskedSelectSamples(), NonZero.maskedSelectFaults()).everywhere());
        entries.add(new Entry("scatter", Scatter.samples(), Scatter.faults()).everywhere());
    }

    private static void convolutions(List<Entry> entries) {
        entries.add(new Entry("conv2d", Conv2d.samples(), Conv2d.faults()).everywhere());
        entries.add(new Entry("conv2dInputGradient", Conv2dInputGradient.samples(), Conv2dInputGradient.faults()).everywhere());
        entries.add(new Entry("conv2dWeightGradient", Conv2dWeightGradient.samples(), Conv2dWeightGradient.faults()).everywhere());
        entries.add(new Entry("maxPool2d", MaxPool2d.samples(), MaxPool2d.faults()).everywhere());
        entries.add(new Entry("averagePool2d", AveragePool2d.samples(), AveragePool2d.faults()).everywhere());
        entries.add(new Entry("averagePool2dGradient", AveragePool2dGradient.samples(), AveragePool2dGradient.faults()).everywhere());
    }

    private static void normalisations(List<Entry> entries) {
        entries.add(new Entry("batchNorm", BatchNorm.samples(), BatchNorm.faults()).everywhere());
        entries.add(new Entry("layerNorm", LayerNorm.samples(), LayerNorm.faults()).everywhere());
        entries.add(new Entry("groupNorm", GroupNorm.samples(), GroupNorm.faults()).everywhere());
        entries.add(new Entry("crossEntropy", CrossEntropy.samples(), CrossEntropy.faults()).everywhere());
    }
}
