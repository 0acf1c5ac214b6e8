// Reductions over the lanes of a warp, or over a block, in a fixed tree: halves are joined, the lower lane's value on the left.
// `Kind::join(a, b)` says how.
#pragma once
#include "common/types.cuh"

#define ALL_LANES 0xFFFFFFFFu

// The value of the lane `distance` further on.
DEVICE f32 from_lane_behind(f32 value, i32 distance) { return __shfl_down_sync(ALL_LANES, value, distance); }
DEVICE f64 from_lane_behind(f64 value, i32 distance) { return __shfl_down_sync(ALL_LANES, value, distance); }
DEVICE i32 from_lane_behind(i32 value, i32 distance) { return __shfl_down_sync(ALL_LANES, value, distance); }
DEVICE i64 from_lane_behind(i64 value, i32 distance) { return __shfl_down_sync(ALL_LANES, value, distance); }

// What `lanes` neighbouring threads hold, a power of two up to 32: complete in the first of them. Every lane of the warp takes part.
template <class Kind, class T> DEVICE T over_lanes(T value, i32 lanes) {
    for (i32 half = lanes / 2; half > 0; half /= 2) value = Kind::join(value, from_lane_behind(value, half));
    return value;
}

// What the threads of a block hold, whole warps: complete in thread 0. `shared` has room for one value a warp, and is free again behind the
// next barrier.
template <class Kind, class T> DEVICE T over_block(T value, T *shared) {
    value = over_lanes<Kind>(value, 32);
    if (threadIdx.x % 32 == 0) shared[threadIdx.x / 32] = value;
    __syncthreads();
    if (threadIdx.x == 0) {
        for (i32 warp = 1; warp < (i32) blockDim.x / 32; warp++) value = Kind::join(value, shared[warp]);
    }
    return value;
}

// The first lane's value of each group of `lanes`, in all of them.
DEVICE f32 from_first(f32 value, i32 lanes) { return __shfl_sync(ALL_LANES, value, 0, lanes); }
DEVICE f64 from_first(f64 value, i32 lanes) { return __shfl_sync(ALL_LANES, value, 0, lanes); }
