package dev.tenfold.tensor;

/** What an operation on devices needs: inputs on one device, and a kernel there. */
final class Placement {
    private Placement() {
    }

    /**
     * The inputs on one device: numbers (rank 0) on the host go where the others are.
     *
     * @throws IllegalArgumentException when others lie on different devices
     */
    static Tensor[] together(Operation operation, Tensor[] inputs) {
        Device device = Device.CPU;
        for (Tensor input : inputs) if (input.device() != Device.CPU) device = input.device();
        Tensor[] placed = inputs.clone();
        for (int i = 0; i < placed.length; i++) {
            if (placed[i].device() == device) continue;
            if (placed[i].device() != Device.CPU || placed[i].rank() > 0) throw apart(operation, inputs);
            placed[i] = placed[i].to(device);
        }
        return placed;
    }

    private static IllegalArgumentException apart(Operation operation, Tensor[] inputs) {
        StringBuilder all = new StringBuilder();
        for (Tensor t : inputs) all.append(all.isEmpty() ? "" : ", ").append(t.dtype()).append(' ').append(t.shape()).append(" on ").append(t.device());
        return new IllegalArgumentException(operation.name() + ": the inputs lie on different devices: " + all + ". Move them to one with to(Device)");
    }

    /**
     * Does nothing where {@code operation} runs on {@code device}.
     *
     * @throws IllegalStateException where it does not
     */
    static void requireKernel(Operation operation, Device device) {
        if (!operation.runsOn(device.kind())) throw missingKernel(operation.name(), device);
    }

    static IllegalStateException missingKernel(String operation, Device device) {
        return new IllegalStateException(operation + " has no CUDA kernel yet, and a tensor is on " + device
                + "; move its tensors to the host with to(Device.CPU) and the result back");
    }
}
