// LU factors with partial pivoting (lu.cuh) in place of [matrices, n, n] of ELEMENT, with i32 pivots [matrices, n]; what is solved and told with them.
// 2 n^3 / 3 operations.
//
// lanes_8, lanes_16, lanes_32 (n up to that): that many lanes a matrix, 128 threads a block, a row of C to a lane's registers; 1 KiB of
//   shared memory, f64: 2.
// whole: a block of 128 or 256 threads a matrix, which lies in shared memory (dynamic, n (n | 1) elements). Four barriers a column.
// Larger ones in panels of 32 columns of C, three launches each (the third is update.cu):
//   panel: a block of 512 threads a matrix, in device memory: a column is read four times and written twice. Bound by latency: four barriers a column.
//   exchange: 4 warps for 32 columns of C beside the panel: the panel's 32 exchanges at once, and behind the panel the rows of U. 4.4 KiB, f64: 8.4.
// permute: out = rows of `in` [matrices, n, m] exchanged as the pivots say, from the first or the last of them on. 256 threads a tile of 64 columns;
//   n words of dynamic shared memory. Reads and writes every element once.
// determinant: a warp a matrix, in f64: the product of the pivots, negated for each exchange; or its sign and the logarithm of its magnitude.
#include "common/fdlibm/log.cuh"
#include "linalg/lu.cuh"

#define ELEMENT f32
#define PANEL 32
#define THREADS 128
#define PANEL_THREADS 512
#define WIDTH 64
#define EXCHANGED 32

typedef ELEMENT T;

template <i32 N> DEVICE void by_lanes(T *a, i32 *pivots, i32 n, i64 matrices) {
    __shared__ __align__(16) T lines[THREADS / N][2 * N];
    const i32 lane = threadIdx.x % N;
    const i64 matrix = ((i64) blockIdx.x * THREADS + threadIdx.x) / N;
    const bool exists = matrix < matrices && lane < n;
    a += matrix * n * n;
    T row[N];
#pragma unroll
    for (i32 j = 0; j < N; j++) row[j] = exists && j < n ? a[j * n + lane] : (T) (j == lane);
    i32 place;
    const i32 pivot = lu_in_lanes<N>(row, lane, place, lines[threadIdx.x / N]);
    if (!exists) return;
#pragma unroll
    for (i32 j = 0; j < N; j++) {
        if (j < n) a[j * n + place] = row[j];
    }
    pivots[matrix * n + lane] = pivot;
}

extern "C" __global__ void __launch_bounds__(THREADS) lanes_8(T *a, i32 *pivots, const i32 n, const i64 matrices) { by_lanes<8>(a, pivots, n, matrices); }
extern "C" __global__ void __launch_bounds__(THREADS) lanes_16(T *a, i32 *pivots, const i32 n, const i64 matrices) { by_lanes<16>(a, pivots, n, matrices); }
extern "C" __global__ void __launch_bounds__(THREADS) lanes_32(T *a, i32 *pivots, const i32 n, const i64 matrices) { by_lanes<32>(a, pivots, n, matrices); }

extern "C" __global__ void __launch_bounds__(256) whole(T *a, i32 *pivots, const i32 n) {
    __shared__ Candidate<T> best[8];
    DYNAMIC_SHARED(T, shared);
    const i32 stride = n | 1;
    a += (i64) blockIdx.x * n * n;
    for (i32 e = threadIdx.x; e < n * n; e += blockDim.x) shared[e / n * stride + e % n] = a[e];
    lu_in_block(shared, stride, 0, n, n, pivots + (i64) blockIdx.x * n, best);
    for (i32 e = threadIdx.x; e < n * n; e += blockDim.x) a[e] = shared[e / n * stride + e % n];
}

extern "C" __global__ void __launch_bounds__(PANEL_THREADS, 1) panel(T *a, i32 *pivots, const i32 n, const i32 first) {
    __shared__ Candidate<T> best[PANEL_THREADS / 32];
    lu_in_block(a + (i64) blockIdx.x * n * n, n, first, n - first < PANEL ? n - first : PANEL, n, pivots + (i64) blockIdx.x * n, best);
}

// Where the values of row first + lane and of row `outer`, this lane's pivot, come from after the exchanges of a panel of `count` columns. `outer` is
// below 0 where an earlier lane has that row, or the panel itself.
DEVICE void join_exchanges(const i32 *pivots, i32 first, i32 count, i32 lane, i32 &inner_from, i32 &outer, i32 &outer_from) {
    const i32 mine = lane < count ? pivots[first + lane] - 1 : first + lane;
    inner_from = first + lane;
    outer = mine >= first + PANEL ? mine : -1;
    outer_from = mine;
    for (i32 i = 0; i < count; i++) {
        const i32 p = __shfl_sync(ALL_LANES, mine, i);
        const i32 upper = __shfl_sync(ALL_LANES, inner_from, i);
        const u32 same = __ballot_sync(ALL_LANES, mine == p);
        const i32 holder = 31 - __clz(same & (0 - same)); // the first lane with this pivot
        const i32 inside = __shfl_sync(ALL_LANES, inner_from, (p - first) % PANEL);
        const i32 outside = __shfl_sync(ALL_LANES, outer_from, holder);
        const bool within = p < first + PANEL;
        if (lane == i) inner_from = within ? inside : outside;
        if (within && lane == p - first) inner_from = upper;
        if (!within && lane == holder) outer_from = upper;
        if (!within && mine == p && lane > holder) outer = -1;
    }
}

