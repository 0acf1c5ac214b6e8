package dev.tenfold.tensor.primitive;

import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.cpu.Reductions;
import dev.tenfold.kernels.cpu.RowCrossEntropy;
import dev.tenfold.kernels.cuda.CudaCrossEntropy;
import dev.tenfold.kernels.cuda.CudaCrossEntropy.Labels;
import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Tensor;

/** Losses of dense rows against labels, on whichever device the tensors are. The CPU takes f32 and f64. */
public final class Loss {
    /**
     * What rows of logits are compared with.
     *
     * @param labels    dense i64 [rows]
     * @param smoothing share of the target that is spread over all classes
     * @param ignored   a label whose rows have no loss
     * @param reduced   whether the rows' losses are summed
     * @param mean      whether their sum is divided by the number of rows that are not ignored
     */
    public record Targets(Tensor labels, long classes, double smoothing, long ignored, boolean reduced, boolean mean) {
        private Labels onDevice() {
            return new Labels(labels.deviceAddress(), labels.elements(), classes, smoothing, ignored, reduced, mean);
        }

        /** What the sum of the losses is multiplied by; checks the labels, which the host has. */
        private double factor() {
            long counted = 0;
            for (long i = 0; i < labels.elements(); i++) {
                long label = Memory.getLong(labels.address() + 8 * i);
                if (label == ignored) continue;
                if (label < 0 || label >= classes) {
                    throw new IllegalArgumentException("crossEntropy: label " + label + " at position " + i + " is outside the " + classes + " classes of the logits");
                }
                counted++;
            }
            return mean ? 1.0 / counted : 1;
        }
    }

    private Loss() {
    }

    /**
     * The losses, or their sum or mean, into {@code y}; see {@link RowCrossEntropy#forward}.
     *
     * @throws IllegalArgumentException for a label outside of the classes; on a device, whoever waits for it gets the exception
     */
    public static void crossEntropy(Tensor x, Targets t, Tensor y, Tensor max, Tensor sum) {
        if (y.device() != Device.CPU) {
            CudaCrossEntropy.forward(y.device().accelerator(), y.dtype(), x.deviceAddress(), t.onDevice(), y.deviceAddress(), max.deviceAddress(), sum.deviceAddress());
            return;
        }
        double factor = t.factor();
        long rows = t.labels.elements();
        try (Tensor each = t.reduced ? Tensor.allocate(y.dtype(), t.labels.shape()) : y.withLayout(y.layout())) {
            RowCrossEntropy.forward(y.dtype(), x.address(), rows, t.classes, t.labels.address(), t.smoothing, t.ignored, each.address(), max.address(), sum.address());
            if (!t.reduced) return;
            Reductions.reduce(Reductions.Kind.SUM, y.dtype(), each.address(), 1, rows, 1, y.address());
            Memory.putAsDouble(y.dtype(), y.address(), Memory.getAsDouble(y.dtype(), y.address()) * factor);
        }
    }

    /** The gradient of the logits for the incoming {@code g}; see {@link RowCrossEntropy#backward}. */
    public static void crossEntropyGradient(Tensor x, Targets t, Tensor max, Tensor sum, Tensor g, Tensor dx) {
        if (dx.device() != Device.CPU) {
            CudaCrossEntropy.gradient(dx.device().accelerator(), dx.dtype(), x.deviceAddress(), t.onDevice(), max.deviceAddress(), sum.deviceAddress(),
                    g.deviceAddress(), dx.deviceAddress());
            return;
        }
        RowCrossEntropy.backward(dx.dtype(), x.address(), t.labels.elements(), t.classes, t.labels.address(), t.smoothing, t.ignored, max.address(), sum.address(), g.address(),
                t.reduced, t.factor(), dx.address());
    }
}
