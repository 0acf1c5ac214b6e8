// Eigenvalues w [matrices, n], ascending, and eigenvectors V, in columns, in place of symmetric A [matrices, n, n] of ELEMENT, by the cyclic Jacobi
// method with disjoint pairs at once: of each vector the largest component is positive. `first` gets the smallest matrix * n of a matrix with NaN or
// infinity, or that needs more than 40 sweeps (failure.cuh); its results are NaN.
//
// A block of 32 to 512 threads a matrix, all in shared memory: A and V of N = n + n % 2 rows, (N | 1) elements apart, and a few lines: dynamic,
// 2 N (N | 1) + 4 N elements, 34 KiB for n = 64 in f32 and 134 KiB for 128. A round turns N / 2 pairs: A in blocks of 2 x 2, of which those above
// the diagonal are computed and written twice, V in rows; two barriers. N - 1 rounds a sweep, 6 to 10 sweeps; 9 n^3 operations a sweep.
// Device memory is read and written once. Bound by barriers and shared memory.
#include "linalg/jacobi.cuh"

#define ELEMENT f32
#define MOST_WARPS 16

typedef ELEMENT T;

// The two rows and columns that meet in block (i, j), of pairs i and j.
DEVICE void turn_block(T *a, i32 stride, const Rotation<T> &down, const Rotation<T> &along, i32 p, i32 q, i32 r, i32 s) {
    T pr = a[p * stride + r], ps = a[p * stride + s], qr = a[q * stride + r], qs = a[q * stride + s];
    rotate(along, pr, ps);
    rotate(along, qr, qs);
    rotate(down, pr, qr);
    rotate(down, ps, qs);
    a[p * stride + r] = a[r * stride + p] = pr;
    a[p * stride + s] = a[s * stride + p] = ps;
    a[q * stride + r] = a[r * stride + q] = qr;
    a[q * stride + s] = a[s * stride + q] = qs;
}

// Blocks (i, j) with i <= j of half x half: rows i and half - 1 - i together have half + 1 of them.
DEVICE void turn_matrix(T *a, i32 stride, i32 half, i32 round, const Rotation<T> *rotations, const T *tangents) {
    for (i32 e = threadIdx.x; e < (half + 1) / 2 * (half + 1); e += blockDim.x) {
        const i32 upper = e / (half + 1);
        i32 i = upper;
        i32 j = upper + e % (half + 1);
        if (j >= half) {
            i = half - 1 - upper;
            j = j - half + i;
            if (i == upper) continue;
        }
        i32 p, q, r, s;
        pair_of_round(i, round, 2 * half, p, q);
        pair_of_round(j, round, 2 * half, r, s);
        if (i < j) {
            if (tangents[i] == 0 && tangents[j] == 0) continue;
            turn_block(a, stride, rotations[i], rotations[j], p, q, r, s);
        } else if (tangents[i] != 0) {
            const T taken = tangents[i] * a[p * stride + q];
            a[p * stride + p] -= taken;
            a[q * stride + q] += taken;
            a[p * stride + q] = a[q * stride + p] = 0;
        }
    }
}

DEVICE void turn_vectors(T *v, i32 stride, i32 n, i32 half, i32 round, const Rotation<T> *rotations, const T *tangents) {
    for (i32 e = threadIdx.x; e < half * n; e += blockDim.x) {
        if (tangents[e / n] == 0) continue;
        i32 p, q;
        pair_of_round(e / n, round, 2 * half, p, q);
        rotate(rotations[e / n], v[p * stride + e % n], v[q * stride + e % n]);
    }
}

// Sweeps until nothing is left to be turned. Gives whether that happened.
DEVICE bool diagonalise(T *a, T *v, i32 stride, i32 n, i32 half, T limit, Rotation<T> *rotations, T *tangents, i32 *turned) {
    for (i32 sweep = 0; sweep < MOST_SWEEPS; sweep++) {
        if ((i32) threadIdx.x < half) turned[threadIdx.x] = 0;
        for (i32 round = 0; round < 2 * half - 1; round++) {
            for (i32 i = threadIdx.x; i < half; i += blockDim.x) {
                i32 p, q;
                pair_of_round(i, round, 2 * half, p, q);
                const T between = a[p * stride + q];
                const T t = magnitude(between) > limit ? tangent(a[p * stride + p], between, a[q * stride + q]) : (T) 0;
                tangents[i] = t;
                rotations[i] = rotation(t);
                if (t != 0) turned[i] = 1;
            }
            __syncthreads();
            turn_matrix(a, stride, half, round, rotations, tangents);
            turn_vectors(v, stride, n, half, round, rotations, tangents);
            __syncthreads();
        }
        i32 any = 0;
        for (i32 i = 0; i < half; i++) any |= turned[i];
        __syncthreads();
        if (any == 0) return true;
    }
    return false;
}

extern "C" __global__ void __launch_bounds__(512, 1) eigen(T *a, T *w, const i32 n, u64 *first) {
    __shared__ T reduced[MOST_WARPS];
    DYNAMIC_SHARED(T, shared);
    const i64 matrix = blockIdx.x;
    const i32 even = n + n % 2;
    const i32 stride = even | 1;
    T *const work = shared;
    T *const v = work + even * stride;
    Rotation<T> *const rotations = (Rotation<T> *) (v + even * stride);
    T *const tangents = (T *) (rotations + even / 2);
    T *const values = tangents + even / 2;
    i32 *const order = (i32 *) (values + even);
    i32 *const turned = order + even;
    a += matrix * n * n;
    w += matrix * n;
    T most = 0;
    for (i32 e = threadIdx.x; e < even * even; e += blockDim.x) {
        const i32 i = e / even;
        const i32 j = e % even;
        const T value = i < n && j < n ? a[i * n + j] : (T) 0;
        most = larger(most, magnitude(value));
        work[i * stride + j] = value;
        v[i * stride + j] = i == j;
    }
    most = largest_of_block(most, reduced);
    bool found = most - most == 0;
    T power = 1;
    if (found) {
        T reciprocal;
        powers_near(most, power, reciprocal);
        for (i32 e = threadIdx.x; e < even * even; e += blockDim.x) work[e / even * stride + e % even] *= reciprocal;
        __syncthreads();
        found = diagonalise(work, v, stride, n, even / 2, epsilon_of((T) 0) * most * reciprocal / n, rotations, tangents, turned);
    }
    if (!found && threadIdx.x == 0) report_failure(first, matrix * n);
    for (i32 k = threadIdx.x; k < n; k += blockDim.x) values[k] = work[k * stride + k];
    __syncthreads();
    for (i32 k = threadIdx.x; k < n; k += blockDim.x) {
        const T value = values[k];
        i32 rank = 0;
        for (i32 j = 0; j < n; j++) rank += found ? values[j] < value || (values[j] == value && j < k) : j < k;
        order[rank] = k;
        w[rank] = found ? value * power : not_a_number((T) 0);
        if (!largest_is_negative(v + k * stride, n)) continue;
        for (i32 i = 0; i < n; i++) v[k * stride + i] = -v[k * stride + i];
    }
    __syncthreads();
    for (i32 e = threadIdx.x; e < n * n; e += blockDim.x) a[e] = found ? v[order[e % n] * stride + e / n] : not_a_number((T) 0);
}
