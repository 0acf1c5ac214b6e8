// The inverse tangent: a polynomial near 0, 1/2, 1, 3/2 and infinity; and the angle of a point.
#pragma once
#include "common/fdlibm/words.cuh"

OUTLINED f64 fdlibm_atan(f64 x) {
    i32 high = high_word(x);
    i32 magnitude = high & 0x7FFFFFFF;
    f64 base = 0;
    f64 base_rest = 0;
    f64 t = x;
    bool reduced = magnitude >= 0x3FDC0000; // 7/16
    if (magnitude >= 0x44100000) { // 2^66
        if (x != x) return x + x;
        f64 half = 1.57079632679489655800e+00 + 6.12323399573676603587e-17;
        return high > 0 ? half : -half;
    }
    if (!reduced) {
        if (magnitude < 0x3E200000) return x;
    } else {
        f64 a = x < 0 ? -x : x;
        if (magnitude < 0x3FE60000) { // 11/16
            t = (2 * a - 1) / (2 + a);
            base = 4.63647609000806093515e-01;
            base_rest = 2.26987774529616870924e-17;
        } else if (magnitude < 0x3FF30000) { // 19/16
            t = (a - 1) / (a + 1);
            base = 7.85398163397448278999e-01;
            base_rest = 3.06161699786838301793e-17;
        } else if (magnitude < 0x40038000) { // 39/16
            t = (a - 1.5) / (1 + 1.5 * a);
            base = 9.82793723247329054082e-01;
            base_rest = 1.39033110312309984516e-17;
        } else {
            t = -1 / a;
            base = 1.57079632679489655800e+00;
            base_rest = 6.12323399573676603587e-17;
        }
    }
    f64 z = t * t;
    f64 w = z * z;
    f64 even = z * (3.33333333333329318027e-01 + w * (1.42857142725034663711e-01 + w * (9.09088713343650656196e-02 + w * (6.66107313738753120669e-02
        + w * (4.97687799461593236017e-02 + w * 1.62858201153657823623e-02)))));
    f64 odd = w * (-1.99999999998764832476e-01 + w * (-1.11111104054623557880e-01 + w * (-7.69187620504482999495e-02
        + w * (-5.83357013379057348645e-02 + w * -3.65315727442169155270e-02))));
    if (!reduced) return t - t * (even + odd);
    f64 value = base - ((t * (even + odd) - base_rest) - t);
    return high < 0 ? -value : value;
}

OUTLINED f64 fdlibm_atan2(f64 y, f64 x) {
    const f64 pi = 3.1415926535897931160E+00;
    const f64 pi_rest = 1.2246467991473531772E-16;
    if (x != x || y != y) return x + y;
    if (x == 1) return fdlibm_atan(y);
    bool left = high_word(x) < 0;
    bool below = high_word(y) < 0;
    if (y == 0) return left ? (below ? -pi : pi) : y;
    if (x == 0) return below ? -pi / 2 : pi / 2;
    bool tall = (high_word(y) & 0x7FFFFFFF) == 0x7FF00000;
    if ((high_word(x) & 0x7FFFFFFF) == 0x7FF00000) {
        f64 angle = tall ? (left ? 3 * (pi / 4) : pi / 4) : left ? pi : 0;
        return below ? -angle : angle;
    }
    if (tall) return below ? -pi / 2 : pi / 2;
    i32 k = ((high_word(y) & 0x7FFFFFFF) - (high_word(x) & 0x7FFFFFFF)) >> 20;
    f64 z = k > 60 ? pi / 2 + 0.5 * pi_rest : left && k < -60 ? 0 : fdlibm_atan(from_bits((i64) (to_bits(y / x) & 0x7FFFFFFFFFFFFFFFll)));
    if (!left) return below ? -z : z;
    return below ? (z - pi_rest) - pi : pi - (z - pi_rest);
}
