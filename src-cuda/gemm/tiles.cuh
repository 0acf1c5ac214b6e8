// Matrix products by tiles of registers: a block of (BM / TM) (BN / TN) threads computes BM x BN elements, a thread TM x TN of them, in squares
// of four that lie apart so that the warp's reads of shared memory fall on different banks. DEPTH columns of A and rows of B are in shared
// memory while the next ones are on their way in registers. ELEMENT, S (the type of sums) and DEPTH are the including file's.
#pragma once
#include "gemm/problem.cuh"

// Rows of op(A), or columns of op(B): elements (row, k) at from[row * leading + k], or at from[k * leading + row] where `across`.
template <i32 ROWS, i32 THREADS> struct Side {
    static const i32 V = Width<ELEMENT>::VALUE > 8 ? 8 : Width<ELEMENT>::VALUE;
    static const i32 COUNT = ROWS * DEPTH / V / THREADS;
    static_assert(COUNT > 0 && COUNT * V * THREADS == ROWS * DEPTH, "every thread moves whole packs");
    static const i32 PITCH = ROWS + 4;

    const ELEMENT *at; // of the thread's first pack
    i64 leading;
    i32 rows; // of the tile that exist
    bool across, packed;
    Pack<ELEMENT, V> held[COUNT];

    // Begins at row `first` of `all` and at k. Few and narrow numbers, so that two blocks' registers suffice.
    __device__ __forceinline__ Side(const ELEMENT *from, i64 leading, i64 first, i64 all, i64 k, bool across, bool packed)
        : leading(leading), rows(all - first < ROWS ? (i32) (all - first) : ROWS), across(across), packed(packed) {
        at = from + (across ? (k + line(0)) * leading + first : (first + line(0)) * leading + k) + start();
    }

    // The line of pack s, a row (across: a k), and where all packs of the thread begin on theirs, a k (a row).
    __device__ __forceinline__ i32 line(i32 s) const { return across ? threadIdx.x / (ROWS / V) + s * (THREADS / (ROWS / V)) : threadIdx.x / (DEPTH / V) + s * (THREADS / (DEPTH / V)); }
    __device__ __forceinline__ i32 start() const { return (across ? threadIdx.x % (ROWS / V) : threadIdx.x % (DEPTH / V)) * V; }

    // The next DEPTH k, of which `depth` exist, from device memory; 0 beyond the edges.
    __device__ __forceinline__ void fetch(i32 depth) {
        const i32 lines = across ? depth : rows;
        const i32 room = (across ? rows : depth) - start();
#pragma unroll
        for (i32 s = 0; s < COUNT; s++) {
            const ELEMENT *address = at + s * (across ? THREADS / (ROWS / V) : THREADS / (DEPTH / V)) * leading;
            if (packed && line(s) < lines && room >= V) {
                held[s] = *(const Pack<ELEMENT, V> *) address;
            } else {
#pragma unroll
                for (i32 i = 0; i < V; i++) held[s].at[i] = line(s) < lines && i < room ? address[i] : ELEMENT{};
            }
        }
        at += across ? DEPTH * leading : DEPTH;
    }

    // To shared memory, by k.
    __device__ __forceinline__ void put(S (*tile)[PITCH]) const {
#pragma unroll
        for (i32 s = 0; s < COUNT; s++) {
            if (across) {
#pragma unroll
                for (i32 i = 0; i < V; i += 2) {
                    Pack<S, 2> two = {read<S>(held[s].at[i]), read<S>(held[s].at[i + 1])};
                    *(Pack<S, 2> *) &tile[line(s)][start() + i] = two;
                }
            } else {
#pragma unroll
                for (i32 i = 0; i < V; i++) tile[start() + i][line(s)] = read<S>(held[s].at[i]);
            }
        }
    }
};

