package dev.tenfold.methods.squareloss;

import dev.tenfold.kernels.DType;
import dev.tenfold.nn.Buffer;
import dev.tenfold.nn.Module;
import dev.tenfold.nn.Parameter;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.util.List;

/**
 * The network of the theory (Hu et al. 2022, section 2) as a module, so that any loss and optimiser can train it: {@code f(x) = m^(-1/2) sum_r a_r relu(w_r . x)}, only the w_r trained,
 * {@code w_r ~ N(0, I)}, {@code a_r = +-1}. Every w_r comes twice, with opposite signs a, so that f is 0 at the start.
 */
final class TwoLayerNet extends Module {
    private final Parameter weight;
    private final Buffer start;
    private final Buffer signs;

    /** {@code width} m must be even. */
    TwoLayerNet(Generator generator, int inputs, int width) {
        if (width < 2 || width % 2 != 0) throw new IllegalArgumentException("two-layer net: width " + width + " must be even and at least 2");
        Tensor half = generator.normal(DType.F32, width / 2, inputs);
        double[] a = new double[width];
        for (int r = 0; r < width; r++) a[r] = (r < width / 2 ? 1 : -1) / Math.sqrt(width);
        Tensor both = Tensors.concat(0, List.of(half, half));
        weight = parameter("weight", both.copy());
        start = buffer("start", both);
        signs = buffer("signs", Tensors.of(DType.F32, a, width, 1));
    }

    /** f [n, 1] of x [n, inputs]. */
    @Override
    public Tensor forward(Tensor x) {
        return x.matmul(weight.value().transpose()).relu().matmul(signs.value());
    }

    /** {@code ||W - W(0)||_F^2}: the penalty under which the network stays close to its tangent kernel. */
    Tensor movement() {
        return weight.value().sub(start.value()).square().sum();
    }
}
