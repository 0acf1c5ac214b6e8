// The first k of each row of [rows, n] in order, values and i64 indices, equal ones in the order that they had: short rows.
//
// A block sorts `tile` slots of shared memory, tile / padded rows of `padded` slots each (powers of two), by Batcher's bitonic network
// (1968): log (log + 1) / 2 stages of padded / 2 comparisons, log = log2 padded. A slot is a key with the index that it had, so no two are
// equal and the order is the stable one: one u64 for types of up to four bytes (narrow), u64 and u32 for the others (wide).
// Comparisons up to 32 slots apart stay in a warp's own 64 slots and need no barrier of the block.
//
// Reads every element once, and those that are written again from the caches; writes 8 bytes + an element for each result.
// Blocks of 256 threads; tile * 8 (narrow: up to 4096 slots, 32 KiB) or tile * 12 bytes (wide: up to 2048, 24 KiB) of shared memory.
// Bound by shared memory from about 64 elements a row on, below by memory.
#include "sort/elements.cuh"

#define THREADS 256

struct Narrow {
    u64 *slots;
    __device__ __forceinline__ Narrow(unsigned char *shared, i32) : slots((u64 *) shared) {}
    __device__ __forceinline__ void read(i32 slot, const void *in, i64 at, i32 type, i32 descending, u32 index) {
        slots[slot] = (u64) narrow_key(in, at, type, descending) << 32 | index;
    }
    __device__ __forceinline__ void last(i32 slot, u32) { slots[slot] = ~0ull; }
    __device__ __forceinline__ u32 index(i32 slot) const { return (u32) slots[slot]; }
    __device__ __forceinline__ void order(i32 a, i32 b, bool ascending) {
        const u64 x = slots[a];
        const u64 y = slots[b];
        if ((y < x) != ascending) return;
        slots[a] = y;
        slots[b] = x;
    }
};

struct Wide {
    u64 *keys;
    u32 *indices;
    __device__ __forceinline__ Wide(unsigned char *shared, i32 tile) : keys((u64 *) shared), indices((u32 *) (keys + tile)) {}
    __device__ __forceinline__ void read(i32 slot, const void *in, i64 at, i32 type, i32 descending, u32 index) {
        keys[slot] = wide_key(in, at, type, descending);
        indices[slot] = index;
    }
    __device__ __forceinline__ void last(i32 slot, u32 index) {
        keys[slot] = ~0ull;
        indices[slot] = index;
    }
    __device__ __forceinline__ u32 index(i32 slot) const { return indices[slot]; }
    __device__ __forceinline__ void order(i32 a, i32 b, bool ascending) {
        const u64 x = keys[a];
        const u64 y = keys[b];
        const u32 i = indices[a];
        const u32 j = indices[b];
        if ((y < x || (y == x && j < i)) != ascending) return;
        keys[a] = y;
        keys[b] = x;
        indices[a] = j;
        indices[b] = i;
    }
};

template <class Slots> DEVICE void sort(Slots slots, i32 tile, i32 padded) {
    bool apart = true; // whether other warps wrote what is read next
    for (i32 size = 2; size <= padded; size *= 2) {
        for (i32 stride = size / 2; stride > 0; stride /= 2) {
            if (apart || stride > 32) __syncthreads();
            else __syncwarp();
            apart = stride > 32;
            for (i32 c = threadIdx.x; c < tile / 2; c += THREADS) {
                const i32 a = 2 * c - (c & (stride - 1));
                slots.order(a, a + stride, (a & (padded - 1) & size) == 0);
            }
        }
    }
    __syncthreads();
}

template <class Slots> DEVICE void rows(unsigned char *shared, const void *in, i32 type, i32 descending, i64 rows, i32 n, i32 k, i32 tile, i32 padded, void *values, i64 *indices) {
    Slots slots(shared, tile);
    const i64 first = (i64) blockIdx.x * (tile / padded);
    for (i32 slot = threadIdx.x; slot < tile; slot += THREADS) {
        const i64 row = first + slot / padded;
        const u32 index = slot & (padded - 1);
        if (row < rows && index < (u32) n) slots.read(slot, in, row * n + index, type, descending, index);
        else slots.last(slot, index);
    }
    sort(slots, tile, padded);
    for (i32 slot = threadIdx.x; slot < tile; slot += THREADS) {
        const i64 row = first + slot / padded;
        const i32 place = slot & (padded - 1);
        if (row >= rows || place >= k) continue;
        const u32 index = slots.index(slot);
        copy_element(in, row * n + index, type, values, row * k + place);
        indices[row * k + place] = index;
    }
}

extern "C" __global__ void __launch_bounds__(256) rows_narrow(const void *in, const i32 type, const i32 descending, const i64 count, const i32 n, const i32 k, const i32 tile,
                                                              const i32 padded, void *values, i64 *indices) {
    DYNAMIC_SHARED(unsigned char, shared);
    rows<Narrow>(shared, in, type, descending, count, n, k, tile, padded, values, indices);
}

extern "C" __global__ void __launch_bounds__(256) rows_wide(const void *in, const i32 type, const i32 descending, const i64 count, const i32 n, const i32 k, const i32 tile,
                                                            const i32 padded, void *values, i64 *indices) {
    DYNAMIC_SHARED(unsigned char, shared);
    rows<Wide>(shared, in, type, descending, count, n, k, tile, padded, values, indices);
}
