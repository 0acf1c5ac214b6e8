// Products of conv/product.cuh with few rows or columns of results in a group (depthwise convolutions, narrow groups, images of three channels),
// which would leave most of a tile empty; for ELEMENT, computed in f32 (f64 for f64).
//
// direct: a thread a result, columns beside each other; the rows one after the other. Reads two elements for each multiply-add, neighbours' from the
//   caches: depthwise moves 2 elements of memory a result, r s multiply-adds. Grid: blocks of results, in y the phases. No shared memory.
// summed: few results of many rows (weight gradients): a block of 256 threads for 8 columns, its threads along the rows, which are joined in a tree.
//   Reads an element of a and 8 of x, from the caches, for 8 multiply-adds. Shared memory 64 (f64: 64) numbers. Grid: 8 columns x m x groups x parts.
#include "common/line.cuh"
#include "conv/product.cuh"

#define ELEMENT f32
#define THREADS 256
#define COLUMNS 8

typedef Compute<ELEMENT>::type A;

#define ARGUMENTS const ELEMENT *a, const ELEMENT *x, const ELEMENT *bias, A *partials, ELEMENT *out

extern "C" __global__ void __launch_bounds__(256) direct(const __grid_constant__ Product product, ARGUMENTS) {
    const Side &rows = product.phases[blockIdx.y].rows;
    const Side &columns = product.phases[blockIdx.y].columns;
    i64 number = (i64) blockIdx.x * THREADS + threadIdx.x;
    if (columns.count == 0) return;
    const i64 j = take(number, columns.count);
    const i32 m = (i32) take(number, product.m);
    const i64 group = take(number, product.groups);
    if (number > 0) return;
    const Digits pixel = digits_of(columns, j);
    const Place column = place_of(columns, pixel, product.width);
    a += group * product.a_group + m * product.a_step;
    x += group * product.x_group;
    A sum = 0;
    Digits at = {0, 0, 0};
    for (i64 row = 0; row < rows.count; row++) {
        sum = fused(read<A>(a[linear_of(rows, at)]), gathered(x, product, place_of(rows, at, product.width), column), sum);
        at = sum_of(rows, at, Digits{0, 0, 1});
    }
    if (bias != nullptr) sum += read<A>(bias[group * product.m + m]);
    write(out[group * product.out_group + m * product.out_step + linear_of(columns, pixel)], sum);
}

extern "C" __global__ void __launch_bounds__(256) summed(const __grid_constant__ Product product, ARGUMENTS) {
    __shared__ A shared[COLUMNS][THREADS / 32];
    const Side &rows = product.phases[0].rows;
    const Side &columns = product.phases[0].columns;
    i64 number = blockIdx.x;
    const i64 first = take(number, (columns.count + COLUMNS - 1) / COLUMNS) * COLUMNS;
    const i32 m = (i32) take(number, product.m);
    const i64 group = take(number, product.groups);
    const i64 part = number;
    a += group * product.a_group + m * product.a_step;
    x += group * product.x_group;
    Place places[COLUMNS];
    A sums[COLUMNS];
#pragma unroll
    for (i32 j = 0; j < COLUMNS; j++) {
        places[j] = first + j < columns.count ? place_of(columns, digits_of(columns, first + j), product.width) : Place{0, ABSENT, 0};
        sums[j] = 0;
    }
    const i64 from = part * product.rows_each + threadIdx.x;
    const i64 to = smaller(rows.count, (part + 1) * product.rows_each);
    if (from < to) {
        Digits at = digits_of(rows, from);
        const Digits step = digits_of(rows, THREADS);
        for (i64 row = from; row < to; row += THREADS) {
            const A left = read<A>(a[linear_of(rows, at)]);
            const Place place = place_of(rows, at, product.width);
#pragma unroll
            for (i32 j = 0; j < COLUMNS; j++) sums[j] = fused(left, gathered(x, product, place, places[j]), sums[j]);
            at = sum_of(rows, at, step);
        }
    }
#pragma unroll
    for (i32 j = 0; j < COLUMNS; j++) sums[j] = over_lanes<JoinSums>(sums[j], 32);
    if (threadIdx.x % 32 == 0) {
#pragma unroll
        for (i32 j = 0; j < COLUMNS; j++) shared[j][threadIdx.x / 32] = sums[j];
    }
    __syncthreads();
    const i64 j = first + threadIdx.x;
    if (threadIdx.x >= COLUMNS || j >= columns.count) return;
    A sum = shared[threadIdx.x][0];
    for (i32 warp = 1; warp < THREADS / 32; warp++) sum += shared[threadIdx.x][warp];
    put(product, part, group * product.out_group + m * product.out_step + linear_of(columns, digits_of(columns, j)), sum, partials, out);
}
