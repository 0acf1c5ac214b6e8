// Softmax exp(x - m) / sum, its logarithm x - m - log sum, or log-sum-exp m + log sum (`result` 0, 1, 2) over the middle dimension of dense
// [outer, n, inner] of ELEMENT, m the largest element and sum that of exp(x - m), in f32 (f64 for f64).
//
// held_8, held_32 (inner = 1): `lanes` threads of a warp hold a row in 8 or 32 registers each: one read, one write, one exponential an element.
// rows (inner = 1): a block a row; the sum in one pass, the results in a second one that finds the row in the caches: two exponentials.
// columns: `width` columns a block, the other threads share the rows; two passes.
//
// Blocks of 256 threads; shared memory for 8 (rows) or 256 (columns: 4 KiB in f64) pairs. Bound by memory.
// The second launch bound tells the compiler how many registers there are: left to itself it spills some to fit more blocks.
#include "softmax/line.cuh"

#define ELEMENT f32
#define LOGARITHM 1
#define LOG_SUM_EXP 2
#define THREADS 256

typedef Compute<ELEMENT>::type A;

template <i32 ITEMS> DEVICE void held(const ELEMENT *in, i64 outer, i32 n, i32 lanes, i32 result, ELEMENT *out) {
    const i64 row = (i64) blockIdx.x * (THREADS / lanes) + threadIdx.x / lanes;
    const i32 lane = threadIdx.x % lanes;
    const bool exists = row < outer;
    in += row * n;
    A x[ITEMS];
    A most = lowest((A) 0);
#pragma unroll
    for (i32 k = 0; k < ITEMS; k++) {
        const i32 i = lane + k * lanes;
        x[k] = exists && i < n ? read<A>(in[i]) : lowest((A) 0);
        most = larger(most, x[k]);
    }
    most = from_first(over_lanes<JoinMost>(most, lanes), lanes);
    A sum = 0;
#pragma unroll
    for (i32 k = 0; k < ITEMS; k++) {
        if (lane + k * lanes >= n) break;
        const A e = exponential(x[k] - most);
        sum += e;
        if (result == 0) x[k] = e;
    }
    sum = from_first(over_lanes<JoinSums>(sum, lanes), lanes);
    if (!exists) return;
    if (result == LOG_SUM_EXP) {
        if (lane == 0) write(out[row], log_sum_exp(most, sum));
        return;
    }
    const A log_sum = result == LOGARITHM ? log_of(sum) : 0;
    out += row * n;
#pragma unroll
    for (i32 k = 0; k < ITEMS; k++) {
        const i32 i = lane + k * lanes;
        if (i >= n) break;
        write(out[i], result == LOGARITHM ? x[k] - most - log_sum : x[k] / sum);
    }
}

extern "C" __global__ void __launch_bounds__(256, 2) held_8(const ELEMENT *in, const i64 outer, const i32 n, const i32 lanes, const i32 result, ELEMENT *out) {
    held<8>(in, outer, n, lanes, result, out);
}

extern "C" __global__ void __launch_bounds__(256, 1) held_32(const ELEMENT *in, const i64 outer, const i32 n, const i32 lanes, const i32 result, ELEMENT *out) {
    held<32>(in, outer, n, lanes, result, out);
}

DEVICE A result_of(A x, A most, A sum, A log_sum, i32 result) { return result == LOGARITHM ? x - most - log_sum : exponential(x - most) / sum; }

extern "C" __global__ void __launch_bounds__(256, 4) rows(const ELEMENT *in, const i64 n, const i32 result, ELEMENT *out) {
    __shared__ ExpSum<A> shared[THREADS / 32];
    const i64 row = blockIdx.x;
    in += row * n;
    ExpSum<A> line = no_exp_sum<A>();
#pragma unroll 4
    for (i64 i = threadIdx.x; i < n; i += THREADS) line = with(line, read<A>(in[i]));
    line = everywhere_over_block<JoinExpSums>(line, shared);
    if (result == LOG_SUM_EXP) {
        if (threadIdx.x == 0) write(out[row], log_sum_exp(line));
        return;
    }
    const A sum = sum_or_nan(line);
    const A log_sum = result == LOGARITHM ? log_of(sum) : 0;
    out += row * n;
#pragma unroll 4
    for (i64 i = threadIdx.x; i < n; i += THREADS) write(out[i], result_of(read<A>(in[i]), line.most, sum, log_sum, result));
}

extern "C" __global__ void __launch_bounds__(256, 4) columns(const ELEMENT *in, const i64 n, const i64 inner, const i32 width, const i32 result, ELEMENT *out) {
    __shared__ ExpSum<A> shared[THREADS];
    const u32 tiles = tiles_of(inner, width);
    const i64 o = blockIdx.x / tiles;
    const i64 column = (i64) (blockIdx.x % tiles) * width + threadIdx.x % width;
    const i32 step = THREADS / width;
    const bool exists = column < inner;
    in += o * n * inner + column;
    ExpSum<A> line = no_exp_sum<A>();
    if (exists) {
#pragma unroll 4
        for (i64 k = threadIdx.x / width; k < n; k += step) line = with(line, read<A>(in[k * inner]));
    }
    line = everywhere_over_column<JoinExpSums>(line, shared, width);
    if (!exists) return;
    if (result == LOG_SUM_EXP) {
        if ((i32) threadIdx.x < width) write(out[o * inner + column], log_sum_exp(line));
        return;
    }
    const A sum = sum_or_nan(line);
    const A log_sum = result == LOGARITHM ? log_of(sum) : 0;
    out += o * n * inner + column;
#pragma unroll 4
    for (i64 k = threadIdx.x / width; k < n; k += step) write(out[k * inner], result_of(read<A>(in[k * inner]), line.most, sum, log_sum, result));
}
