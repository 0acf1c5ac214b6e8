// Matrix products of ELEMENT, bf16 or f16, by products of warpgroups: sm_90a. Products are exact and summed in f32, rounded once. The struct Gemm of
// gemm/problem.cuh says what is computed; `map_a`, `map_b` describe the operands to the tensor memory accelerator, as [batch, lines, line] with boxes of
// 64 elements of a line and 128 (256) lines where it runs along k, 64 where it runs across.
//
// nn, nt, tn, tt: A, then B, as it is (n) or transposed (t): tiles of 128 x 256; a block goes through tiles number blockIdx.x, + gridDim.x, ...: with a
// block for each multiprocessor, those under way share rows and columns of tiles in the second-level cache. 384 threads: one of the first warpgroup has 64
// k of A and B (48 KiB) copied at a time, four stages, also beyond the end of a tile, while the others still store theirs; two warpgroups multiply
// 64 x 256 each, 128 sums a thread, with one product under way. A step over 64 k: 2097152 multiply-adds for 48 KiB, 85 operations a byte of second-level cache;
// eight wgmma.m64n256k16 of 128 cycles share the tensor cores, so 48 KiB of copies a 512 cycles: 96 bytes a cycle and multiprocessor.
// 193 KiB of shared memory, one block a multiprocessor. Bound by arithmetic.
//
// beta is 0, and the activation is not gelu. One owner for every element, k in order.
#include "common/hopper.cuh"
#include "gemm/problem.cuh"

#define ELEMENT bf16
#define DOWN 128
#define ACROSS 256
#define DEPTH 64
#define STAGES 4
#define THREADS 384
#define TILE_A (DOWN * DEPTH)
#define TILE_B (ACROSS * DEPTH)
#define STAGE_BYTES (2 * (TILE_A + TILE_B))

template <int A, int B> DEVICE void multiply(bf16, f32 (&d)[128], u64 a, u64 b, i32 accumulate) { wgmma_bf16<A, B>(d, a, b, accumulate); }
template <int A, int B> DEVICE void multiply(f16, f32 (&d)[128], u64 a, u64 b, i32 accumulate) { wgmma_f16<A, B>(d, a, b, accumulate); }

// ROWS rows from `row` on and 64 k: one box, or one for each 64 rows.
template <i32 ROWS, int LIES_ACROSS> DEVICE void copy(ELEMENT *tile, const TensorMap *map, u64 *barrier, i64 row, i64 k, i64 batch) {
    if (LIES_ACROSS) {
#pragma unroll
        for (i32 r = 0; r < ROWS; r += 64) tile_copy(tile + r * DEPTH, map, barrier, (i32) row + r, (i32) k, (i32) batch);
    } else {
        tile_copy(tile, map, barrier, (i32) k, (i32) row, (i32) batch);
    }
}

// Rows from `row` on, a multiple of 64, and 16 k from `k` on. Across: lines of 64 rows, eight lines of k a group; the next 64 rows are a box further on.
template <int LIES_ACROSS> DEVICE u64 operand(const ELEMENT *tile, i32 row, i32 k) {
    return LIES_ACROSS ? describe(tile + row * DEPTH + k * 64, 64 * DEPTH * 2, 1024) : describe(tile + row * DEPTH + k, 16, 1024);
}

// The thread's sums: of rows `row` and `row` + 8, two neighbours in every eight columns. In steps over all of them, each of few instructions. What C held
// before, and gelu, are not for this rung: beside 128 sums their registers spill.
DEVICE void store(const Gemm &p, f32 (&sums)[128], const Place &place, i64 row, i64 column) {
    const f32 alpha = (f32) p.alpha;
    ELEMENT *c = (ELEMENT *) p.c + place.batch * p.stride_c + row * p.ldc + column;
    const i64 left = p.n - column, down = 8 * p.ldc;
    const bool upper = row < p.m, lower = row + 8 < p.m;
#pragma unroll
    for (i32 r = 0; r < 128; r++) sums[r] *= alpha;
    if (p.column_bias) {
        const ELEMENT *bias = (const ELEMENT *) p.column_bias + column;
#pragma unroll
        for (i32 r = 0; r < 128; r += 4) {
#pragma unroll
            for (i32 i = 0; i < 2; i++) {
                const f32 value = r / 4 * 8 + i < left ? read<f32>(bias[r / 4 * 8 + i]) : 0.0f;
                sums[r + i] += value;
                sums[r + 2 + i] += value;
            }
        }
    }
    if (p.row_bias) {
        const ELEMENT *bias = (const ELEMENT *) p.row_bias + row;
        const f32 first = upper ? read<f32>(bias[0]) : 0.0f, second = lower ? read<f32>(bias[8]) : 0.0f;
#pragma unroll
        for (i32 r = 0; r < 128; r++) sums[r] += r % 4 < 2 ? first : second;
    }
    if (p.activation == RELU) {
#pragma unroll
        for (i32 r = 0; r < 128; r++) sums[r] = larger(sums[r], 0.0f);
    }
    const bool packed = (p.packed & 4) != 0;
#pragma unroll
    for (i32 r = 0; r < 128; r += 2) {
        if (!(r % 4 < 2 ? upper : lower)) continue;
        ELEMENT *to = c + r / 4 * 8 + (r % 4 < 2 ? 0 : down);
        Pack<ELEMENT, 2> two;
        write(two.at[0], sums[r]);
        write(two.at[1], sums[r + 1]);
        if (packed && r / 4 * 8 + 1 < left) {
            *(Pack<ELEMENT, 2> *) to = two;
        } else {
            if (r / 4 * 8 < left) to[0] = two.at[0];
            if (r / 4 * 8 + 1 < left) to[1] = two.at[1];
        }
    }
}

