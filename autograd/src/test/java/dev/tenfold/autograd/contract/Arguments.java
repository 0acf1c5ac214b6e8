package dev.tenfold.autograd.contract;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import dev.tenfold.tensor.op.Sample.Input;
import dev.tenfold.tensor.op.Sample.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** The arguments of one call: the same numbers as reference arrays and as tensors. */
record Arguments(List<Input> inputs, List<Array> arrays, DType type) {
    private static final long SEED = 20_240_613;

    /** The declared inputs with values of {@code type}, the same every time. */
    static Arguments of(List<Input> inputs, DType type) {
        Random random = new Random(SEED);
        List<Array> arrays = new ArrayList<>();
        for (Input input : inputs) {
            double[] values = input.values(random);
            DType own = typeOf(input.kind(), type);
            for (int i = 0; i < values.length; i++) {
                if (input.kind() == Kind.REAL || input.kind() == Kind.WHOLE) values[i] = Rounding.input(own, values[i], input.kind() == Kind.WHOLE);
                else values[i] = Rounding.to(own, values[i]);
            }
            arrays.add(new Array(input.shape(), values));
        }
        return new Arguments(inputs, arrays, type);
    }

    /** These arguments with the values of {@code arrays}. */
    Arguments with(List<Array> others) {
        return new Arguments(inputs, others, type);
    }

    DType typeOf(int i) {
        return typeOf(inputs.get(i).kind(), type);
    }

    private static DType typeOf(Kind kind, DType type) {
        return switch (kind) {
            case INDEX -> DType.I64;
            case TRUTH -> DType.BOOL;
            case REAL, WHOLE, POSITIVE_DEFINITE -> type;
        };
    }

    /** Dense tensors. */
    List<Tensor> tensors() {
        return tensors(Arguments::dense);
    }

    /** Tensors laid out by {@code layout}. */
    List<Tensor> tensors(Layouts.Maker layout) {
        List<Tensor> tensors = new ArrayList<>();
        for (int i = 0; i < arrays.size(); i++) tensors.add(layout.make(typeOf(i), arrays.get(i)));
        return tensors;
    }

    static Tensor dense(DType type, Array array) {
        if (array.rank() == 0) return Tensors.scalar(type, array.values()[0]);
        return Tensors.of(type, array.values(), array.shape());
    }

    /** The values, as far as a message can hold them. */
    @Override
    public String toString() {
        return arrays.stream().map(array -> Arrays.toString(Arrays.copyOf(array.values(), Math.min(20, array.values().length)))).toList().toString();
    }
}
