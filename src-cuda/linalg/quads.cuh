// Four neighbours in shared memory, moved 128 bits at a time. Matrices lie there in columns, `QUAD_COLUMN(rows)` elements apart, so that
// every fourth row is aligned and the columns begin in different banks.
#pragma once
#include "common/arithmetic.cuh"
#include "common/pack.cuh"

#define QUAD_COLUMN(rows) (((rows) + 3) / 4 * 4 + 4)

template <class T> DEVICE void load_quad(const T *from, T (&to)[4]) {
    constexpr i32 W = Width<T>::VALUE;
#pragma unroll
    for (i32 i = 0; i < 4; i += W) {
        const Pack<T, W> pack = *(const Pack<T, W> *) (from + i);
#pragma unroll
        for (i32 k = 0; k < W; k++) to[i + k] = pack.at[k];
    }
}

template <class T> DEVICE void store_quad(T *to, const T (&from)[4]) {
    constexpr i32 W = Width<T>::VALUE;
#pragma unroll
    for (i32 i = 0; i < 4; i += W) {
        Pack<T, W> pack;
#pragma unroll
        for (i32 k = 0; k < W; k++) pack.at[k] = from[i + k];
        *(Pack<T, W> *) (to + i) = pack;
    }
}

// to[i] -= factor * from[i] of N neighbours, N a multiple of 4.
template <i32 N, class T> DEVICE void subtract_column(T (&to)[N], T factor, const T *from) {
#pragma unroll
    for (i32 i = 0; i < N; i += 4) {
        T quad[4];
        load_quad(from + i, quad);
#pragma unroll
        for (i32 k = 0; k < 4; k++) to[i + k] = fused(-factor, quad[k], to[i + k]);
    }
}
