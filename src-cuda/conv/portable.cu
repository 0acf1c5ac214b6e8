// Convolutions and their gradients on any device: products of conv/product.cuh in register tiles, for ELEMENT, computed in f32 (f64 for f64).
//
// large, small: a block of 16 x 16 threads computes 128 x 128 (f64: 64 x 128) or 64 x 64 results, a thread 8 x 8 (4 x 8) or 4 x 4 of them, in steps of
//   8 or 16 rows. Both sides go through two buffers in shared memory, while the next step's elements are on their way in registers; one barrier a
//   step. Where a row lies is worked out once for the block, by carrying digits, without a division.
//   Counted, large in f32: a step reads 2 x 1024 elements for 131072 multiply-adds (64 a element), and 16 x 16 bytes of shared memory for 64 of them
//   a thread and row: bound by arithmetic. Shared memory 21 KiB (small: 21 KiB); at most 128 registers, so two blocks (16 warps) share a multiprocessor.
//   Reads of x are neighbours along the pixels, those of weights along the taps. columns_first: neighbours are columns, otherwise rows.
// add_parts: out[i] = the parts' sums, added in their order; reads parts x 4 (8) bytes and writes an element.
//
// Grid: blocks of results x groups x parts, and in y the phases.
#include "conv/product.cuh"

#define ELEMENT f32
#define THREADS 256
#define SIDE 16

typedef Compute<ELEMENT>::type A;

template <i32 TM, i32 TN, i32 DEPTH> struct Shared {
    static const i32 ROOM = Width<A>::VALUE; // columns of A and B fall on different banks
    A a[2][DEPTH][SIDE * TM + ROOM];
    A b[2][DEPTH][SIDE * TN + ROOM];
    Place columns[SIDE * TN];
    i64 targets[SIDE * TN];
    Place rows[2][DEPTH];
    i64 factors[2][DEPTH];
    Digits digits[DEPTH]; // of the next step's rows: here, since registers are short
    Digits step;
};

// One of a thread's T results along a side: neighbours in packs of 128 bits, the packs of 16 threads beside each other.
template <i32 N> DEVICE i32 along(i32 thread, i32 i) { return (i / N * SIDE + thread) * N + i % N; }

// N neighbouring columns of a row of results.
template <i32 N, class T> DEVICE void put_columns(T *to, const i64 *targets, const A (&values)[N]) {
    const i64 first = targets[0];
    Pack<T, N> pack;
#pragma unroll
    for (i32 l = 0; l < N; l++) write(pack.at[l], values[l]);
    if (first >= 0 && targets[N - 1] == first + N - 1 && is_aligned<T, N>(to + first)) {
        *(Pack<T, N> *) (to + first) = pack;
        return;
    }
#pragma unroll
    for (i32 l = 0; l < N; l++) {
        if (targets[l] >= 0) to[targets[l]] = pack.at[l];
    }
}

