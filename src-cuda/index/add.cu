// Sums of the elements whose indices name one place, of ELEMENT, in order of their positions: the CPU's order, so its bits. f16 and bf16 are
// summed in f32 and rounded once, whole numbers wrap.
//
// owners: out[o, t, i] = sum of x[o, order[p], i] for starts[t] <= p < starts[t + 1], x [outer, m, inner], out [outer, n, inner]: a thread
//         an element of out (owners_wide: 16 bytes, where inner is a multiple of them). Reads every element of x once, writes every one of out
//         once, which need not be cleared before; 4 bytes of order a row of x. `order` and `starts` are those of the sorted indices (sort/radix.cu).
// lines:  into[o, indices[o, k, i], i] += x[o, k, i], a thread a line (o, i), in order of k; for few k or many lines. f32, f64, whole numbers.
//
// Blocks of 256 threads. Bound by memory, by its latency where one place has many more elements than others.
#include "common/faults.cuh"
#include "common/pack.cuh"
#include "common/quotient.cuh"
#include "common/space.cuh"
#include "reduce/kinds.cuh"

#define ELEMENT f32

typedef Accumulator<ELEMENT>::type A;

template <i32 WIDTH> DEVICE void sums(const ELEMENT *x, i64 m, i64 inner, const u32 *order, const u32 *starts, i64 n, i64 count, ELEMENT *out) {
    const i64 at = thread_number() * WIDTH;
    if (at >= count) return;
    const Quotient row = divide(at, inner);
    const Quotient block = divide(row.whole, n);
    const u32 end = starts[block.rest + 1];
    x += block.whole * m * inner + row.rest;
    A own[WIDTH];
#pragma unroll
    for (i32 k = 0; k < WIDTH; k++) own[k] = 0;
#pragma unroll 8
    for (u32 p = starts[block.rest]; p < end; p++) {
        const Pack<ELEMENT, WIDTH> pack = load<WIDTH>(x + order[p] * inner, WIDTH);
#pragma unroll
        for (i32 k = 0; k < WIDTH; k++) own[k] = sum_of(own[k], read<A>(pack.at[k]));
    }
    Pack<ELEMENT, WIDTH> pack;
#pragma unroll
    for (i32 k = 0; k < WIDTH; k++) put(&pack.at[k], own[k]);
    store(out + at, pack, WIDTH);
}

extern "C" __global__ void __launch_bounds__(256) owners(const ELEMENT *x, const i64 m, const i64 inner, const u32 *order, const u32 *starts, const i64 n, const i64 count, ELEMENT *out) {
    sums<1>(x, m, inner, order, starts, n, count, out);
}

extern "C" __global__ void __launch_bounds__(256) owners_wide(const ELEMENT *x, const i64 m, const i64 inner, const u32 *order, const u32 *starts, const i64 n, const i64 count,
                                                              ELEMENT *out) {
    sums<Width<ELEMENT>::VALUE>(x, m, inner, order, starts, n, count, out);
}

extern "C" __global__ void __launch_bounds__(256, 3) lines(const ELEMENT *x, const i64 lines, const i64 m, const i64 inner, const i64 *indices, const i64 n, ELEMENT *into, const Faults faults) {
    const i64 line = thread_number();
    if (line >= lines) return;
    const Quotient block = divide(line, inner);
    for (i64 k = 0; k < m; k++) {
        const i64 at = (block.whole * m + k) * inner + block.rest;
        const i64 place = named(indices[at], n, at, faults);
        if (place < 0) continue;
        ELEMENT *const target = into + (block.whole * n + place) * inner + block.rest;
        put(target, sum_of(read<A>(*target), read<A>(x[at])));
    }
}
