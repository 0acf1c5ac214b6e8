// Lower Cholesky factors L of symmetric positive definite matrices, in place of [matrices, n, n] of ELEMENT; the upper triangle becomes 0.
// `first` gets the smallest matrix * n + pivot whose pivot is not positive (failure.cuh); that matrix's factor then holds NaN. n^3 / 3 operations,
// each element read and written once up to n = 128 (f32; 96 f64).
//
// lanes_8, lanes_16, lanes_32 (n up to that): that many lanes a matrix, 128 threads a block; a row in each lane's registers (cholesky_warp.cuh).
//   Rows are read as columns, which are the same and lie together; they are turned in shared memory (17.5 KiB, f64: 35) to be written.
// square: a block of 64..256 threads a matrix, which lies in shared memory (dynamic, n (n + 4) elements, 66 KiB for n = 128).
// Larger ones in panels of 64 columns, three launches each:
//   square: the 64 x 64 on the diagonal.
//   panel: 64 threads a tile of 64 rows solve for the columns below the factored diagonal block, a row to each thread. Dynamic shared memory of
//     2 x 64 x 68 elements.
//   update: a block a tile of the lower triangle behind the panel subtracts the panel's products (update.cuh; 8.5 KiB, f64: 17). Reads and writes
//     what is left once a panel: n^3 / 384 elements both ways, 2 x 64 operations for each.
#include "linalg/cholesky_block.cuh"
#include "linalg/update.cuh"

#define ELEMENT f32

typedef ELEMENT T;

template <i32 N> DEVICE void by_lanes(T *a, i32 n, i64 matrices, u64 *first) {
    constexpr i32 EACH = 32 / N;
    __shared__ T turned[4][32][33];
    __shared__ __align__(16) T lines[4 * EACH][2 * N];
    const i32 lane = threadIdx.x % N;
    const i64 matrix = ((i64) blockIdx.x * 4 + threadIdx.x / 32) * EACH + threadIdx.x % 32 / N;
    const bool exists = matrix < matrices;
    a += matrix * n * n;
    T row[N];
#pragma unroll
    for (i32 j = 0; j < N; j++) row[j] = exists && j < n && lane < n ? a[j * n + lane] : (T) (j == lane);
    const i32 failure = factor_in_lanes<N>(row, lane, lines[threadIdx.x / N]);
    T(*const tile)[33] = turned[threadIdx.x / 32] + threadIdx.x % 32 / N * N;
#pragma unroll
    for (i32 j = 0; j < N; j++) tile[lane][j] = j > lane ? (T) 0 : failure == NO_FAILURE ? row[j] : not_a_number((T) 0);
    __syncwarp();
    if (!exists) return;
    if (lane < n) {
        for (i32 i = 0; i < n; i++) a[i * n + lane] = tile[i][lane];
    }
    if (failure != NO_FAILURE && lane == 0) report_failure(first, matrix * n + failure);
}

extern "C" __global__ void __launch_bounds__(128) lanes_8(T *a, const i32 n, const i64 matrices, u64 *first) { by_lanes<8>(a, n, matrices, first); }
extern "C" __global__ void __launch_bounds__(128) lanes_16(T *a, const i32 n, const i64 matrices, u64 *first) { by_lanes<16>(a, n, matrices, first); }
extern "C" __global__ void __launch_bounds__(128) lanes_32(T *a, const i32 n, const i64 matrices, u64 *first) { by_lanes<32>(a, n, matrices, first); }

