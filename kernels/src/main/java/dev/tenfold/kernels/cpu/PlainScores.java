package dev.tenfold.kernels.cpu;

import dev.tenfold.kernels.Memory;

/** {@link ScoreLoops} column by column. */
final class PlainScores implements ScoreLoops {
    // exp(r) = 1 + r + r^2 p(r) on [-ln2 / 2, ln2 / 2], and ln2 in two parts: Cephes (S. Moshier).
    static final float P0 = 1.9875691500E-4f;
    static final float P1 = 1.3981999507E-3f;
    static final float P2 = 8.3334519073E-3f;
    static final float P3 = 4.1665795894E-2f;
    static final float P4 = 1.6666665459E-1f;
    static final float P5 = 5.0000001201E-1f;
    static final float LN2_HIGH = 0.693359375f;
    static final float LN2_LOW = -2.12194440e-4f;
    static final float INVERSE_LN2 = (float) (1 / Math.log(2));
    /** Added and subtracted it rounds to the nearest integer, which stands in the lowest bits of the sum. */
    static final float MAGIC = 0x1.8p23f;
    /** Below this the result would not be a normal number: 0 instead. */
    static final float LOWEST = -87.3f;

    /** {@code exp(x)} for x that is not positive. */
    static float exp(float x) {
        float k = Math.max(x, LOWEST) * INVERSE_LN2 + MAGIC;
        float whole = k - MAGIC;
        float r = Math.fma(whole, -LN2_LOW, Math.fma(whole, -LN2_HIGH, Math.max(x, LOWEST)));
        float p = Math.fma(Math.fma(Math.fma(Math.fma(Math.fma(P0, r, P1), r, P2), r, P3), r, P4), r, P5);
        float value = Math.fma(p, r * r, r) + 1;
        float power = Float.intBitsToFloat(Float.floatToRawIntBits(k) + 127 << 23);
        return x < LOWEST ? 0 : value * power;
    }

    @Override
    public void softmax32(long scores, int keys, int columns) {
        long step = 4L * columns;
        for (int c = 0; c < columns; c++) {
            long top = scores + 4L * c;
            float max = -Float.MAX_VALUE;
            for (int k = 0; k < keys; k++) max = Math.max(max, Memory.getFloat(top + k * step));
            float sum = 0;
            for (int k = 0; k < keys; k++) {
                float e = exp(Memory.getFloat(top + k * step) - max);
                Memory.putFloat(top + k * step, e);
                sum += e;
            }
            float factor = sum == 0 ? 0 : 1 / sum;
            for (int k = 0; k < keys; k++) Memory.putFloat(top + k * step, Memory.getFloat(top + k * step) * factor);
        }
    }

    @Override
    public void gradient32(long probabilities, long slopes, int keys, int columns) {
        long step = 4L * columns;
        for (int c = 0; c < columns; c++) {
            long p = probabilities + 4L * c;
            long s = slopes + 4L * c;
            float sum = 0;
            for (int k = 0; k < keys; k++) sum = Math.fma(Memory.getFloat(p + k * step), Memory.getFloat(s + k * step), sum);
            for (int k = 0; k < keys; k++) {
                Memory.putFloat(s + k * step, Memory.getFloat(p + k * step) * (Memory.getFloat(s + k * step) - sum));
            }
        }
    }
}
