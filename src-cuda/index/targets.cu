// Which element of into [outer, n, inner] each index of [outer, m, inner] means, counted row-major: (o n + indices[o, k, i]) inner + i.
// An index outside is told (common/faults.cuh) and means the one behind the last.
//
// targets_32, targets_64: written as keys, to be sorted (sort/radix.cu): 8 bytes read, 4 or 8 written each.
// claim: winners[target] = the largest k + 1 that means it; whole numbers, so the order of the atomic operations does not show.
//
// Blocks of 256 threads, an index each. Bound by memory.
#include "common/faults.cuh"
#include "common/quotient.cuh"
#include "common/space.cuh"

// The target of index `at`, -1 outside; k is its place among the m of its line.
DEVICE i64 target_of(i64 at, i64 n, i64 inner, const i64 *indices, i64 m, const Faults &faults, i64 &k) {
    const Quotient row = divide(at, inner);
    const Quotient block = divide(row.whole, m);
    k = block.rest;
    const i64 place = named(indices[at], n, at, faults);
    return place < 0 ? -1 : (block.whole * n + place) * inner + row.rest;
}

template <class KEY> DEVICE void targets(const i64 *indices, i64 n, i64 inner, i64 m, i64 count, i64 outside, KEY *keys, const Faults &faults) {
    const i64 at = thread_number();
    if (at >= count) return;
    i64 k;
    const i64 target = target_of(at, n, inner, indices, m, faults, k);
    keys[at] = (KEY) (target < 0 ? outside : target);
}

extern "C" __global__ void __launch_bounds__(256) targets_32(const i64 *indices, const i64 n, const i64 inner, const i64 m, const i64 count, const i64 outside,
                                                             u32 *keys, const Faults faults) {
    targets(indices, n, inner, m, count, outside, keys, faults);
}

extern "C" __global__ void __launch_bounds__(256) targets_64(const i64 *indices, const i64 n, const i64 inner, const i64 m, const i64 count, const i64 outside,
                                                             u64 *keys, const Faults faults) {
    targets(indices, n, inner, m, count, outside, keys, faults);
}

extern "C" __global__ void __launch_bounds__(256) claim(const i64 *indices, const i64 n, const i64 inner, const i64 m, const i64 count, u32 *winners, const Faults faults) {
    const i64 at = thread_number();
    if (at >= count) return;
    i64 k;
    const i64 target = target_of(at, n, inner, indices, m, faults, k);
    if (target >= 0) atomicMax(winners + target, (u32) k + 1);
}
