// Cholesky factorisation by a warp, or a part of one, with the matrix in registers: a row to each lane. Right-looking: column k is scaled and laid
// into shared memory, from which every lane takes its multiple of it off the columns behind: N^2 / 8 reads of 128 bits, which serve all lanes at once,
// and N^2 / 2 multiply-adds.
#pragma once
#include "common/block.cuh"
#include "linalg/failure.cuh"
#include "linalg/quads.cuh"

// A symmetric N x N matrix, N = 8, 16 or 32 neighbouring lanes; `row` is that of this one, of which [0, lane] is read and becomes L's row.
// Smaller matrices are filled up with the identity. `lines` is shared memory for 2 N elements, aligned to 128 bits, of these lanes alone. Gives the first
// pivot that is not positive, NO_FAILURE if all are, in every lane.
template <i32 N, class T> DEVICE i32 factor_in_lanes(T (&row)[N], i32 lane, T *lines) {
    i32 failure = NO_FAILURE;
#pragma unroll
    for (i32 k = 0; k < N; k++) {
        const T pivot = __shfl_sync(ALL_LANES, row[k], k, N);
        if (!(pivot > 0) && failure == NO_FAILURE) failure = k;
        const T root = square_root(pivot);
        const T scaled = lane == k ? root : row[k] * (1 / root);
        row[k] = scaled;
        T *const line = lines + k % 2 * N; // the other one may still be read
        line[lane] = scaled;
        __syncwarp();
#pragma unroll
        for (i32 q = (k + 1) / 4 * 4; q < N; q += 4) {
            T quad[4];
            load_quad(line + q, quad);
#pragma unroll
            for (i32 i = 0; i < 4; i++) {
                if (q + i > k) row[q + i] = fused(-scaled, quad[i], row[q + i]);
            }
        }
    }
    return failure;
}
