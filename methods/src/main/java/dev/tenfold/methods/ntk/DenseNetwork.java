package dev.tenfold.methods.ntk;

import dev.tenfold.kernels.DType;
import dev.tenfold.nn.Module;
import dev.tenfold.nn.Parameter;
import dev.tenfold.nn.layers.Mlp;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A finite fully connected network {@code z_l = u_l W_l a_{l-1} + v_l b_l}, {@code a_l = phi(z_l)}, whose last z is the output. In NTK
 * parametrisation {@code u = sigma_w / sqrt(fan_in)}, {@code v = sigma_b} and all parameters start as N(0, 1), so that its empirical
 * tangent kernel tends to {@link FcKernel}'s as it gets wider; in the standard one u = v = 1.
 */
public final class DenseNetwork extends Module {
    /**
     * One layer: weight [out, in], bias [out] or null, and their factors.
     *
     * @param weightScale u
     * @param biasScale   v
     */
    record Layer(Parameter weight, Parameter bias, double weightScale, double biasScale) {
    }

    /** Inputs [n, in] and preactivations [n, out] of every layer. */
    record Traced(List<Tensor> inputs, List<Tensor> outputs) {
    }

    private final List<Layer> layers = new ArrayList<>();
    private final UnaryOperator<Tensor> activation;

    private DenseNetwork(UnaryOperator<Tensor> activation) {
        this.activation = activation;
    }

    /**
     * A random network in NTK parametrisation.
     *
     * @param activation as {@code Tensor::relu} for {@link DualActivation#RELU}
     * @param widths     input, hidden ones, output
     */
    public static DenseNetwork random(Generator generator, UnaryOperator<Tensor> activation, double sigmaW, double sigmaB, DType dtype, int... widths) {
        if (widths.length < 2) throw new IllegalArgumentException("DenseNetwork: needs at least an input and an output width");
        if (!(sigmaW > 0) || !(sigmaB >= 0)) throw new IllegalArgumentException("DenseNetwork: sigma_w " + sigmaW + " must be positive and sigma_b " + sigmaB + " not negative");
        DenseNetwork network = new DenseNetwork(activation);
        for (int l = 0; l + 1 < widths.length; l++) {
            Tensor weight = generator.normal(dtype, Shape.of(widths[l + 1], widths[l]), 0, 1);
            Tensor bias = sigmaB == 0 ? null : generator.normal(dtype, Shape.of(widths[l + 1]), 0, 1);
            network.add(weight, bias, sigmaW / Math.sqrt(widths[l]), sigmaB);
        }
        return network;
    }

    /** A copy of an {@link Mlp}, which is in standard parametrisation. */
    public static DenseNetwork copyOf(Mlp mlp) {
        DenseNetwork network = new DenseNetwork(Tensor::relu);
        List<Parameter> parameters = mlp.parameters();
        for (int i = 0; i < parameters.size(); i += 2) {
            network.add(parameters.get(i).value().detach().copy(), parameters.get(i + 1).value().detach().copy(), 1, 1);
        }
        return network;
    }

    private void add(Tensor weight, Tensor bias, double weightScale, double biasScale) {
        String number = Integer.toString(layers.size() + 1);
        Parameter w = parameter("weight" + number, weight);
        layers.add(new Layer(w, bias == null ? null : parameter("bias" + number, bias), weightScale, biasScale));
    }

    List<Layer> layers() {
        return layers;
    }

    @Override
    public Tensor forward(Tensor x) {
        Tensor h = x;
        for (int l = 0; l < layers.size(); l++) {
            h = preactivation(layers.get(l), h);
            if (l + 1 < layers.size()) h = activation.apply(h);
        }
        return h;
    }

    /** A forward pass recorded from the first preactivation on. */
    Traced trace(Tensor x) {
        List<Tensor> inputs = new ArrayList<>();
        List<Tensor> outputs = new ArrayList<>();
        Tensor h = x;
        for (int l = 0; l < layers.size(); l++) {
            inputs.add(h.detach());
            Tensor z = preactivation(layers.get(l), h);
            if (l == 0) z = z.detach().requiresGrad(true);
            outputs.add(z);
            if (l + 1 < layers.size()) h = activation.apply(z);
        }
        return new Traced(inputs, outputs);
    }

    private static Tensor preactivation(Layer layer, Tensor h) {
        long in = layer.weight.value().size(1);
        if (h.rank() != 2 || h.size(1) != in) throw new IllegalArgumentException("DenseNetwork: input is " + h.shape() + "; it must be [n, " + in + "]");
        Tensor z = h.matmul(layer.weight.value().transpose());
        if (layer.weightScale != 1) z = z.mul(layer.weightScale);
        if (layer.bias == null) return z;
        return z.addScaled(layer.bias.value(), layer.biasScale);
    }

    /** One-hot seeds for output {@code o} of every row. */
    static Tensor seed(Tensor output, long o) {
        Tensor seed = Tensors.zerosLike(output);
        seed.select(1, o).copyFrom(Tensors.full(output.dtype(), Shape.of(output.size(0)), 1));
        return seed;
    }
}
