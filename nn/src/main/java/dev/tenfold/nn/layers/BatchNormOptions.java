package dev.tenfold.nn.layers;

/**
 * How batch normalisation behaves.
 *
 * @param momentum        share of the batch in the running statistics: {@code r <- (1 - momentum) r + momentum batch}
 * @param eps             added to the variance
 * @param affine          whether there are a learned weight and bias
 * @param trackStatistics whether there are running statistics; without them evaluation uses the batch's
 */
public record BatchNormOptions(double momentum, double eps, boolean affine, boolean trackStatistics) {
    /** Momentum 0.1, eps 1e-5, learned weight and bias, running statistics. */
    public static final BatchNormOptions DEFAULT = new BatchNormOptions(0.1, 1e-5, true, true);

    public BatchNormOptions {
        if (!(momentum >= 0 && momentum <= 1) || !(eps >= 0)) {
            throw new IllegalArgumentException("batch norm: momentum " + momentum + " must be in [0, 1], eps " + eps + " at least 0");
        }
    }

    public BatchNormOptions momentum(double share) {
        return new BatchNormOptions(share, eps, affine, trackStatistics);
    }

    public BatchNormOptions eps(double small) {
        return new BatchNormOptions(momentum, small, affine, trackStatistics);
    }

    public BatchNormOptions withoutAffine() {
        return new BatchNormOptions(momentum, eps, false, trackStatistics);
    }

    public BatchNormOptions withoutStatistics() {
        return new BatchNormOptions(momentum, eps, affine, false);
    }
}
