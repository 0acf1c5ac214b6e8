// The exponential and the natural logarithm in f32 and f64, by the steps of element-wise EXP and LOG (kernels.expr.FloatMath), after Cephes
// (S. Moshier) and fdlibm (Sun Microsystems): a test holds their bits equal.
#pragma once
#include "common/arithmetic.cuh"

// Added and subtracted these round to the nearest whole number.
#define MAGIC_32 0x1.8p23f
#define MAGIC_64 0x1.8p52

DEVICE f32 two_to_the(f32 k) { return from_bits((i32) ((u32) wrapping_add(to_bits(k + MAGIC_32), (i32) 127) << 23)); }
DEVICE f64 two_to_the(f64 k) { return from_bits((i64) ((u64) wrapping_add(to_bits(k + MAGIC_64), (i64) 1023) << 52)); }

DEVICE f32 exponential(f32 x) {
    x = smaller(larger(x, -104.5f), 89.0f);
    const f32 k = (x * 0x1.715476p0f + MAGIC_32) - MAGIC_32;
    const f32 r = fused(k, 2.12194440e-4f, fused(k, -0.693359375f, x));
    f32 p = 1.9875691500E-4f;
    p = fused(p, r, 1.3981999507E-3f);
    p = fused(p, r, 8.3334519073E-3f);
    p = fused(p, r, 4.1665795894E-2f);
    p = fused(p, r, 1.6666665459E-1f);
    p = fused(p, r, 5.0000001201E-1f);
    const f32 core = fused(p, r * r, r) + 1.0f;
    const f32 half = (k * 0.5f + MAGIC_32) - MAGIC_32; // in two steps: 2^k may leave the normal range where the result does not
    return core * two_to_the(half) * two_to_the(k - half);
}

DEVICE f64 exponential(f64 x) {
    x = smaller(larger(x, -746.0), 710.0);
    const f64 k = (x * 0x1.71547652b82fep0 + MAGIC_64) - MAGIC_64;
    const f64 r = fused(k, -1.90821492927058770002e-10, fused(k, -6.93147180369123816490e-01, x));
    f64 p = 1.0 / 6227020800.0;
    p = fused(p, r, 1.0 / 479001600.0);
    p = fused(p, r, 1.0 / 39916800.0);
    p = fused(p, r, 1.0 / 3628800.0);
    p = fused(p, r, 1.0 / 362880.0);
    p = fused(p, r, 1.0 / 40320.0);
    p = fused(p, r, 1.0 / 5040.0);
    p = fused(p, r, 1.0 / 720.0);
    p = fused(p, r, 1.0 / 120.0);
    p = fused(p, r, 1.0 / 24.0);
    p = fused(p, r, 1.0 / 6.0);
    p = fused(p, r, 1.0 / 2.0);
    const f64 core = fused(p, r * r, r) + 1.0;
    const f64 half = (k * 0.5 + MAGIC_64) - MAGIC_64;
    return core * two_to_the(half) * two_to_the(k - half);
}

// The exponential of the hardware: two units in the last place, for results that are rounded to 16 bits.
DEVICE f32 rough_exponential(f32 x) {
#ifdef TENFOLD_EMULATED
    return exponential(x);
#else
    f32 result;
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(result) : "f"(x * 0x1.715476p0f));
    return result;
#endif
}
