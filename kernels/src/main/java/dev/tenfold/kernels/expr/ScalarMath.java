package dev.tenfold.kernels.expr;

/**
 * Scalar steps that the generated loops call. The elementary functions are {@link StrictMath}'s or built on them, so that
 * their bits do not depend on what the compiler made of the loop.
 */
public final class ScalarMath {
    private static final double[] LANCZOS = {0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313,
        -176.61502916214059, 12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7};

    private ScalarMath() {
    }


    static double sin(double a) {
        return StrictMath.sin(a);
    }

    static double cos(double a) {
        return StrictMath.cos(a);
    }

    static double atan(double a) {
        return StrictMath.atan(a);
    }

    static double atan2(double y, double x) {
        return StrictMath.atan2(y, x);
    }

    static double pow(double a, double b) {
        return StrictMath.pow(a, b);
    }

    static double remainder(double a, double b) {
        double r = a % b;
        return r != 0 && (r < 0) != (b < 0) ? r + b : r;
    }

    /** The floor of the exact quotient, which {@code floor(a / b)} misses where a / b rounds up to a whole number. */
    static double floor_div(double a, double b) {
        double left = a % b;
        if (Double.isNaN(left)) return StrictMath.floor(a / b);
        double quotient = (a - left) / b;
        if (left != 0 && (left < 0) != (b < 0)) quotient -= 1;
        return quotient != 0 ? StrictMath.rint(quotient) : Math.copySign(0, a / b);
    }

    static long remainder(long a, long b) {
        return b == 0 ? 0 : Math.floorMod(a, b);
    }

    static long floor_div(long a, long b) {
        return b == 0 ? 0 : Math.floorDiv(a, b);
    }

    static long sign(long a) {
        return Long.signum(a);
    }

    static long div(long a, long b) {
        return b == 0 ? 0 : a / b;
    }

    /** Lanczos' approximation (g = 7, n = 9) with reflection; about 1e-15 relative away from the zeros at 1 and 2. */
    static double lgamma(double x) {
        if (Double.isNaN(x)) return x;
        if (Double.isInfinite(x)) return Double.POSITIVE_INFINITY;
        if (x <= 0 && x == StrictMath.rint(x)) return Double.POSITIVE_INFINITY;
        if (x < 0.5) return StrictMath.log(Math.PI / Math.abs(StrictMath.sin(Math.PI * x))) - lgamma(1 - x);
        if (x > 1e15) return x * (StrictMath.log(x) - 1);
        double y = x - 1;
        double sum = LANCZOS[0];
        for (int i = 1; i < LANCZOS.length; i++) sum += LANCZOS[i] / (y + i);
        double t = y + 7.5;
        return 0.5 * StrictMath.log(2 * Math.PI) + (y + 0.5) * StrictMath.log(t) - t + StrictMath.log(sum);
    }

    /** Recurrence up to 10, then the asymptotic series. */
    static double digamma(double x) {
        if (Double.isNaN(x) || x == Double.POSITIVE_INFINITY) return x;
        if (x <= 0) {
            if (x == StrictMath.rint(x)) return Double.NaN;
            return digamma(1 - x) - Math.PI / StrictMath.tan(Math.PI * x);
        }
        double shift = 0;
        while (x < 10) shift -= 1 / x++;
        double z = 1 / (x * x);
        double series = z * (1.0 / 12 - z * (1.0 / 120 - z * (1.0 / 252 - z * (1.0 / 240 - z * (1.0 / 132 - z * (691.0 / 32760))))));
        return shift + StrictMath.log(x) - 0.5 / x - series;
    }

    static double trigamma(double x) {
        if (Double.isNaN(x)) return x;
        if (x <= 0) {
            if (x == StrictMath.rint(x)) return Double.POSITIVE_INFINITY;
            double s = StrictMath.sin(Math.PI * x);
            return Math.PI * Math.PI / (s * s) - trigamma(1 - x);
        }
        double shift = 0;
        while (x < 10) {
            shift += 1 / (x * x);
            x++;
        }
        double z = 1 / (x * x);
        double series = z * (1.0 / 6 - z * (1.0 / 30 - z * (1.0 / 42 - z * (1.0 / 30 - z * (5.0 / 66 - z * (691.0 / 2730))))));
        return shift + 1 / x + z / 2 + series / x;
    }

    static double tetragamma(double x) {
        if (Double.isNaN(x)) return x;
        if (x <= 0) {
            if (x == StrictMath.rint(x)) return Double.NaN;
            double s = StrictMath.sin(Math.PI * x);
            return tetragamma(1 - x) - 2 * Math.PI * Math.PI * Math.PI * StrictMath.cos(Math.PI * x) / (s * s * s);
        }
        double shift = 0;
        while (x < 10) {
            shift -= 2 / (x * x * x);
            x++;
        }
        double z = 1 / (x * x);
        double series = z * z * (0.5 - z * (1.0 / 6 - z * (1.0 / 6 - z * (3.0 / 10 - z * (5.0 / 6)))));
        return shift - z - z / x - series;
    }
}
