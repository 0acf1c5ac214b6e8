// Random numbers of ELEMENT: n of them from a stream's blocks of four words. Bit for bit the CPU's (kernels.cpu.PhiloxFill): everything between the words
// and the rounding to ELEMENT is done in f64, by fdlibm's steps.
//
// A thread makes one block: PER_BLOCK = 4 elements, 2 where an element takes 64 bits, moved at once. Writes every element once; 10 rounds
// of two 32 x 32 -> 64 bit products a block; normal numbers take a logarithm, a root, a sine and a cosine in f64 for each pair.
// Blocks of 256 threads, no shared memory. uniform and integers are bound by memory, the others by f64 arithmetic.
#include "common/arithmetic.cuh"
#include "common/fdlibm/log.cuh"
#include "common/fdlibm/trigonometric.cuh"
#include "common/pack.cuh"
#include "common/philox.cuh"

#define ELEMENT f32
#define PER_BLOCK (sizeof(ELEMENT) == 8 ? 2 : 4)

DEVICE i64 first_element() { return ((i64) blockIdx.x * blockDim.x + threadIdx.x) * PER_BLOCK; }
DEVICE i32 count(i64 first, i64 n) { return n - first < PER_BLOCK ? (i32) (n - first) : PER_BLOCK; }

// In [0, 1): 24 bits of one word, or 53 bits of two.
DEVICE f64 unit(const Words &words, i32 k) { return PER_BLOCK == 4 ? (f64) (words.at[k] >> 8) * 0x1p-24 : (f64) (i64) (pair_of(words, k & 1) >> 11) * 0x1p-53; }

// In (0, 1): the middle of one of 2^24 cells, or of 2^52.
DEVICE f64 open_unit(const Words &words, i32 k) {
    return PER_BLOCK == 4 ? ((f64) (words.at[k] >> 8) + 0.5) * 0x1p-24 : ((f64) (i64) (pair_of(words, k & 1) >> 12) + 0.5) * 0x1p-52;
}

typedef Pack<ELEMENT, PER_BLOCK> Elements;

// In [low, low + width), at most `last`.
extern "C" __global__ void __launch_bounds__(256) uniform(const Stream stream, const i64 n, const f64 low, const f64 width, const f64 last, ELEMENT *out) {
    const i64 first = first_element();
    if (first >= n) return;
    const Words words = block_of(stream, first / PER_BLOCK);
    Elements elements;
#pragma unroll
    for (i32 k = 0; k < PER_BLOCK; k++) write(elements.at[k], smaller(low + width * unit(words, k), last));
    store(out + first, elements, count(first, n));
}

// By Box and Muller from pairs of uniforms, the first of them in (0, 1].
extern "C" __global__ void __launch_bounds__(256) normal(const Stream stream, const i64 n, const f64 mean, const f64 sd, ELEMENT *out) {
    const i64 first = first_element();
    if (first >= n) return;
    const Words words = block_of(stream, first / PER_BLOCK);
    Elements elements;
#pragma unroll
    for (i32 k = 0; k < PER_BLOCK; k += 2) {
        const f64 radius = sd * square_root(-2 * fdlibm_log(unit(words, k) + (PER_BLOCK == 4 ? 0x1p-24 : 0x1p-53)));
        const f64 angle = 2 * 3.141592653589793 * unit(words, k + 1);
        write(elements.at[k], mean + radius * fdlibm_cos(angle));
        write(elements.at[k + 1], mean + radius * fdlibm_sin(angle));
    }
    store(out + first, elements, count(first, n));
}

// Gumbel's -log(-log u), or the logistic log u - log(1 - u).
extern "C" __global__ void __launch_bounds__(256) inverted(const Stream stream, const i64 n, const i32 logistic, ELEMENT *out) {
    const i64 first = first_element();
    if (first >= n) return;
    const Words words = block_of(stream, first / PER_BLOCK);
    Elements elements;
#pragma unroll
    for (i32 k = 0; k < PER_BLOCK; k++) {
        const f64 u = open_unit(words, k);
        const f64 log = fdlibm_log(u);
        write(elements.at[k], logistic ? log - fdlibm_log1p(-u) : -fdlibm_log(-log));
    }
    store(out + first, elements, count(first, n));
}
