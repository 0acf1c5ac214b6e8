// What Jacobi's methods for eigenvalues and singular values share: the order of the pairs, a rotation, and a scale that no square overflows with.
// (Golub and Van Loan, "Matrix Computations", 4th edition, sections 8.5 and 8.6.3.)
#pragma once
#include "common/block.cuh"
#include "linalg/failure.cuh"

#define MOST_SWEEPS 40

DEVICE f32 epsilon_of(f32) { return 0x1p-23f; }
DEVICE f64 epsilon_of(f64) { return 0x1p-52; }

// Pair i of round r among `even` columns: after even - 1 rounds of even / 2 pairs every two columns have met (a round-robin tournament).
DEVICE void pair_of_round(i32 i, i32 round, i32 even, i32 &p, i32 &q) {
    const i32 others = even - 1;
    p = i == 0 ? others : (round + i) % others;
    q = (round + others - i) % others;
    if (p > q) {
        const i32 larger = p;
        p = q;
        q = larger;
    }
}

// [x y] [c s; -s c] is what two columns become.
template <class T> struct Rotation {
    T c, s;
};

// The tangent of the smaller angle that makes the off-diagonal element `between` of [first between; between second] vanish.
template <class T> DEVICE T tangent(T first, T between, T second) {
    const T half = (second - first) / (2 * between);
    if (magnitude(half) > (T) 0x1p30) return 1 / (2 * half); // its square could overflow
    const T t = 1 / (magnitude(half) + square_root(fused(half, half, (T) 1)));
    return half < 0 ? -t : t;
}

template <class T> DEVICE Rotation<T> rotation(T t) {
    const T c = 1 / square_root(fused(t, t, (T) 1));
    return Rotation<T>{c, t * c};
}

template <class T> DEVICE void rotate(Rotation<T> r, T &x, T &y) {
    const T before = x;
    x = r.c * before - r.s * y;
    y = r.s * before + r.c * y;
}

struct JoinLargest {
    template <class T> static __device__ __forceinline__ T join(T a, T b) { return larger(a, b); }
};

// The largest magnitude of what the block's threads hold, in all of them; NaN if there is one. `shared` has room for a value a warp.
template <class T> DEVICE T largest_of_block(T mine, T *shared) {
    mine = over_block<JoinLargest>(magnitude(mine), shared);
    __syncthreads();
    if (threadIdx.x == 0) shared[0] = mine;
    __syncthreads();
    mine = shared[0];
    __syncthreads();
    return mine;
}

// A power of two near `largest`, and 1 over it: both normal numbers.
DEVICE void powers_near(f32 largest, f32 &power, f32 &reciprocal) {
    i32 exponent = to_bits(largest) >> 23 & 0xFF;
    exponent = exponent < 1 ? 1 : exponent > 253 ? 253 : exponent;
    power = from_bits(exponent << 23);
    reciprocal = from_bits((254 - exponent) << 23);
}
DEVICE void powers_near(f64 largest, f64 &power, f64 &reciprocal) {
    i64 exponent = to_bits(largest) >> 52 & 0x7FF;
    exponent = exponent < 1 ? 1 : exponent > 2045 ? 2045 : exponent;
    power = from_bits(exponent << 52);
    reciprocal = from_bits((2046 - exponent) << 52);
}

// Whether the first clearly largest of `count` elements is negative: rounding cannot turn the sign of two that are nearly equal.
template <class T> DEVICE bool largest_is_negative(const T *x, i32 count) {
    T most = 0;
    for (i32 i = 0; i < count; i++) {
        if (magnitude(x[i]) > magnitude(most) * (T) 1.00001) most = x[i];
    }
    return most < 0;
}
