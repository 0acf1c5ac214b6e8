// Elements moved to or from places that i64 indices name, and triangles, of dense blocks; in units of 1, 2, 4, 8 or 16 bytes (`_1` … `_16`).
// Indices outside are told (common/faults.cuh), their elements are 0 or left out.
//
// select:   out[o, k, i] = in[o, indices[k], i] for in [outer, n, inner], a unit a thread, `inner` counted in units of up to 16 bytes:
//           reads and writes every unit of out once, and an index a unit, from the cache for all but the first of a row.
// gather:   out[o, k, i] = in[o, indices[o, k, i], i], an element a thread: 8 bytes of index and one element read, one written.
// scatter:  into[o, indices[o, k, i], i] = from[o, k, i], an element a thread; where an index comes twice, `winners` (index/targets.cu) holds
//           the k that may write, + 1; 0: none comes twice.
// triangle: out = in where column <= row + diagonal (lower) or column >= row + diagonal, otherwise 0; 16 bytes a thread.
//
// Blocks of 256 threads, no shared memory. Bound by memory: coalesced on the side of out (from), on the other one as the indices have it.
#include "common/faults.cuh"
#include "common/pack.cuh"
#include "common/quotient.cuh"
#include "common/space.cuh"

typedef unsigned short u16;
struct __align__(16) u128 { u64 low, high; };

template <class UNIT> DEVICE void select(const UNIT *in, i64 n, i64 inner, const i64 *indices, i64 m, i64 units, UNIT *out, const Faults &faults) {
    const i64 at = thread_number();
    if (at >= units) return;
    const Quotient row = divide(at, inner);
    const Quotient block = divide(row.whole, m);
    const i64 k = named(indices[block.rest], n, block.rest, faults);
    out[at] = k < 0 ? UNIT{} : in[(block.whole * n + k) * inner + row.rest];
}

template <class UNIT> DEVICE void gather(const UNIT *in, i64 n, i64 inner, const i64 *indices, i64 m, i64 count, UNIT *out, const Faults &faults) {
    const i64 at = thread_number();
    if (at >= count) return;
    const Quotient row = divide(at, inner);
    const i64 k = named(indices[at], n, at, faults);
    out[at] = k < 0 ? UNIT{} : in[(divide(row.whole, m).whole * n + k) * inner + row.rest];
}

template <class UNIT> DEVICE void scatter(const UNIT *from, i64 n, i64 inner, const i64 *indices, i64 m, i64 count, const u32 *winners, UNIT *into, const Faults &faults) {
    const i64 at = thread_number();
    if (at >= count) return;
    const Quotient row = divide(at, inner);
    const Quotient block = divide(row.whole, m);
    const i64 place = named(indices[at], n, at, faults);
    const i64 target = (block.whole * n + place) * inner + row.rest;
    if (place >= 0 && (winners == 0 || winners[target] == (u32) block.rest + 1)) into[target] = from[at];
}

template <class UNIT> DEVICE void triangle(const UNIT *in, i64 rows, i64 columns, i64 diagonal, i32 upper, i64 count, UNIT *out) {
    const i32 WIDTH = Width<UNIT>::VALUE;
    const i64 at = thread_number() * WIDTH;
    if (at >= count) return;
    const i32 here = count - at < WIDTH ? (i32) (count - at) : WIDTH;
    Pack<UNIT, WIDTH> pack = load<WIDTH>(in + at, here);
    const Quotient line = divide(at, columns);
    i64 row = divide(line.whole, rows).rest;
    i64 column = line.rest;
#pragma unroll
    for (i32 k = 0; k < WIDTH; k++) {
        const i64 right = column - row - diagonal;
        if (upper ? right < 0 : right > 0) pack.at[k] = UNIT{};
        if (++column == columns) {
            column = 0;
            row = row + 1 == rows ? 0 : row + 1;
        }
    }
    store(out + at, pack, here);
}

#define KERNELS(UNIT, suffix)                                                                                                                            \
    extern "C" __global__ void __launch_bounds__(256) select_##suffix(const UNIT *in, const i64 n, const i64 inner, const i64 *indices, const i64 m,     \
                                                                      const i64 units, UNIT *out, const Faults faults) {                               \
        select(in, n, inner, indices, m, units, out, faults);                                                                                           \
    }                                                                                                                                                    \
    extern "C" __global__ void __launch_bounds__(256) gather_##suffix(const UNIT *in, const i64 n, const i64 inner, const i64 *indices, const i64 m,     \
                                                                      const i64 count, UNIT *out, const Faults faults) {                               \
        gather(in, n, inner, indices, m, count, out, faults);                                                                                           \
    }                                                                                                                                                    \
    extern "C" __global__ void __launch_bounds__(256) scatter_##suffix(const UNIT *from, const i64 n, const i64 inner, const i64 *indices, const i64 m,  \
                                                                       const i64 count, const u32 *winners, UNIT *into, const Faults faults) {          \
        scatter(from, n, inner, indices, m, count, winners, into, faults);                                                                              \
    }                                                                                                                                                    \
    extern "C" __global__ void __launch_bounds__(256) triangle_##suffix(const UNIT *in, const i64 rows, const i64 columns, const i64 diagonal,           \
                                                                        const i32 upper, const i64 count, UNIT *out) {                                  \
        triangle(in, rows, columns, diagonal, upper, count, out);                                                                                       \
    }

KERNELS(u8, 1)
KERNELS(u16, 2)
KERNELS(u32, 4)
KERNELS(u64, 8)

extern "C" __global__ void __launch_bounds__(256) select_16(const u128 *in, const i64 n, const i64 inner, const i64 *indices, const i64 m, const i64 units,
                                                            u128 *out, const Faults faults) {
    select(in, n, inner, indices, m, units, out, faults);
}
