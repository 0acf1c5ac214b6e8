// Running sums along the middle dimension of dense [outer, n, inner] of ELEMENT, from the first element on or, `reverse`, from the last; in
// f64, whole numbers in i64, each rounded to ELEMENT. Reads every element once (long rows twice), writes it once, a few additions each.
//
// lines: a thread a line, element after element: for inner > 1, where neighbours lie side by side, and for short rows.
// rows (inner = 1): a block for each piece of 2048 elements of a row, 8 neighbours a thread; to the sums within, `carries` of the piece is added.
// Long rows: totals writes each piece's sum, carries (a block a row) makes of these what stands before each piece.
//
// Blocks of 256 threads; shared memory for 8 sums. Bound by memory.
#include "common/pack.cuh"
#include "common/scan.cuh"
#include "reduce/kinds.cuh"

#define ELEMENT f32
#define THREADS 256
#define ITEMS 8
#define PIECE (THREADS * ITEMS)

template <class E> struct Running { typedef f64 type; };
template <> struct Running<i32> { typedef i64 type; };
template <> struct Running<i64> { typedef i64 type; };
template <> struct Running<u8> { typedef i64 type; };
template <> struct Running<truth> { typedef i64 type; };
typedef Running<ELEMENT>::type A;

// The sum of the values of all threads before this one; `total` is that of all.
DEVICE A before_in_block(A value, A &total) {
    __shared__ A shared[THREADS / 32];
    return before_in_block<Sum<A>>(value, shared, total);
}

extern "C" __global__ void __launch_bounds__(256) lines(const ELEMENT *in, const i64 lines, const i64 n, const i64 inner, const i32 reverse, ELEMENT *out) {
    const i64 line = (i64) blockIdx.x * THREADS + threadIdx.x;
    if (line >= lines) return;
    const i64 start = line / inner * n * inner + line % inner;
    A sum = 0;
    for (i64 j = 0; j < n; j++) {
        const i64 at = start + (reverse ? n - 1 - j : j) * inner;
        sum = sum_of(sum, read<A>(in[at]));
        put(out + at, sum);
    }
}

// Element j of a row in the order of summation.
DEVICE i64 place_of(i64 row, i64 n, i64 j, i32 reverse) { return row * n + (reverse ? n - 1 - j : j); }

extern "C" __global__ void __launch_bounds__(256) rows(const ELEMENT *in, const i64 n, const i64 pieces, const i32 reverse, const A *carries, ELEMENT *out) {
    const i64 row = blockIdx.x / pieces;
    const i64 first = (blockIdx.x - row * pieces) * PIECE + threadIdx.x * ITEMS;
    A sums[ITEMS];
    A sum = 0;
#pragma unroll
    for (i32 k = 0; k < ITEMS; k++) {
        if (first + k < n) sum = sum_of(sum, read<A>(in[place_of(row, n, first + k, reverse)]));
        sums[k] = sum;
    }
    A total;
    A before = before_in_block(sum, total);
    if (pieces > 1) before = sum_of(carries[blockIdx.x], before);
#pragma unroll
    for (i32 k = 0; k < ITEMS; k++) {
        if (first + k < n) put(out + place_of(row, n, first + k, reverse), sum_of(before, sums[k]));
    }
}

extern "C" __global__ void __launch_bounds__(256) totals(const ELEMENT *in, const i64 n, const i64 pieces, const i32 reverse, A *sums) {
    const i64 row = blockIdx.x / pieces;
    const i64 first = (blockIdx.x - row * pieces) * PIECE + threadIdx.x * ITEMS;
    A sum = 0;
#pragma unroll
    for (i32 k = 0; k < ITEMS; k++) {
        if (first + k < n) sum = sum_of(sum, read<A>(in[place_of(row, n, first + k, reverse)]));
    }
    A total;
    before_in_block(sum, total);
    if (threadIdx.x == 0) sums[blockIdx.x] = total;
}

extern "C" __global__ void __launch_bounds__(256) carries(A *sums, const i64 pieces) {
    A *const row = sums + blockIdx.x * pieces;
    A carry = 0;
    for (i64 first = 0; first < pieces; first += THREADS) {
        const i64 p = first + threadIdx.x;
        const A own = p < pieces ? row[p] : 0;
        A total;
        const A before = before_in_block(own, total);
        if (p < pieces) row[p] = sum_of(carry, before);
        carry = sum_of(carry, total);
    }
}
