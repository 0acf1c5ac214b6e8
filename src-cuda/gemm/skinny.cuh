// Products with one short side: up to N rows or columns, against a long side that is read once, from device memory. Where op(A) is the short
// one (`swapped`), the same is done with C^T = op(B)^T op(A)^T. ELEMENT and S (the type of sums) are the including file's.
#pragma once
#include "common/block.cuh"
#include "gemm/problem.cuh"

#define SKINNY_THREADS 256

// A matrix [rows, k] by its strides.
struct View {
    const ELEMENT *from;
    i64 down, along;
    __device__ __forceinline__ S at(i64 row, i64 k) const { return read<S>(from[row * down + k * along]); }
};

WRITTEN_ONCE View rows_of(const Gemm &p, i64 batch) {
    return p.transposed & 1 ? View{(const ELEMENT *) p.a + batch * p.stride_a, 1, p.lda} : View{(const ELEMENT *) p.a + batch * p.stride_a, p.lda, 1};
}

WRITTEN_ONCE View columns_of(const Gemm &p, i64 batch) {
    return p.transposed & 2 ? View{(const ELEMENT *) p.b + batch * p.stride_b, p.ldb, 1} : View{(const ELEMENT *) p.b + batch * p.stride_b, 1, p.ldb};
}

WRITTEN_ONCE void deliver_at(const Gemm &p, i32 swapped, i32 piece, S sum, i64 b, i64 far, i64 near) {
    if (swapped) deliver<ELEMENT>(p, piece, sum, b, near, far);
    else deliver<ELEMENT>(p, piece, sum, b, far, near);
}

struct JoinSum {
    static __device__ __forceinline__ S join(S a, S b) { return plus(a, b); }
};

// The long side lies along k: a warp takes ROWS rows of it, a lane V neighbours at a time.
template <i32 N, i32 ROWS> DEVICE void dots(const Gemm &p, i32 swapped) {
    const i32 V = Width<ELEMENT>::VALUE > 8 ? 8 : Width<ELEMENT>::VALUE;
    const i64 length = swapped ? p.n : p.m, width = swapped ? p.m : p.n;
    const i64 blocks = (length + SKINNY_THREADS / 32 * ROWS - 1) / (SKINNY_THREADS / 32 * ROWS);
    const i64 slice = blockIdx.x / blocks;
    const i64 batch = slice / p.pieces;
    const i32 piece = (i32) (slice - batch * p.pieces);
    const i64 first = ((blockIdx.x - slice * blocks) * (SKINNY_THREADS / 32) + threadIdx.x / 32) * ROWS;
    const i64 begin = piece * p.piece, end = p.k - begin < p.piece ? p.k : begin + p.piece;
    const View far = swapped ? columns_of(p, batch) : rows_of(p, batch);
    const View near = swapped ? rows_of(p, batch) : columns_of(p, batch);
    const bool far_packed = (p.packed & (swapped ? 2 : 1)) != 0;
    const bool near_packed = near.along == 1 && (p.packed & (swapped ? 1 : 2)) != 0;
    S sums[ROWS][N];
#pragma unroll
    for (i32 r = 0; r < ROWS; r++) {
#pragma unroll
        for (i32 j = 0; j < N; j++) sums[r][j] = 0;
    }
    for (i64 k = begin + (threadIdx.x % 32) * V; k < end; k += 32 * V) {
        const i32 count = end - k < V ? (i32) (end - k) : V;
        Pack<ELEMENT, V> x[ROWS];
#pragma unroll
        for (i32 r = 0; r < ROWS; r++) {
            const ELEMENT *address = far.from + (first + r) * far.down + k;
            if (far_packed && count == V && first + r < length) {
                x[r] = *(const Pack<ELEMENT, V> *) address;
            } else {
#pragma unroll
                for (i32 i = 0; i < V; i++) x[r].at[i] = i < count && first + r < length ? address[i] : ELEMENT{};
            }
        }
#pragma unroll
        for (i32 j = 0; j < N; j++) {
            if (j >= width) break;
            const ELEMENT *address = near.from + j * near.down + k * near.along;
            Pack<ELEMENT, V> y;
            if (near_packed && count == V) {
                y = *(const Pack<ELEMENT, V> *) address;
            } else {
#pragma unroll
                for (i32 i = 0; i < V; i++) y.at[i] = i < count ? address[i * near.along] : ELEMENT{};
            }
#pragma unroll
            for (i32 i = 0; i < V; i++) {
#pragma unroll
                for (i32 r = 0; r < ROWS; r++) sums[r][j] = multiply_add(read<S>(x[r].at[i]), read<S>(y.at[i]), sums[r][j]);
            }
        }
    }
#pragma unroll
    for (i32 r = 0; r < ROWS; r++) {
#pragma unroll
        for (i32 j = 0; j < N; j++) {
            const S sum = over_lanes<JoinSum>(sums[r][j], 32);
            if (threadIdx.x % 32 == 0 && first + r < length && j < width) deliver_at(p, swapped, piece, sum, batch, first + r, j);
        }
    }
}

