// Cholesky factorisation by a warp, or a part of one, with the matrix in registers: a row to each lane. Right-looking: after column k is scaled,
// every lane takes its multiple of it off the columns behind, N^2 / 2 shuffles and as many multiply-adds.
#pragma once
#include "common/block.cuh"
#include "linalg/failure.cuh"

// A symmetric N x N matrix, N = 8, 16 or 32 neighbouring lanes; `row` is that of this one, of which [0, lane] is read and becomes L's row.
// Smaller matrices are filled up with the identity. Gives the first pivot that is not positive, NO_FAILURE if all are, in every lane.
template <i32 N, class T> DEVICE i32 factor_in_lanes(T (&row)[N], i32 lane) {
    i32 failure = NO_FAILURE;
#pragma unroll
    for (i32 k = 0; k < N; k++) {
        const T pivot = __shfl_sync(ALL_LANES, row[k], k, N);
        if (!(pivot > 0) && failure == NO_FAILURE) failure = k;
        const T root = square_root(pivot);
        const T scaled = lane == k ? root : row[k] * (1 / root);
        row[k] = scaled;
#pragma unroll
        for (i32 j = k + 1; j < N; j++) row[j] = fused(-scaled, __shfl_sync(ALL_LANES, scaled, j, N), row[j]);
    }
    return failure;
}