template <i32 BM, i32 BN, i32 TM, i32 TN> DEVICE void tiles(const Gemm &p) {
    const i32 DOWN = BM / TM, ACROSS = BN / TN, THREADS = DOWN * ACROSS; // threads
    const i32 WARPS_ACROSS = ACROSS / 8;
    static_assert(DOWN % 4 == 0 && ACROSS % 8 == 0 && TM % 4 == 0 && TN % 4 == 0, "a warp is 4 x 8 threads, a thread has squares of four");
    typedef Side<BM, THREADS> SideA;
    typedef Side<BN, THREADS> SideB;
    __shared__ __align__(32) S tile_a[2][DEPTH][SideA::PITCH];
    __shared__ __align__(32) S tile_b[2][DEPTH][SideB::PITCH];

    const Place place = place_of(p, blockIdx.x, (p.m + BM - 1) / BM, (p.n + BN - 1) / BN);
    const i64 begin = place.piece * p.piece;
    const i64 end = p.k - begin < p.piece ? p.k : begin + p.piece;
    SideA side_a((const ELEMENT *) p.a + place.batch * p.stride_a, p.lda, place.row * BM, p.m, begin, (p.transposed & 1) != 0, (p.packed & 1) != 0);
    SideB side_b((const ELEMENT *) p.b + place.batch * p.stride_b, p.ldb, place.column * BN, p.n, begin, (p.transposed & 2) == 0, (p.packed & 2) != 0);

    // Neighbouring lanes alternate between two rows of threads: eight of them read two squares of A and four of B.
    const i32 warp = threadIdx.x / 32, lane = threadIdx.x % 32;
    const i32 y = warp / WARPS_ACROSS * 4 + lane / 16 * 2 + lane % 2;
    const i32 x = warp % WARPS_ACROSS * 8 + lane % 16 / 2;

    S sums[TM][TN];
#pragma unroll
    for (i32 i = 0; i < TM; i++) {
#pragma unroll
        for (i32 j = 0; j < TN; j++) sums[i][j] = 0;
    }
    const i32 steps = (i32) ((end - begin + DEPTH - 1) / DEPTH);
    const i32 last = (i32) (end - begin - (i64) (steps - 1) * DEPTH); // k of the last step
    if (steps > 0) {
        side_a.fetch(steps > 1 ? DEPTH : last);
        side_b.fetch(steps > 1 ? DEPTH : last);
        side_a.put(tile_a[0]);
        side_b.put(tile_b[0]);
    }
    __syncthreads();
    for (i32 step = 0; step < steps; step++) {
        const i32 now = step & 1;
        const bool more = step + 1 < steps;
        if (more) {
            side_a.fetch(step + 2 < steps ? DEPTH : last);
            side_b.fetch(step + 2 < steps ? DEPTH : last);
        }
#pragma unroll
        for (i32 d = 0; d < DEPTH; d++) {
            S a[TM], b[TN];
#pragma unroll
            for (i32 i = 0; i < TM; i += 4) {
                const Pack<S, 4> four = *(const Pack<S, 4> *) &tile_a[now][d][i / 4 * DOWN * 4 + y * 4];
#pragma unroll
                for (i32 l = 0; l < 4; l++) a[i + l] = four.at[l];
            }
#pragma unroll
            for (i32 j = 0; j < TN; j += 4) {
                const Pack<S, 4> four = *(const Pack<S, 4> *) &tile_b[now][d][j / 4 * ACROSS * 4 + x * 4];
#pragma unroll
                for (i32 l = 0; l < 4; l++) b[j + l] = four.at[l];
            }
#pragma unroll
            for (i32 i = 0; i < TM; i++) {
#pragma unroll
                for (i32 j = 0; j < TN; j++) sums[i][j] = multiply_add(a[i], b[j], sums[i][j]);
            }
        }
        if (more) {
            side_a.put(tile_a[now ^ 1]);
            side_b.put(tile_b[now ^ 1]);
        }
        __syncthreads();
    }
#pragma unroll
    for (i32 i = 0; i < TM; i++) {
        const i64 row = place.row * BM + i / 4 * DOWN * 4 + y * 4 + i % 4;
        if (row >= p.m) continue;
#pragma unroll
        for (i32 j = 0; j < TN; j += 4) {
            const S four[4] = {sums[i][j], sums[i][j + 1], sums[i][j + 2], sums[i][j + 3]};
            deliver<ELEMENT>(p, place.piece, four, place.batch, row, place.column * BN + j / 4 * ACROSS * 4 + x * 4);
        }
    }
}
