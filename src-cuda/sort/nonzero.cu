// Where the elements are that differ from 0, in order: those of which a bit of `mask` is set (a float's are all but its sign), of types of 1, 2,
// 4 or 8 bytes. In tiles of 2048 elements, a block each; a warp has 256 of them, 32 in a round, whose votes give each its place.
//
// count: counts[tile] = how many the tile has. Reads every element once, and so does places.
// places: the position of each, counted row-major (rank = 0), or its index in each of `rank` dimensions, at the place that `ends` gives: the
//        running sum of counts. Writes 8 bytes (8 rank) for each that is found.
//
// Blocks of 256 threads; shared memory for 8 sums. Bound by memory.
#include "common/block.cuh"
#include "common/quotient.cuh"

#define WARPS 8
#define ROUNDS 8
#define TILE 2048
#define MOST_RANK 16

struct Sizes {
    i64 rank;
    i64 at[MOST_RANK];
};

DEVICE bool differs(const void *in, i64 at, i32 bytes, u64 mask) {
    const u64 bits = bytes == 4 ? ((const u32 *) in)[at] : bytes == 8 ? ((const u64 *) in)[at] : bytes == 2 ? ((const unsigned short *) in)[at] : ((const u8 *) in)[at];
    return (bits & mask) != 0;
}

// Bit r: whether this thread's element of round r is found; `votes` are all lanes' of each round. The tile's sum before this warp, and all of it.
DEVICE u32 look(const void *in, i64 n, i32 bytes, u64 mask, u32 (&votes)[ROUNDS], i64 &total) {
    __shared__ u32 shared[WARPS];
    const i64 first = (i64) blockIdx.x * TILE + threadIdx.x / 32 * (32 * ROUNDS) + threadIdx.x % 32;
    u32 sum = 0;
#pragma unroll
    for (i32 round = 0; round < ROUNDS; round++) {
        const i64 at = first + round * 32;
        votes[round] = __ballot_sync(ALL_LANES, at < n && differs(in, at, bytes, mask));
        sum += __popc(votes[round]);
    }
    if (threadIdx.x % 32 == 0) shared[threadIdx.x / 32] = sum;
    __syncthreads();
    u32 before = 0;
    total = 0;
#pragma unroll
    for (i32 warp = 0; warp < WARPS; warp++) {
        if (warp == (i32) threadIdx.x / 32) before = (u32) total;
        total += shared[warp];
    }
    return before;
}

extern "C" __global__ void __launch_bounds__(256) count(const void *in, const i64 n, const i32 bytes, const u64 mask, i64 *counts) {
    u32 votes[ROUNDS];
    i64 total;
    look(in, n, bytes, mask, votes, total);
    if (threadIdx.x == 0) counts[blockIdx.x] = total;
}

extern "C" __global__ void __launch_bounds__(256) places(const void *in, const i64 n, const i32 bytes, const u64 mask, const i64 *ends, const __grid_constant__ Sizes sizes, i64 *out) {
    u32 votes[ROUNDS];
    i64 total;
    i64 place = look(in, n, bytes, mask, votes, total) + (blockIdx.x == 0 ? 0 : ends[blockIdx.x - 1]);
    const i32 lane = threadIdx.x % 32;
    const i64 first = (i64) blockIdx.x * TILE + threadIdx.x / 32 * (32 * ROUNDS) + lane;
#pragma unroll
    for (i32 round = 0; round < ROUNDS; round++) {
        const u32 vote = votes[round];
        const i64 mine = place + __popc(vote & ((1u << lane) - 1));
        place += __popc(vote);
        if (!(vote >> lane & 1)) continue;
        i64 rest = first + round * 32;
        if (sizes.rank == 0) out[mine] = rest;
        for (i32 d = (i32) sizes.rank - 1; d >= 0; d--) {
            const Quotient line = divide(rest, sizes.at[d]);
            out[mine * sizes.rank + d] = line.rest;
            rest = line.whole;
        }
    }
}
