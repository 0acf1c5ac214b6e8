// N neighbouring elements that one thread moves at once: 128 bits where N elements have so many and their address allows it, one by one
// otherwise. What is computed does not depend on which.
#pragma once
#include "common/types.cuh"

template <class T, i32 N> struct __align__(sizeof(T) * N) Pack {
    T at[N];
};

// The number of elements in 128 bits.
template <class T> struct Width {
    static const i32 VALUE = 16 / (i32) sizeof(T);
};

template <class T, i32 N> DEVICE bool is_aligned(const T *address) { return ((u64) address & (sizeof(T) * N - 1)) == 0; }

// The first `count` of N elements; the others are 0.
template <i32 N, class T> DEVICE Pack<T, N> load(const T *from, i32 count) {
    if (count == N && is_aligned<T, N>(from)) return *(const Pack<T, N> *) from;
    Pack<T, N> pack;
#pragma unroll
    for (i32 k = 0; k < N; k++) pack.at[k] = k < count ? from[k] : T{};
    return pack;
}

// One element, N times.
template <i32 N, class T> DEVICE Pack<T, N> repeat(const T *from) {
    T value = *from;
    Pack<T, N> pack;
#pragma unroll
    for (i32 k = 0; k < N; k++) pack.at[k] = value;
    return pack;
}

template <i32 N, class T> DEVICE void store(T *to, const Pack<T, N> &pack, i32 count) {
    if (count == N && is_aligned<T, N>(to)) {
        *(Pack<T, N> *) to = pack;
        return;
    }
#pragma unroll
    for (i32 k = 0; k < N; k++) {
        if (k < count) to[k] = pack.at[k];
    }
}
