package dev.tenfold.methods.cli;

import dev.tenfold.kernels.cuda.Cuda;
import dev.tenfold.methods.Method;
import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.op.Catalogue;
import java.util.List;

/**
 * Where methods run: what {@code --device} means on this machine. {@code auto} takes a real CUDA device that has kernels for all that a method needs, and
 * the host otherwise, and says why.
 *
 * @param asked cpu, cuda, cuda:N or auto
 */
record DeviceChoice(String asked) {
    /**
     * A device for a method.
     *
     * @param why in words, where it is not what the user named
     */
    record Chosen(Device device, String why) {
        @Override
        public String toString() {
            return device + (why == null ? "" : " (" + why + ")");
        }
    }

    /**
     * Makes sure that every one of {@code methods} can run where the user wants it, before the first begins.
     *
     * @throws IllegalArgumentException when one cannot, in a sentence about the option
     */
    void check(List<Method> methods) {
        if (!asked.matches("cpu|auto|cuda(:[0-9]{1,4})?")) throw new IllegalArgumentException("--device " + asked + ": choose cpu, cuda, cuda:N or auto");
        if (!asked.startsWith("cuda")) return;
        for (Method method : methods) {
            String lack = lack(method);
            if (lack != null) throw new IllegalArgumentException("--device " + asked + ": " + lack + ". Leave --device out, or give cpu");
        }
        try {
            Device.parse(asked);
        } catch (IllegalStateException | IllegalArgumentException e) {
            throw new IllegalArgumentException("--device " + asked + ": " + e.getMessage(), e);
        }
    }

    /** Where {@code method} runs. */
    Chosen of(Method method) {
        if (!asked.equals("auto")) return new Chosen(Device.parse(asked), null);
        if (!Cuda.available()) return new Chosen(Device.CPU, Cuda.status().replaceAll("\\.$", ""));
        if (Cuda.device(0).isEmulated()) return new Chosen(Device.CPU, "the CUDA emulator is slow; --device cuda takes it");
        String lack = lack(method);
        return lack == null ? new Chosen(Device.cuda(0), Cuda.device(0).name()) : new Chosen(Device.CPU, lack);
    }

    private static String lack(Method method) {
        List<String> missing = Catalogue.missing(Device.Kind.CUDA, method.operations());
        return missing.isEmpty() ? null : method.name() + " needs " + String.join(", ", missing) + ", which " + (missing.size() == 1 ? "has" : "have") + " no CUDA kernels yet";
    }
}
