package dev.tenfold.tensor.op;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Device;
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
        return onTensors(operation, inputs, shape, (dense, out) -> {
            long[] addresses = new long[dense.length];
            for (int i = 0; i < dense.length; i++) addresses[i] = dense[i].address();
            kernel.run(out.dtype(), addresses, out.address());
        });
    }

    /** A kernel over dense tensors of one type, on whichever device they are. */
    interface TensorKernel {
        void run(Tensor[] inputs, Tensor output);
    }

    /** As {@link #run}. The inputs of a device's kernel keep their type, which it computes with in registers alone. */
    static Tensor onTensors(String operation, Tensor[] inputs, Shape shape, TensorKernel kernel) {
        DType type = commonType(operation, inputs);
        DType compute = type(inputs[0]);
        Tensor[] dense = new Tensor[inputs.length];
        try {
            for (int i = 0; i < inputs.length; i++) dense[i] = compute == type ? Axes.dense(inputs[i]) : inputs[i].to(compute);
            Tensor out = Tensor.allocate(compute, shape);
            if (shape.elements() > 0) kernel.run(dense, out);
            if (compute == type) return out;
            try (out) {
                return out.to(type);
            }
        } finally {
            for (Tensor t : dense) if (t != null) t.close();
        }
    }

    /** The type that kernels of {@code x}'s device take for its type. */
    static DType type(Tensor x) {
        return x.device() == Device.CPU ? x.dtype().compute() : x.dtype();
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
