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
 * Group normalisation of x [n, c, …] (Wu and He 2018): {@code y = (x - mean) / sqrt(variance + eps) weight + bias} by the statistics of
 * {@code groups} equal groups of neighbouring channels in each image, weight and bias [c] both given or both not. With a group per channel it
 * is instance normalisation. The second and third results are, for the gradient, mean and {@code 1 / sqrt(variance + eps)} [n, groups].
 *
 * <p>The gradient is fused where it is not recorded itself, and tensor operations where it is.
 */
public record GroupNorm(int groups, double eps) implements Operation {
    @Override
    public String name() {
        return "groupNorm";
    }

    @Override
    public boolean runsOn(Device.Kind kind) {
        return true;
    }

    /** x as [n, groups, channels of a group, plane]. */
    private Shape view(Shape x) {
        return Shape.of(x.size(0), groups, x.size(1) / groups, x.product(2, x.rank()));
    }

    private Normalising.Groups cut(Shape x) {
        return new Normalising.Groups(x.size(0), groups, x.size(1) / groups, x.product(2, x.rank()));
    }

    @Override
    public Tensor[] forward(Tensor[] inputs) {
        Shape x = inputs[0].shape();
        if (x.rank() < 2 || groups < 1 || x.size(1) % groups != 0 || x.product(1, x.rank()) == 0) {
            throw new IllegalArgumentException("groupNorm: x " + x + " with " + groups + " groups must be [n, c, …], c divisible by the groups and no image empty");
        }
        Standardisation.requireEps(name(), eps);
        Standardisation.requireAffine(name(), inputs, Shape.of(x.size(1)));
        DType type = Single.commonType(name(), inputs).compute();
        Tensor mean = Tensor.allocate(type, Shape.of(x.size(0), groups));
        Tensor root = Tensor.allocate(type, Shape.of(x.size(0), groups));
        Tensor y = Single.onTensors(name(), inputs, x, (in, out) ->
                Normalising.groups(in[0], cut(x), Standardisation.weight(in), Standardisation.bias(in), eps, out, mean, root));
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
        Shape x = gradient.inputShape(0);
        if (!NoGrad.active()) return Standardisation.gradient(gradient, eps, view(x), new int[] {2, 3}, Shape.of(groups, x.size(1) / groups, 1));
        return Standardisation.fused(name(), gradient, (in, weight, dx, dweight, dbias) ->
                Normalising.groupsGradient(in[0], in[1], cut(x), weight, gradient.savedOutput(1), gradient.savedOutput(2), dx, dweight, dbias));
    }

    static List<Sample> samples() {
        return List.of(
                sample("two groups", 2, 2, 4, 3).large(Sample.Input.real(5, 6, 40, 41), Sample.Input.real(6), Sample.Input.real(6)),
                sample("one group", 1, 2, 3, 2, 2),
                sample("instances", 3, 2, 3, 5).large(Sample.Input.real(5, 3, 9001), Sample.Input.real(3), Sample.Input.real(3)),
                sample("rows", 2, 3, 6).large(Sample.Input.real(801, 66), Sample.Input.real(66), Sample.Input.real(66)),
                sample("no images", 2, 0, 4, 3),
                Sample.of("without weight", in -> Normalisations.groupNorm(in.get(0), 2, null, null, 1e-3), Sample.Input.real(2, 4, 3)).tolerance(1e-5).large(Sample.Input.real(7, 6, 333)));
    }

    private static Sample sample(String label, int groups, long... x) {
        return Sample.of(label, in -> Normalisations.groupNorm(in.get(0), groups, in.get(1), in.get(2), 1e-3), Sample.Input.real(x), Sample.Input.real(x[1]), Sample.Input.real(x[1])).tolerance(1e-5);
    }

    static List<Fault> faults() {
        return List.of(
                Fault.of("groups", List.of("groupNorm: x [2, 4, 3] with 3 groups", "divisible"), in -> Normalisations.groupNorm(in.get(0), 3, null, null, 1e-5), Sample.Input.real(2, 4, 3)),
                Fault.of("weight", List.of("groupNorm: weight [2] does not fit x [2, 4, 3]", "it must be [4]"),
                        in -> Normalisations.groupNorm(in.get(0), 2, in.get(1), in.get(1), 1e-5), Sample.Input.real(2, 4, 3), Sample.Input.real(2)),
                Fault.of("empty images", List.of("groupNorm: x [2, 4, 0]", "no image empty"), in -> Normalisations.groupNorm(in.get(0), 2, null, null, 1e-5), Sample.Input.real(2, 4, 0)),
                Fault.of("integers", List.of("groupNorm:", "i32 [4, 4]", "floating"), in -> Normalisations.groupNorm(in.get(0).to(DType.I32), 2, null, null, 1e-5), Sample.Input.real(4, 4)));
    }
}
