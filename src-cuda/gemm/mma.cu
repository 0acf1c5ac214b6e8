// Matrix products of ELEMENT, bf16 or f16, on tensor cores by mma.sync: sm_80 and newer. Products are exact and summed in f32, rounded once. The struct Gemm
// of gemm/problem.cuh says what is computed; both operands begin their lines at multiples of 16 bytes.
//
// nn, nt, tn, tt: A, then B, as it is (n) or transposed (t): tiles of 128 x 128, 8 warps of 64 x 32. A step over 32 k copies 16 KiB to shared memory
// (cp.async past the registers, four steps, three of them under way: 64 KiB, two blocks a multiprocessor, 96 KiB in flight) for 524288 multiply-adds:
// 64 operations a byte of second-level cache. A warp's step over 16 k is 16 mma.m16n8k16 from 6 ldmatrix.x4. Operands lie in shared memory as they do in
// device memory, lines of 64 bytes along k or of 256 across; 16-byte units are exchanged by their line's number, so that eight rows of an 8 x 8 matrix
// fall on all 32 banks, for copies as for ldmatrix. Edges are copies of fewer bytes, filled up with zeros. Bound by arithmetic.
//
// Blocks of 256 threads. One owner for every element, k in order within a piece.
#include "common/tensorcore.cuh"
#include "gemm/problem.cuh"

#define ELEMENT bf16
#define SIDE 128
#define DEPTH 32
#define STAGES 4
#define THREADS 256
#define TILE (SIDE * DEPTH)
#define UNIT 8 // elements of 16 bytes

DEVICE void multiply(bf16, f32 (&c)[4], const u32 (&a)[4], const u32 (&b)[2]) { mma_bf16(c, a, b); }
DEVICE void multiply(f16, f32 (&c)[4], const u32 (&a)[4], const u32 (&b)[2]) { mma_f16(c, a, b); }

// The unit of 16 bytes that begins at (row, k) of a tile: k is a multiple of 8, or where the tile lies across k the row is.
template <bool ACROSS> DEVICE ELEMENT *unit(ELEMENT *tile, i32 row, i32 k) {
    return ACROSS ? tile + k * SIDE + (row / UNIT ^ (k & 7)) * UNIT : tile + row * DEPTH + (k / UNIT ^ (row >> 1 & 3)) * UNIT;
}

// Four 8 x 8 matrices, each as its fragment has it.
template <bool ACROSS> DEVICE void fragments(u32 (&r)[4], const ELEMENT *row) {
    if (ACROSS) ldmatrix_x4_trans(r, row);
    else ldmatrix_x4(r, row);
}

// Copies SIDE rows from `first` on and DEPTH k of an operand; what lies beyond `rows` and `end` is 0.
template <bool ACROSS> DEVICE void copy(ELEMENT *tile, const ELEMENT *from, i64 leading, i64 first, i64 rows, i64 k, i64 end) {
    const i32 LINE = ACROSS ? SIDE : DEPTH;
#pragma unroll
    for (i32 s = 0; s < TILE / UNIT / THREADS; s++) {
        const i32 number = threadIdx.x + s * THREADS;
        const i32 line = number / (LINE / UNIT), start = number % (LINE / UNIT) * UNIT;
        const i64 row = first + (ACROSS ? start : line), depth = k + (ACROSS ? line : start);
        const i64 room = row < rows && depth < end ? (ACROSS ? rows - row : end - depth) : 0;
        const i32 count = room < UNIT ? (i32) room : UNIT;
        const ELEMENT *address = from + (ACROSS ? depth * leading + row : row * leading + depth);
        cp_async_16(ACROSS ? unit<ACROSS>(tile, start, line) : unit<ACROSS>(tile, line, start), count > 0 ? address : from, count * 2);
    }
}

