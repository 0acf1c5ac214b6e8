// Copies and fills of strided regions, of units of 1, 2, 4, 8 or 16 bytes (UNIT).
//
// copy:  to[o(i)] = from[p(i)] for row-major i below n, one unit a thread. Neighbouring threads write neighbours; neighbours that lie
//        together on both sides are moved as units of up to 16 bytes. Reads and writes every unit once.
// tiles: where the source is dense along another dimension than the target: squares of 32 x 32 units, turned in shared memory
//        (33 rows of it, so that columns fall on different banks: 4.2 KiB for 4 bytes), 32 x 8 threads. One tile a block.
// fill:  to[o(i)] = value, one unit a thread; writes every unit once.
//
// Blocks of 256 threads. Bound by memory.
#include "common/space.cuh"

#define UNIT u32
#define SIDE 32
#define ROWS 8

struct __align__(16) u128 { u64 low, high; };
typedef unsigned short u16;

extern "C" __global__ void __launch_bounds__(256) copy(const Space<2> space, const i64 n, const UNIT *from, UNIT *to) {
    const i64 i = thread_number();
    if (i >= n) return;
    i64 o[2];
    place(space, i, o);
    to[o[1]] = from[o[0]];
}

// The source is dense along `across`, the target along `along`; `planes` are all other dimensions.
extern "C" __global__ void __launch_bounds__(256) tiles(const Space<2> planes, const i64 across, const i64 along, const i64 from_step, const i64 to_step,
                                                        const UNIT *from, UNIT *to) {
    __shared__ UNIT tile[SIDE][SIDE + 1];
    const i64 tiles_along = (along + SIDE - 1) / SIDE;
    const i64 tiles_across = (across + SIDE - 1) / SIDE;
    const i64 plane = blockIdx.x / (tiles_along * tiles_across);
    const i64 number = blockIdx.x - plane * (tiles_along * tiles_across);
    const i64 p = number / tiles_along * SIDE;
    const i64 q = number % tiles_along * SIDE;
    const i32 column = threadIdx.x % SIDE;
    i64 o[2];
    place(planes, plane, o);
    for (i32 row = threadIdx.x / SIDE; row < SIDE; row += ROWS) {
        if (q + row < along && p + column < across) tile[row][column] = from[o[0] + (q + row) * from_step + p + column];
    }
    __syncthreads();
    for (i32 row = threadIdx.x / SIDE; row < SIDE; row += ROWS) {
        if (p + row < across && q + column < along) to[o[1] + (p + row) * to_step + q + column] = tile[column][row];
    }
}

extern "C" __global__ void __launch_bounds__(256) fill(const Space<1> space, const i64 n, UNIT *to, const u64 value) {
    const i64 i = thread_number();
    if (i >= n) return;
    i64 o[1];
    place(space, i, o);
    to[o[0]] = *(const UNIT *) &value;
}
