// Thin singular value decompositions A = U diag(s) Vt of A [matrices, m, n] of ELEMENT: U [m, k], s [k] descending, Vt [k, n], k = min(m, n), by the one-sided
// Jacobi method: columns of A (of A^T where that is taller) are turned in pairs until all are orthogonal; then their lengths are s. Of each
// column of U the largest component is positive. Columns below epsilon^2 of the largest element count as 0, and get vectors that complete the others.
// `first` gets the smallest matrix of those with NaN or infinity, or that need more than 40 sweeps (failure.cuh); their results are NaN.
//
// A block of up to 16 warps a matrix, a pair to each warp at a time, all in shared memory: the k columns and V, in lines (l | 1) elements apart: dynamic,
// k ((max(m, n) | 1) + (k | 1)) elements. k - 1 rounds a sweep (k if odd), a barrier each; 6 to 10 sweeps of 5 k^2 (m + n) operations.
// Device memory is read and written once. Bound by shared memory and shuffles.
#include "linalg/jacobi.cuh"

#define ELEMENT f32
#define MOST_WARPS 16

typedef ELEMENT T;

struct Add {
    template <class A> static __device__ __forceinline__ A join(A a, A b) { return a + b; }
};

DEVICE T sum_everywhere(T value) { return from_first(over_lanes<Add>(value, 32), 32); }

DEVICE T dot(const T *x, const T *y, i32 n, i32 lane) {
    T sum = 0;
    for (i32 i = lane; i < n; i += 32) sum = fused(x[i], y[i], sum);
    return sum_everywhere(sum);
}

// Columns at or below this square of their length count as 0; the largest element is near 1.
DEVICE T vanishing() {
    const T epsilon = epsilon_of((T) 0);
    return epsilon * epsilon * epsilon * epsilon;
}

// Makes two columns orthogonal, by a warp. Gives whether they were not.
DEVICE bool turn_pair(T *x, T *y, i32 rows, T *v, T *w, i32 k, T tolerance, i32 lane) {
    const T xx = dot(x, x, rows, lane);
    const T yy = dot(y, y, rows, lane);
    const T xy = dot(x, y, rows, lane);
    if (!(xx > vanishing() && yy > vanishing()) || magnitude(xy) <= tolerance * square_root(xx) * square_root(yy)) return false;
    const Rotation<T> turn = rotation(tangent(xx, xy, yy));
    for (i32 i = lane; i < rows; i += 32) rotate(turn, x[i], y[i]);
    for (i32 i = lane; i < k; i += 32) rotate(turn, v[i], w[i]);
    return true;
}

// Sweeps until all columns are orthogonal. Gives whether that happened.
DEVICE bool orthogonalise(T *columns, i32 stride, i32 rows, T *v, i32 v_stride, i32 k, i32 *turned) {
    const i32 lane = threadIdx.x % 32;
    const i32 warps = blockDim.x / 32;
    const i32 even = k + k % 2;
    const T tolerance = epsilon_of((T) 0) * larger((T) 4, square_root((T) rows));
    for (i32 sweep = 0; sweep < MOST_SWEEPS; sweep++) {
        bool mine = false;
        for (i32 round = 0; round < even - 1; round++) {
            for (i32 i = threadIdx.x / 32; i < even / 2; i += warps) {
                i32 p, q;
                pair_of_round(i, round, even, p, q);
                if (q >= k) continue;
                mine |= turn_pair(columns + p * stride, columns + q * stride, rows, v + p * v_stride, v + q * v_stride, k, tolerance, lane);
            }
            __syncthreads();
        }
        if (lane == 0) turned[threadIdx.x / 32] = mine;
        __syncthreads();
        i32 any = 0;
        for (i32 i = 0; i < warps; i++) any |= turned[i];
        __syncthreads();
        if (any == 0) return true;
    }
    return false;
}

// A unit vector for column `c` that is orthogonal to all whose `lengths` are not 0, by a warp: of the unit vectors the one of which they leave most.
DEVICE void complete(T *columns, i32 stride, i32 rows, i32 k, i32 c, const T *lengths, i32 lane) {
    T least = 2;
    i32 at = 0;
    for (i32 i = lane; i < rows; i += 32) {
        T covered = 0;
        for (i32 j = 0; j < k; j++) {
            if (lengths[j] != 0) covered = fused(columns[j * stride + i], columns[j * stride + i], covered);
        }
        if (covered < least) {
            least = covered;
            at = i;
        }
    }
    for (i32 half = 16; half > 0; half /= 2) {
        const T other = __shfl_xor_sync(ALL_LANES, least, half);
        const i32 there = __shfl_xor_sync(ALL_LANES, at, half);
        if (other < least || (other == least && there < at)) {
            least = other;
            at = there;
        }
    }
    T *const x = columns + c * stride;
    for (i32 i = lane; i < rows; i += 32) x[i] = i == at;
    __syncwarp();
    for (i32 pass = 0; pass < 2; pass++) {
        for (i32 j = 0; j < k; j++) {
            if (lengths[j] == 0) continue;
            const T along = dot(columns + j * stride, x, rows, lane);
            for (i32 i = lane; i < rows; i += 32) x[i] = fused(-along, columns[j * stride + i], x[i]);
        }
    }
    const T length = square_root(dot(x, x, rows, lane));
    for (i32 i = lane; i < rows; i += 32) x[i] /= length;
    __syncwarp();
}

