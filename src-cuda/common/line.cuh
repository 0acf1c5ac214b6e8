// What kernels share that work on lines of elements: the type that an element is computed in, and results of a warp's or a block's threads in all of them.
#pragma once
#include "common/block.cuh"

struct JoinSums {
    template <class A> static __device__ __forceinline__ A join(A a, A b) { return a + b; }
};

// The block's result in every thread; `shared` has room for a value for each warp.
template <class Kind, class T> DEVICE T everywhere_over_block(T value, T *shared) {
    value = over_block<Kind>(value, shared);
    __syncthreads();
    if (threadIdx.x == 0) shared[0] = value;
    __syncthreads();
    value = shared[0];
    __syncthreads();
    return value;
}

// How many tiles of `width` columns, a power of two, there are: no more than blocks, so they are counted in 32 bits, whose division is short.
DEVICE u32 tiles_of(i64 inner, i32 width) { return (u32) ((inner + width - 1) >> (31 - __clz(width))); }

// A block of `width` columns and 256 / width rows: each column's values joined, in all its threads. `shared` has room for 256.
template <class Kind, class T> DEVICE T everywhere_over_column(T value, T *shared, i32 width) {
    shared[threadIdx.x] = value;
    __syncthreads();
    for (i32 half = 128; half >= width; half /= 2) {
        if ((i32) threadIdx.x < half) shared[threadIdx.x] = value = Kind::join(value, shared[threadIdx.x + half]);
        __syncthreads();
    }
    value = shared[threadIdx.x % width];
    __syncthreads();
    return value;
}