// The columns of C before and behind the panel of `count` columns at `first`.
extern "C" __global__ void __launch_bounds__(THREADS) exchange(T *a, const i32 *pivots, const i32 n, const i32 first, const i32 count) {
    __shared__ T l[PANEL * PANEL];
    __shared__ i32 moves[3][PANEL];
    const i32 lane = threadIdx.x % 32;
    const i32 blocks = (n - count + EXCHANGED - 1) / EXCHANGED;
    const i64 matrix = blockIdx.x / blocks;
    const i32 begin = blockIdx.x % blocks * EXCHANGED;
    const i32 end = n - count < begin + EXCHANGED ? n - count : begin + EXCHANGED;
    a += matrix * n * n;
    for (i32 e = threadIdx.x; e < count * PANEL; e += THREADS) l[e] = e % PANEL < count ? a[(i64) (first + e / PANEL) * n + first + e % PANEL] : (T) 0;
    if (threadIdx.x < 32) {
        i32 inner_from, outer, outer_from;
        join_exchanges(pivots + matrix * n, first, count, lane, inner_from, outer, outer_from);
        moves[0][lane] = inner_from;
        moves[1][lane] = outer;
        moves[2][lane] = outer_from;
    }
    __syncthreads();
    const i32 inner_from = moves[0][lane];
    const i32 outer = moves[1][lane];
    const i32 outer_from = moves[2][lane];
    for (i32 number = begin + threadIdx.x / 32; number < end; number += THREADS / 32) {
        T *const column = a + (i64) (number < first ? number : number + count) * n;
        T value = lane < count ? column[inner_from] : (T) 0;
        const T pushed = outer >= 0 ? column[outer_from] : (T) 0;
        __syncwarp();
        if (outer >= 0) column[outer] = pushed;
        if (number >= first) {
            for (i32 k = 0; k < count; k++) {
                const T u = __shfl_sync(ALL_LANES, value, k);
                if (lane > k) value = fused(-l[k * PANEL + lane], u, value);
            }
        }
        if (lane < count) column[first + lane] = value;
    }
}

extern "C" __global__ void __launch_bounds__(256) permute(const T *in, const i32 *pivots, const i32 n, const i64 m, const i32 backward, T *out) {
    DYNAMIC_SHARED(i32, from);
    const i64 tiles = (m + WIDTH - 1) / WIDTH;
    const i64 matrix = blockIdx.x / tiles;
    const i64 left = blockIdx.x % tiles * WIDTH;
    const i32 columns = m - left < WIDTH ? (i32) (m - left) : WIDTH;
    for (i32 i = threadIdx.x; i < n; i += blockDim.x) from[i] = i;
    __syncthreads();
    if (threadIdx.x == 0) {
        for (i32 i = 0; i < n; i++) {
            const i32 row = backward ? n - 1 - i : i;
            const i32 pivot = pivots[matrix * n + row] - 1;
            const i32 moved = from[row];
            from[row] = from[pivot];
            from[pivot] = moved;
        }
    }
    __syncthreads();
    in += matrix * n * m + left;
    out += matrix * n * m + left;
    for (i64 e = threadIdx.x; e < (i64) n * columns; e += blockDim.x) out[e / columns * m + e % columns] = in[from[e / columns] * m + e % columns];
}

extern "C" __global__ void __launch_bounds__(THREADS) determinant(const T *factors, const i32 *pivots, const i32 n, const i64 matrices, const i32 logarithm, T *result, T *logs) {
    const i64 matrix = ((i64) blockIdx.x * THREADS + threadIdx.x) / 32;
    if (matrix >= matrices) return;
    const i32 lane = threadIdx.x % 32;
    f64 product = 1;
    f64 sum = 0;
    for (i32 k = lane; k < n; k += 32) {
        const f64 pivot = factors[(matrix * n + k) * n + k];
        const f64 turned = pivots[matrix * n + k] == k + 1 ? pivot : -pivot;
        product *= !logarithm || turned == 0 || turned != turned ? turned : turned > 0 ? 1 : -1;
        if (logarithm) sum += fdlibm_log(pivot < 0 ? -pivot : pivot);
    }
    for (i32 half = 16; half > 0; half /= 2) {
        product *= __shfl_down_sync(ALL_LANES, product, half);
        sum += __shfl_down_sync(ALL_LANES, sum, half);
    }
    if (lane > 0) return;
    write(result[matrix], product);
    if (logarithm) write(logs[matrix], sum);
}