// Columns to unit length, by a warp each; `values` gets the lengths. Those of length 0 are completed by the first warp, one after another.
DEVICE void normalise(T *columns, i32 stride, i32 rows, i32 k, T *values, T *lengths) {
    const i32 lane = threadIdx.x % 32;
    for (i32 c = threadIdx.x / 32; c < k; c += blockDim.x / 32) {
        const T square = dot(columns + c * stride, columns + c * stride, rows, lane);
        const T length = square > vanishing() ? square_root(square) : (T) 0;
        if (lane == 0) values[c] = lengths[c] = length;
        if (length == 0) continue;
        for (i32 i = lane; i < rows; i += 32) columns[c * stride + i] /= length;
    }
    __syncthreads();
    if (threadIdx.x < 32) {
        for (i32 c = 0; c < k; c++) {
            if (lengths[c] != 0) continue;
            complete(columns, stride, rows, k, c, lengths, lane);
            if (lane == 0) lengths[c] = 1;
            __syncwarp();
        }
    }
    __syncthreads();
}

extern "C" __global__ void __launch_bounds__(512, 1) svd(const T *a, const i32 m, const i32 n, T *u, T *s, T *vt, u64 *first) {
    __shared__ T reduced[MOST_WARPS];
    __shared__ i32 turned[MOST_WARPS];
    DYNAMIC_SHARED(T, shared);
    const i64 matrix = blockIdx.x;
    const bool tall = m >= n;
    const i32 rows = tall ? m : n;
    const i32 k = tall ? n : m;
    const i32 stride = rows | 1;
    const i32 v_stride = k | 1;
    T *const columns = shared;
    T *const v = columns + k * stride;
    T *const values = v + k * v_stride;
    T *const lengths = values + k;
    i32 *const order = (i32 *) (lengths + k);
    a += matrix * m * n;
    u += matrix * m * k;
    s += matrix * k;
    vt += matrix * k * n;
    T most = 0;
    for (i32 e = threadIdx.x; e < m * n; e += blockDim.x) {
        const i32 i = e / n;
        const i32 j = e % n;
        most = larger(most, magnitude(a[e]));
        columns[tall ? j * stride + i : i * stride + j] = a[e];
    }
    for (i32 e = threadIdx.x; e < k * k; e += blockDim.x) v[e / k * v_stride + e % k] = e / k == e % k;
    most = largest_of_block(most, reduced);
    bool found = most - most == 0;
    T power = 1;
    if (found) {
        T reciprocal;
        powers_near(most, power, reciprocal);
        for (i32 e = threadIdx.x; e < k * rows; e += blockDim.x) columns[e / rows * stride + e % rows] *= reciprocal;
        __syncthreads();
        found = orthogonalise(columns, stride, rows, v, v_stride, k, turned);
    }
    if (!found && threadIdx.x == 0) report_failure(first, matrix);
    normalise(columns, stride, rows, k, values, lengths);
    const T *const left = tall ? columns : v;
    const T *const right = tall ? v : columns;
    const i32 left_stride = tall ? stride : v_stride;
    const i32 right_stride = tall ? v_stride : stride;
    for (i32 c = threadIdx.x; c < k; c += blockDim.x) {
        const T value = values[c];
        i32 rank = 0;
        for (i32 j = 0; j < k; j++) rank += found ? values[j] > value || (values[j] == value && j < c) : j < c;
        order[rank] = c;
        lengths[c] = !found ? not_a_number((T) 0) : largest_is_negative(left + c * left_stride, m) ? (T) -1 : (T) 1;
        s[rank] = found ? value * power : not_a_number((T) 0);
    }
    __syncthreads();
    for (i32 e = threadIdx.x; e < m * k; e += blockDim.x) u[e] = left[order[e % k] * left_stride + e / k] * lengths[order[e % k]];
    for (i32 e = threadIdx.x; e < k * n; e += blockDim.x) vt[e] = right[order[e / n] * right_stride + e % n] * lengths[order[e / n]];
}