// The `width` x `width` block on the diagonal at k of each matrix.
extern "C" __global__ void __launch_bounds__(256, 1) square(T *a, const i32 n, const i32 k, const i32 width, u64 *first) {
    __shared__ i32 failure;
    __shared__ __align__(16) T lines[2 * STEP];
    DYNAMIC_SHARED(T, shared);
    const i64 stride = n;
    const i32 column = QUAD_COLUMN(width);
    const i32 filled = (width + 3) / 4 * 4;
    a += blockIdx.x * stride * n + k * (stride + 1);
    for (i32 e = threadIdx.x; e < filled * filled; e += blockDim.x) {
        const i32 i = e % filled;
        const i32 j = e / filled;
        shared[j * column + i] = i < width && j < width ? a[j * stride + i] : (T) 0;
    }
    const i32 failed = factor_in_block(shared, column, width, &failure, lines);
    for (i32 e = threadIdx.x; e < width * width; e += blockDim.x) {
        const i32 i = e / width;
        const i32 j = e % width;
        a[i * stride + j] = j > i ? (T) 0 : failed == NO_FAILURE ? shared[j * column + i] : not_a_number((T) 0);
    }
    if (failed != NO_FAILURE && threadIdx.x == 0) report_failure(first, (i64) blockIdx.x * n + k + failed);
}

// Columns [k, k + 64) of the rows below them, and 0 in the places across the diagonal.
extern "C" __global__ void __launch_bounds__(TILE, 1) panel(T *a, const i32 n, const i32 k, const i32 tiles) {
    DYNAMIC_SHARED(T, shared);
    T *const l = shared;
    T *const x = shared + TILE * TILE_COLUMN;
    const i64 stride = n;
    const i32 top = k + TILE + (i32) (blockIdx.x % tiles) * TILE;
    const i32 rows = n - top < TILE ? n - top : TILE;
    a += blockIdx.x / tiles * stride * n;
    const T *const diagonal = a + k * stride + k;
    T *const below = a + top * stride + k;
    for (i32 e = threadIdx.x; e < TILE * TILE; e += TILE) {
        // 16 neighbours of 4 rows at once: whole sectors, and few threads write one bank.
        const i32 j = e % 16 + e / 64 % 4 * 16;
        const i32 i = e / 16 % 4 + e / 256 * 4;
        l[j * TILE_COLUMN + i] = diagonal[i * stride + j];
        x[j * TILE_COLUMN + i] = i < rows ? below[i * stride + j] : (T) 0;
    }
    __syncthreads();
    T *const mine = x + threadIdx.x;
#pragma unroll 1
    for (i32 half = 0; half < TILE; half += STEP) {
        T part[STEP];
#pragma unroll
        for (i32 j = 0; j < STEP; j++) part[j] = mine[(half + j) * TILE_COLUMN];
#pragma unroll 1
        for (i32 d = 0; d < half; d++) subtract_column(part, mine[d * TILE_COLUMN], l + d * TILE_COLUMN + half);
        substitute(part, l + half * TILE_COLUMN + half, TILE_COLUMN, STEP, false);
#pragma unroll
        for (i32 j = 0; j < STEP; j++) mine[(half + j) * TILE_COLUMN] = part[j];
    }
    __syncthreads();
    T *const across = a + k * stride + top;
    for (i32 e = threadIdx.x; e < TILE * TILE; e += TILE) {
        const i32 j = e % 16 + e / 64 % 4 * 16;
        const i32 i = e / 16 % 4 + e / 256 * 4;
        if (i < rows) below[i * stride + j] = x[j * TILE_COLUMN + i];
        if (threadIdx.x < rows) across[e / TILE * stride + threadIdx.x] = 0;
    }
}

// Behind the panel of columns [k, k + 64): a block a tile of the lower triangle, `tiles` of them in each matrix.
extern "C" __global__ void __launch_bounds__(TILE_THREADS, 2) update(T *a, const i32 n, const i32 k, const i32 tiles) {
    __shared__ __align__(16) T shared[2 * DEPTH * TILE_COLUMN];
    const i64 stride = n;
    i32 down, along;
    place_in_triangle(blockIdx.x % tiles, down, along);
    const i32 top = k + TILE + down * TILE;
    const i32 left = k + TILE + along * TILE;
    const i32 rows = n - top < TILE ? n - top : TILE;
    const i32 columns = n - left < TILE ? n - left : TILE;
    a += blockIdx.x / tiles * stride * n;
    T sums[4][4];
    multiply_tile(Strided<T>{a + top * stride + k, stride, 1}, Strided<T>{a + left * stride + k, stride, 1}, rows, columns, TILE, shared, sums);
    subtract_tile(sums, a + top * stride + left, stride, rows, columns);
}
