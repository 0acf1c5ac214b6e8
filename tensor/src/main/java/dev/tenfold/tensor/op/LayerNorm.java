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
 * Layer normalisation over the last {@code dimensions} dimensions of x (Ba, Kiros and Hinton 2016):
 * {@code y = (x - mean) / sqrt(variance + eps) weight + bias}, weight and bias of those dimensions, both given or both not. The second and
 * third results are, for the gradient, mean and {@code 1 / sqrt(variance + eps)} of every row, f32 or f64.
 *
 * <p>The gradient is fused where it is not recorded itself, and tensor operations where it is.
 */
public record LayerNorm(int dimensions, double eps) implements Operation {
    @Override
    public String name() {
        return "layerNorm";
    }

    @Override
    public boolean runsOn(Device.Kind kind) {
        return true;
    }

    private Shape normalised(Shape x) {
        return Shape.of(java.util.Arrays.copyOfRange(x.sizes(), x.rank() - dimensions, x.rank()));
    }

    @Override
    public Tensor[] forward(Tensor[] inputs) {
        Shape x = inputs[0].shape();
        if (dimensions < 1 || dimensions > x.rank() || normalised(x).elements() == 0) {
            throw new IllegalArgumentException("layerNorm: over the last " + dimensions + " dimensions of x " + x + " nothing can be normalised; they must exist and not be empty");
        }
        Standardisation.requireEps(name(), eps);
        Standardisation.requireAffine(name(), inputs, normalised(x));
        DType type = Single.commonType(name(), inputs).compute();
        long n = normalised(x).elements();
        Shape rows = Shape.of(x.elements() / n);
        Tensor mean = Tensor.allocate(type, rows);
        Tensor root = Tensor.allocate(type, rows);
        Tensor y = Single.onTensors(name(), inputs, x, (in, out) ->
                Normalising.rows(in[0], n, Standardisation.weight(in), Standardisation.bias(in), eps, out, mean, root));
        return new Tensor[] {y, mean, root};
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
        long n = normalised(x).elements();
        return Standardisation.gradient(gradient, eps, Shape.of(x.elements() / n, n), new int[] {1}, Shape.of(n));
    }

    private Tensor[] fused(Gradient gradient) {
        Shape x = gradient.inputShape(0);
        long n = normalised(x).elements();
        return Standardisation.fused(name(), gradient, (in, weight, dx, dweight, dbias) ->
                Normalising.rowsGradient(in[0], in[1], n, weight, gradient.savedOutput(1), gradient.savedOutput(2), dx, dweight, dbias));
    }

    static List<Sample> samples() {
        return List.of(
                sample("last", 1, 3, 7).large(Sample.Input.real(301, 201), Sample.Input.real(201), Sample.Input.real(201)),
                sample("last two", 2, 3, 2, 4).large(Sample.Input.real(40, 31, 33), Sample.Input.real(31, 33), Sample.Input.real(31, 33)),
                sample("all", 2, 3, 4),
                sample("no rows", 1, 0, 3),
                Sample.of("without weight", in -> Normalisations.layerNorm(in.get(0), 1, 1e-3), Sample.Input.real(2, 3, 5)).tolerance(1e-5).large(Sample.Input.real(20, 35, 63)));
    }

    private static Sample sample(String label, int dimensions, long... x) {
        long[] own = java.util.Arrays.copyOfRange(x, x.length - dimensions, x.length);
        return Sample.of(label, in -> Normalisations.layerNorm(in.get(0), in.get(1), in.get(2), 1e-3), Sample.Input.real(x), Sample.Input.real(own), Sample.Input.real(own)).tolerance(1e-5);
    }

    static List<Fault> faults() {
        return List.of(
                Fault.of("weight", List.of("layerNorm: weight [2] does not fit x [4, 3]", "it must be [3]"),
                        in -> Normalisations.layerNorm(in.get(0), in.get(1), in.get(1), 1e-5), Sample.Input.real(4, 3), Sample.Input.real(2)),
                Fault.of("nothing to normalise", List.of("layerNorm: over the last 1 dimensions of x [3, 0]", "not be empty"), in -> Normalisations.layerNorm(in.get(0), 1, 1e-5), Sample.Input.real(3, 0)),
                Fault.of("too few dimensions", List.of("layerNorm: over the last 3 dimensions of x [3, 2]"), in -> Normalisations.layerNorm(in.get(0), 3, 1e-5), Sample.Input.real(3, 2)),
                Fault.of("integers", List.of("layerNorm:", "i32 [4, 3]", "floating"), in -> Normalisations.layerNorm(in.get(0).to(DType.I32), 1, 1e-5), Sample.Input.real(4, 3)));
    }
}
