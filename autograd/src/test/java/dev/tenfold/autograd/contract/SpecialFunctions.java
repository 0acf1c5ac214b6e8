package dev.tenfold.autograd.contract;

/** Functions that Java's library lacks, each by another method than the engine's. */
final class SpecialFunctions {
    private SpecialFunctions() {
    }

    /** The Taylor series below 3, the continued fraction of the complement above. */
    static double erf(double x) {
        if (Double.isNaN(x)) return x;
        double a = Math.abs(x);
        if (a > 6) return Math.signum(x);
        if (a < 3) {
            double term = a;
            double sum = a;
            for (int n = 1; n < 200; n++) {
                term *= -a * a / n;
                sum += term / (2 * n + 1);
            }
            return Math.copySign(2 / Math.sqrt(Math.PI) * sum, x);
        }
        double fraction = a;
        for (int n = 200; n >= 1; n--) fraction = a + n / 2.0 / fraction;
        return Math.copySign(1 - Math.exp(-a * a) / Math.sqrt(Math.PI) / fraction, x);
    }

    /** Stirling's series after stepping up to 20; the reflection below zero. */
    static double logGamma(double x) {
        if (Double.isNaN(x)) return x;
        if (Double.isInfinite(x) || (x <= 0 && x == Math.rint(x))) return Double.POSITIVE_INFINITY;
        if (x < 0) return Math.log(Math.PI / Math.abs(Math.sin(Math.PI * x))) - logGamma(1 - x);
        double product = 1;
        double z = x;
        while (z < 20) product *= z++;
        double w = 1 / (z * z);
        double series = (1.0 / 12 - w * (1.0 / 360 - w * (1.0 / 1260 - w / 1680))) / z;
        return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series - Math.log(product);
    }

    /** The asymptotic series after stepping up to 30; the reflection below zero; no value at the poles. */
    static double digamma(double x) {
        if (Double.isNaN(x) || x == Double.POSITIVE_INFINITY) return x;
        if (x <= 0 && x == Math.rint(x)) return Double.NaN;
        if (x < 0) return digamma(1 - x) - Math.PI / Math.tan(Math.PI * x);
        double sum = 0;
        double z = x;
        while (z < 30) sum -= 1 / z++;
        double w = 1 / (z * z);
        return sum + Math.log(z) - 0.5 / z - w * (1.0 / 12 - w * (1.0 / 120 - w / 252));
    }
}
