// Where a factorisation failed: one 64-bit word for a batch, beforehand all ones, afterwards the smallest `matrix * n + pivot` that failed.
// The least of several whole numbers does not depend on their order, so an atomic keeps the result the same from run to run.
#pragma once
#include "common/arithmetic.cuh"

#define NO_FAILURE (-1)

DEVICE void report_failure(u64 *first, i64 place) { atomicMin(first, (u64) place); }

DEVICE f32 not_a_number(f32) { return from_bits((i32) 0x7FC00000); }
DEVICE f64 not_a_number(f64) { return from_bits((i64) 0x7FF8000000000000ll); }
