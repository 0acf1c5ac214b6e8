// The trees of all reductions over n elements of rows (inner = 1) and of columns. How elements are shared out depends on the sizes alone,
// and never on the grid or on the alignment of addresses, so the bits do not either. Long lines are cut into pieces, a block for each;
// a second launch joins the pieces.
#pragma once
#include "common/pack.cuh"
#include "reduce/kinds.cuh"

#define REDUCE_THREADS 256

// ---- where elements come from: pack(i, count) is WIDTH neighbours from element i on, of which `count` exist ----

template <class E> struct Stored {
    typedef E Element;
    static const i32 WIDTH = Width<E>::VALUE > 8 ? 8 : Width<E>::VALUE;
    const E *from;
    __device__ __forceinline__ Pack<E, WIDTH> pack(i64 i, i32 count) const { return load<WIDTH>(from + i, count); }
    __device__ __forceinline__ E one(i64 i) const { return from[i]; }
};

// ---- rows: `lanes` threads for each piece of a row, one of 1, 2, 4, ..., 32, or the whole block ----

template <class Kind, class Source> DEVICE typename Kind::Partial over_stretch(const Source &source, i64 row, i64 from, i64 to, i32 lane, i32 lanes) {
    typedef typename Kind::Partial Partial;
    const i32 width = Source::WIDTH;
    Partial partial[width];
#pragma unroll
    for (i32 k = 0; k < width; k++) partial[k] = Kind::start();
    i64 at = from + (i64) lane * width;
#pragma unroll 2
    for (; at + width <= to; at += (i64) lanes * width) {
        const auto pack = source.pack(row + at, width);
#pragma unroll
        for (i32 k = 0; k < width; k++) partial[k] = Kind::add(partial[k], pack.at[k], at + k);
    }
    if (at < to) {
        const i32 count = (i32) (to - at);
        const auto pack = source.pack(row + at, count);
#pragma unroll
        for (i32 k = 0; k < width; k++) {
            if (k < count) partial[k] = Kind::add(partial[k], pack.at[k], at + k);
        }
    }
#pragma unroll
    for (i32 half = width / 2; half > 0; half /= 2) {
#pragma unroll
        for (i32 k = 0; k < half; k++) partial[k] = Kind::join(partial[k], partial[k + half]);
    }
    return partial[0];
}

// `pieces` pieces of `piece` elements of each of `outer` rows of n, to partials[o, p]; where there is one piece, to out[o].
template <class Kind, class Source, class Out>
DEVICE void reduce_rows(const Source &source, i64 outer, i64 n, i64 piece, i64 pieces, i32 lanes, typename Kind::Partial *partials, Out *out) {
    typedef typename Kind::Partial Partial;
    const i32 groups = REDUCE_THREADS / lanes;
    const i64 group = (i64) blockIdx.x * groups + threadIdx.x / lanes;
    const bool exists = group < outer * pieces;
    const i64 row = exists ? group / pieces : 0;
    const i64 from = exists ? (group - row * pieces) * piece : 0;
    const i64 to = !exists ? 0 : n - from < piece ? n : from + piece;
    const i32 lane = threadIdx.x % lanes;
    Partial partial = over_stretch<Kind>(source, row * n, from, to, lane, lanes);
    if (lanes <= 32) {
        partial = over_lanes<Kind>(partial, lanes);
    } else {
        __shared__ Partial shared[REDUCE_THREADS / 32];
        partial = over_block<Kind>(partial, shared);
    }
    if (!exists || lane != 0) return;
    if (pieces == 1) put(out + group, partial);
    else put(partials + group, partial);
}

// ---- columns: a block has `width` columns, a power of two up to 64, and so many threads for each as there is room ----

// Pieces of [outer, n, inner] along n, to partials[o, p, i]; where there is one piece, to out[o, i].
template <class Kind, class Source, class Out>
DEVICE void reduce_columns(const Source &source, i64 n, i64 inner, i64 piece, i64 pieces, i32 width, typename Kind::Partial *partials, Out *out) {
    typedef typename Kind::Partial Partial;
    __shared__ Partial shared[REDUCE_THREADS];
    const i64 tiles = (inner + width - 1) / width;
    const i64 tile = blockIdx.x % tiles;
    const i64 line = blockIdx.x / tiles; // o pieces + p
    const i64 o = line / pieces;
    const i64 from = (line - o * pieces) * piece;
    const i64 to = n - from < piece ? n : from + piece;
    const i64 column = tile * width + threadIdx.x % width;
    const i32 rows = REDUCE_THREADS / width;
    const i32 row = threadIdx.x / width;
    Partial partial = Kind::start();
    if (column < inner) {
#pragma unroll 4
        for (i64 k = from + row; k < to; k += rows) partial = Kind::add(partial, source.one((o * n + k) * inner + column), k);
    }
    shared[threadIdx.x] = partial;
    __syncthreads();
    for (i32 half = rows / 2; half > 0; half /= 2) {
        if (row < half) shared[threadIdx.x] = partial = Kind::join(partial, shared[threadIdx.x + half * width]);
        __syncthreads();
    }
    if (row != 0 || column >= inner) return;
    if (pieces == 1) put(out + line * inner + column, partial);
    else put(partials + line * inner + column, partial);
}

// Partial results are joined by the same trees.
template <class Kind> struct Joining {
    typedef typename Kind::Partial Partial;
    static __device__ __forceinline__ Partial start() { return Kind::start(); }
    static __device__ __forceinline__ Partial add(Partial a, Partial b, i64) { return Kind::join(a, b); }
    static __device__ __forceinline__ Partial join(Partial a, Partial b) { return Kind::join(a, b); }
};

template <class P> struct Partials {
    const P *from;
    __device__ __forceinline__ P one(i64 i) const { return from[i]; }
};
