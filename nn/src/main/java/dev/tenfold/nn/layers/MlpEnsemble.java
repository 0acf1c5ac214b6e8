package dev.tenfold.nn.layers;

import dev.tenfold.kernels.DType;
import dev.tenfold.nn.Module;
import dev.tenfold.nn.Parameter;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;

/**
 * Networks of equal widths side by side: every layer of all of them is one batched product, x [members, n, in] times {@code weight}
 * [members, in, out] plus {@code bias} [members, 1, out], with an activation between the layers. What the outputs mean (means and
 * log-variances, say) is the caller's.
 */
public final class MlpEnsemble extends Module {
    private final List<Parameter> weights = new ArrayList<>();
    private final List<Parameter> biases = new ArrayList<>();
    private final Activation activation;
    private final int members;

    /**
     * Weights from a normal of deviation {@code 1 / (2 sqrt(in))} cut at two deviations (Chua et al. 2018), biases 0.
     *
     * @param widths input, hidden ones, output
     */
    public MlpEnsemble(Generator generator, int members, Activation activation, DType dtype, int... widths) {
        if (members < 1 || widths.length < 2) {
            throw new IllegalArgumentException("MlpEnsemble: " + members + " members of " + widths.length + " widths; at least one member, an input and an output width are needed");
        }
        this.members = members;
        this.activation = activation;
        for (int i = 0; i + 1 < widths.length; i++) {
            weights.add(parameter("weight" + (i + 1), Init.truncatedNormal(generator, dtype, 0.5 / Math.sqrt(widths[i]), 2, members, widths[i], widths[i + 1])));
            biases.add(parameter("bias" + (i + 1), Tensors.zeros(dtype, members, 1, widths[i + 1])));
        }
    }

    public int members() {
        return members;
    }

    /** Every member on its own rows, x [members, n, in], or all on the same, x [n, in]: [members, n, out]. */
    @Override
    public Tensor forward(Tensor x) {
        long in = weights.getFirst().value().size(1);
        boolean shared = x.rank() == 2 && x.size(1) == in;
        if (!shared && (x.rank() != 3 || x.size(0) != members || x.size(2) != in)) {
            throw new IllegalArgumentException("MlpEnsemble: x is " + x.shape() + "; it must be [" + members + ", n, " + in + "] or [n, " + in + "]");
        }
        Tensor h = x;
        for (int i = 0; i < weights.size(); i++) {
            h = h.matmul(weights.get(i).value()).add(biases.get(i).value());
            if (i + 1 < weights.size()) h = activation.of(h);
        }
        return h;
    }

    /**
     * {@code sum_l rates[l] |W_l|^2 / 2} over all members: the decay of the weights, biases left out, as a part of the loss.
     *
     * @param rates one per layer
     */
    public Tensor decay(double... rates) {
        if (rates.length != weights.size()) {
            throw new IllegalArgumentException("MlpEnsemble: " + rates.length + " rates of decay for " + weights.size() + " layers");
        }
        Tensor sum = null;
        for (int i = 0; i < rates.length; i++) {
            Tensor term = weights.get(i).value().square().sum().mul(rates[i] / 2);
            sum = sum == null ? term : sum.add(term);
        }
        return sum;
    }
}