// The long side lies across k: eight warps share the k of 128 of its rows, a lane has four of them. The warps' sums are added in their order.
template <i32 N> DEVICE void columns(const Gemm &p, i32 swapped) {
    const i32 WARPS = SKINNY_THREADS / 32, ACROSS = 32 * 4;
    const i32 UNROLL = N > 1 ? 2 : 4; // more would not fit into the registers
    __shared__ __align__(16) S shared[WARPS][ACROSS];
    const i64 length = swapped ? p.n : p.m, width = swapped ? p.m : p.n;
    const i64 blocks = (length + ACROSS - 1) / ACROSS;
    const i64 slice = blockIdx.x / blocks;
    const i64 batch = slice / p.pieces;
    const i32 piece = (i32) (slice - batch * p.pieces);
    const i64 block = (blockIdx.x - slice * blocks) * ACROSS;
    const i32 warp = threadIdx.x / 32, lane = threadIdx.x % 32;
    const i64 first = block + lane * 4;
    const i64 begin = piece * p.piece, end = p.k - begin < p.piece ? p.k : begin + p.piece;
    const View far = swapped ? columns_of(p, batch) : rows_of(p, batch);
    const View near = swapped ? rows_of(p, batch) : columns_of(p, batch);
    const bool whole = first + 4 <= length && (p.packed & (swapped ? 2 : 1)) != 0;
    S sums[N][4];
#pragma unroll
    for (i32 j = 0; j < N; j++) {
#pragma unroll
        for (i32 i = 0; i < 4; i++) sums[j][i] = 0;
    }
#pragma unroll UNROLL
    for (i64 k = begin + warp; k < end; k += WARPS) {
        const ELEMENT *address = far.from + k * far.along + first;
        Pack<ELEMENT, 4> x;
        if (whole) {
            x = *(const Pack<ELEMENT, 4> *) address;
        } else {
#pragma unroll
            for (i32 i = 0; i < 4; i++) x.at[i] = first + i < length ? address[i] : ELEMENT{};
        }
#pragma unroll
        for (i32 j = 0; j < N; j++) {
            if (j >= width) break;
            const S y = near.at(j, k);
#pragma unroll
            for (i32 i = 0; i < 4; i++) sums[j][i] = multiply_add(read<S>(x.at[i]), y, sums[j][i]);
        }
    }
#pragma unroll
    for (i32 j = 0; j < N; j++) {
        if (j >= width) break;
#pragma unroll
        for (i32 i = 0; i < 4; i++) shared[warp][lane * 4 + i] = sums[j][i];
        __syncthreads();
        const i32 mine = threadIdx.x;
        if (mine < ACROSS && block + mine < length) {
            S sum = shared[0][mine];
            for (i32 w = 1; w < WARPS; w++) sum = plus(sum, shared[w][mine]);
            deliver_at(p, swapped, piece, sum, batch, block + mine, j);
        }
        __syncthreads();
    }
}
