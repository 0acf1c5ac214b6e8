// Forward substitution with a lower triangle of STEP rows in shared memory, in columns: a right-hand side to each thread, in registers.
#pragma once
#include "linalg/quads.cuh"

#define STEP 32

// x = L^-1 x for the first n rows; what L has behind them is multiplied with zeros, so it must be numbers. `unit`: its diagonal is not read, it is 1.
template <class T> DEVICE void substitute(T (&x)[STEP], const T *l, i32 column, i32 n, bool unit) {
#pragma unroll
    for (i32 k = 0; k < STEP; k++) {
        if (k >= n) break;
        if (!unit) x[k] = x[k] / l[k * column + k];
#pragma unroll
        for (i32 q = (k + 1) / 4 * 4; q < STEP; q += 4) {
            T quad[4];
            load_quad(l + k * column + q, quad);
#pragma unroll
            for (i32 i = 0; i < 4; i++) {
                if (q + i > k) x[q + i] = fused(-x[k], quad[i], x[q + i]);
            }
        }
    }
}
