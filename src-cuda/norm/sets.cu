// Normalisation by the statistics of sets of elements that no block holds: channels of a batch, groups of an image, long rows. Three passes over x
// and two launches between forward (2 reads, 1 write), the same over x and g backward (4 reads, 1 write), about 10 operations an element.
//
// A set is `runs` runs of `length` elements, run r of set s at (r sets + s) length: a channel of a batch [runs, sets, length], or with one run a group or
// a row. Sums are of pieces, a block each: [sets, pieces] by element_sums and gradient_sums, 1024 packs of 128 bits a piece; where runs are short
// [pieces, sets, length] by element_columns and gradient_columns, 256 runs a piece and a thread a column, so that neighbours lie side by side.
// All further kernels take such partial sums as [outer, sets, inner], a warp a set:
//   statistics   mean, variance and root = 1 / sqrt(variance + eps) of a set from its partial sums
//   channels     dweight, dbias and, for combine, slope and constant of a batch's channel
//   join         the sum of a set's pieces
//   slopes       slope and constant of a group from its channels' sums (or of a row from its own)
//   affine       dweight and dbias of a channel from its sums in each image
// apply:   y = (x - mean) root weight + bias
// combine: dx = root weight g + slope (x - mean) + constant, slope = -root^3 sum(h (x - mean)) / N, constant = -root sum(h) / N, h = weight g
//
// Blocks of 256 threads; shared memory for 8 or 256 pairs of f64 (4 KiB). Bound by memory: 4 packs of 128 bits a thread in flight.
#include "norm/cursor.cuh"
#include "norm/sums.cuh"

#define ELEMENT f32
#define THREADS 256
#define WIDTH Width<ELEMENT>::VALUE
#define PIECE 1024
#define COLUMN_PIECE 256

typedef Compute<ELEMENT>::type A;

// What is taken off elements before they are squared. Sums in f64 keep all of the narrower types; of f64 itself the first element of the set is near enough
// to the mean.
DEVICE f64 pivot_of(const f64 *first) { return *first - *first == 0 ? *first : 0; }
template <class E> DEVICE f64 pivot_of(const E *) { return 0; }

DEVICE void add(Sums &sums, ELEMENT x, f64 pivot) {
    const f64 centred = read<f64>(x) - pivot;
    sums.first += centred;
    sums.second = fused(centred, centred, sums.second);
}

// ---- runs long enough for packs ----

// Where pack `local` of a piece begins, and how many elements it has; a run's last pack may be short.
struct Packs {
    i64 first_run;
    u32 first_pack;
    u32 per_run;

    __device__ __forceinline__ Packs(i64 piece, i64 length) {
        const i64 packs = (length + WIDTH - 1) / WIDTH;
        per_run = (u32) packs;
        first_run = piece * PIECE / packs;
        first_pack = (u32) (piece * PIECE - first_run * packs);
    }

    __device__ __forceinline__ bool at(u32 local, i64 runs, i64 length, i64 &run, i64 &from, i32 &count) const {
        const u32 pack = first_pack + local;
        run = first_run + pack / per_run;
        from = (i64) (pack % per_run) * WIDTH;
        count = length - from < WIDTH ? (i32) (length - from) : WIDTH;
        return run < runs;
    }
};

extern "C" __global__ void __launch_bounds__(256) element_sums(const ELEMENT *x, const i64 sets, const i64 runs, const i64 length, const i64 pieces, Sums *partials) {
    __shared__ Sums shared[THREADS / 32];
    const i64 set = blockIdx.x / pieces;
    const Packs packs(blockIdx.x - set * pieces, length);
    const f64 pivot = pivot_of(x + set * length);
    Sums sums = {0, 0};
#pragma unroll
    for (u32 p = 0; p < PIECE / THREADS; p++) {
        i64 run, from;
        i32 count;
        if (!packs.at(p * THREADS + threadIdx.x, runs, length, run, from, count)) break;
        const auto pack = load<WIDTH>(x + (run * sets + set) * length + from, count);
#pragma unroll
        for (i32 k = 0; k < WIDTH; k++) {
            if (k < count) add(sums, pack.at[k], pivot);
        }
    }
    sums = over_block<JoinPairs>(sums, shared);
    if (threadIdx.x == 0) partials[blockIdx.x] = sums;
}