template <bool A_ACROSS, bool B_ACROSS> DEVICE void product(const Gemm &p) {
    DYNAMIC_SHARED(ELEMENT, shared);
    const Place place = place_of(p, blockIdx.x, (p.m + SIDE - 1) / SIDE, (p.n + SIDE - 1) / SIDE);
    const i64 begin = place.piece * p.piece;
    const i64 end = p.k - begin < p.piece ? p.k : begin + p.piece;
    const ELEMENT *a = (const ELEMENT *) p.a + place.batch * p.stride_a;
    const ELEMENT *b = (const ELEMENT *) p.b + place.batch * p.stride_b;
    const i64 row = place.row * SIDE, column = place.column * SIDE;
    const i32 steps = (i32) ((end - begin + DEPTH - 1) / DEPTH);
    const i32 warp = threadIdx.x / 32, lane = threadIdx.x % 32;
    const i32 down = warp / 4 * 64, across = warp % 4 * 32;
    // Where the lane's row of the matrices of a fragment begins, within 16 rows and 16 k.
    const i32 row_a = A_ACROSS ? lane / 8 % 2 * 8 : lane % 16, depth_a = A_ACROSS ? lane % 8 + lane / 16 * 8 : lane / 16 * 8;
    const i32 row_b = B_ACROSS ? lane / 16 * 8 : lane % 8 + lane / 16 * 8, depth_b = B_ACROSS ? lane % 16 : lane / 8 % 2 * 8;

    f32 sums[4][4][4];
#pragma unroll
    for (i32 i = 0; i < 4; i++) {
#pragma unroll
        for (i32 j = 0; j < 4; j++) {
#pragma unroll
            for (i32 r = 0; r < 4; r++) sums[i][j][r] = 0;
        }
    }
    auto begin_step = [&](i32 step) {
        if (step < steps) {
            ELEMENT *stage = shared + step % STAGES * 2 * TILE;
            copy<A_ACROSS>(stage, a, p.lda, row, p.m, begin + (i64) step * DEPTH, end);
            copy<B_ACROSS>(stage + TILE, b, p.ldb, column, p.n, begin + (i64) step * DEPTH, end);
        }
        cp_async_commit(); // an empty group where there is no step, so that the wait counts alike
    };
    for (i32 step = 0; step < STAGES - 1; step++) begin_step(step);
    for (i32 step = 0; step < steps; step++) {
        cp_async_wait<STAGES - 2>();
        __syncthreads();
        begin_step(step + STAGES - 1); // into the stage that all warps have left
        ELEMENT *tile_a = shared + step % STAGES * 2 * TILE, *tile_b = tile_a + TILE;
#pragma unroll
        for (i32 k = 0; k < DEPTH; k += 16) {
            u32 x[4][4], y[2][4];
#pragma unroll
            for (i32 i = 0; i < 4; i++) fragments<A_ACROSS>(x[i], unit<A_ACROSS>(tile_a, down + 16 * i + row_a, k + depth_a));
#pragma unroll
            for (i32 j = 0; j < 2; j++) fragments<B_ACROSS>(y[j], unit<B_ACROSS>(tile_b, across + 16 * j + row_b, k + depth_b));
#pragma unroll
            for (i32 j = 0; j < 4; j++) {
                const u32 two[2] = {y[j / 2][j % 2 * 2], y[j / 2][j % 2 * 2 + 1]};
#pragma unroll
                for (i32 i = 0; i < 4; i++) multiply(ELEMENT{}, sums[i][j], x[i], two);
            }
        }
    }
    cp_async_wait<0>();
#pragma unroll
    for (i32 i = 0; i < 4; i++) {
#pragma unroll
        for (i32 half = 0; half < 2; half++) {
            const i64 at = row + down + 16 * i + 8 * half + lane / 4;
            if (at >= p.m) continue;
#pragma unroll
            for (i32 j = 0; j < 4; j++) {
                const f32 two[2] = {sums[i][j][2 * half], sums[i][j][2 * half + 1]};
                deliver<ELEMENT>(p, place.piece, two, place.batch, at, column + across + 8 * j + 2 * (lane % 4));
            }
        }
    }
}

extern "C" __global__ void __launch_bounds__(THREADS, 2) nn(const __grid_constant__ Gemm p) { product<false, true>(p); }
extern "C" __global__ void __launch_bounds__(THREADS, 2) nt(const __grid_constant__ Gemm p) { product<false, false>(p); }
extern "C" __global__ void __launch_bounds__(THREADS, 2) tn(const __grid_constant__ Gemm p) { product<true, true>(p); }
extern "C" __global__ void __launch_bounds__(THREADS, 2) tt(const __grid_constant__ Gemm p) { product<true, false>(p); }