template <bool COLUMNS_FIRST, i32 TM, i32 TN, i32 DEPTH>
DEVICE void tile(const Product &product, const ELEMENT *a, const ELEMENT *x, const ELEMENT *bias, A *partials, ELEMENT *out) {
    typedef Shared<TM, TN, DEPTH> Memory;
    __shared__ Memory shared;
    const i32 N = Width<A>::VALUE;
    const i32 BM = SIDE * TM;
    const i32 BN = SIDE * TN;
    const i32 A_EACH = BM * DEPTH / THREADS;
    const i32 B_EACH = BN * DEPTH / THREADS;
    const Side &rows = product.phases[blockIdx.y].rows;
    const Side &columns = product.phases[blockIdx.y].columns;
    const i64 column_tiles = (columns.count + BN - 1) / BN;

    i64 number = blockIdx.x;
    const i32 first_m = (i32) take(number, (product.m + BM - 1) / BM) * BM;
    const i64 part = take(number, product.parts);
    const i64 group = take(number, product.groups);
    const i64 first_column = number * BN;
    if (number >= column_tiles) return; // a phase of fewer pixels than the others
    a += group * product.a_group;
    x += group * product.x_group;

    const i32 thread = threadIdx.x;
    for (i32 j = thread; j < BN; j += THREADS) {
        const bool exists = first_column + j < columns.count;
        const Digits digits = exists ? digits_of(columns, first_column + j) : Digits{0, 0, 0};
        shared.columns[j] = exists ? place_of(columns, digits, product.width) : Place{0, ABSENT, 0};
        shared.targets[j] = exists ? linear_of(columns, digits) : -1;
    }

    const i64 from = part * product.rows_each;
    const i64 to = smaller(rows.count, from + product.rows_each);
    const i32 steps = (i32) (from < to ? (to - from + DEPTH - 1) / DEPTH : 0);
    if (thread < DEPTH && steps > 0) {
        shared.digits[thread] = digits_of(rows, from + thread);
        if (thread == 0) shared.step = digits_of(rows, DEPTH);
    }
    // The rows of step t, into buffer t % 2; one step after the other.
    const auto describe = [&](i32 t) {
        if (thread >= DEPTH) return;
        const bool exists = from + (i64) t * DEPTH + thread < to;
        const Digits digits = exists ? shared.digits[thread] : Digits{0, 0, 0};
        shared.rows[t % 2][thread] = exists ? place_of(rows, digits, product.width) : Place{0, ABSENT, 0};
        shared.factors[t % 2][thread] = exists ? linear_of(rows, digits) : -1;
        if (exists) shared.digits[thread] = sum_of(rows, digits, shared.step);
    };
    ELEMENT next_a[A_EACH];
    A next_b[B_EACH];
    const auto fetch = [&](i32 t) {
        const i64 factor = shared.factors[t % 2][thread % DEPTH];
#pragma unroll
        for (i32 i = 0; i < A_EACH; i++) {
            const i32 m = first_m + thread / DEPTH + i * (THREADS / DEPTH);
            next_a[i] = factor >= 0 && m < product.m ? a[factor + m * product.a_step] : ELEMENT{};
        }
#pragma unroll
        for (i32 i = 0; i < B_EACH; i++) {
            const i32 k = COLUMNS_FIRST ? thread / BN + i * (THREADS / BN) : thread % DEPTH;
            const i32 j = COLUMNS_FIRST ? thread % BN : thread / DEPTH + i * (THREADS / DEPTH);
            next_b[i] = gathered(x, product, shared.rows[t % 2][k], shared.columns[j]);
        }
    };
    const auto keep = [&](i32 t) {
#pragma unroll
        for (i32 i = 0; i < A_EACH; i++) shared.a[t % 2][thread % DEPTH][thread / DEPTH + i * (THREADS / DEPTH)] = read<A>(next_a[i]);
#pragma unroll
        for (i32 i = 0; i < B_EACH; i++) {
            const i32 k = COLUMNS_FIRST ? thread / BN + i * (THREADS / BN) : thread % DEPTH;
            const i32 j = COLUMNS_FIRST ? thread % BN : thread / DEPTH + i * (THREADS / DEPTH);
            shared.b[t % 2][k][j] = next_b[i];
        }
    };

    A sums[TM][TN];
#pragma unroll
    for (i32 i = 0; i < TM; i++) {
#pragma unroll
        for (i32 j = 0; j < TN; j++) sums[i][j] = 0;
    }
    const i32 tx = thread % SIDE;
    const i32 ty = thread / SIDE;
    __syncthreads();
    describe(0);
    __syncthreads();
    if (steps > 0) fetch(0);
    describe(1);
    if (steps > 0) keep(0);
    __syncthreads();
    for (i32 t = 0; t < steps; t++) {
        if (t + 1 < steps) fetch(t + 1);
        describe(t + 2); // those of step t were read before the last barrier
#pragma unroll 2
        for (i32 k = 0; k < DEPTH; k++) {
            A left[TM];
            A right[TN];
#pragma unroll
            for (i32 i = 0; i < TM; i += N) {
                const Pack<A, N> pack = *(const Pack<A, N> *) &shared.a[t % 2][k][along<N>(ty, i)];
#pragma unroll
                for (i32 l = 0; l < N; l++) left[i + l] = pack.at[l];
            }
#pragma unroll
            for (i32 j = 0; j < TN; j += N) {
                const Pack<A, N> pack = *(const Pack<A, N> *) &shared.b[t % 2][k][along<N>(tx, j)];
#pragma unroll
                for (i32 l = 0; l < N; l++) right[j + l] = pack.at[l];
            }
#pragma unroll
            for (i32 i = 0; i < TM; i++) {
#pragma unroll
                for (i32 j = 0; j < TN; j++) sums[i][j] = fused(left[i], right[j], sums[i][j]);
            }
        }
        if (t + 1 < steps) keep(t + 1);
        __syncthreads();
    }

    out += group * product.out_group;
    if (product.parts > 1) partials += group * product.out_group + part * product.outputs;
#pragma unroll
    for (i32 i = 0; i < TM; i++) {
        const i32 m = first_m + along<N>(ty, i);
        if (m >= product.m) continue;
        const A start = bias != nullptr && part == 0 ? read<A>(bias[group * product.m + m]) : (A) 0;
#pragma unroll
        for (i32 j = 0; j < TN; j += N) {
            A values[N];
#pragma unroll
            for (i32 l = 0; l < N; l++) values[l] = start + sums[i][j + l];
            const i64 *targets = &shared.targets[along<N>(tx, j)];
            if (product.parts > 1) put_columns<N>(partials + m * product.out_step, targets, values);
            else put_columns<N>(out + m * product.out_step, targets, values);
        }
    }
}