template <int A_ACROSS, int B_ACROSS> DEVICE void product(const TensorMap &map_a, const TensorMap &map_b, const Gemm &p) {
    DYNAMIC_SHARED(unsigned char, shared);
    __shared__ u64 full[STAGES], empty[STAGES];
    ELEMENT *const stages = (ELEMENT *) (shared + (1024 - (u64) shared % 1024) % 1024); // the swizzle goes by the address
    const i64 tiles_down = (p.m + DOWN - 1) / DOWN, tiles_across = (p.n + ACROSS - 1) / ACROSS;
    const i64 tiles = tiles_down * tiles_across * p.batch;
    const i32 steps = (i32) ((p.k + DEPTH - 1) / DEPTH);
    const i32 group = threadIdx.x / 128;
    if (threadIdx.x == 0) {
        for (i32 s = 0; s < STAGES; s++) {
            barrier_init(&full[s], 1);
            barrier_init(&empty[s], 8); // the warps that multiply
        }
        barrier_fence();
    }
    __syncthreads();
    i32 stage = 0;
    u32 parity = 0;
    if (group == 0) {
        registers_down<40>();
        if (threadIdx.x != 0) return;
        for (i64 t = blockIdx.x; t < tiles; t += gridDim.x) {
            const Place place = place_of(p, t, tiles_down, tiles_across);
            for (i32 step = 0; step < steps; step++) {
                barrier_wait(&empty[stage], parity ^ 1);
                barrier_expect(&full[stage], STAGE_BYTES);
                ELEMENT *tile = stages + stage * (TILE_A + TILE_B);
                const i64 k = (i64) step * DEPTH;
                copy<DOWN, A_ACROSS>(tile, &map_a, &full[stage], place.row * DOWN, k, p.stride_a ? place.batch : 0);
                copy<ACROSS, B_ACROSS>(tile + TILE_A, &map_b, &full[stage], place.column * ACROSS, k, p.stride_b ? place.batch : 0);
                if (++stage == STAGES) stage = 0, parity ^= 1;
            }
        }
        return;
    }
    registers_up<232>();
    const i32 lane = threadIdx.x % 32, warp = threadIdx.x / 32 % 4;
    for (i64 t = blockIdx.x; t < tiles; t += gridDim.x) {
        const Place place = place_of(p, t, tiles_down, tiles_across);
        f32 sums[128];
        i32 before = -1;
        for (i32 step = 0; step < steps; step++) {
            barrier_wait(&full[stage], parity);
            const ELEMENT *a = stages + stage * (TILE_A + TILE_B), *b = a + TILE_A;
            wgmma_fence();
#pragma unroll
            for (i32 k = 0; k < DEPTH; k += 16) {
                multiply<A_ACROSS, B_ACROSS>(ELEMENT{}, sums, operand<A_ACROSS>(a, 64 * (group - 1), k), operand<B_ACROSS>(b, 0, k), step > 0 || k > 0);
            }
            wgmma_commit();
            wgmma_wait<1>();
            __syncwarp();
            if (before >= 0 && lane == 0) barrier_arrive(&empty[before]); // the products of the stage before are done
            before = stage;
            if (++stage == STAGES) stage = 0, parity ^= 1;
        }
        wgmma_wait<0>();
        __syncwarp();
        if (lane == 0) barrier_arrive(&empty[before]);
        store(p, sums, place, place.row * DOWN + 64 * (group - 1) + 16 * warp + lane / 4, place.column * ACROSS + 2 * (lane % 4));
    }
}

#define KERNEL(name, a, b)                                                                                                                               \
    extern "C" __global__ void __launch_bounds__(THREADS, 1) name(const __grid_constant__ TensorMap map_a, const __grid_constant__ TensorMap map_b, \
                                                                  const __grid_constant__ Gemm p) {                                                 \
        product<a, b>(map_a, map_b, p);                                                                                                                  \
    }
KERNEL(nn, 0, 1)
KERNEL(nt, 0, 0)
KERNEL(tn, 1, 1)
KERNEL(tt, 1, 0)
