// Cholesky factorisation by a block, the matrix in shared memory in columns (see quads.cuh), of which the lower triangle is read and written.
// Right-looking in steps of 32 columns: the first warp factors the diagonal block in registers, then a thread to each row solves for the rows
// below, then all subtract what these 32 columns make of the rest, a tile of 4x4 to a thread. Three barriers a step.
#pragma once
#include "linalg/cholesky_warp.cuh"
#include "linalg/substitution.cuh"

// The diagonal block at k of `width` columns, by the first warp.
template <class T> DEVICE i32 factor_diagonal(T *a, i32 column, i32 k, i32 width, T *lines) {
    const i32 lane = threadIdx.x;
    T row[STEP];
#pragma unroll
    for (i32 j = 0; j < STEP; j++) row[j] = j <= lane && lane < width ? a[(k + j) * column + k + lane] : (T) (j == lane);
    const i32 failure = factor_in_lanes<STEP>(row, lane, lines);
#pragma unroll
    for (i32 j = 0; j < STEP; j++) {
        if (j <= lane && lane < width) a[(k + j) * column + k + lane] = row[j];
    }
    return failure;
}

// Where tile p of a lower triangle of tiles lies, counted by rows.
DEVICE void place_in_triangle(i32 p, i32 &row, i32 &column) {
    row = (i32) ((square_root(8 * (f32) p + 1) - 1) / 2);
    while (row * (row + 1) / 2 > p) row--;
    while ((row + 1) * (row + 2) / 2 <= p) row++;
    column = p - row * (row + 1) / 2;
}

// Takes off the lower triangle from row k + STEP on what the STEP columns at k make of it.
template <class T> DEVICE void subtract_square(T *a, i32 column, i32 k, i32 n) {
    const i32 tiles = (n - k - STEP + 3) / 4;
    for (i32 p = threadIdx.x; p < tiles * (tiles + 1) / 2; p += blockDim.x) {
        i32 down, across;
        place_in_triangle(p, down, across);
        const i32 i = k + STEP + 4 * down;
        const i32 j = k + STEP + 4 * across;
        T tile[4][4];
#pragma unroll
        for (i32 c = 0; c < 4; c++) load_quad(a + (j + c) * column + i, tile[c]);
#pragma unroll 8
        for (i32 d = k; d < k + STEP; d++) {
            T factors[4];
            load_quad(a + d * column + j, factors);
#pragma unroll
            for (i32 c = 0; c < 4; c++) subtract_column(tile[c], factors[c], a + d * column + i);
        }
#pragma unroll
        for (i32 c = 0; c < 4; c++) store_quad(a + (j + c) * column + i, tile[c]);
    }
}

// Factors the n x n matrix whose elements (i, j) with i >= j are a[j * column + i]; rows up to a multiple of 4, and as many columns, must be there,
// whatever they hold. Gives the first pivot that is not positive, or NO_FAILURE, to every thread. `failure` and `lines`, 2 STEP elements aligned to 128
// bits, are shared memory. Begins and ends with a barrier. Whole warps, 64 threads or more.
template <class T> DEVICE i32 factor_in_block(T *a, i32 column, i32 n, i32 *failure, T *lines) {
    __syncthreads();
    for (i32 k = 0; k < n; k += STEP) {
        if (threadIdx.x < 32) {
            const i32 pivot = factor_diagonal(a, column, k, n - k < STEP ? n - k : STEP, lines);
            if (threadIdx.x == 0) *failure = pivot == NO_FAILURE ? NO_FAILURE : k + pivot;
        }
        __syncthreads();
        const i32 failed = *failure;
        if (failed != NO_FAILURE) return failed;
        for (i32 i = k + STEP + threadIdx.x; i < n; i += blockDim.x) {
            T x[STEP];
#pragma unroll
            for (i32 j = 0; j < STEP; j++) x[j] = a[(k + j) * column + i];
            substitute(x, a + k * column + k, column, STEP, false);
#pragma unroll
            for (i32 j = 0; j < STEP; j++) a[(k + j) * column + i] = x[j];
        }
        __syncthreads();
        if (k + STEP < n) subtract_square(a, column, k, n);
        __syncthreads();
    }
    return NO_FAILURE;
}
