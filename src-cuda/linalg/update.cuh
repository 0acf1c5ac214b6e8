// C -= A B on a tile of 64 x 64 in device memory, the step of the blocked factorisations and solvers. 256 threads, 4x4 elements each, 16 steps of
// the inner dimension at a time through shared memory: 2 reads of 128 bits for 16 multiply-adds. Operands have two strides, of which one is 1.
#pragma once
#include "linalg/quads.cuh"

#define TILE 64
#define TILE_THREADS 256
#define DEPTH 16
#define TILE_COLUMN QUAD_COLUMN(TILE)

template <class T> struct Strided {
    const T *at;
    i64 across; // from one row of A, or one column of B, to the next
    i64 inward; // along the inner dimension
};

// [count, depth] of an operand into `to`, its inner dimension outermost; what lies beyond is 0.
template <class T> DEVICE void load_operand(const Strided<T> &from, i32 count, i32 depth, T *to) {
#pragma unroll
    for (i32 e = threadIdx.x; e < TILE * DEPTH; e += TILE_THREADS) {
        const bool inner_first = from.inward == 1;
        const i32 k = inner_first ? e % DEPTH : e / TILE;
        const i32 i = inner_first ? e / DEPTH : e % TILE;
        to[k * TILE_COLUMN + i] = i < count && k < depth ? from.at[i * from.across + k * from.inward] : (T) 0;
    }
}

// What A [rows, depth] times B [depth, columns] adds to rows 4 (thread / 16) and columns 4 (thread % 16) on. Begins with a barrier.
template <class T> DEVICE void multiply_tile(Strided<T> a, Strided<T> b, i32 rows, i32 columns, i64 depth, T *shared, T (&sums)[4][4]) {
    T *const left = shared;
    T *const right = shared + DEPTH * TILE_COLUMN;
#pragma unroll
    for (i32 i = 0; i < 4; i++) {
#pragma unroll
        for (i32 j = 0; j < 4; j++) sums[i][j] = 0;
    }
    for (i64 done = 0; done < depth; done += DEPTH) {
        const i32 now = depth - done < DEPTH ? (i32) (depth - done) : DEPTH;
        __syncthreads();
        load_operand(a, rows, now, left);
        load_operand(b, columns, now, right);
        __syncthreads();
#pragma unroll
        for (i32 k = 0; k < DEPTH; k++) {
            T x[4], y[4];
            load_quad(left + k * TILE_COLUMN + threadIdx.x / 16 * 4, x);
            load_quad(right + k * TILE_COLUMN + threadIdx.x % 16 * 4, y);
#pragma unroll
            for (i32 i = 0; i < 4; i++) {
#pragma unroll
                for (i32 j = 0; j < 4; j++) sums[i][j] = fused(x[i], y[j], sums[i][j]);
            }
        }
        a.at += DEPTH * a.inward;
        b.at += DEPTH * b.inward;
    }
}

// Takes the sums off C [rows, columns], whose rows are `stride` apart.
template <class T> DEVICE void subtract_tile(const T (&sums)[4][4], T *c, i64 stride, i32 rows, i32 columns) {
    const i32 j = threadIdx.x % 16 * 4;
    const i32 count = columns - j < 4 ? columns - j : 4;
    constexpr i32 W = Width<T>::VALUE;
#pragma unroll
    for (i32 i = 0; i < 4; i++) {
        const i32 row = threadIdx.x / 16 * 4 + i;
        if (row >= rows) break;
#pragma unroll
        for (i32 q = 0; q < 4; q += W) {
            const i32 here = count - q < W ? count - q : W;
            if (here <= 0) break;
            T *const at = c + row * stride + j + q;
            Pack<T, W> pack = load<W>(at, here);
#pragma unroll
            for (i32 k = 0; k < W; k++) pack.at[k] -= sums[i][q + k];
            store(at, pack, here);
        }
    }
}
