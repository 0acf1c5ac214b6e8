package dev.tenfold.tensor.op;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Gradient;
import dev.tenfold.tensor.NoGrad;
import dev.tenfold.tensor.Normalisations;
import dev.tenfold.tensor.Operation;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.primitive.Normalising;
import java.util.List;

/**
 * Batch normalisation of x [n, c, …] by the statistics of each channel (Ioffe and Szegedy 2015):
 * {@code y = (x - mean) / sqrt(variance + eps) weight + bias}, weight and bias [c] both given or both not. The second and third results
 * are mean and biased variance [c], f32 or f64; no gradient comes back through them.
 *
 * <p>The gradient is fused where it is not recorded itself, and tensor operations where it is.
 */
public record BatchNorm(double eps) implements Operation {
    @Override
    public String name() {
        return "batchNorm";
    }

    @Override
    public boolean runsOn(Device.Kind kind) {
        return true;
    }

    private static long plane(Shape x) {
        return x.product(2, x.rank());
    }

    @Override
    public Tensor[] forward(Tensor[] inputs) {
        Shape x = inputs[0].shape();
        if (x.rank() < 2 || x.size(0) * plane(x) == 0) {
            throw new IllegalArgumentException("batchNorm: x " + x + " must be [n, c, …] with at least one value in each channel");
        }
        Standardisation.requireEps(name(), eps);
        Standardisation.requireAffine(name(), inputs, Shape.of(x.size(1)));
        DType type = Single.commonType(name(), inputs).compute();
        Tensor mean = Tensor.allocate(type, Shape.of(x.size(1)));
        Tensor variance = Tensor.allocate(type, Shape.of(x.size(1)));
        Tensor y = Single.onTensors(name(), inputs, x, (in, out) -> Normalising.channels(in[0], x.size(0), x.size(1), plane(x),
                Standardisation.weight(in), Standardisation.bias(in), eps, out, mean, variance));
        return new Tensor[] {y, mean, variance};
    }

    @Override
    public long savedInputs() {
        return 0b11;
    }

    @Override
    public long savedOutputs() {
        return 0b110;
    }

    @Override
    public Tensor[] backward(Gradient gradient) {
        if (NoGrad.active()) return fused(gradient);
        Shape x = gradient.inputShape(0);
        Shape view = Shape.of(x.size(0), x.size(1), plane(x));
        return Standardisation.gradient(gradient, eps, view, new int[] {0, 2}, Shape.of(x.size(1), 1));
    }

    private Tensor[] fused(Gradient gradient) {
        Shape x = gradient.inputShape(0);
        return Standardisation.fused(name(), gradient, (in, weight, dx, dweight, dbias) -> Normalising.channelsGradient(in[0], in[1], x.size(0), x.size(1),
                plane(x), weight, eps, gradient.savedOutput(1), gradient.savedOutput(2), dx, dweight, dbias));
    }

    static List<Sample> samples() {
        return List.of(
                sample("images", 3, 2, 3, 2).large(Sample.Input.real(5, 3, 40, 41), Sample.Input.real(3), Sample.Input.real(3)),
                sample("large planes", 2, 2, 530).large(Sample.Input.real(3, 4, 9000), Sample.Input.real(4), Sample.Input.real(4)).order(1),
                sample("rows", 5, 3).large(Sample.Input.real(1001, 33), Sample.Input.real(33), Sample.Input.real(33)),
                sample("size one planes", 4, 2, 1, 1),
                Sample.of("without weight", in -> Normalisations.batchNorm(in.get(0), null, null, 1e-3).y(), Sample.Input.real(4, 3, 2))
                        .tolerance(1e-5).large(Sample.Input.real(7, 5, 63)),
                Sample.of("mean", in -> Normalisations.batchNorm(in.get(0), null, null, 1e-3).mean(), Sample.Input.real(4, 3, 2)).types(Sample.SINGLE_DOUBLE).order(0),
                Sample.of("variance", in -> Normalisations.batchNorm(in.get(0), null, null, 1e-3).variance(), Sample.Input.real(4, 3, 2)).types(Sample.SINGLE_DOUBLE).order(0));
    }

    private static Sample sample(String label, long... x) {
        return Sample.of(label, in -> Normalisations.batchNorm(in.get(0), in.get(1), in.get(2), 1e-3).y(), Sample.Input.real(x),
                Sample.Input.real(x[1]), Sample.Input.real(x[1])).tolerance(1e-5);
    }

    static List<Fault> faults() {
        return List.of(
                Fault.of("no channels", List.of("batchNorm: x [3] must be [n, c, …]"), in -> Normalisations.batchNorm(in.get(0), null, null, 1e-5).y(), Sample.Input.real(3)),
                Fault.of("no values", List.of("batchNorm: x [0, 3]", "at least one value"), in -> Normalisations.batchNorm(in.get(0), null, null, 1e-5).y(), Sample.Input.real(0, 3)),
                Fault.of("weight", List.of("batchNorm: weight [2] does not fit x [4, 3]", "it must be [3]"),
                        in -> Normalisations.batchNorm(in.get(0), in.get(1), in.get(1), 1e-5).y(), Sample.Input.real(4, 3), Sample.Input.real(2)),
                Fault.of("eps", List.of("batchNorm: eps -1.0 must be at least 0"), in -> Normalisations.batchNorm(in.get(0), null, null, -1).y(), Sample.Input.real(4, 3)),
                Fault.of("integers", List.of("batchNorm:", "i32 [4, 3]", "floating"), in -> Normalisations.batchNorm(in.get(0).to(DType.I32), null, null, 1e-5).y(), Sample.Input.real(4, 3)));
    }
}
