// Matrix products without tensor cores, for every ELEMENT but truth: f32 and f64 by fused multiply-adds, f16 and bf16 widened to f32 and rounded
// once, integers modulo the powers of two that they wrap at. The struct Gemm of gemm/problem.cuh says what is computed.
//
// large:   tiles of 128 x 128 (128 x 64 where sums have 8 bytes), 256 threads of 8 x 8 (8 x 4), 33 KiB (25 KiB) of shared memory. A step over 16 k
//          (8) reads 16 KiB in f32 for 262144 multiply-adds: 32 operations a byte of device memory or second-level cache. A warp reads 2 KiB of
//          shared memory for 2048 multiply-adds, two tiles of k being held while the next lies in registers. Bound by arithmetic.
// medium:  64 x 64, 128 threads of 8 x 4, 17 KiB. small: 32 x 32, 64 threads of 4 x 4, 9 KiB. For fewer tiles than there are multiprocessors.
// product: a thread an element of C: for matrices so small that tiles are mostly edge. Bound by latency.
// dots_1, dots_4, dots_8: a side of up to N, the other one lying along k: a warp 4 (dots_8: 2) rows of it, 64 (32)
//          bytes a lane under way. Reads that side once.
// columns_1, columns_4, columns_8: the same, the long side lying across k. 4 or 8 KiB of shared memory. Bound by memory, like dots.
// join:    the sums of the pieces of k, where these were cut because C has few tiles; one thread an element.
//
// Blocks of 256 threads where nothing else is said; of large one a multiprocessor, since with 128 registers a thread it spills.
// One owner for every element, sums in an order that sizes alone decide.
#include "gemm/problem.cuh"

#define ELEMENT f32
typedef SumOf<ELEMENT>::type S;
#define DEPTH (sizeof(S) == 8 ? 8 : 16)

#include "gemm/skinny.cuh"
#include "gemm/tiles.cuh"

#define WIDE (sizeof(S) == 8)

extern "C" __global__ void __launch_bounds__(256, 1) large(const __grid_constant__ Gemm p) { tiles<128, WIDE ? 64 : 128, 8, WIDE ? 4 : 8>(p); }
extern "C" __global__ void __launch_bounds__(128, WIDE ? 3 : 4) medium(const __grid_constant__ Gemm p) { tiles<64, 64, 8, 4>(p); }
extern "C" __global__ void __launch_bounds__(64, 8) small(const __grid_constant__ Gemm p) { tiles<32, 32, 4, 4>(p); }

extern "C" __global__ void __launch_bounds__(256, 1) dots_1(const __grid_constant__ Gemm p, const i32 swapped) { dots<1, 4>(p, swapped); }
extern "C" __global__ void __launch_bounds__(256, 1) dots_4(const __grid_constant__ Gemm p, const i32 swapped) { dots<4, 4>(p, swapped); }
extern "C" __global__ void __launch_bounds__(256, 1) dots_8(const __grid_constant__ Gemm p, const i32 swapped) { dots<8, 2>(p, swapped); }
extern "C" __global__ void __launch_bounds__(256, 1) columns_1(const __grid_constant__ Gemm p, const i32 swapped) { columns<1>(p, swapped); }
extern "C" __global__ void __launch_bounds__(256, 1) columns_4(const __grid_constant__ Gemm p, const i32 swapped) { columns<4>(p, swapped); }
extern "C" __global__ void __launch_bounds__(256, 1) columns_8(const __grid_constant__ Gemm p, const i32 swapped) { columns<8>(p, swapped); }

extern "C" __global__ void __launch_bounds__(256) product(const __grid_constant__ Gemm p) {
    const i64 at = (i64) blockIdx.x * 256 + threadIdx.x;
    if (at >= p.batch * p.m * p.n) return;
    const i64 row = at / p.n, j = at - row * p.n;
    const i64 b = row / p.m, i = row - b * p.m;
    const View x = rows_of(p, b), y = columns_of(p, b);
    S sum = 0;
#pragma unroll 4
    for (i64 k = 0; k < p.k; k++) sum = multiply_add(x.at(i, k), y.at(j, k), sum);
    deliver<ELEMENT>(p, 0, sum, b, i, j);
}

// The epilogue of sums that lie in partials[pieces, batch, m, n].
extern "C" __global__ void __launch_bounds__(256) join(const __grid_constant__ Gemm p) {
    const i64 at = (i64) blockIdx.x * 256 + threadIdx.x, all = p.batch * p.m * p.n;
    if (at >= all) return;
    const S *from = (const S *) p.partials + at;
    S sum = *from;
#pragma unroll 4
    for (i32 piece = 1; piece < p.pieces; piece++) sum = plus(sum, from[piece * all]);
    const i64 row = at / p.n, j = at - row * p.n;
    const i64 b = row / p.m, i = row - b * p.m;
    write(((ELEMENT *) p.c)[b * p.stride_c + i * p.ldc + j], finished<ELEMENT>(p, sum, b, i, j));
}
