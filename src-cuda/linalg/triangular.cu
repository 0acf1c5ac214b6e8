// X with op(T) X = B in place of B [matrices, n, m] of ELEMENT, for triangles T [matrices, n, n] whose other half is not read.
//
// Rows are taken in the order of substitution: `flags` say whether that is from the last to the first (REVERSED), whether op(T) is T^T, and whether
// the diagonal is 1 and not read (UNIT). In that order every op(T) is a lower triangle.
//
// solve: rows [from, to) of that order, what lies before them having been subtracted. A block for `width` (1 to 64, a power of two) columns of one
//   matrix, 32 to 128 threads: to every column `groups` threads, which share the rows before and add up in a fixed order; then one thread a column
//   substitutes in registers. Steps of 32 rows; tiles of T of 32 x 32 in shared memory, which serve all columns: 1 global and 8 shared reads of 128 bits
//   for 32 multiply-adds. Bound by its latency where there are few columns and matrices. Shared memory 20.5 KiB, f64: 41.
// zero_diagonal: the smallest matrix * n + i whose diagonal element i is 0 (failure.cuh); a thread an element.
#include "linalg/failure.cuh"
#include "linalg/substitution.cuh"

#define ELEMENT f32
#define REVERSED 1
#define TRANSPOSED 2
#define UNIT 4
#define THREADS 128
#define COLUMN QUAD_COLUMN(STEP)

typedef ELEMENT T;

DEVICE i64 actual(i64 row, i32 n, i32 flags) { return flags & REVERSED ? n - 1 - row : row; }

// Rows [row, row + 32) and columns [k, k + 32) of the lower triangle, 0 from row `end` and column `end` on.
DEVICE void load_tile(const T *t, i32 n, i32 flags, i32 row, i32 k, i32 end, T *tile) {
    for (i32 e = threadIdx.x; e < STEP * STEP; e += blockDim.x) {
        const i32 fast = e % STEP;
        const i32 slow = e / STEP;
        const i32 i = flags & TRANSPOSED ? fast : slow;
        const i32 j = flags & TRANSPOSED ? slow : fast;
        T value = 0;
        if (row + i < end && k + j < end && k + j <= row + i) {
            const i64 down = actual(row + i, n, flags);
            const i64 along = actual(k + j, n, flags);
            value = flags & TRANSPOSED ? t[along * n + down] : t[down * n + along];
        }
        tile[j * COLUMN + i] = value;
    }
}

extern "C" __global__ void __launch_bounds__(THREADS, 2) solve(const T *t, T *x, const i32 n, const i64 m, const i32 from, const i32 to, const i32 width,
                                                               const i32 flags) {
    __shared__ __align__(16) T tile[STEP * COLUMN];
    __shared__ T partial[STEP * THREADS];
    const i64 tiles = (m + width - 1) / width;
    const i64 matrix = blockIdx.x / tiles;
    const i32 c = threadIdx.x % width;
    const i32 group = threadIdx.x / width;
    const i32 groups = blockDim.x / width;
    const i64 column = (i64) (blockIdx.x % tiles) * width + c;
    const bool exists = column < m;
    t += matrix * n * n;
    x += matrix * n * m + column;
    for (i32 row = from; row < to; row += STEP) {
        const i32 rows = to - row < STEP ? to - row : STEP;
        T sums[STEP];
#pragma unroll
        for (i32 i = 0; i < STEP; i++) sums[i] = 0;
        for (i32 k = from; k < row; k += STEP) {
            __syncthreads();
            load_tile(t, n, flags, row, k, to, tile);
            __syncthreads();
            for (i32 d = group; d < STEP; d += groups) {
                subtract_column(sums, exists ? x[actual(k + d, n, flags) * m] : (T) 0, tile + d * COLUMN);
            }
        }
        __syncthreads();
        load_tile(t, n, flags, row, row, to, tile);
#pragma unroll
        for (i32 i = 0; i < STEP; i++) partial[(group * STEP + i) * width + c] = sums[i];
        __syncthreads();
        for (i32 i = group; i < STEP; i += groups) {
            T sum = exists && i < rows ? x[actual(row + i, n, flags) * m] : (T) 0;
            for (i32 g = 0; g < groups; g++) sum += partial[(g * STEP + i) * width + c];
            partial[i * width + c] = sum;
        }
        __syncthreads();
        if (group > 0 || !exists) continue;
#pragma unroll
        for (i32 i = 0; i < STEP; i++) sums[i] = partial[i * width + c];
        substitute(sums, tile, COLUMN, rows, flags & UNIT);
#pragma unroll
        for (i32 i = 0; i < STEP; i++) {
            if (i < rows) x[actual(row + i, n, flags) * m] = sums[i];
        }
    }
}

extern "C" __global__ void __launch_bounds__(256) zero_diagonal(const T *t, const i32 n, const i64 elements, u64 *first) {
    const i64 i = (i64) blockIdx.x * blockDim.x + threadIdx.x;
    if (i < elements && t[i * n + i % n] == 0) report_failure(first, i);
}
