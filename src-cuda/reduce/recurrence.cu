// Recurrences along the middle dimension of dense [outer, n, inner] of ELEMENT, each state in f64, rounded to ELEMENT:
//   linear        y_k = x_k + a_k y_{k-1}, y_0 = x_0; or, `reverse`, from the last element on: y_k = x_k + a_k y_{k+1}
//   exponentials  y_k = log sum_{j <= k} exp(x_j), the sum kept relative to the largest element so far
// Reads every element once (long rows twice), writes it once; a multiply-add, or an exponential and a logarithm, for each (long rows: two).
//
// lines: a thread a line, element after element: for inner > 1, where neighbours lie side by side, and for short rows.
// rows (inner = 1): a block for each piece of 2048 elements of a row, 8 neighbours a thread. A stretch of elements is one map of the state before it, and
// maps are composed in a fixed tree (Blelloch 1990). Long rows: totals writes each piece's map, carries (a block a row) what stands before each piece.
//
// Blocks of 256 threads; shared memory for 8 maps. Bound by memory; exponentials in f64 by arithmetic.
#include "softmax/line.cuh"

#define ELEMENT f32
#define THREADS 256
#define ITEMS 8
#define PIECE (THREADS * ITEMS)

// The map y -> value + factor y; before the first element of a line there is no y, so its factor is 0.
struct Affine {
    f64 value;
    f64 factor;
};

DEVICE f64 from_lane_before(f64 value, i32 distance) { return __shfl_up_sync(ALL_LANES, value, distance); }
DEVICE Affine from_lane_before(Affine a, i32 distance) { return Affine{from_lane_before(a.value, distance), from_lane_before(a.factor, distance)}; }
DEVICE ExpSum<f64> from_lane_before(ExpSum<f64> a, i32 distance) { return ExpSum<f64>{from_lane_before(a.most, distance), from_lane_before(a.sum, distance)}; }

struct Linear {
    typedef Affine State;
    const ELEMENT *x;
    const ELEMENT *a;
    __device__ __forceinline__ State at(i64 place, bool first) const { return State{read<f64>(x[place]), first ? 0 : read<f64>(a[place])}; }
    static __device__ __forceinline__ State join(State before, State after) {
        return State{after.value + after.factor * before.value, before.factor * after.factor};
    }
    static __device__ __forceinline__ f64 result(State state) { return state.value; }
};

struct Exponentials {
    typedef ExpSum<f64> State;
    const ELEMENT *x;
    const ELEMENT *unused;
    __device__ __forceinline__ State at(i64 place, bool) const { return with(no_exp_sum<f64>(), read<f64>(x[place])); }
    static __device__ __forceinline__ State join(State before, State after) { return JoinExpSums::join(before, after); }
    static __device__ __forceinline__ f64 result(State state) { return log_sum_exp(state); }
};

// The state of all threads before this one, where there are any; `total` is that of all.
template <class Kind> DEVICE typename Kind::State before_in_block(typename Kind::State state, typename Kind::State &total) {
    typedef typename Kind::State State;
    __shared__ State shared[THREADS / 32];
    const i32 lane = threadIdx.x % 32;
    const i32 warp = threadIdx.x / 32;
#pragma unroll
    for (i32 distance = 1; distance < 32; distance *= 2) {
        const State other = from_lane_before(state, distance);
        if (lane >= distance) state = Kind::join(other, state);
    }
    if (lane == 31) shared[warp] = state;
    __syncthreads();
    State before = shared[0];
    total = shared[0];
#pragma unroll
    for (i32 w = 1; w < THREADS / 32; w++) {
        if (w == warp) before = total;
        total = Kind::join(total, shared[w]);
    }
    __syncthreads();
    const State here = from_lane_before(state, 1);
    return lane == 0 ? before : warp == 0 ? here : Kind::join(before, here);
}

template <class Kind> DEVICE void lines_of(const Kind &kind, i64 lines, i64 n, i64 inner, i32 reverse, ELEMENT *out) {
    const i64 line = (i64) blockIdx.x * THREADS + threadIdx.x;
    if (line >= lines) return;
    const i64 start = line / inner * n * inner + line % inner;
    typename Kind::State state;
    for (i64 j = 0; j < n; j++) {
        const i64 place = start + (reverse ? n - 1 - j : j) * inner;
        state = j == 0 ? kind.at(place, true) : Kind::join(state, kind.at(place, false));
        write(out[place], Kind::result(state));
    }
}

