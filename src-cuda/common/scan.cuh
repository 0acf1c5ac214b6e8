// What lies before each thread of a block: sums in a fixed order, by `Kind::join`.
#pragma once
#include "common/block.cuh"

DEVICE u32 from_lane_before(u32 value, i32 distance) { return __shfl_up_sync(ALL_LANES, value, distance); }
DEVICE f64 from_lane_before(f64 value, i32 distance) { return __shfl_up_sync(ALL_LANES, value, distance); }
DEVICE i64 from_lane_before(i64 value, i32 distance) { return __shfl_up_sync(ALL_LANES, value, distance); }

// The sum of the values of all threads before this one, of WARPS whole warps; `total` is that of all. `shared` is free again when this returns.
template <class Kind, i32 WARPS, class T> DEVICE T before_in_block(T value, T (&shared)[WARPS], T &total) {
    const i32 lane = threadIdx.x % 32;
    T sum = value;
#pragma unroll
    for (i32 distance = 1; distance < 32; distance *= 2) {
        const T other = from_lane_before(sum, distance);
        if (lane >= distance) sum = Kind::join(other, sum);
    }
    if (lane == 31) shared[threadIdx.x / 32] = sum;
    __syncthreads();
    T before = 0;
    total = 0;
#pragma unroll
    for (i32 warp = 0; warp < WARPS; warp++) {
        if (warp == (i32) threadIdx.x / 32) before = total;
        total = Kind::join(total, shared[warp]);
    }
    __syncthreads();
    const T here = from_lane_before(sum, 1);
    return lane == 0 ? before : Kind::join(before, here);
}
