// The two halves of a double. The functions of this folder take fdlibm's steps (Sun Microsystems, release 5.3), which define Java's
// StrictMath: compiled without contraction they give its bits on every machine, and so the CPU's. Coefficients and limits are fdlibm's.
#pragma once
#include "common/types.cuh"

DEVICE i32 high_word(f64 a) { return (i32) (to_bits(a) >> 32); }
DEVICE u32 low_word(f64 a) { return (u32) to_bits(a); }
DEVICE f64 from_words(i32 high, u32 low) { return from_bits((i64) ((u64) (u32) high << 32 | low)); }
DEVICE f64 with_high(f64 a, i32 high) { return from_words(high, low_word(a)); }
DEVICE f64 without_low(f64 a) { return from_words(high_word(a), 0); }
DEVICE f64 quiet_nan() { return from_words(0x7FF80000, 0); }
DEVICE f64 infinity() { return from_words(0x7FF00000, 0); }
