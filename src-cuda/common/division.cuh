// Floored division and its remainder, of whole numbers and of f64, exactly: the CPU's steps (kernels.expr.ScalarMath).
#pragma once
#include "common/arithmetic.cuh"

// Whole numbers divided by 0 give 0.
DEVICE i64 floored_quotient(i64 a, i64 b) {
    if (b == 0) return 0;
    if (b == -1) return wrapping_sub((i64) 0, a);
    i64 quotient = a / b;
    return a % b != 0 && (a ^ b) < 0 ? quotient - 1 : quotient;
}
DEVICE i64 floored_remainder(i64 a, i64 b) { return b == 0 ? 0 : wrapping_sub(a, wrapping_mul(floored_quotient(a, b), b)); }
DEVICE i64 sign_of(i64 a) { return (a > 0) - (a < 0); }

// The significand with its leading bit in place 52, and the exponent that belongs to it.
DEVICE u64 normalised(u64 bits, i32 &exponent) {
    exponent = (i32) (bits >> 52);
    u64 significand = bits & 0xFFFFFFFFFFFFFull;
    if (exponent != 0) return significand | 1ull << 52;
    exponent = 1;
    while (significand < 1ull << 52) {
        significand <<= 1;
        exponent--;
    }
    return significand;
}

// a - b trunc(a / b), exactly: by long division of the significands, from the highest bit down.
OUTLINED f64 exact_remainder(f64 a, f64 b) {
    u64 x = (u64) to_bits(a) & 0x7FFFFFFFFFFFFFFFull;
    u64 y = (u64) to_bits(b) & 0x7FFFFFFFFFFFFFFFull;
    u64 minus = (u64) to_bits(a) & 0x8000000000000000ull;
    if (y == 0 || x >= 0x7FF0000000000000ull || y > 0x7FF0000000000000ull) return (a * b) / (a * b);
    if (x < y) return a;
    i32 ex;
    i32 ey;
    u64 mx = normalised(x, ex);
    u64 my = normalised(y, ey);
    for (i32 k = ex - ey; k > 0; k--) {
        if (mx >= my) mx -= my;
        mx <<= 1;
    }
    if (mx >= my) mx -= my;
    if (mx == 0) return from_bits((i64) minus);
    while (mx < 1ull << 52 && ey > 1) {
        mx <<= 1;
        ey--;
    }
    if (ey < 1) mx >>= 1 - ey; // exact: it is a multiple of the smallest number
    if (ey < 1) ey = 1;
    u64 magnitude = mx >= 1ull << 52 ? (mx & 0xFFFFFFFFFFFFFull) | (u64) ey << 52 : mx;
    return from_bits((i64) (minus | magnitude));
}

DEVICE f64 floored_remainder(f64 a, f64 b) {
    f64 r = exact_remainder(a, b);
    return r != 0 && (r < 0) != (b < 0) ? r + b : r;
}

DEVICE f64 nearest_whole(f64 a) {
    f64 m = magnitude(a);
    if (!(m < 0x1p52)) return a;
    f64 whole = (m + 0x1p52) - 0x1p52;
    return from_bits((i64) ((u64) to_bits(whole) | ((u64) to_bits(a) & 0x8000000000000000ull)));
}

// The floor of the exact quotient, which floor(a / b) misses where a / b rounds up to a whole number.
DEVICE f64 floored_quotient(f64 a, f64 b) {
    f64 left = exact_remainder(a, b);
    if (left != left) return a / b; // infinite or NaN
    f64 quotient = (a - left) / b;
    if (left != 0 && (left < 0) != (b < 0)) quotient -= 1;
    if (quotient != 0) return nearest_whole(quotient);
    return from_bits((i64) ((u64) to_bits(a / b) & 0x8000000000000000ull));
}
