// Two sums at once, in f64: of elements and their squares, or of gradients and their products with centred elements. f64 keeps what squares of
// elements far from 0 would lose; an addition for each pack of 128 bits costs nothing beside the memory.
#pragma once
#include "common/arithmetic.cuh"
#include "common/line.cuh"
#include "common/pack.cuh"

struct Sums {
    f64 first;
    f64 second;
};

DEVICE Sums from_lane_behind(Sums a, i32 distance) { return Sums{from_lane_behind(a.first, distance), from_lane_behind(a.second, distance)}; }

struct JoinPairs {
    static __device__ __forceinline__ Sums join(Sums a, Sums b) { return Sums{a.first + b.first, a.second + b.second}; }
};

// Partial sums of set s, [outer, sets, length] of them: complete in the first lane of a warp.
DEVICE Sums joined(const Sums *partials, i64 set, i64 sets, i64 outer, i64 length, i32 lane) {
    Sums sums = {0, 0};
    for (i64 e = lane; e < outer * length; e += 32) {
        const i64 o = e / length;
        sums = JoinPairs::join(sums, partials[(o * sets + set) * length + (e - o * length)]);
    }
    return over_lanes<JoinPairs>(sums, 32);
}
