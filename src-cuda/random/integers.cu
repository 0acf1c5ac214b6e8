// Whole numbers of ELEMENT (i32, i64, u8), uniform in [low, low + range): the high half of a word times the range. Bit for bit the CPU's
// (kernels.cpu.PhiloxFill). A thread makes one block of four words: 4 elements, of i64 2. Writes every element once.
// Blocks of 256 threads, no shared memory. Bound by memory.
#include "common/pack.cuh"
#include "common/philox.cuh"

#define ELEMENT i32
#define PER_BLOCK (sizeof(ELEMENT) == 8 ? 2 : 4)

extern "C" __global__ void __launch_bounds__(256) integers(const Stream stream, const i64 n, const i64 low, const u64 range, ELEMENT *out) {
    const i64 block = (i64) blockIdx.x * blockDim.x + threadIdx.x;
    const i64 first = block * PER_BLOCK;
    if (first >= n) return;
    const Words words = block_of(stream, block);
    Pack<ELEMENT, PER_BLOCK> elements;
#pragma unroll
    for (i32 k = 0; k < PER_BLOCK; k++) {
        const u64 value = PER_BLOCK == 4 ? words.at[k] * range >> 32 : __umul64hi(pair_of(words, k & 1), range);
        elements.at[k] = (ELEMENT) ((u64) low + value);
    }
    store(out + first, elements, n - first < PER_BLOCK ? (i32) (n - first) : PER_BLOCK);
}
