// x = n pi/2 + r with |r| up to pi/4, r in two doubles: by pi/2 in three parts of 33 bits up to 2^19 pi/2, beyond by the digits of 2/pi
// that matter (Payne and Hanek 1983).
#pragma once
#include "common/fdlibm/words.cuh"

struct Quadrant {
    i32 n; // modulo 4 in its two lowest bits
    f64 high;
    f64 low;
};

// 2/pi in digits of 24 bits.
TABLE i32 TWO_OVER_PI[66] = {
    0xA2F983, 0x6E4E44, 0x1529FC, 0x2757D1, 0xF534DD, 0xC0DB62, 0x95993C, 0x439041, 0xFE5163, 0xABDEBB, 0xC561B7, 0x246E3A, 0x424DD2, 0xE00649,
    0x2EEA09, 0xD1921C, 0xFE1DEB, 0x1CB129, 0xA73EE8, 0x8235F5, 0x2EBB44, 0x84E99C, 0x7026B4, 0x5F7E41, 0x3991D6, 0x398353, 0x39F49C, 0x845F8B,
    0xBDF928, 0x3B1FF8, 0x97FFDE, 0x05980F, 0xEF2F11, 0x8B5A0A, 0x6D1F6D, 0x367ECF, 0x27CB09, 0xB74F46, 0x3F669E, 0x5FEA2D, 0x7527BA, 0xC7EBE5,
    0xF17B3D, 0x0739F7, 0x8A5292, 0xEA6BFB, 0x5FB11F, 0x8D5D08, 0x560330, 0x46FC7B, 0x6BABF0, 0xCFBC20, 0x9AF436, 0x1DA9E3, 0x91615E, 0xE61B08,
    0x659985, 0x5F14A0, 0x68408D, 0xFFD880, 0x4D7327, 0x310606, 0x1556CA, 0x73A8C9, 0x60E27B, 0xC08C6B};

#define PI_HALF_DIGITS 5 // digits of the product that are taken at first, less one

DEVICE f64 power_of_two(i32 n) { return from_words((n + 1023) << 20, 0); }

// Digit i of x times 2/pi, x in three digits; `first` is where 2/pi begins to matter.
DEVICE f64 product_digit(const f64 *x, i32 first, i32 i) {
    f64 sum = 0;
    for (i32 j = 0; j < 3; j++) {
        i32 digit = first + i - j;
        sum += x[j] * (digit < 0 ? 0 : (f64) TWO_OVER_PI[digit]);
    }
    return sum;
}

