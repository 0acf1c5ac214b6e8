package dev.tenfold.nn.data.image;

import dev.tenfold.kernels.DType;
import dev.tenfold.nn.data.Draws;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.NoGrad;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;

/**
 * How the images of a batch are mixed with each other: one share lambda and one permutation pi per batch. The same mixing can be applied to
 * the input of several networks.
 *
 * <p>mixup (Zhang et al. 2018): {@code x' = lambda x + (1 - lambda) x[pi]}. CutMix (Yun et al. 2019): a rectangle of x is replaced by that of
 * x[pi], and lambda is the share of the area that stays. In both the target is {@code lambda e_y + (1 - lambda) e_y[pi]}, with the unit
 * vectors e.
 */
public final class Mixing {
    private final double lambda;
    private final long[] partners;
    private final int[] box; // top, left, bottom, right; null for mixup

    private Mixing(double lambda, long[] partners, int[] box) {
        this.lambda = lambda;
        this.partners = partners;
        this.box = box;
    }

    /**
     * A mixup of {@code size} images with lambda from Beta(alpha, alpha).
     *
     * @param alpha     0 or less for no mixing
     * @param generator decides by its seed and subsequence: fork it by epoch and batch
     */
    public static Mixing mixup(double alpha, int size, Generator generator) {
        return new Mixing(lambda("mixup", alpha, generator), partners(size, generator), null);
    }

    /**
     * A CutMix of {@code size} images {@code height x width}: with l from Beta(alpha, alpha), a rectangle of {@code sqrt(1 - l)} times their
     * height and width around a random pixel; what lies outside of the image is left out.
     *
     * @param alpha     0 or less for no mixing
     * @param generator decides by its seed and subsequence: fork it by epoch and batch
     */
    public static Mixing cutMix(double alpha, int size, int height, int width, Generator generator) {
        if (height < 1 || width < 1) throw new IllegalArgumentException("cutMix: images of " + height + " x " + width + "; both must be at least 1");
        double share = Math.sqrt(1 - lambda("cutMix", alpha, generator));
        Draws draws = new Draws(generator.fork(2));
        int h = (int) (height * share);
        int w = (int) (width * share);
        int top = draws.below(height) - h / 2;
        int left = draws.below(width) - w / 2;
        int[] box = {Math.max(top, 0), Math.max(left, 0), Math.min(top + h, height), Math.min(left + w, width)};
        double hidden = (double) (box[2] - box[0]) * (box[3] - box[1]) / ((double) height * width);
        return new Mixing(1 - hidden, partners(size, generator), box);
    }

    private static double lambda(String who, double alpha, Generator generator) {
        if (Double.isNaN(alpha) || alpha == Double.POSITIVE_INFINITY) throw new IllegalArgumentException(who + ": alpha " + alpha + " must be finite");
        return alpha <= 0 ? 1 : new Draws(generator.fork(0)).beta(alpha, alpha);
    }

    private static long[] partners(int size, Generator generator) {
        try (Scope scope = Scope.open()) {
            return generator.fork(1).permutation(size).toLongs();
        }
    }

    /** The share of an image and its label that stays. */
    public double lambda() {
        return lambda;
    }

    /** pi: which image of the batch each is mixed with. */
    public long[] partners() {
        return partners.clone();
    }

    /** The mixed images, a new tensor [b, ...], of CutMix [b, c, h, w]. Not recorded. */
    public Tensor images(Tensor images) {
        try (NoGrad still = NoGrad.open(); Scope scope = Scope.open()) {
            requireBatch("Mixing.images", images);
            if (lambda == 1) return scope.keep(images.copy()); // also where the partner holds no numbers
            Tensor others = images.indexSelect(0, Tensors.of(partners));
            if (box == null) return scope.keep(images.mul(lambda).add(others.mul(1 - lambda)));
            if (images.rank() != 4) throw new IllegalArgumentException("Mixing.images: CutMix takes images [b, c, h, w], these are " + images.shape());
            Tensor mixed = images.copy();
            part(mixed).copyFrom(part(others));
            return scope.keep(mixed);
        }
    }

    private Tensor part(Tensor images) {
        return images.narrow(2, box[0], box[2] - box[0]).narrow(3, box[1], box[3] - box[1]);
    }

    /** The soft targets [b, classes] of integer labels [b], in the given type. */
    public Tensor targets(Tensor labels, int classes, DType type) {
        try (NoGrad still = NoGrad.open(); Scope scope = Scope.open()) {
            requireBatch("Mixing.targets", labels);
            Tensor own = Tensors.oneHot(type, labels, classes);
            return scope.keep(own.mul(lambda).add(own.indexSelect(0, Tensors.of(partners)).mul(1 - lambda)));
        }
    }

    private void requireBatch(String who, Tensor t) {
        if (t.rank() < 1 || t.shape().size(0) != partners.length) throw new IllegalArgumentException(who + ": this mixing is for a batch of " + partners.length + ", the tensor is " + t.shape());
    }
}
