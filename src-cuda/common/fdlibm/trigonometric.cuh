// Sine, cosine and tangent: polynomials on [-pi/4, pi/4] of a reduced argument that comes in two parts, x + y.
#pragma once
#include "common/fdlibm/pi.cuh"

DEVICE f64 sine_near_zero(f64 x, f64 y, bool exact) {
    if ((high_word(x) & 0x7FFFFFFF) < 0x3E400000) return x; // |x| < 2^-27
    f64 z = x * x;
    f64 v = z * x;
    f64 r = 8.33333333332248946124e-03 + z * (-1.98412698298579493134e-04 + z * (2.75573137070700676789e-06
        + z * (-2.50507602534068634195e-08 + z * 1.58969099521155010221e-10)));
    return exact ? x + v * (-1.66666666666666324348e-01 + z * r) : x - ((z * (0.5 * y - v * r) - y) - v * -1.66666666666666324348e-01);
}

DEVICE f64 cosine_near_zero(f64 x, f64 y) {
    i32 high = high_word(x) & 0x7FFFFFFF;
    if (high < 0x3E400000) return 1;
    f64 z = x * x;
    f64 r = z * (4.16666666666666019037e-02 + z * (-1.38888888888741095749e-03 + z * (2.48015872894767294178e-05
        + z * (-2.75573143513906633035e-07 + z * (2.08757232129817482790e-09 + z * -1.13596475577881948265e-11)))));
    if (high < 0x3FD33333) return 1 - (0.5 * z - (z * r - x * y)); // |x| < 0.3
    f64 quarter = high > 0x3FE90000 ? 0.28125 : from_words(high - 0x00200000, 0);
    f64 half = 0.5 * z - quarter;
    return (1 - quarter) - (half - (z * r - x * y));
}

OUTLINED f64 fdlibm_sin(f64 x) {
    i32 high = high_word(x) & 0x7FFFFFFF;
    if (high <= 0x3FE921FB) return sine_near_zero(x, 0, true);
    if (high >= 0x7FF00000) return x - x;
    Quadrant q = quadrant(x);
    f64 value = (q.n & 1) == 0 ? sine_near_zero(q.high, q.low, false) : cosine_near_zero(q.high, q.low);
    return (q.n & 2) == 0 ? value : -value;
}

OUTLINED f64 fdlibm_cos(f64 x) {
    i32 high = high_word(x) & 0x7FFFFFFF;
    if (high <= 0x3FE921FB) return cosine_near_zero(x, 0);
    if (high >= 0x7FF00000) return x - x;
    Quadrant q = quadrant(x);
    f64 value = (q.n & 1) == 0 ? cosine_near_zero(q.high, q.low) : sine_near_zero(q.high, q.low, false);
    return ((q.n + 1) & 2) == 0 ? value : -value;
}

// -1 / (whole + rest) with more digits than a division has.
DEVICE f64 negative_inverse(f64 whole, f64 x, f64 rest) {
    f64 z = without_low(whole);
    f64 v = rest - (z - x);
    f64 a = -1 / whole;
    f64 t = without_low(a);
    return t + a * ((1 + t * z) + t * v);
}

DEVICE f64 tangent_near_zero(f64 x, f64 y, bool inverse) {
    i32 high = high_word(x);
    i32 magnitude = high & 0x7FFFFFFF;
    if (magnitude < 0x3E300000) return inverse ? negative_inverse(x + y, x, y) : x; // |x| < 2^-28
    bool far = magnitude >= 0x3FE59428; // 0.6744 and beyond: from pi/4 down
    if (far) {
        if (high < 0) {
            x = -x;
            y = -y;
        }
        x = (7.85398163397448278999e-01 - x) + (3.06161699786838301793e-17 - y);
        y = 0;
    }
    f64 z = x * x;
    f64 w = z * z;
    f64 r = 1.33333333333201242699e-01 + w * (2.18694882948595424599e-02 + w * (3.59207910759131235356e-03 + w * (5.88041240820264096874e-04
        + w * (7.81794442939557092300e-05 + w * -1.85586374855275456654e-05))));
    f64 v = z * (5.39682539762260521377e-02 + w * (8.86323982359930005737e-03 + w * (1.45620945432529025516e-03 + w * (2.46463134818469906812e-04
        + w * (7.14072491382608190305e-05 + w * 2.59073051863633712884e-05)))));
    f64 s = z * x;
    r = y + z * (s * (r + v) + y);
    r += 3.33333333333334091986e-01 * s;
    w = x + r;
    if (far) {
        f64 one = inverse ? -1 : 1;
        return (1 - (f64) (high >> 30 & 2)) * (one - 2 * (x - (w * w / (w + one) - r)));
    }
    return inverse ? negative_inverse(w, x, r) : w;
}

OUTLINED f64 fdlibm_tan(f64 x) {
    i32 high = high_word(x) & 0x7FFFFFFF;
    if (high <= 0x3FE921FB) return tangent_near_zero(x, 0, false);
    if (high >= 0x7FF00000) return x - x;
    Quadrant q = quadrant(x);
    return tangent_near_zero(q.high, q.low, (q.n & 1) != 0);
}