// Of h = g, or weight g with a weight for each element of a run; the mean is that of set / per.
extern "C" __global__ void __launch_bounds__(256) gradient_sums(const ELEMENT *x, const ELEMENT *g, const ELEMENT *weight, const i64 sets, const i64 runs,
        const i64 length, const i64 pieces, const i64 per, const A *means, Sums *partials) {
    __shared__ Sums shared[THREADS / 32];
    const i64 set = blockIdx.x / pieces;
    const Packs packs(blockIdx.x - set * pieces, length);
    const A mean = means[set / per];
    Sums sums = {0, 0};
#pragma unroll
    for (u32 p = 0; p < PIECE / THREADS; p++) {
        i64 run, from;
        i32 count;
        if (!packs.at(p * THREADS + threadIdx.x, runs, length, run, from, count)) break;
        const i64 start = (run * sets + set) * length + from;
        const auto values = load<WIDTH>(x + start, count);
        const auto incoming = load<WIDTH>(g + start, count);
        Pack<ELEMENT, WIDTH> w;
        if (weight) w = load<WIDTH>(weight + from, count);
        A sum = 0;
        A along = 0;
#pragma unroll
        for (i32 k = 0; k < WIDTH; k++) {
            if (k >= count) break;
            const A h = read<A>(incoming.at[k]) * (weight ? read<A>(w.at[k]) : 1);
            sum += h;
            along += h * (read<A>(values.at[k]) - mean);
        }
        sums = JoinPairs::join(sums, Sums{(f64) sum, (f64) along});
    }
    sums = over_block<JoinPairs>(sums, shared);
    if (threadIdx.x == 0) partials[blockIdx.x] = sums;
}

// ---- short runs: 32 columns of [runs, sets * length] a block, 8 threads for each ----

DEVICE void keep_columns(Sums sums, i64 column, i64 columns, i64 piece, Sums *partials) {
    __shared__ Sums shared[THREADS];
    sums = everywhere_over_column<JoinPairs>(sums, shared, 32);
    if (threadIdx.x < 32 && column < columns) partials[piece * columns + column] = sums;
}

extern "C" __global__ void __launch_bounds__(256) element_columns(const ELEMENT *x, const i64 sets, const i64 runs, const i64 length, const i64 tiles, Sums *partials) {
    const i64 piece = blockIdx.x / tiles;
    const i64 columns = sets * length;
    const i64 column = (blockIdx.x - piece * tiles) * 32 + threadIdx.x % 32;
    Sums sums = {0, 0};
    if (column < columns) {
        const f64 pivot = pivot_of(x + column / length * length);
#pragma unroll 4
        for (i32 k = threadIdx.x / 32; k < COLUMN_PIECE; k += THREADS / 32) {
            const i64 run = piece * COLUMN_PIECE + k;
            if (run >= runs) break;
            add(sums, x[run * columns + column], pivot);
        }
    }
    keep_columns(sums, column, columns, piece, partials);
}

// Means are of sets, or with `roots` those and their roots of runs: of long rows, whose columns have the gradient of weight and bias.
extern "C" __global__ void __launch_bounds__(256) gradient_columns(const ELEMENT *x, const ELEMENT *g, const i64 sets, const i64 runs, const i64 length,
        const i64 tiles, const A *means, const A *roots, Sums *partials) {
    const i64 piece = blockIdx.x / tiles;
    const i64 columns = sets * length;
    const i64 column = (blockIdx.x - piece * tiles) * 32 + threadIdx.x % 32;
    Sums sums = {0, 0};
    if (column < columns) {
        const A mean = roots ? 0 : means[column / length];
#pragma unroll 4
        for (i32 k = threadIdx.x / 32; k < COLUMN_PIECE; k += THREADS / 32) {
            const i64 run = piece * COLUMN_PIECE + k;
            if (run >= runs) break;
            const A incoming = read<A>(g[run * columns + column]);
            const A value = read<A>(x[run * columns + column]);
            const A centred = roots ? (value - means[run]) * roots[run] : value - mean;
            sums = JoinPairs::join(sums, Sums{(f64) incoming, (f64) (incoming * centred)});
        }
    }
    keep_columns(sums, column, columns, piece, partials);
}

