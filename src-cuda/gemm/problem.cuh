// What every rung of the ladder of matrix products is given, and what it does with a sum:
//   C[b, i, j] = act(alpha sum_k op(A)[b, i, k] op(B)[b, k, j] + beta C[b, i, j] + column_bias[j] + row_bias[i])
// row-major with leading dimensions and strides in elements; op(A) is m x k, op(B) k x n. Where k is cut into pieces, each piece's sums go to
// partials[piece, b, i, j], and the kernel `join` adds them in the order of the pieces.
#pragma once
#include "common/arithmetic.cuh"
#include "common/pack.cuh"

// The emulator's compiler takes long for what is written in many places.
#ifdef TENFOLD_EMULATED
#define WRITTEN_ONCE OUTLINED
#else
#define WRITTEN_ONCE DEVICE
#endif

// The type that products of ELEMENT are summed in: narrow floats in f32, integers modulo the powers of two that they wrap at.
template <class E> struct SumOf { typedef f32 type; };
template <> struct SumOf<f64> { typedef f64 type; };
template <> struct SumOf<i64> { typedef i64 type; };
template <> struct SumOf<i32> { typedef i32 type; };
template <> struct SumOf<u8> { typedef i32 type; };

// 168 bytes; kernels.cuda.GemmProblem writes them.
struct Gemm {
    const void *a, *b;
    void *c;
    const void *column_bias, *row_bias;
    void *partials;
    f64 alpha, beta;
    i64 m, n, k, lda, ldb, ldc, stride_a, stride_b, stride_c, batch;
    i64 piece; // of k
    i32 pieces;
    i32 transposed; // 1: A lies as k x m; 2: B as n x k
    i32 packed; // 1, 2, 4: neighbours of A, B, C may be moved as 128 bits
    i32 activation;
};

#define RELU 1
#define GELU 2

DEVICE i32 times(i32 a, i32 b) { return wrapping_mul(a, b); }
DEVICE i64 times(i64 a, i64 b) { return wrapping_mul(a, b); }
DEVICE f32 times(f32 a, f32 b) { return a * b; }
DEVICE f64 times(f64 a, f64 b) { return a * b; }
DEVICE i32 plus(i32 a, i32 b) { return wrapping_add(a, b); }
DEVICE i64 plus(i64 a, i64 b) { return wrapping_add(a, b); }
DEVICE f32 plus(f32 a, f32 b) { return a + b; }
DEVICE f64 plus(f64 a, f64 b) { return a + b; }
DEVICE i32 multiply_add(i32 a, i32 b, i32 sum) { return wrapping_add(wrapping_mul(a, b), sum); }
DEVICE i64 multiply_add(i64 a, i64 b, i64 sum) { return wrapping_add(wrapping_mul(a, b), sum); }
DEVICE f32 multiply_add(f32 a, f32 b, f32 sum) { return fused(a, b, sum); }
DEVICE f64 multiply_add(f64 a, f64 b, f64 sum) { return fused(a, b, sum); }

// x Phi(x), with the normal distribution as a quotient of polynomials in x^2 where it is neither 0 nor 1 in f32 (relative error 2.2e-8).
DEVICE f32 gelu(f32 x) {
    const f32 v = smaller(larger(x, -5.6f), 5.6f);
    const f32 t = v * v;
    const f32 p = fused(fused(fused(fused(fused(2.22966635e-08f, t, 6.28930808e-06f), t, 1.6890887e-4f), t, 4.67722184e-3f), t, 3.39274075e-2f), t, 3.98942272e-1f);
    const f32 q = fused(fused(fused(fused(fused(1.17959993e-06f, t, 7.33359251e-05f), t, 1.88537774e-3f), t, 2.86766541e-2f), t, 2.51709727e-1f), t, 1.0f);
    return x < -5.6f ? 0.0f : x * (v * p / q + 0.5f);
}
DEVICE f64 gelu(f64 x) { return 0.5 * x * (1.0 + erf(x * 0.70710678118654752440)); }
DEVICE i32 gelu(i32 x) { return x; }
DEVICE i64 gelu(i64 x) { return x; }

template <class S> DEVICE S activated(S x, i32 activation) { return activation == RELU ? larger(x, (S) 0) : activation == GELU ? gelu(x) : x; }

// What is stored at (b, i, j) for the sum there.
template <class E, class S> WRITTEN_ONCE S finished(const Gemm &p, S sum, i64 b, i64 i, i64 j) {
    S value = times(Cast<S>::of(p.alpha), sum);
    if (p.beta != 0) value = plus(value, times(Cast<S>::of(p.beta), read<S>(((const E *) p.c)[b * p.stride_c + i * p.ldc + j])));
    if (p.column_bias) value = plus(value, read<S>(((const E *) p.column_bias)[j]));
    if (p.row_bias) value = plus(value, read<S>(((const E *) p.row_bias)[i]));
    return activated(value, p.activation);
}

// The sum at (b, i, j) goes where it belongs.
template <class E, class S> WRITTEN_ONCE void deliver(const Gemm &p, i32 piece, S sum, i64 b, i64 i, i64 j) {
    if (p.pieces > 1) ((S *) p.partials)[((piece * p.batch + b) * p.m + i) * p.n + j] = sum;
    else write(((E *) p.c)[b * p.stride_c + i * p.ldc + j], finished<E>(p, sum, b, i, j));
}

// N sums at (b, i, j) and its right neighbours, as far as these exist.
template <class E, i32 N, class S> WRITTEN_ONCE void deliver(const Gemm &p, i32 piece, const S (&sums)[N], i64 b, i64 i, i64 j) {
    if (p.pieces > 1 || !(p.packed & 4) || j + N > p.n) {
#pragma unroll
        for (i32 l = 0; l < N; l++) {
            if (j + l < p.n) deliver<E>(p, piece, sums[l], b, i, j + l);
        }
        return;
    }
    Pack<E, N> pack;
#pragma unroll
    for (i32 l = 0; l < N; l++) write(pack.at[l], finished<E>(p, sums[l], b, i, j + l));
    *(Pack<E, N> *) ((E *) p.c + b * p.stride_c + i * p.ldc + j) = pack;
}

// Which part of the product a block computes.
struct Place {
    i64 batch, row, column; // of the block's tile, in tiles
    i32 piece;
};

// Blocks that run at the same time share rows and columns, which then are in the second-level cache: eight rows of tiles, column after column.
WRITTEN_ONCE Place place_of(const Gemm &p, i64 block, i64 tiles_down, i64 tiles_across) {
    const i64 tiles = tiles_down * tiles_across;
    const i64 slice = block / tiles;
    const i64 t = block - slice * tiles;
    const i64 band = t / (8 * tiles_across);
    const i64 within = t - band * 8 * tiles_across;
    const i64 height = tiles_down - 8 * band < 8 ? tiles_down - 8 * band : 8;
    const i64 batch = slice / p.pieces;
    return Place{batch, 8 * band + within % height, within / height, (i32) (slice - batch * p.pieces)};
}
