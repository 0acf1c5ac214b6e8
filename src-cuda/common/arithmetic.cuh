// Arithmetic whose result the language leaves open, or which it has not: Java's, as on the CPU. Whole numbers wrap; of two numbers of which
// one is NaN the smaller and the larger are NaN, and -0 lies below +0.
#pragma once
#include "common/types.cuh"

DEVICE i32 wrapping_add(i32 a, i32 b) { return (i32) ((u32) a + (u32) b); }
DEVICE i64 wrapping_add(i64 a, i64 b) { return (i64) ((u64) a + (u64) b); }
DEVICE i32 wrapping_sub(i32 a, i32 b) { return (i32) ((u32) a - (u32) b); }
DEVICE i64 wrapping_sub(i64 a, i64 b) { return (i64) ((u64) a - (u64) b); }
DEVICE i32 wrapping_mul(i32 a, i32 b) { return (i32) ((u32) a * (u32) b); }
DEVICE i64 wrapping_mul(i64 a, i64 b) { return (i64) ((u64) a * (u64) b); }
DEVICE i32 magnitude(i32 a) { return a < 0 ? wrapping_sub((i32) 0, a) : a; }
DEVICE i64 magnitude(i64 a) { return a < 0 ? wrapping_sub((i64) 0, a) : a; }
DEVICE f32 magnitude(f32 a) { return from_bits((i32) (to_bits(a) & 0x7FFFFFFF)); }
DEVICE f64 magnitude(f64 a) { return from_bits((i64) (to_bits(a) & 0x7FFFFFFFFFFFFFFFll)); }
DEVICE f32 fused(f32 a, f32 b, f32 c) { return __fmaf_rn(a, b, c); }
DEVICE f64 fused(f64 a, f64 b, f64 c) { return __fma_rn(a, b, c); }
DEVICE f32 square_root(f32 a) { return __fsqrt_rn(a); }
DEVICE f64 square_root(f64 a) { return __dsqrt_rn(a); }

DEVICE i32 smaller(i32 a, i32 b) { return b < a ? b : a; }
DEVICE i64 smaller(i64 a, i64 b) { return b < a ? b : a; }
DEVICE i32 larger(i32 a, i32 b) { return a < b ? b : a; }
DEVICE i64 larger(i64 a, i64 b) { return a < b ? b : a; }

template <class F> DEVICE F smaller_float(F a, F b) {
    if (a == 0 && b == 0) return from_bits(to_bits(a) | to_bits(b));
    return a != a || a <= b ? a : b;
}
template <class F> DEVICE F larger_float(F a, F b) {
    if (a == 0 && b == 0) return from_bits(to_bits(a) & to_bits(b));
    return a != a || a >= b ? a : b;
}
DEVICE f64 smaller(f64 a, f64 b) { return smaller_float(a, b); }
DEVICE f64 larger(f64 a, f64 b) { return larger_float(a, b); }
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
DEVICE f32 smaller(f32 a, f32 b) {
    f32 result;
    asm("min.NaN.f32 %0, %1, %2;" : "=f"(result) : "f"(a), "f"(b));
    return result;
}
DEVICE f32 larger(f32 a, f32 b) {
    f32 result;
    asm("max.NaN.f32 %0, %1, %2;" : "=f"(result) : "f"(a), "f"(b));
    return result;
}
#else
DEVICE f32 smaller(f32 a, f32 b) { return smaller_float(a, b); }
DEVICE f32 larger(f32 a, f32 b) { return larger_float(a, b); }
#endif