// ---- a warp a set ----

DEVICE i64 warp_number() { return (i64) blockIdx.x * (THREADS / 32) + threadIdx.x / 32; }

extern "C" __global__ void __launch_bounds__(256) statistics(const Sums *partials, const i64 sets, const i64 outer, const i64 inner, const ELEMENT *x, const i64 length,
        const f64 count, const f64 eps, A *means, A *variances, A *roots) {
    const i64 set = warp_number();
    if (set >= sets) return;
    const Sums sums = joined(partials, set, sets, outer, inner, threadIdx.x % 32);
    if (threadIdx.x % 32 != 0) return;
    const f64 centre = sums.first / count;
    const f64 spread = sums.second / count - centre * centre;
    const f64 variance = spread < 0 ? 0 : spread;
    means[set] = (A) (pivot_of(x + set * length) + centre);
    if (variances) variances[set] = (A) variance;
    roots[set] = (A) (1 / square_root(variance + eps));
}

extern "C" __global__ void __launch_bounds__(256) channels(const Sums *partials, const i64 sets, const i64 outer, const i64 inner, const ELEMENT *weight,
        const A *variances, const f64 eps, const f64 count, ELEMENT *dweight, ELEMENT *dbias, A *roots, A *slopes, A *constants) {
    const i64 set = warp_number();
    if (set >= sets) return;
    const Sums sums = joined(partials, set, sets, outer, inner, threadIdx.x % 32);
    if (threadIdx.x % 32 != 0) return;
    const f64 root = 1 / square_root((f64) variances[set] + eps);
    const f64 factor = (weight ? read<f64>(weight[set]) : 1) * root;
    if (dweight) {
        write(dweight[set], sums.second * root);
        write(dbias[set], sums.first);
    }
    roots[set] = (A) root;
    slopes[set] = (A) (-factor * root * root * sums.second / count);
    constants[set] = (A) (-factor * sums.first / count);
}

extern "C" __global__ void __launch_bounds__(256) join(const Sums *partials, const i64 sets, const i64 outer, const i64 inner, Sums *out) {
    const i64 set = warp_number();
    if (set >= sets) return;
    const Sums sums = joined(partials, set, sets, outer, inner, threadIdx.x % 32);
    if (threadIdx.x % 32 == 0) out[set] = sums;
}

// `per` neighbouring sums make a set, with weights that come again after `weights` of them.
extern "C" __global__ void __launch_bounds__(256) slopes(const Sums *parts, const i64 sets, const i64 per, const ELEMENT *weight, const i64 weights, const f64 count,
        const A *roots, A *slopes, A *constants) {
    const i64 set = warp_number();
    if (set >= sets) return;
    Sums sums = {0, 0};
    for (i64 c = threadIdx.x % 32; c < per; c += 32) {
        const i64 part = set * per + c;
        const f64 w = weight ? read<f64>(weight[part % weights]) : 1;
        sums = JoinPairs::join(sums, Sums{w * parts[part].first, w * parts[part].second});
    }
    sums = over_lanes<JoinPairs>(sums, 32);
    if (threadIdx.x % 32 != 0) return;
    const f64 root = roots[set];
    slopes[set] = (A) (-root * root * root * sums.second / count);
    constants[set] = (A) (-root * sums.first / count);
}

// Channel c of image i has the sums parts[i channels + c] and, where there are roots, that of its group: `per` channels.
extern "C" __global__ void __launch_bounds__(256) affine(const Sums *parts, const i64 images, const i64 channels, const i64 per, const A *roots, ELEMENT *dweight, ELEMENT *dbias) {
    const i64 channel = warp_number();
    if (channel >= channels) return;
    Sums sums = {0, 0};
    for (i64 i = threadIdx.x % 32; i < images; i += 32) {
        const i64 part = i * channels + channel;
        const f64 root = roots ? (f64) roots[part / per] : 1;
        sums = JoinPairs::join(sums, Sums{parts[part].first, parts[part].second * root});
    }
    sums = over_lanes<JoinPairs>(sums, 32);
    if (threadIdx.x % 32 != 0) return;
    write(dweight[channel], sums.second);
    write(dbias[channel], sums.first);
}

