// C -= A B for `matrices` of ELEMENT: C [rows, columns] with rows `stride` apart, A and B with two strides each (update.cuh), of which one is 1. From one
// matrix to the next it is `next_c`, `next_a`, `next_b` elements. The step of blocked solvers and factorisations behind their panels.
//
// A block of 256 threads a tile of 64 x 64; shared memory 8.5 KiB, f64: 17. 2 depth operations for each element of C, which is read and written once;
// A and B are read once for every 64 columns and rows.
#include "linalg/update.cuh"

#define ELEMENT f32

typedef ELEMENT T;

extern "C" __global__ void __launch_bounds__(TILE_THREADS, 2) subtract_product(T *c, const i64 stride, const i64 next_c, const T *a, const i64 a_across, const i64 a_inward,
                                                                              const i64 next_a, const T *b, const i64 b_across, const i64 b_inward, const i64 next_b,
                                                                              const i64 rows, const i64 columns, const i64 depth) {
    __shared__ __align__(16) T shared[2 * DEPTH * TILE_COLUMN];
    const i64 down = (rows + TILE - 1) / TILE;
    const i64 along = (columns + TILE - 1) / TILE;
    const i64 matrix = blockIdx.x / (down * along);
    const i64 tile = blockIdx.x - matrix * (down * along);
    const i64 top = tile / along * TILE;
    const i64 left = tile % along * TILE;
    const i32 height = rows - top < TILE ? (i32) (rows - top) : TILE;
    const i32 width = columns - left < TILE ? (i32) (columns - left) : TILE;
    T sums[4][4];
    multiply_tile(Strided<T>{a + matrix * next_a + top * a_across, a_across, a_inward}, Strided<T>{b + matrix * next_b + left * b_across, b_across, b_inward}, height, width,
                  depth, shared, sums);
    subtract_tile(sums, c + matrix * next_c + top * stride + left, stride, height, width);
}