OUTLINED Quadrant far_quadrant(f64 magnitude) {
    // x = 2^exponent times three digits before the point of 24 bits.
    i32 exponent = (high_word(magnitude) >> 20) - 1046;
    f64 rest = with_high(magnitude, high_word(magnitude) - (exponent << 20));
    f64 x[3];
    for (i32 i = 0; i < 2; i++) {
        x[i] = (i32) rest;
        rest = (rest - x[i]) * 0x1p24;
    }
    x[2] = rest;
    i32 first = (exponent - 3) / 24;
    if (first < 0) first = 0;
    i32 scale = exponent - 24 * (first + 1);
    const i32 least = PI_HALF_DIGITS - 1;
    f64 q[20];
    i32 digits[20];
    for (i32 i = 0; i <= least; i++) q[i] = product_digit(x, first, i);
    i32 last = least;
    f64 z;
    i32 n;
    i32 complement;
    for (;;) {
        z = q[last];
        for (i32 i = 0, j = last; j > 0; i++, j--) {
            f64 carry = (f64) (i32) (0x1p-24 * z);
            digits[i] = (i32) (z - 0x1p24 * carry);
            z = q[j - 1] + carry;
        }
        z *= power_of_two(scale);
        z -= 8 * (f64) (i64) (z * 0.125);
        n = (i32) z;
        z -= (f64) n;
        complement = 0;
        if (scale > 0) {
            i32 over = digits[last - 1] >> (24 - scale);
            n += over;
            digits[last - 1] -= over << (24 - scale);
            complement = digits[last - 1] >> (23 - scale);
        } else if (scale == 0) {
            complement = digits[last - 1] >> 23;
        } else if (z >= 0.5) {
            complement = 2;
        }
        if (complement > 0) { // more than one half: one less the fraction, and the next quadrant
            n++;
            i32 borrowed = 0;
            for (i32 i = 0; i < last; i++) {
                i32 digit = digits[i];
                digits[i] = borrowed ? 0xFFFFFF - digit : digit != 0 ? 0x1000000 - digit : 0;
                borrowed |= digit != 0;
            }
            if (scale > 0) digits[last - 1] &= (1 << (24 - scale)) - 1;
            if (complement == 2) {
                z = 1 - z;
                if (borrowed) z -= power_of_two(scale);
            }
        }
        if (z != 0) break;
        i32 kept = 0;
        for (i32 i = last - 1; i >= least; i--) kept |= digits[i];
        if (kept != 0) break;
        i32 more = 1; // all digits cancelled: take so many more
        while (digits[least - more] == 0) more++;
        for (i32 i = last + 1; i <= last + more; i++) q[i] = product_digit(x, first, i);
        last += more;
    }
    if (z == 0) {
        last--;
        scale -= 24;
        while (digits[last] == 0) {
            last--;
            scale -= 24;
        }
    } else {
        z *= power_of_two(-scale);
        if (z >= 0x1p24) {
            f64 carry = (f64) (i32) (0x1p-24 * z);
            digits[last] = (i32) (z - 0x1p24 * carry);
            last++;
            scale += 24;
            digits[last] = (i32) carry;
        } else {
            digits[last] = (i32) z;
        }
    }
    // The fraction times pi/2, both in digits.
    const f64 pi_half[5] = {1.57079625129699707031e+00, 7.54978941586159635335e-08, 5.39030252995776476554e-15, 3.28200341580791294123e-22,
        1.27065575308067607349e-29};
    f64 weight = power_of_two(scale);
    for (i32 i = last; i >= 0; i--) {
        q[i] = weight * (f64) digits[i];
        weight *= 0x1p-24;
    }
    f64 parts[20];
    for (i32 i = last; i >= 0; i--) {
        f64 sum = 0;
        for (i32 k = 0; k <= least && k <= last - i; k++) sum += pi_half[k] * q[i + k];
        parts[last - i] = sum;
    }
    f64 sum = 0;
    for (i32 i = last; i >= 0; i--) sum += parts[i];
    f64 rest_of_sum = parts[0] - sum;
    for (i32 i = 1; i <= last; i++) rest_of_sum += parts[i];
    if (complement != 0) return Quadrant{n & 7, -sum, -rest_of_sum};
    return Quadrant{n & 7, sum, rest_of_sum};
}

#define PI_HALF_1 1.57079632673412561417e+00
#define PI_HALF_1_REST 6.07710050650619224932e-11
#define PI_HALF_2 6.07710050630396597660e-11
#define PI_HALF_2_REST 2.02226624879595063154e-21
#define PI_HALF_3 2.02226624871116645580e-21
#define PI_HALF_3_REST 8.47842766036889956997e-32

// x finite and beyond pi/4.
OUTLINED Quadrant quadrant(f64 x) {
    i32 high = high_word(x) & 0x7FFFFFFF;
    bool negative = x < 0;
    f64 magnitude = negative ? -x : x;
    Quadrant q;
    if (high < 0x4002D97C) { // below 3 pi/4
        q.n = 1;
        f64 z = magnitude - PI_HALF_1;
        f64 rest = PI_HALF_1_REST;
        if (high == 0x3FF921FB) { // near pi/2
            z -= PI_HALF_2;
            rest = PI_HALF_2_REST;
        }
        q.high = z - rest;
        q.low = (z - q.high) - rest;
    } else if (high <= 0x413921FB) {
        q.n = (i32) (magnitude * 6.36619772367581382433e-01 + 0.5);
        f64 n = q.n;
        f64 r = magnitude - n * PI_HALF_1;
        f64 w = n * PI_HALF_1_REST;
        q.high = r - w;
        if (q.n >= 32 || high == high_word(n * 1.57079632679489655800e+00)) { // perhaps near n pi/2
            i32 exponent = high >> 20;
            if (exponent - (high_word(q.high) >> 20 & 0x7FF) > 16) {
                f64 t = r;
                w = n * PI_HALF_2;
                r = t - w;
                w = n * PI_HALF_2_REST - ((t - r) - w);
                q.high = r - w;
                if (exponent - (high_word(q.high) >> 20 & 0x7FF) > 49) {
                    t = r;
                    w = n * PI_HALF_3;
                    r = t - w;
                    w = n * PI_HALF_3_REST - ((t - r) - w);
                    q.high = r - w;
                }
            }
        }
        q.low = (r - q.high) - w;
    } else {
        q = far_quadrant(magnitude);
    }
    if (negative) {
        q.n = -q.n;
        q.high = -q.high;
        q.low = -q.low;
    }
    return q;
}
