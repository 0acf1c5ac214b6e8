// The gradient of softmax, y (g - sum(g y)), or of its logarithm, g - exp(y) sum(g) (`log`), from the output y and the incoming gradient g
// over the middle dimension of dense [outer, n, inner] of ELEMENT, in f32 (f64 for f64).
//
// held_8, held_32 (inner = 1): `lanes` threads of a warp hold a row of both in 8 or 32 registers each: two reads, one write an element.
// rows, columns: as in softmax.cu; the second pass finds its elements in the caches.
//
// Blocks of 256 threads; shared memory for 8 (rows) or 256 (columns, 2 KiB in f64) sums. Bound by memory.
// The second launch bound tells the compiler how many registers there are: left to itself it spills some to fit more blocks.
#include "softmax/line.cuh"

#define ELEMENT f32
#define THREADS 256

typedef Compute<ELEMENT>::type A;

DEVICE A summand(A y, A g, i32 log) { return log ? g : g * y; }
DEVICE A result_of(A y, A g, A sum, i32 log) { return log ? g - exponential(y) * sum : y * (g - sum); }

template <i32 ITEMS> DEVICE void held(const ELEMENT *y, const ELEMENT *g, i64 outer, i32 n, i32 lanes, i32 log, ELEMENT *out) {
    const i64 row = (i64) blockIdx.x * (THREADS / lanes) + threadIdx.x / lanes;
    const i32 lane = threadIdx.x % lanes;
    const bool exists = row < outer;
    A ys[ITEMS];
    A gs[ITEMS];
    A sum = 0;
#pragma unroll
    for (i32 k = 0; k < ITEMS; k++) {
        const i32 i = lane + k * lanes;
        const bool inside = exists && i < n;
        ys[k] = inside ? read<A>(y[row * n + i]) : 0;
        gs[k] = inside ? read<A>(g[row * n + i]) : 0;
        sum += summand(ys[k], gs[k], log);
    }
    sum = from_first(over_lanes<JoinSums>(sum, lanes), lanes);
    if (!exists) return;
#pragma unroll
    for (i32 k = 0; k < ITEMS; k++) {
        const i32 i = lane + k * lanes;
        if (i >= n) break;
        write(out[row * n + i], result_of(ys[k], gs[k], sum, log));
    }
}

extern "C" __global__ void __launch_bounds__(256, 2) held_8(const ELEMENT *y, const ELEMENT *g, const i64 outer, const i32 n, const i32 lanes, const i32 log, ELEMENT *out) {
    held<8>(y, g, outer, n, lanes, log, out);
}

extern "C" __global__ void __launch_bounds__(256, 1) held_32(const ELEMENT *y, const ELEMENT *g, const i64 outer, const i32 n, const i32 lanes, const i32 log, ELEMENT *out) {
    held<32>(y, g, outer, n, lanes, log, out);
}

extern "C" __global__ void __launch_bounds__(256, 4) rows(const ELEMENT *y, const ELEMENT *g, const i64 n, const i32 log, ELEMENT *out) {
    __shared__ A shared[THREADS / 32];
    const i64 start = (i64) blockIdx.x * n;
    A sum = 0;
#pragma unroll 4
    for (i64 i = threadIdx.x; i < n; i += THREADS) sum += summand(read<A>(y[start + i]), read<A>(g[start + i]), log);
    sum = everywhere_over_block<JoinSums>(sum, shared);
#pragma unroll 4
    for (i64 i = threadIdx.x; i < n; i += THREADS) write(out[start + i], result_of(read<A>(y[start + i]), read<A>(g[start + i]), sum, log));
}

extern "C" __global__ void __launch_bounds__(256, 4) columns(const ELEMENT *y, const ELEMENT *g, const i64 n, const i64 inner, const i32 width, const i32 log, ELEMENT *out) {
    __shared__ A shared[THREADS];
    const u32 tiles = tiles_of(inner, width);
    const i64 o = blockIdx.x / tiles;
    const i64 column = (i64) (blockIdx.x % tiles) * width + threadIdx.x % width;
    const i64 start = o * n * inner + column;
    const i32 first = threadIdx.x / width;
    const i32 step = THREADS / width;
    const bool exists = column < inner;
    A sum = 0;
    if (exists) {
#pragma unroll 4
        for (i64 k = first; k < n; k += step) sum += summand(read<A>(y[start + k * inner]), read<A>(g[start + k * inner]), log);
    }
    sum = everywhere_over_column<JoinSums>(sum, shared, width);
    if (!exists) return;
#pragma unroll 4
    for (i64 k = first; k < n; k += step) {
        write(out[start + k * inner], result_of(read<A>(y[start + k * inner]), read<A>(g[start + k * inner]), sum, log));
    }
}