static const i32 LARGE_M = sizeof(A) == 8 ? 4 : 8;
static const i32 LARGE_BLOCKS = sizeof(A) == 8 ? 1 : 2;
#define ARGUMENTS const ELEMENT *a, const ELEMENT *x, const ELEMENT *bias, A *partials, ELEMENT *out

extern "C" __global__ void __launch_bounds__(256, LARGE_BLOCKS) columns_large(const __grid_constant__ Product product, ARGUMENTS) {
    tile<true, LARGE_M, 8, 8>(product, a, x, bias, partials, out);
}

extern "C" __global__ void __launch_bounds__(256, 2) columns_small(const __grid_constant__ Product product, ARGUMENTS) {
    tile<true, 4, 4, 16>(product, a, x, bias, partials, out);
}

extern "C" __global__ void __launch_bounds__(256, LARGE_BLOCKS) rows_large(const __grid_constant__ Product product, ARGUMENTS) {
    tile<false, LARGE_M, 8, 8>(product, a, x, bias, partials, out);
}

extern "C" __global__ void __launch_bounds__(256, 2) rows_small(const __grid_constant__ Product product, ARGUMENTS) {
    tile<false, 4, 4, 16>(product, a, x, bias, partials, out);
}

extern "C" __global__ void __launch_bounds__(256) add_parts(const A *partials, const i64 outputs, const i32 parts, ELEMENT *out) {
    const i32 N = Width<A>::VALUE;
    const i64 first = ((i64) blockIdx.x * THREADS + threadIdx.x) * N;
    if (first >= outputs) return;
    const i32 count = (i32) smaller(outputs - first, (i64) N);
    Pack<A, N> sum = load<N>(partials + first, count);
#pragma unroll 4
    for (i32 part = 1; part < parts; part++) {
        const Pack<A, N> more = load<N>(partials + part * outputs + first, count);
#pragma unroll
        for (i32 l = 0; l < N; l++) sum.at[l] += more.at[l];
    }
    Pack<ELEMENT, N> result;
#pragma unroll
    for (i32 l = 0; l < N; l++) write(result.at[l], sum.at[l]);
    store<N>(out + first, result, count);
}
