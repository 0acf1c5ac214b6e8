// x^y = 2^(y log2 x), with log2 x and its product with y in two parts each. Java's special cases: 1^NaN and (+-1)^(+-infinity) are NaN.
#pragma once
#include "common/fdlibm/words.cuh"

struct TwoParts {
    f64 high;
    f64 low;
};

// log2 of a positive x, the high part with 32 bits of significand at most.
DEVICE TwoParts log2_in_two_parts(f64 x) {
    i32 high = high_word(x);
    i32 n = 0;
    if (high < 0x00100000) {
        x *= 0x1p53;
        n = -53;
        high = high_word(x);
    }
    n += (high >> 20) - 0x3FF;
    i32 j = high & 0xFFFFF;
    high = j | 0x3FF00000;
    i32 k = 0; // whether the nearest base is 1.5
    if (j > 0x3988E && j < 0xBB67A) {
        k = 1;
    } else if (j >= 0xBB67A) {
        n++;
        high -= 0x00100000;
    }
    x = with_high(x, high);
    f64 base = k ? 1.5 : 1.0;
    // s = (x - base) / (x + base), and log2 x = 2 / (3 ln 2) times (3 s + s^3 + ...).
    f64 u = x - base;
    f64 v = 1 / (x + base);
    f64 s = u * v;
    f64 s_high = without_low(s);
    f64 t_high = from_words((high >> 1 | 0x20000000) + 0x00080000 + (k << 18), 0);
    f64 t_low = x - (t_high - base);
    f64 s_low = v * ((u - s_high * t_high) - s_high * t_low);
    f64 square = s * s;
    f64 r = square * square * (5.99999999999994648725e-01 + square * (4.28571428578550184252e-01 + square * (3.33333329818377432918e-01
        + square * (2.72728123808534006489e-01 + square * (2.30660745775561754067e-01 + square * 2.06975017800338417784e-01)))));
    r += s_low * (s_high + s);
    square = s_high * s_high;
    t_high = without_low(3 + square + r);
    t_low = r - ((t_high - 3) - square);
    u = s_high * t_high;
    v = s_low * t_high + t_low * s;
    f64 p_high = without_low(u + v);
    f64 p_low = v - (p_high - u);
    f64 z_high = 0x1.ec709ep-1 * p_high;
    f64 z_low = -0x1.e2fe0145b01f5p-28 * p_high + p_low * 0x1.ec709dc3a03fdp-1 + (k ? 0x1.cfdeb43cfd006p-27 : 0.0);
    f64 base_log = k ? 0x1.2b8034p-1 : 0.0;
    f64 e = n;
    f64 t1 = without_low(((z_high + z_low) + base_log) + e);
    return TwoParts{t1, z_low - (((t1 - e) - base_log) - z_high)};
}

// log2 of an x within 2^-20 of 1.
DEVICE TwoParts log2_near_one(f64 x) {
    f64 t = x - 1;
    f64 w = (t * t) * (0.5 - t * (0.3333333333333333333333 - t * 0.25));
    f64 u = 0x1.715476p0 * t;
    f64 v = t * 0x1.4ae0bf85ddf44p-26 - w * 0x1.71547652b82fep0;
    f64 t1 = without_low(u + v);
    return TwoParts{t1, v - (t1 - u)};
}

// sign * 2^(high + low), where z is the sum.
DEVICE f64 signed_exp2(f64 sign, f64 z, f64 high, f64 low) {
    i32 j = high_word(z);
    if (j >= 0x40900000) { // 1024 and beyond
        if (z != 1024 || low + 8.0085662595372944372e-0017 > z - high) return sign * infinity();
    } else if ((j & 0x7FFFFFFF) >= 0x4090CC00) { // -1075 and below
        if (z != -1075 || low <= z - high) return sign * 0.0;
    }
    i32 magnitude = j & 0x7FFFFFFF;
    i32 k = (magnitude >> 20) - 0x3FF;
    i32 n = 0;
    if (magnitude > 0x3FE00000) { // |z| > 1/2: n = [z + 1/2]
        n = j + (0x00100000 >> (k + 1));
        k = ((n & 0x7FFFFFFF) >> 20) - 0x3FF;
        f64 whole = from_words(n & ~(0x000FFFFF >> k), 0);
        n = ((n & 0x000FFFFF) | 0x00100000) >> (20 - k);
        if (j < 0) n = -n;
        high -= whole;
    }
    f64 t = without_low(low + high);
    f64 u = t * 6.93147182464599609375e-01;
    f64 v = (low - (t - high)) * 6.93147180559945286227e-01 + t * -1.90465429995776804525e-09;
    f64 y = u + v;
    f64 w = v - (y - u);
    t = y * y;
    f64 t1 = y - t * (1.66666666666666019037e-01 + t * (-2.77777777770155933842e-03 + t * (6.61375632143793436117e-05
        + t * (-1.65339022054652515390e-06 + t * 4.13813679705723846039e-08))));
    f64 r = (y * t1) / (t1 - 2) - (w + y * w);
    y = 1 - (r - y);
    i32 scaled = high_word(y) + (n << 20);
    if ((scaled >> 20) <= 0) y = y * 0x1p-1000 * from_words((n + 1000 + 1023) << 20, 0); // subnormal, rounded once
    else y = with_high(y, scaled);
    return sign * y;
}

OUTLINED f64 fdlibm_pow(f64 x, f64 y) {
    if (y == 0) return 1;
    if (x != x || y != y) return x + y;
    f64 a = x < 0 ? -x : x;
    if (a == 0) a = 0;
    f64 b = y < 0 ? -y : y;
    if (y == 2) return x * x;
    if (y == 0.5 && x >= -0x1.fffffffffffffp1023) return __dsqrt_rn(x + 0.0);
    if (b == 1) return y == 1 ? x : 1 / x;
    if (b == infinity()) return a == 1 ? quiet_nan() : (a > 1) == (y > 0) ? b : 0;
    bool negative = high_word(x) < 0;
    bool whole = b >= 0x1p53 || b >= 1 && (f64) (i64) b == b;
    bool odd = whole && b < 0x1p53 && ((i64) b & 1) != 0;
    if (a == 0 || a == infinity() || a == 1) {
        f64 z = y < 0 ? 1 / a : a;
        if (negative && a == 1 && !whole) return quiet_nan();
        return negative && odd ? -z : z;
    }
    if (negative && !whole) return quiet_nan();
    f64 sign = negative && odd ? -1 : 1;
    TwoParts log2;
    if (b > 0x1.00000ffffffffp31) {
        if (a < 0x1.fffff00000000p-1) return y < 0 ? sign * infinity() : sign * 0.0;
        if (a > 0x1.00000ffffffffp0) return y > 0 ? sign * infinity() : sign * 0.0;
        log2 = log2_near_one(a);
    } else {
        log2 = log2_in_two_parts(a);
    }
    f64 y_high = without_low(y);
    f64 low = (y - y_high) * log2.high + y * log2.low;
    f64 high = y_high * log2.high;
    return signed_exp2(sign, low + high, high, low);
}
