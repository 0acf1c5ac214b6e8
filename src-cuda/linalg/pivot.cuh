// The choice of a pivot: the largest magnitude, of equal ones that of the first row, NaN counting as the largest.
#pragma once
#include "common/block.cuh"

// Bits that are ordered as magnitudes are, NaN behind infinity.
DEVICE u32 order_of(f32 a) { return (u32) to_bits(a) & 0x7FFFFFFFu; }
DEVICE u64 order_of(f64 a) { return (u64) to_bits(a) & 0x7FFFFFFFFFFFFFFFull; }

template <class T> struct Order;
template <> struct Order<f32> { typedef u32 type; };
template <> struct Order<f64> { typedef u64 type; };

template <class T> struct Candidate {
    typename Order<T>::type order;
    i32 row;
};

#define NO_ROW 0x7FFFFFFF

template <class T> DEVICE Candidate<T> no_candidate() { return Candidate<T>{0, NO_ROW}; }

template <class T> DEVICE Candidate<T> better(Candidate<T> a, Candidate<T> b) { return b.order > a.order || (b.order == a.order && b.row < a.row) ? b : a; }

// The lanes of this thread's N neighbours.
template <i32 N> DEVICE u32 lanes_of_group() { return 0xFFFFFFFFu >> (32 - N) << (threadIdx.x % 32 / N * N); }

// The largest of N neighbouring lanes, in all of them.
template <i32 N> DEVICE u32 most_of_lanes(u32 value) {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ < 800
    for (i32 half = N / 2; half > 0; half /= 2) {
        const u32 other = __shfl_xor_sync(ALL_LANES, value, half);
        value = other > value ? other : value;
    }
    return value;
#else
    return __reduce_max_sync(lanes_of_group<N>(), value);
#endif
}

template <i32 N> DEVICE u64 most_of_lanes(u64 value) {
    const u32 high = most_of_lanes<N>((u32) (value >> 32));
    const u32 low = most_of_lanes<N>((u32) (value >> 32) == high ? (u32) value : 0);
    return (u64) high << 32 | low;
}

// The best of N neighbouring lanes, in all of them.
template <i32 N, class T> DEVICE Candidate<T> best_of_lanes(Candidate<T> mine) {
    const auto order = most_of_lanes<N>(mine.order);
    const u32 row = NO_ROW - most_of_lanes<N>(mine.order == order ? (u32) (NO_ROW - mine.row) : 0);
    return Candidate<T>{order, (i32) row};
}
