// What comes before and after the sort of long rows by their digits (sort/radix.cu), an element a thread.
//
// keys_narrow, keys_wide: keys[i] = element i as a number that sorts as it does (sort/elements.cuh): reads every element, writes 4 or 8 bytes.
// results: values and i64 indices of the first k of each row of [rows, n], from the order of its positions: reads 4 bytes and an element,
// anywhere in the row, and writes an element and 8 bytes for each.
//
// Blocks of 256 threads. Bound by memory.
#include "common/quotient.cuh"
#include "common/space.cuh"
#include "sort/elements.cuh"

extern "C" __global__ void __launch_bounds__(256) keys_narrow(const void *in, const i32 type, const i32 descending, const i64 count, u32 *keys) {
    const i64 at = thread_number();
    if (at < count) keys[at] = narrow_key(in, at, type, descending);
}

extern "C" __global__ void __launch_bounds__(256) keys_wide(const void *in, const i32 type, const i32 descending, const i64 count, u64 *keys) {
    const i64 at = thread_number();
    if (at < count) keys[at] = wide_key(in, at, type, descending);
}

extern "C" __global__ void __launch_bounds__(256) results(const void *in, const i32 type, const u32 *order, const i64 n, const i64 k, const i64 count, void *values, i64 *indices) {
    const i64 at = thread_number();
    if (at >= count) return;
    const Quotient line = divide(at, k);
    const u32 index = order[line.whole * n + line.rest];
    copy_element(in, line.whole * n + index, type, values, at);
    indices[at] = index;
}
