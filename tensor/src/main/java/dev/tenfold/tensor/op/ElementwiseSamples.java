package dev.tenfold.tensor.op;

import dev.tenfold.tensor.op.Pointwise.Result;
import dev.tenfold.tensor.op.Sample.Input;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/** The samples of the table of element-wise operations: made from it, with the ranges and parameters that an entry needs. */
public final class ElementwiseSamples {
    /** From where to where the values of one input go; whole ones meet each other. */
    private record Range(double low, double high, boolean whole) {
        Input input(long... shape) {
            return whole ? Input.whole(low, high, shape) : Input.real(low, high, shape);
        }
    }

    private static final Range USUAL = real(-2, 2);
    private static final Range WHOLE = new Range(-3, 3, true);
    private static final Range POSITIVE = real(0.2, 3);
    private static final Range AROUND_ZERO = real(-0.9, 0.9);

    /** Where the values of an entry's inputs lie, if not in the usual range; the last range serves all further inputs. */
    private static final Map<String, List<Range>> RANGES = Map.ofEntries(
            Map.entry("div", List.of(USUAL, real(0.5, 2))), Map.entry("remainder", List.of(real(-5, 5), real(0.6, 2))),
            Map.entry("floorDivide", List.of(real(-5, 5), real(0.6, 2))), Map.entry("scalarDiv", List.of(POSITIVE)),
            Map.entry("sqrt", List.of(POSITIVE)), Map.entry("rsqrt", List.of(POSITIVE)), Map.entry("reciprocal", List.of(POSITIVE)),
            Map.entry("log", List.of(POSITIVE)), Map.entry("log1p", List.of(real(-0.5, 2))), Map.entry("pow", List.of(real(0.2, 2), USUAL)),
            Map.entry("powScalar", List.of(POSITIVE)), Map.entry("asin", List.of(AROUND_ZERO)), Map.entry("acos", List.of(AROUND_ZERO)),
            Map.entry("atan2", List.of(USUAL, real(0.3, 2))), Map.entry("lgamma", List.of(POSITIVE)), Map.entry("digamma", List.of(POSITIVE)),
            Map.entry("round", List.of(real(-4, 4))), Map.entry("where", List.of(new Range(0, 2, true), USUAL)));

    /** The parameters of the entries that have some; whole where the entry takes integers. */
    private static final Map<String, double[]> PARAMS = Map.ofEntries(
            Map.entry("addScalar", new double[] {3}), Map.entry("mulScalar", new double[] {3}), Map.entry("scalarSub", new double[] {3}),
            Map.entry("scalarDiv", new double[] {1.5}), Map.entry("addScaled", new double[] {2}), Map.entry("clamp", new double[] {-1, 1}),
            Map.entry("powScalar", new double[] {2.5}), Map.entry("leakyRelu", new double[] {0.25}), Map.entry("elu", new double[] {1.5}),
            Map.entry("eqScalar", new double[] {1}), Map.entry("neScalar", new double[] {1}), Map.entry("ltScalar", new double[] {1}),
            Map.entry("leScalar", new double[] {1}), Map.entry("gtScalar", new double[] {1}), Map.entry("geScalar", new double[] {1}));

    /** Entries of type {@link Result#FLOAT} that are rounded once, as every other entry is. */
    private static final Set<String> ROUNDED_ONCE = Set.of("div", "scalarDiv", "sqrt", "reciprocal", "leakyRelu");

    /** Entries whose gradient is zero: there is no second one. */
    private static final Set<String> STEPS = Set.of("floorDivide", "floor", "ceil", "round", "sign");

    private ElementwiseSamples() {
    }

    /** The parameters with which the samples of {@code operation} run; none for most. */
    public static double[] params(String operation) {
        return PARAMS.getOrDefault(operation, new double[0]);
    }

    /** An entry of the catalogue for every entry of the table. */
    static List<Catalogue.Entry> entries() {
        return Elementwise.table().stream().map(operation -> new Catalogue.Entry(operation.name(), samples(operation), faults(operation)).everywhere()).toList();
    }

    private static List<Sample> samples(Pointwise operation) {
        List<Sample> samples = new ArrayList<>();
        int n = operation.inputs();
        samples.add(sample(operation, "dense", repeated(n, 3, 5)).large(inputs(operation, repeated(n, 3, 25_001))));
        samples.add(sample(operation, "empty", repeated(n, 0, 3)));
        samples.add(sample(operation, "size one", repeated(n, 1, 1)));
        if (n == 1) {
            samples.add(sample(operation, "scalar", new long[0]));
        } else {
            long[][] shapes = {{4, 1, 3}, {2, 1}, {3}};
            samples.add(sample(operation, "broadcast", java.util.Arrays.copyOf(shapes, n)).large(inputs(operation, java.util.Arrays.copyOf(new long[][] {{20, 1, 901}, {5, 1}, {901}}, n))));
            samples.add(sample(operation, "scalar and vector", IntStream.range(0, n).mapToObj(i -> i == 0 ? new long[0] : new long[] {4}).toArray(long[][]::new)));
        }
        return samples;
    }

    private static Sample sample(Pointwise operation, String label, long[]... shapes) {
        boolean exact = operation.result() != Result.FLOAT || ROUNDED_ONCE.contains(operation.name());
        int order = operation.result() == Result.BOOL ? 0 : STEPS.contains(operation.name()) ? 1 : 2;
        double[] params = params(operation.name());
        return Sample.of(label, in -> operation.apply(params, in.toArray(dev.tenfold.tensor.Tensor[]::new)), inputs(operation, shapes))
                .types(Sample.ALL).order(order).tolerance(exact ? 0 : 2e-6);
    }

    private static Input[] inputs(Pointwise operation, long[]... shapes) {
        Input[] inputs = new Input[shapes.length];
        for (int i = 0; i < inputs.length; i++) inputs[i] = range(operation, i).input(shapes[i]);
        return inputs;
    }

    private static Range range(Pointwise operation, int input) {
        List<Range> ranges = RANGES.getOrDefault(operation.name(), List.of(operation.result() == Result.BOOL ? WHOLE : USUAL));
        return ranges.get(Math.min(input, ranges.size() - 1));
    }

    private static List<Fault> faults(Pointwise operation) {
        int n = operation.inputs();
        if (n == 1) return List.of();
        return List.of(Fault.of("shapes that do not broadcast", List.of(operation.name(), "[2, 3]", "[2, 4]", "do not broadcast"),
                in -> operation.apply(params(operation.name()), in.toArray(dev.tenfold.tensor.Tensor[]::new)),
                IntStream.range(0, n).mapToObj(i -> Input.real(2, i == 0 ? 3 : 4)).toArray(Input[]::new)));
    }

    private static Range real(double low, double high) {
        return new Range(low, high, false);
    }

    private static long[][] repeated(int n, long... shape) {
        long[][] shapes = new long[n][];
        java.util.Arrays.fill(shapes, shape);
        return shapes;
    }
}
