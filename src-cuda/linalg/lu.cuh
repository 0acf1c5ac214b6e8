// LU factors with partial pivoting of the transpose C of a row-major matrix, so that a column of C lies together: C = P L U with L (ones on its diagonal)
// below and U on and above the diagonal of C. pivot.cuh chooses the pivots; one of 0 is left and not divided by. They are rows counted from 1, as LAPACK
// has them.
#pragma once
#include "linalg/pivot.cuh"
#include "linalg/quads.cuh"

// An N x N matrix C, N = 8, 16 or 32 neighbouring lanes, of which each has a row; smaller ones are filled up with the identity. Rows stay where they are,
// `place` says which row of the factors this lane's has become. The pivot's row goes through `lines`, shared memory for 2 N elements, aligned to 128
// bits, of these lanes alone: N^2 / 8 reads of 128 bits, which serve all lanes at once. Gives pivot `lane`.
template <i32 N, class T> DEVICE i32 lu_in_lanes(T (&row)[N], i32 lane, i32 &place, T *lines) {
    i32 chosen = 0;
    place = lane;
#pragma unroll
    for (i32 k = 0; k < N; k++) {
        const i32 best = best_of_lanes<N>(place >= k ? Candidate<T>{order_of(row[k]), place} : no_candidate<T>()).row;
        if (lane == k) chosen = best + 1;
        const bool holds = place == best;
        if (place == k) place = best;
        else if (holds) place = k;
        T *const line = lines + k % 2 * N; // the other one may still be read
        if (holds) {
#pragma unroll
            for (i32 q = k / 4 * 4; q < N; q += 4) {
                const T quad[4] = {row[q], row[q + 1], row[q + 2], row[q + 3]};
                store_quad(line + q, quad);
            }
        }
        __syncwarp();
        if (place <= k) continue;
        const T pivot = line[k];
        const T factor = pivot != 0 ? row[k] / pivot : row[k];
        row[k] = factor;
#pragma unroll
        for (i32 q = (k + 1) / 4 * 4; q < N; q += 4) {
            T quad[4];
            load_quad(line + q, quad);
#pragma unroll
            for (i32 i = 0; i < 4; i++) {
                if (q + i > k) row[q + i] = fused(-factor, quad[i], row[q + i]);
            }
        }
    }
    return chosen;
}

// Columns [first, first + count) of C [n, .], column c of which begins at c * stride, by a block of whole warps: its rows from `first` on, whose
// exchanges are made in these columns alone. `pivots` gets those of these columns. `best` is shared memory for a candidate a warp. Begins and ends with a barrier.
template <class T> DEVICE void lu_in_block(T *c, i64 stride, i32 first, i32 count, i32 n, i32 *pivots, Candidate<T> *best) {
    const i32 lane = threadIdx.x % 32;
    const i32 warp = threadIdx.x / 32;
    const i32 warps = blockDim.x / 32;
    for (i32 k = first; k < first + count; k++) {
        T *const column = c + k * stride;
        __syncthreads();
        Candidate<T> mine = no_candidate<T>();
        for (i32 r = k + threadIdx.x; r < n; r += blockDim.x) mine = better(mine, Candidate<T>{order_of(column[r]), r});
        mine = best_of_lanes<32>(mine);
        if (lane == 0) best[warp] = mine;
        __syncthreads();
        mine = Candidate<T>{best[0].order, best[0].row};
        for (i32 w = 1; w < warps; w++) mine = better(mine, Candidate<T>{best[w].order, best[w].row});
        const i32 p = mine.row;
        const T pivot = column[p];
        const T before = column[k];
        __syncthreads();
        for (i32 r = k + threadIdx.x; r < n; r += blockDim.x) {
            const T value = r == k ? pivot : r == p ? before : column[r];
            column[r] = r == k || pivot == 0 ? value : value / pivot;
        }
        if (threadIdx.x == 0) pivots[k] = p + 1;
        __syncthreads();
        // Each of the other columns by a warp: rows k and p change places, and behind column k its multiple of the pivot column is taken off.
        for (i32 j = first + warp; j < first + count; j += warps) {
            if (j == k) continue;
            T *const other = c + j * stride;
            const T upper = other[k];
            const T u = other[p];
            __syncwarp();
            if (lane == 0) other[k] = u;
            if (j < k) {
                if (lane == 0 && p != k) other[p] = upper;
                continue;
            }
            for (i32 r = k + 1 + lane; r < n; r += 32) other[r] = fused(-column[r], u, r == p ? upper : other[r]);
        }
    }
    __syncthreads();
}
