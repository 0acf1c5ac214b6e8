// What happens to the gradients of many parameters at once, dense tensors of ELEMENT: up to 120 in a launch, 32 bytes of its arguments each.
// A block has 2048 elements of one tensor, so what is computed for a tensor does not depend on the others.
//
// scale:   y = x factor, in f32 (f64 for f64), rounded once; *found = 1 where a result is infinite or NaN (0: nobody asks). Every thread that
//          finds one writes the same word. Reads and writes every element once.
// squares: partials[first + block] = the sum of the squares of a block's elements, in f64: 8 a thread in order, then a fixed tree. Reads
//          every element once.
// join:    sums[r] = the sum of tensor r's partials, in f64, by a block: every 256th a thread in order, then a fixed tree.
//
// Blocks of 256 threads; shared memory for 8 sums. Bound by memory.
#include "common/block.cuh"
#include "common/pack.cuh"
#include "reduce/kinds.cuh"

#define ELEMENT f32
#define MOST 120
#define THREADS 256
#define STRETCH 2048
#define WIDTH Width<ELEMENT>::VALUE

struct One {
    i64 end; // in blocks, counted over all tensors
    i64 n;
    const ELEMENT *x;
    ELEMENT *y;
};
struct Many {
    One at[MOST];
};
typedef Accumulator<ELEMENT>::type A;

// The tensor of this block; `at` is the first of the block's elements.
DEVICE const One &one_of(const Many &many, i64 &at) {
    i32 r = 0;
    while (many.at[r].end <= blockIdx.x) r++;
    at = (blockIdx.x - (r == 0 ? 0 : many.at[r - 1].end)) * STRETCH;
    return many.at[r];
}

DEVICE i32 left(i64 n, i64 at) { return n - at < WIDTH ? (i32) (n - at) : WIDTH; }

extern "C" __global__ void __launch_bounds__(256) scale(const __grid_constant__ Many many, const f64 factor, u32 *found) {
    i64 first;
    const One &one = one_of(many, first);
    bool finite = true;
#pragma unroll
    for (i32 k = 0; k < STRETCH / THREADS / WIDTH; k++) {
        const i64 at = first + (k * THREADS + threadIdx.x) * WIDTH;
        if (at >= one.n) break;
        const i32 count = left(one.n, at);
        Pack<ELEMENT, WIDTH> pack = load<WIDTH>(one.x + at, count);
#pragma unroll
        for (i32 i = 0; i < WIDTH; i++) {
            write(pack.at[i], read<A>(pack.at[i]) * (A) factor);
            const A result = read<A>(pack.at[i]);
            finite &= result - result == 0;
        }
        store(one.y + at, pack, count);
    }
    if (!finite && found != 0) *found = 1;
}

extern "C" __global__ void __launch_bounds__(256) squares(const __grid_constant__ Many many, const i64 before, f64 *partials) {
    __shared__ f64 shared[THREADS / 32];
    i64 first;
    const One &one = one_of(many, first);
    f64 sum = 0;
#pragma unroll
    for (i32 k = 0; k < STRETCH / THREADS / WIDTH; k++) {
        const i64 at = first + (k * THREADS + threadIdx.x) * WIDTH;
        if (at >= one.n) break;
        const Pack<ELEMENT, WIDTH> pack = load<WIDTH>(one.x + at, left(one.n, at));
#pragma unroll
        for (i32 i = 0; i < WIDTH; i++) sum = plus_square(sum, read<f64>(pack.at[i]));
    }
    sum = over_block<Sum<f64>>(sum, shared);
    if (threadIdx.x == 0) partials[before + blockIdx.x] = sum;
}

extern "C" __global__ void __launch_bounds__(256) join(const __grid_constant__ Many many, const i64 before, const f64 *partials, f64 *sums) {
    __shared__ f64 shared[THREADS / 32];
    const i64 end = many.at[blockIdx.x].end;
    f64 sum = 0;
    for (i64 p = (blockIdx.x == 0 ? 0 : many.at[blockIdx.x - 1].end) + threadIdx.x; p < end; p += THREADS) sum += partials[before + p];
    sum = over_block<Sum<f64>>(sum, shared);
    if (threadIdx.x == 0) sums[blockIdx.x] = sum;
}
