// Stable sort of the rows of KEY [rows, n] by their digits of 8 bits, the lowest first (LSD radix sort), together with their positions: for
// rows that no block holds, and for indices. A row is cut into tiles of 2048 keys, in order; a digit takes three launches:
//
// count: counts[row, digit, tile] = the keys of the tile with the digit. A block a tile. Reads every key once.
// scan:  over the tiles of a row and digit: what lies before, and the sum, in totals[row, digit]. A block a row and digit.
// move:  a block a tile. A key's place: the smaller digits of the row, its digit in the tiles before, in the warps before, and in the lanes
//        and rounds before (match), so equal digits keep their order. Reads and writes every key and position once (`order` = 0: positions
//        from 0 up are meant).
// A digit moves 5 KEY + 8 (first: 4) bytes a key; writes fall into runs of 2048 / 256 keys on average.
//
// starts: starts[t] = the first place of sorted keys >= t, for t from 0 to n: by bisection, a thread each.
//
// Blocks of 256 threads, up to 72 registers. Shared memory: 8 KiB (count), 32 bytes more (move). Bound by memory.
#include "common/scan.cuh"
#include "common/space.cuh"

#define KEY u32
#define THREADS 256
#define WARPS (THREADS / 32)
#define ROUNDS 8
#define TILE (THREADS * ROUNDS)
#define DIGITS 256

DEVICE u32 digit_of(KEY key, i32 shift) { return (u32) (key >> shift) & (DIGITS - 1); }

struct Counted {
    static __device__ __forceinline__ u32 join(u32 a, u32 b) { return a + b; }
};

// Where the lanes of a warp have the same digit: the lanes, this one among them. Lanes without a key have a digit of their own.
DEVICE u32 lanes_with(u32 digit) { return __match_any_sync(ALL_LANES, digit); }

// This thread's keys are those at warp * 256 + round * 32 + lane of the tile, so that their order is that of (warp, round, lane).
DEVICE i32 place_in_tile(i32 round) { return (threadIdx.x / 32) * (32 * ROUNDS) + round * 32 + threadIdx.x % 32; }

DEVICE void clear(u32 (&counts)[WARPS][DIGITS]) {
#pragma unroll
    for (i32 warp = 0; warp < WARPS; warp++) counts[warp][threadIdx.x] = 0;
    __syncthreads();
}

// How many keys of this warp had the digit in the rounds before, and in the lanes before.
DEVICE u32 rank(u32 (&counts)[DIGITS], u32 digit) {
    const u32 same = lanes_with(digit);
    const u32 below = same & ((1u << threadIdx.x % 32) - 1);
    const u32 before = digit < DIGITS ? counts[digit] : 0;
    __syncwarp();
    if (below == 0 && digit < DIGITS) counts[digit] = before + __popc(same);
    __syncwarp();
    return before + __popc(below);
}

extern "C" __global__ void __launch_bounds__(256) count(const KEY *keys, const i64 n, const i64 tiles, const i32 shift, u32 *counts) {
    __shared__ u32 own[WARPS][DIGITS];
    clear(own);
    const i64 row = blockIdx.x / tiles;
    const i64 tile = blockIdx.x - row * tiles;
#pragma unroll
    for (i32 round = 0; round < ROUNDS; round++) {
        const i64 at = tile * TILE + place_in_tile(round);
        rank(own[threadIdx.x / 32], at < n ? digit_of(keys[row * n + at], shift) : DIGITS);
    }
    __syncthreads();
    u32 sum = 0;
#pragma unroll
    for (i32 warp = 0; warp < WARPS; warp++) sum += own[warp][threadIdx.x];
    counts[(row * DIGITS + threadIdx.x) * tiles + tile] = sum;
}

extern "C" __global__ void __launch_bounds__(256) scan(u32 *counts, const i64 tiles, u32 *totals) {
    __shared__ u32 shared[WARPS];
    counts += blockIdx.x * tiles;
    u32 carry = 0;
    for (i64 first = 0; first < tiles; first += THREADS) {
        const i64 tile = first + threadIdx.x;
        const u32 own = tile < tiles ? counts[tile] : 0;
        u32 total;
        const u32 before = before_in_block<Counted>(own, shared, total);
        if (tile < tiles) counts[tile] = carry + before;
        carry += total;
    }
    if (threadIdx.x == 0) totals[blockIdx.x] = carry;
}

extern "C" __global__ void __launch_bounds__(256) move(const KEY *keys, const u32 *order, const i64 n, const i64 tiles, const i32 shift, const u32 *counts, const u32 *totals,
                                                       KEY *sorted, u32 *positions) {
    __shared__ u32 own[WARPS][DIGITS];
    __shared__ u32 shared[WARPS];
    clear(own);
    const i64 row = blockIdx.x / tiles;
    const i64 tile = blockIdx.x - row * tiles;
    KEY here[ROUNDS];
    u32 ranks[ROUNDS];
#pragma unroll
    for (i32 round = 0; round < ROUNDS; round++) {
        const i64 at = tile * TILE + place_in_tile(round);
        here[round] = at < n ? keys[row * n + at] : 0;
        ranks[round] = rank(own[threadIdx.x / 32], at < n ? digit_of(here[round], shift) : DIGITS);
    }
    // From here on a thread is a digit: where its keys of each warp begin.
    u32 total;
    const u32 smaller = before_in_block<Counted>(totals[row * DIGITS + threadIdx.x], shared, total);
    u32 begin = smaller + counts[(row * DIGITS + threadIdx.x) * tiles + tile];
#pragma unroll
    for (i32 warp = 0; warp < WARPS; warp++) {
        const u32 keys_of_warp = own[warp][threadIdx.x];
        own[warp][threadIdx.x] = begin;
        begin += keys_of_warp;
    }
    __syncthreads();
#pragma unroll
    for (i32 round = 0; round < ROUNDS; round++) {
        const i64 at = tile * TILE + place_in_tile(round);
        if (at >= n) break;
        const i64 to = row * n + own[threadIdx.x / 32][digit_of(here[round], shift)] + ranks[round];
        sorted[to] = here[round];
        positions[to] = order == 0 ? (u32) at : order[row * n + at];
    }
}

extern "C" __global__ void __launch_bounds__(256) starts(const KEY *sorted, const i64 count, const i64 n, u32 *starts) {
    const i64 t = thread_number();
    if (t > n) return;
    i64 low = 0;
    i64 high = count;
    while (low < high) {
        const i64 middle = (low + high) / 2;
        if (sorted[middle] < (KEY) t) low = middle + 1;
        else high = middle;
    }
    starts[t] = (u32) low;
}
