// An iteration space: sizes, and for every operand strides in elements, 0 where it is broadcast. Dimension 0 is the innermost one.
#pragma once
#include "common/types.cuh"

#define MOST_DIMENSIONS 8

template <i32 OPERANDS> struct Space {
    i32 rank;
    i32 wide;                         // whether counting takes more than 31 bits
    u32 repeated;                     // bit i: operand i stays where it is along dimension 0
    u32 unused;
    u32 multipliers[MOST_DIMENSIONS]; // of the division by a size, with `shifts` (Granlund and Montgomery 1994)
    u32 shifts[MOST_DIMENSIONS];
    i64 sizes[MOST_DIMENSIONS];
    i64 strides[OPERANDS][MOST_DIMENSIONS];
};

// Where element `index`, counted row-major, lies in each operand.
template <i32 OPERANDS> DEVICE void place(const Space<OPERANDS> &space, i64 index, i64 (&offsets)[OPERANDS]) {
#pragma unroll
    for (i32 i = 0; i < OPERANDS; i++) offsets[i] = 0;
    if (space.wide) {
        i64 rest = index;
#pragma unroll
        for (i32 d = 0; d < MOST_DIMENSIONS; d++) {
            if (d >= space.rank) break;
            i64 quotient = d == space.rank - 1 ? 0 : rest / space.sizes[d];
            i64 coordinate = rest - quotient * space.sizes[d];
#pragma unroll
            for (i32 i = 0; i < OPERANDS; i++) offsets[i] += coordinate * space.strides[i][d];
            rest = quotient;
        }
    } else {
        u32 rest = (u32) index;
#pragma unroll
        for (i32 d = 0; d < MOST_DIMENSIONS; d++) {
            if (d >= space.rank) break;
            u32 quotient = d == space.rank - 1 ? 0 : (__umulhi(rest, space.multipliers[d]) + rest) >> space.shifts[d];
            u32 coordinate = rest - quotient * (u32) space.sizes[d];
#pragma unroll
            for (i32 i = 0; i < OPERANDS; i++) offsets[i] += coordinate * space.strides[i][d];
            rest = quotient;
        }
    }
}

// The number of this thread in the whole grid.
DEVICE i64 thread_number() { return (i64) blockIdx.x * blockDim.x + threadIdx.x; }
