package dev.tenfold.nn.layers;

import dev.tenfold.kernels.DType;
import dev.tenfold.nn.Module;
import dev.tenfold.nn.Parameter;
import dev.tenfold.tensor.NoGrad;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;

/**
 * Batch normalisation over N, H, W of x [n, c, h, w] (Ioffe and Szegedy 2015): {@code y = (x - mean) / sqrt(var + eps) weight + bias}.
 * Training uses the batch's mean and (biased) variance and moves the running ones, {@code r <- (1 - m) r + m batch}, the
 * variance unbiased there; evaluation uses the running ones.
 */
public final class BatchNorm2d extends Module {
    private final Parameter weight;
    private final Parameter bias;
    private final Tensor runningMean;
    private final Tensor runningVariance;
    private final double momentum;
    private final double eps;

    public BatchNorm2d(int channels) {
        this(channels, 0.1, 1e-5, DType.F32);
    }

    public BatchNorm2d(int channels, double momentum, double eps, DType dtype) {
        this.momentum = momentum;
        this.eps = eps;
        weight = parameter("weight", Tensors.ones(dtype, channels));
        bias = parameter("bias", Tensors.zeros(dtype, channels));
        runningMean = buffer("running_mean", Tensors.zeros(dtype, channels));
        runningVariance = buffer("running_var", Tensors.ones(dtype, channels));
    }

    @Override
    public Tensor forward(Tensor x) {
        long channels = weight.value().elements();
        if (x.rank() != 4 || x.size(1) != channels) {
            throw new IllegalArgumentException("BatchNorm2d: x is " + x.shape() + "; it must be [n, " + channels + ", h, w]");
        }
        if (!isTraining()) {
            Tensor factor = weight.value().div(runningVariance.add(eps).sqrt());
            Tensor shift = bias.value().sub(runningMean.mul(factor));
            return x.mul(perChannel(factor)).add(perChannel(shift));
        }
        long count = x.elements() / channels;
        if (count < 2) throw new IllegalArgumentException("BatchNorm2d: training needs more than one value per channel, but x is " + x.shape());
        Tensor mean = x.meanKeep(0, 2, 3);
        Tensor centred = x.sub(mean);
        Tensor variance = centred.square().meanKeep(0, 2, 3);
        updateRunning(mean.detach().reshape(channels), variance.detach().reshape(channels), count);
        Tensor factor = variance.add(eps).rsqrt().mul(perChannel(weight.value()));
        return centred.mul(factor).add(perChannel(bias.value()));
    }

    private void updateRunning(Tensor mean, Tensor variance, long count) {
        try (NoGrad region = NoGrad.open()) {
            runningMean.copyFrom(runningMean.mul(1 - momentum).addScaled(mean, momentum));
            runningVariance.copyFrom(runningVariance.mul(1 - momentum).addScaled(variance, momentum * count / (count - 1)));
        }
    }

    private static Tensor perChannel(Tensor v) {
        return v.reshape(v.elements(), 1, 1);
    }
}
