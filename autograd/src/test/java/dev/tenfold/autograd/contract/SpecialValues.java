package dev.tenfold.autograd.contract;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.op.Sample;
import dev.tenfold.tensor.op.Sample.Input;
import dev.tenfold.tensor.op.Sample.Kind;
import java.util.ArrayList;
import java.util.List;

/** Arguments with NaN, infinities and zeros of both signs in them. */
final class SpecialValues {
    private static final double[] VALUES = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 0, -0.0, 1, -1, 0.5, -2.5, 3, 1e30, -1e30};
    private static final double[] NOT_FINITE = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY};

    private SpecialValues() {
    }

    /** Every special value of every input of an element-wise operation meets every one of the others. */
    static Arguments allPairs(Sample sample, DType type) {
        int n = sample.inputs().size();
        int count = (int) Math.pow(VALUES.length, n);
        long[] shape = {count};
        List<Input> inputs = new ArrayList<>();
        List<Array> arrays = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            int step = (int) Math.pow(VALUES.length, i);
            inputs.add(Input.real(shape));
            arrays.add(Array.of(shape, at -> Rounding.to(type, VALUES[(int) at[0] / step % VALUES.length])));
        }
        return new Arguments(inputs, arrays, type);
    }

    /** The usual arguments, once for every real input and every value that is not finite, with that value in its middle. */
    static List<Arguments> oneEach(Case c, DType type) {
        List<Arguments> all = new ArrayList<>();
        Arguments usual = c.arguments(type);
        for (int i = 0; i < usual.arrays().size(); i++) {
            Array array = usual.arrays().get(i);
            if (usual.inputs().get(i).kind() != Kind.REAL || array.values().length == 0) continue;
            for (double value : NOT_FINITE) {
                double[] values = array.values().clone();
                values[values.length / 2] = value;
                List<Array> changed = new ArrayList<>(usual.arrays());
                changed.set(i, new Array(array.shape(), values));
                all.add(usual.with(changed));
            }
        }
        return all;
    }
}
