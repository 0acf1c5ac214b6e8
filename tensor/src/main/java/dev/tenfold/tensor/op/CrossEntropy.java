package dev.tenfold.tensor.op;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Gradient;
import dev.tenfold.tensor.NoGrad;
import dev.tenfold.tensor.Operation;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import dev.tenfold.tensor.primitive.Loss;
import java.util.List;

/**
 * Cross-entropy of logits x [n, classes] against labels [n] (integers), without the probabilities in memory:
 * {@code loss_i = log sum_c exp(x_ic) - (1 - smoothing) x_i,label - smoothing / classes sum_c x_ic}. Rows whose label is {@code ignored} have
 * no loss and no part in the mean. The second and third results are, for the gradient, each row's largest logit and the sum of the
 * exponentials below it.
 *
 * <p>The gradient {@code g (softmax(x) - target)} is fused where it is not recorded itself, and tensor operations where it is.
 *
 * @param smoothing share of the target that is spread over all classes (Szegedy et al. 2016), in [0, 1)
 * @param ignored   a label without loss; {@link #NONE} when there is none
 */
public record CrossEntropy(double smoothing, long ignored, Reduction reduction) implements Operation {
    /** No label is ignored. */
    public static final long NONE = Long.MIN_VALUE;

    /** What becomes of the losses of the rows: [n], or their sum or mean as a scalar. */
    public enum Reduction { NONE, SUM, MEAN }

    public CrossEntropy {
        if (!(smoothing >= 0 && smoothing < 1)) throw new IllegalArgumentException("crossEntropy: smoothing " + smoothing + " is not in [0, 1)");
    }

    /** Computes and, where a gradient is asked for, records the loss. */
    public Tensor loss(Tensor logits, Tensor labels) {
        Tensor[] results = Operation.applyAll(this, logits, labels);
        // The graph holds what its gradient needs; nobody else does.
        results[1].close();
        results[2].close();
        return results[0];
    }

    @Override
    public String name() {
        return "crossEntropy";
    }

    @Override
    public boolean runsOn(Device.Kind kind) {
        return true;
    }

    @Override
    public Tensor[] forward(Tensor[] inputs) {
        Shape x = inputs[0].shape();
        Shape labels = inputs[1].shape();
        if (x.rank() != 2 || labels.rank() != 1 || x.size(0) != labels.size(0) || x.elements() == 0) {
            throw new IllegalArgumentException("crossEntropy: logits are " + x + " and labels " + labels + "; they must be [n, classes] and [n], n and classes at least 1");
        }
        long n = x.size(0);
        DType type = Single.commonType(name(), inputs[0]).compute();
        Tensor max = Tensor.allocate(type, Shape.of(n));
        Tensor sum = Tensor.allocate(type, Shape.of(n));
        try (Tensor places = labels(inputs[1])) {
            Tensor y = Single.onTensors(name(), new Tensor[] {inputs[0]}, reduction == Reduction.NONE ? Shape.of(n) : Shape.of(),
                    (in, out) -> Loss.crossEntropy(in[0], targets(places, x.size(1)), out, max, sum));
            return new Tensor[] {y, max, sum};
        }
    }

    private Loss.Targets targets(Tensor labels, long classes) {
        return new Loss.Targets(labels, classes, smoothing, ignored, reduction != Reduction.NONE, reduction == Reduction.MEAN);
    }

    /** The labels as dense i64, to be closed by the caller. */
    private static Tensor labels(Tensor labels) {
        if (!labels.dtype().isInteger()) {
            throw new IllegalArgumentException("crossEntropy: labels are " + labels.dtype() + "; they must be i64, i32 or u8");
        }
        return labels.dtype() == DType.I64 ? Axes.dense(labels) : labels.to(DType.I64);
    }

    @Override
    public long savedOutputs() {
        return 0b110;
    }

    @Override
    public Tensor[] backward(Gradient gradient) {
        Tensor x = gradient.savedInput(0);
        try (Tensor labels = labels(gradient.savedInput(1))) {
            return new Tensor[] {NoGrad.active() ? fused(gradient, x, labels) : composed(gradient.output(), x, labels), null};
        }
    }

    private Tensor fused(Gradient gradient, Tensor x, Tensor labels) {
        return Single.onTensors(name(), new Tensor[] {x, gradient.output()}, x.shape(), (in, dx) ->
                Loss.crossEntropyGradient(in[0], targets(labels, x.size(1)), gradient.savedOutput(1), gradient.savedOutput(2), in[1], dx));
    }

    private Tensor composed(Tensor g, Tensor x, Tensor labels) {
        Tensor counted = labels.ne(ignored);
        Tensor target = Tensors.oneHot(x.dtype(), labels.mul(counted.to(DType.I64)), x.size(1)).mul(1 - smoothing).add(smoothing / x.size(1));
        Tensor share = counted.to(x.dtype().compute());
        if (reduction == Reduction.MEAN) share = share.div(share.sum());
        return x.softmax(1).sub(target).mul(share.to(x.dtype()).mul(g).unsqueeze(1));
    }

    static List<Sample> samples() {
        return List.of(
                sample("mean", new CrossEntropy(0, NONE, Reduction.MEAN), 5).large(Sample.Input.real(301, 201), Sample.Input.index(201, 301)),
                sample("smooth sum", new CrossEntropy(0.1, NONE, Reduction.SUM), 5).large(Sample.Input.real(101, 33), Sample.Input.index(33, 101)),
                sample("none", new CrossEntropy(0.2, NONE, Reduction.NONE), 20),
                sample("ignored label", new CrossEntropy(0.1, 1, Reduction.MEAN), 3).large(Sample.Input.real(101, 33), Sample.Input.index(33, 101)));
    }

    private static Sample sample(String label, CrossEntropy operation, long classes) {
        return Sample.of(label, in -> operation.loss(in.get(0), in.get(1)), Sample.Input.real(4, classes), Sample.Input.index(classes, 4));
    }

    static List<Fault> faults() {
        CrossEntropy mean = new CrossEntropy(0, NONE, Reduction.MEAN);
        return List.of(
                Fault.of("rows", List.of("crossEntropy: logits are [4, 3] and labels [5]", "[n, classes] and [n]"), in -> mean.loss(in.get(0), in.get(1)), Sample.Input.real(4, 3), Sample.Input.index(3, 5)),
                Fault.of("label outside", List.of("crossEntropy: label 7 at position 0", "3 classes"), in -> mean.loss(in.get(0), in.get(1).to(DType.I64)), Sample.Input.real(4, 3), Sample.Input.whole(7, 8, 4)),
                Fault.of("fractional labels", List.of("crossEntropy: labels are f32", "i64"), in -> mean.loss(in.get(0), in.get(1)), Sample.Input.real(4, 3), Sample.Input.real(4)),
                Fault.of("integers", List.of("crossEntropy:", "i32 [4, 3]", "floating"), in -> mean.loss(in.get(0).to(DType.I32), in.get(1)), Sample.Input.real(4, 3), Sample.Input.index(3, 4)),
                Fault.of("smoothing", List.of("crossEntropy: smoothing 1.0 is not in [0, 1)"), in -> new CrossEntropy(1, NONE, Reduction.MEAN).loss(in.get(0), in.get(1)), Sample.Input.real(4, 3), Sample.Input.index(3, 4)));
    }
}