// ---- element by element ----

// Packs of the whole, a thread each; blocks go on by the size of the grid.
template <class I, class Body> DEVICE void for_packs(i64 elements, I plane, I weights, I row, Body body) {
    for (i64 pack = (i64) blockIdx.x * THREADS + threadIdx.x; pack * WIDTH < elements; pack += (i64) gridDim.x * THREADS) {
        const i64 i = pack * WIDTH;
        body(i, elements - i < WIDTH ? (i32) (elements - i) : WIDTH, Cursor<I>((I) i, plane, weights, row));
    }
}

template <class I> DEVICE void apply_to(const ELEMENT *x, i64 elements, I plane, I weights, I row, const ELEMENT *weight, const ELEMENT *bias, const A *means,
                                        const A *roots, ELEMENT *y) {
    for_packs<I>(elements, plane, weights, row, [&](i64 i, i32 count, Cursor<I> at) {
        const auto values = load<WIDTH>(x + i, count);
        Pack<ELEMENT, WIDTH> out;
#pragma unroll
        for (i32 k = 0; k < WIDTH; k++) {
            if (k >= count) break;
            const A standard = (read<A>(values.at[k]) - means[at.set]) * roots[at.set];
            write(out.at[k], weight ? standard * read<A>(weight[at.channel]) + read<A>(bias[at.channel]) : standard);
            at.step(plane, weights, row);
        }
        store<WIDTH>(y + i, out, count);
    });
}

extern "C" __global__ void __launch_bounds__(256, 4) apply(const ELEMENT *x, const i64 elements, const i64 plane, const i64 weights, const i64 row, const ELEMENT *weight,
        const ELEMENT *bias, const A *means, const A *roots, ELEMENT *y) {
    if (elements < 0x7FFFFFFF) apply_to<u32>(x, elements, (u32) plane, (u32) weights, (u32) row, weight, bias, means, roots, y);
    else apply_to<u64>(x, elements, (u64) plane, (u64) weights, (u64) row, weight, bias, means, roots, y);
}

template <class I> DEVICE void combine_of(const ELEMENT *x, const ELEMENT *g, i64 elements, I plane, I weights, I row, const ELEMENT *weight, const A *means,
                                          const A *roots, const A *slopes, const A *constants, ELEMENT *dx) {
    for_packs<I>(elements, plane, weights, row, [&](i64 i, i32 count, Cursor<I> at) {
        const auto values = load<WIDTH>(x + i, count);
        const auto incoming = load<WIDTH>(g + i, count);
        Pack<ELEMENT, WIDTH> out;
#pragma unroll
        for (i32 k = 0; k < WIDTH; k++) {
            if (k >= count) break;
            const A factor = weight ? roots[at.set] * read<A>(weight[at.channel]) : roots[at.set];
            write(out.at[k], factor * read<A>(incoming.at[k]) + slopes[at.set] * (read<A>(values.at[k]) - means[at.set]) + constants[at.set]);
            at.step(plane, weights, row);
        }
        store<WIDTH>(dx + i, out, count);
    });
}

extern "C" __global__ void __launch_bounds__(256, 4) combine(const ELEMENT *x, const ELEMENT *g, const i64 elements, const i64 plane, const i64 weights, const i64 row,
        const ELEMENT *weight, const A *means, const A *roots, const A *slopes, const A *constants, ELEMENT *dx) {
    if (elements < 0x7FFFFFFF) combine_of<u32>(x, g, elements, (u32) plane, (u32) weights, (u32) row, weight, means, roots, slopes, constants, dx);
    else combine_of<u64>(x, g, elements, (u64) plane, (u64) weights, (u64) row, weight, means, roots, slopes, constants, dx);
}
