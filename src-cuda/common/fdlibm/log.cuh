// Natural logarithms of x and of 1 + x: x = 2^k (1 + f) with f near 0, and log(1 + f) = f - f^2/2 + s (f^2/2 + R(s^2)) with s = f / (2 + f).
#pragma once
#include "common/fdlibm/words.cuh"

#define LN2_HIGH 6.93147180369123816490e-01
#define LN2_LOW 1.90821492927058770002e-10

OUTLINED f64 fdlibm_log(f64 x) {
    i32 high = high_word(x);
    i32 k = 0;
    if (high < 0x00100000) {
        if (x == 0) return -infinity();
        if (high < 0) return x != x ? x : quiet_nan();
        k = -54;
        x *= 0x1p54;
        high = high_word(x);
    }
    if (high >= 0x7FF00000) return x + x;
    k += (high >> 20) - 1023;
    high &= 0xFFFFF;
    i32 above = (high + 0x95F64) & 0x100000; // the significand is above sqrt(2)
    x = with_high(x, high | (above ^ 0x3FF00000));
    k += above >> 20;
    f64 f = x - 1;
    f64 e = k;
    if ((0xFFFFF & (2 + high)) < 3) { // |f| < 2^-20
        if (f == 0) return k == 0 ? 0 : e * LN2_HIGH + e * LN2_LOW;
        f64 r = f * f * (0.5 - 0.33333333333333333 * f);
        return k == 0 ? f - r : e * LN2_HIGH - ((r - e * LN2_LOW) - f);
    }
    f64 s = f / (2 + f);
    f64 z = s * s;
    f64 w = z * z;
    f64 odd = w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01));
    f64 even = z * (6.666666666666735130e-01 + w * (2.857142874366239149e-01 + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)));
    f64 r = even + odd;
    if (((high - 0x6147A) | (0x6B851 - high)) > 0) {
        f64 half = 0.5 * f * f;
        return k == 0 ? f - (half - s * (half + r)) : e * LN2_HIGH - ((half - (s * (half + r) + e * LN2_LOW)) - f);
    }
    return k == 0 ? f - s * (f - r) : e * LN2_HIGH - ((s * (f - r) - e * LN2_LOW) - f);
}

OUTLINED f64 fdlibm_log1p(f64 x) {
    i32 high = high_word(x);
    i32 magnitude = high & 0x7FFFFFFF;
    i32 k = 1;
    i32 upper = 1; // the high word of 1 + x
    f64 f = 0;
    f64 lost = 0;
    if (high < 0x3FDA827A) { // x < sqrt(2) - 1
        if (magnitude >= 0x3FF00000) return x == -1 ? -infinity() : x != x ? x : quiet_nan();
        if (magnitude < 0x3E200000) return magnitude < 0x3C900000 ? x : x - x * x * 0.5;
        if (high > 0 || high <= (i32) 0xBFD2BEC3) {
            k = 0;
            f = x;
        }
    }
    if (high >= 0x7FF00000) return x + x;
    if (k != 0) {
        f64 u;
        if (high < 0x43400000) {
            u = 1 + x;
            upper = high_word(u);
            k = (upper >> 20) - 1023;
            lost = (k > 0 ? 1 - (u - x) : x - (u - 1)) / u;
        } else {
            u = x;
            upper = high_word(u);
            k = (upper >> 20) - 1023;
        }
        upper &= 0xFFFFF;
        if (upper < 0x6A09E) {
            u = with_high(u, upper | 0x3FF00000);
        } else {
            k++;
            u = with_high(u, upper | 0x3FE00000);
            upper = (0x00100000 - upper) >> 2;
        }
        f = u - 1;
    }
    f64 half = 0.5 * f * f;
    f64 e = k;
    if (upper == 0) { // |f| < 2^-20
        if (f == 0) return k == 0 ? 0 : e * LN2_HIGH + (lost + e * LN2_LOW);
        f64 r = half * (1 - 0.66666666666666666 * f);
        return k == 0 ? f - r : e * LN2_HIGH - ((r - (e * LN2_LOW + lost)) - f);
    }
    f64 s = f / (2 + f);
    f64 z = s * s;
    f64 r = z * (6.666666666666735130e-01 + z * (3.999999999940941908e-01 + z * (2.857142874366239149e-01 + z * (2.222219843214978396e-01
        + z * (1.818357216161805012e-01 + z * (1.531383769920937332e-01 + z * 1.479819860511658591e-01))))));
    return k == 0 ? f - (half - s * (half + r)) : e * LN2_HIGH - ((half - (s * (half + r) + (e * LN2_LOW + lost))) - f);
}
