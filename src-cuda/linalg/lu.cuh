// LU factors with partial pivoting of the transpose C of a row-major matrix, so that a column of C lies together: C = P L U with L (ones on its diagonal)
// below and U on and above the diagonal of C. Of equal magnitudes the first is the pivot; NaN counts as the largest. A pivot of 0 is left and not
// divided by. Pivots are rows counted from 1, as LAPACK has them.
#pragma once
#include "common/block.cuh"
#include "linalg/failure.cuh"

// A magnitude and where it is.
template <class T> struct Candidate {
    T magnitude;
    i32 row;
};

template <class T> DEVICE Candidate<T> candidate(T value, i32 row) { return Candidate<T>{value != value ? (T) from_bits(0x7F800000) : magnitude(value), row}; }

template <class T> DEVICE Candidate<T> better(Candidate<T> a, Candidate<T> b) {
    return b.magnitude > a.magnitude || (b.magnitude == a.magnitude && b.row < a.row) ? b : a;
}

// The best of N neighbouring lanes, in all of them.
template <i32 N, class T> DEVICE Candidate<T> best_of_lanes(Candidate<T> mine) {
#pragma unroll
    for (i32 half = N / 2; half > 0; half /= 2) {
        mine = better(mine, Candidate<T>{__shfl_xor_sync(ALL_LANES, mine.magnitude, half, N), __shfl_xor_sync(ALL_LANES, mine.row, half, N)});
    }
    return mine;
}

// An N x N matrix C, N = 8, 16 or 32 neighbouring lanes, of which each has a row; smaller ones are filled up with the identity. Rows stay where they are,
// `place` says which row of the factors this lane's has become. Gives pivot `lane`.
template <i32 N, class T> DEVICE i32 lu_in_lanes(T (&row)[N], i32 lane, i32 &place) {
    const i32 shift = threadIdx.x % 32 / N * N;
    i32 pivot_row = 0;
    place = lane;
#pragma unroll
    for (i32 k = 0; k < N; k++) {
        const i32 best = best_of_lanes<N>(place >= k ? candidate(row[k], place) : Candidate<T>{(T) -1, N}).row;
        const u32 holders = __ballot_sync(ALL_LANES, place == best) >> shift & (0xFFFFFFFFu >> (32 - N));
        const i32 holder = 31 - __clz(holders);
        if (lane == k) pivot_row = best + 1;
        if (place == k) place = best;
        else if (place == best) place = k;
        const T pivot = __shfl_sync(ALL_LANES, row[k], holder, N);
        const bool below = place > k;
        const T factor = pivot != 0 ? row[k] / pivot : row[k];
        if (below) row[k] = factor;
#pragma unroll
        for (i32 j = k + 1; j < N; j++) {
            const T u = __shfl_sync(ALL_LANES, row[j], holder, N);
            if (below) row[j] = fused(-factor, u, row[j]);
        }
    }
    return pivot_row;
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
        Candidate<T> mine{(T) -1, n};
        for (i32 r = k + threadIdx.x; r < n; r += blockDim.x) mine = better(mine, candidate(column[r], r));
        mine = best_of_lanes<32>(mine);
        if (lane == 0) best[warp] = mine;
        __syncthreads();
        mine = Candidate<T>{best[0].magnitude, best[0].row};
        for (i32 w = 1; w < warps; w++) mine = better(mine, Candidate<T>{best[w].magnitude, best[w].row});
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