// Element j of a row in the order of the recurrence.
DEVICE i64 place_of(i64 row, i64 n, i64 j, i32 reverse) { return row * n + (reverse ? n - 1 - j : j); }

// The states of a thread's elements, each with those of the thread before it; what lies beyond the row stays out.
template <class Kind> DEVICE void states_of(const Kind &kind, i64 row, i64 n, i64 first, i32 reverse, typename Kind::State (&states)[ITEMS]) {
    typename Kind::State state = {};
#pragma unroll
    for (i32 k = 0; k < ITEMS; k++) {
        if (first + k < n) {
            const auto own = kind.at(place_of(row, n, first + k, reverse), first + k == 0);
            state = k == 0 ? own : Kind::join(state, own);
        }
        states[k] = state;
    }
}

template <class Kind> DEVICE void rows_of(const Kind &kind, i64 n, i64 pieces, i32 reverse, const typename Kind::State *carries, ELEMENT *out) {
    typedef typename Kind::State State;
    const i64 row = blockIdx.x / pieces;
    const i64 piece = blockIdx.x - row * pieces;
    const i64 first = piece * PIECE + threadIdx.x * ITEMS;
    State states[ITEMS];
    states_of(kind, row, n, first, reverse, states);
    State total;
    State before = before_in_block<Kind>(states[ITEMS - 1], total);
    if (piece > 0) before = threadIdx.x > 0 ? Kind::join(carries[blockIdx.x], before) : carries[blockIdx.x];
#pragma unroll
    for (i32 k = 0; k < ITEMS; k++) {
        if (first + k < n) write(out[place_of(row, n, first + k, reverse)], Kind::result(piece + threadIdx.x > 0 ? Kind::join(before, states[k]) : states[k]));
    }
}

template <class Kind> DEVICE void totals_of(const Kind &kind, i64 n, i64 pieces, i32 reverse, typename Kind::State *totals) {
    typedef typename Kind::State State;
    const i64 row = blockIdx.x / pieces;
    State states[ITEMS];
    states_of(kind, row, n, (blockIdx.x - row * pieces) * PIECE + threadIdx.x * ITEMS, reverse, states);
    State total;
    before_in_block<Kind>(states[ITEMS - 1], total);
    if (threadIdx.x == 0) totals[blockIdx.x] = total;
}

// The first piece of a row has nothing before it, and its place stays as it is.
template <class Kind> DEVICE void carries_of(typename Kind::State *states, i64 pieces) {
    typedef typename Kind::State State;
    State *const row = states + blockIdx.x * pieces;
    State carry = {};
    for (i64 first = 0; first < pieces; first += THREADS) {
        const i64 p = first + threadIdx.x;
        State own = {};
        if (p < pieces) own = row[p];
        State total;
        State before = before_in_block<Kind>(own, total);
        if (first > 0) before = threadIdx.x > 0 ? Kind::join(carry, before) : carry;
        if (p < pieces && p > 0) row[p] = before;
        carry = first > 0 ? Kind::join(carry, total) : total;
    }
}

#define KERNELS(Kind, name)                                                                                                                              \
    extern "C" __global__ void __launch_bounds__(256) name##_lines(const ELEMENT *x, const ELEMENT *a, const i64 lines, const i64 n, const i64 inner,      \
            const i32 reverse, ELEMENT *out) {                                                                                                             \
        lines_of(Kind{x, a}, lines, n, inner, reverse, out);                                                                                               \
    }                                                                                                                                                      \
    extern "C" __global__ void __launch_bounds__(256) name##_rows(const ELEMENT *x, const ELEMENT *a, const i64 n, const i64 pieces, const i32 reverse,    \
            const Kind::State *carries, ELEMENT *out) {                                                                                                    \
        rows_of(Kind{x, a}, n, pieces, reverse, carries, out);                                                                                             \
    }                                                                                                                                                      \
    extern "C" __global__ void __launch_bounds__(256) name##_totals(const ELEMENT *x, const ELEMENT *a, const i64 n, const i64 pieces, const i32 reverse,  \
            Kind::State *totals) {                                                                                                                         \
        totals_of(Kind{x, a}, n, pieces, reverse, totals);                                                                                                 \
    }                                                                                                                                                      \
    extern "C" __global__ void __launch_bounds__(256) name##_carries(Kind::State *states, const i64 pieces) { carries_of<Kind>(states, pieces); }
KERNELS(Linear, linear)
KERNELS(Exponentials, exponentials)
