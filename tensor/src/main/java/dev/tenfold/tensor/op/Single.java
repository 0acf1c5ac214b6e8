package dev.tenfold.tensor.op;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;

/** Runs a kernel that knows dense f32 and f64 on tensors of any layout and floating type. */
final class Single {
    private Single() {
    }

    /** A kernel over dense inputs of one type; addresses. */
    interface Kernel {
        void run(DType type, long[] inputs, long output);
    }

    /**
     * Makes the inputs dense, of the type that is computed in, and runs {@code kernel} into a tensor of {@code shape} and the inputs' type.
     *
     * @throws IllegalArgumentException when the types are not floating or differ
     */
    static Tensor run(String operation, Tensor[] inputs, Shape shape, Kernel kernel) {
        DType type = commonType(operation, inputs);
        DType compute = type.compute();
        Tensor[] dense = new Tensor[inputs.length];
        long[] addresses = new long[inputs.length];
        try {
            for (int i = 0; i < inputs.length; i++) {
                dense[i] = compute == type ? Axes.dense(inputs[i]) : inputs[i].to(compute);
                addresses[i] = dense[i].address();
            }
            Tensor out = Tensor.allocate(compute, shape);
            if (shape.elements() > 0) kernel.run(compute, addresses, out.address());
            if (compute == type) return out;
            try (out) {
                return out.to(type);
            }
        } finally {
            for (Tensor t : dense) if (t != null) t.close();
        }
    }

    /** The floating type that all inputs have. */
    static DType commonType(String operation, Tensor... inputs) {
        DType type = inputs[0].dtype();
        for (Tensor input : inputs) {
            if (input.dtype() != type || !type.isFloating()) {
                StringBuilder all = new StringBuilder();
                for (Tensor t : inputs) all.append(all.isEmpty() ? "" : ", ").append(t.dtype()).append(' ').append(t.shape());
                throw new IllegalArgumentException(operation + ": inputs " + all + " must be floating and of one type; convert with to(DType)");
            }
        }
        return type;
    }
}
