// Normalisation y = (x - mean) / sqrt(variance + eps) weight + bias of dense rows [rows, n] of ELEMENT that lie in registers, and its gradient for
// weights per column; in f32 (f64 for f64). mean and root = 1 / sqrt(variance + eps) [rows] go to memory for the gradient.
//
// forward: one read, one write, about 8 operations an element. forward_few, forward_many: `lanes` threads of a warp hold a row in 8 or 32 registers
// each; forward_block: a block of 256 threads holds one in 32 each. Element i of row r has the weight (r % groups) channels + i / plane: its column
// (plane = 1, groups = 1), or its channel in a group of channels. The variance is summed from centred elements.
// gradient, with h = weight g: dx = root (h - sum(h) / n - (x - mean) root^2 sum(h (x - mean)) / n); two reads, one write, about 20 operations. Each
// thread keeps the sums of its columns for dweight = sum g (x - mean) root and dbias = sum g over the rows of its team (rows team, team + teams, ...);
// a block adds its teams in order into `partials` [blocks, 2, n], and join adds those. So many blocks as the sizes say, not the device.
//
// Blocks of 256 threads, elements by 128 bits; shared memory 16 KiB (gradient) or 2 KiB (join). Bound by memory: a block has 8 to 32 KiB in flight.
#include "norm/sums.cuh"

#define ELEMENT f32
#define THREADS 256
#define WIDTH Width<ELEMENT>::VALUE

typedef Compute<ELEMENT>::type A;
// Registers that hold a row, and the row's incoming gradient with it.
#define FEW 8
#define MANY 32
#define MANY_PAIRS (sizeof(A) == 8 ? 8 : 16)
// The second launch bound tells the compiler how many registers there are: left to itself it spills some to fit more blocks.

// A sum over a team of `lanes` threads of a warp, or over the block, in all of its threads.
template <bool BLOCK> DEVICE A over_team(A value, i32 lanes) {
    if (!BLOCK) return from_first(over_lanes<JoinSums>(value, lanes), lanes);
    __shared__ A shared[THREADS / 32];
    return everywhere_over_block<JoinSums>(value, shared);
}

// The first element of a thread's pack p, and how many of the n elements of a row are in it.
DEVICE i32 place_of(i32 p, i32 lane, i32 lanes) { return (p * lanes + lane) * WIDTH; }
DEVICE i32 count_of(i32 i, i32 n) { return i >= n ? 0 : n - i < WIDTH ? n - i : WIDTH; }

template <i32 ITEMS> DEVICE void fetch(const ELEMENT *row, i32 n, i32 lane, i32 lanes, A (&values)[ITEMS]) {
#pragma unroll
    for (i32 p = 0; p < ITEMS / WIDTH; p++) {
        const i32 i = place_of(p, lane, lanes);
        const auto pack = load<WIDTH>(row + i, count_of(i, n));
#pragma unroll
        for (i32 k = 0; k < WIDTH; k++) values[p * WIDTH + k] = read<A>(pack.at[k]);
    }
}

template <i32 ITEMS, bool BLOCK> DEVICE void forward(const ELEMENT *x, i64 rows, i32 n, i32 given, const ELEMENT *weight, const ELEMENT *bias, i32 plane, i32 groups,
                                                     i32 channels, f64 eps, ELEMENT *y, A *means, A *roots) {
    const i32 lanes = BLOCK ? THREADS : given;
    const i64 row = (i64) blockIdx.x * (THREADS / lanes) + threadIdx.x / lanes;
    const i32 lane = threadIdx.x % lanes;
    const i32 here = row < rows ? n : 0;
    A v[ITEMS];
    fetch<ITEMS>(x + row * n, here, lane, lanes, v);
    A sum = 0;
#pragma unroll
    for (i32 k = 0; k < ITEMS; k++) sum += v[k];
    const A mean = over_team<BLOCK>(sum, lanes) / n;
    A squares = 0;
#pragma unroll
    for (i32 k = 0; k < ITEMS; k++) {
        const A centred = v[k] - mean;
        if (place_of(k / WIDTH, lane, lanes) + k % WIDTH < here) squares = fused(centred, centred, squares);
    }
    const A root = 1 / square_root(over_team<BLOCK>(squares, lanes) / n + (A) eps);
    if (here == 0) return;
    if (lane == 0) {
        means[row] = mean;
        roots[row] = root;
    }
    const i32 first = groups == 1 ? 0 : (i32) (row % groups) * channels;
#pragma unroll
    for (i32 p = 0; p < ITEMS / WIDTH; p++) {
        const i32 i = place_of(p, lane, lanes);
        const i32 count = count_of(i, n);
        if (count == 0) break;
        Pack<ELEMENT, WIDTH> w;
        Pack<ELEMENT, WIDTH> b;
        if (weight && plane == 1) {
            w = load<WIDTH>(weight + first + i, count);
            b = load<WIDTH>(bias + first + i, count);
        }
        Pack<ELEMENT, WIDTH> out;
#pragma unroll
        for (i32 k = 0; k < WIDTH; k++) {
            A value = (v[p * WIDTH + k] - mean) * root;
            if (weight && plane == 1) {
                value = value * read<A>(w.at[k]) + read<A>(b.at[k]);
            } else if (weight && k < count) {
                const i32 channel = first + (i32) ((u32) (i + k) / (u32) plane);
                value = value * read<A>(weight[channel]) + read<A>(bias[channel]);
            }
            write(out.at[k], value);
        }
        store<WIDTH>(y + row * n + i, out, count);
    }
}

#define FORWARD(name, ITEMS, BLOCK, BLOCKS)                                                                                                             \
    extern "C" __global__ void __launch_bounds__(256, sizeof(A) == 8 ? 1 : BLOCKS) name(const ELEMENT *x, const i64 rows, const i32 n, const i32 lanes, const ELEMENT *weight, \
            const ELEMENT *bias, const i32 plane, const i32 groups, const i32 channels, const f64 eps, ELEMENT *y, A *means, A *roots) {                  \
        forward<ITEMS, BLOCK>(x, rows, n, lanes, weight, bias, plane, groups, channels, eps, y, means, roots);                                            \
    }
FORWARD(forward_few, FEW, false, 4)
FORWARD(forward_many, MANY, false, 2)
FORWARD(forward_block, MANY, true, 2)

// What a team's threads keep of a column goes to partials, added over the block's teams.
template <i32 ITEMS, bool BLOCK> DEVICE void add_teams(const A (&kept)[ITEMS], i32 n, i32 lanes, A *partial) {
    __shared__ A shared[BLOCK ? 1 : THREADS * ITEMS];
    const i32 lane = threadIdx.x % lanes;
    const i32 team = threadIdx.x / lanes;
#pragma unroll
    for (i32 k = 0; k < ITEMS; k++) {
        const i32 i = place_of(k / WIDTH, lane, lanes) + k % WIDTH;
        if (i < n) (BLOCK ? partial : shared + team * n)[i] = kept[k];
    }
    if (BLOCK) return;
    __syncthreads();
    for (i32 i = threadIdx.x; i < n; i += THREADS) {
        A sum = shared[i];
        for (i32 t = 1; t < THREADS / lanes; t++) sum += shared[t * n + i];
        partial[i] = sum;
    }
    __syncthreads();
}

template <i32 ITEMS, bool BLOCK> DEVICE void gradient(const ELEMENT *x, const ELEMENT *g, i64 rows, i32 n, i32 given, const ELEMENT *weight, const A *means,
                                                      const A *roots, ELEMENT *dx, A *partials) {
    const i32 lanes = BLOCK ? THREADS : given;
    const i32 lane = threadIdx.x % lanes;
    const i64 teams = (i64) gridDim.x * (THREADS / lanes);
    const i64 team = (i64) blockIdx.x * (THREADS / lanes) + threadIdx.x / lanes;
    A of_weight[ITEMS];
    A of_bias[ITEMS];
#pragma unroll
    for (i32 k = 0; k < ITEMS; k++) of_weight[k] = of_bias[k] = 0;
    for (i64 first = 0; first < rows; first += teams) {
        const i64 row = first + team;
        const i32 here = row < rows ? n : 0;
        A v[ITEMS];
        A h[ITEMS];
        fetch<ITEMS>(x + row * n, here, lane, lanes, v);
        fetch<ITEMS>(g + row * n, here, lane, lanes, h);
        const A mean = here ? means[row] : 0;
        const A root = here ? roots[row] : 0;
        A sum = 0;
        A along = 0;
#pragma unroll
        for (i32 p = 0; p < ITEMS / WIDTH; p++) {
            const i32 i = place_of(p, lane, lanes);
            Pack<ELEMENT, WIDTH> w;
            if (weight) w = load<WIDTH>(weight + i, count_of(i, here));
#pragma unroll
            for (i32 k = p * WIDTH; k < (p + 1) * WIDTH; k++) {
                v[k] -= mean;
                if (weight) {
                    of_weight[k] += h[k] * (v[k] * root);
                    of_bias[k] += h[k];
                    h[k] *= read<A>(w.at[k - p * WIDTH]);
                }
                if (i + k - p * WIDTH >= here) h[k] = 0;
                sum += h[k];
                along += h[k] * v[k];
            }
        }
        sum = over_team<BLOCK>(sum, lanes) / n;
        along = over_team<BLOCK>(along, lanes) / n * (root * root);
#pragma unroll
        for (i32 p = 0; p < ITEMS / WIDTH; p++) {
            const i32 i = place_of(p, lane, lanes);
            const i32 count = count_of(i, here);
            if (count == 0) break;
            Pack<ELEMENT, WIDTH> out;
#pragma unroll
            for (i32 k = 0; k < WIDTH; k++) write(out.at[k], root * (h[p * WIDTH + k] - sum - v[p * WIDTH + k] * along));
            store<WIDTH>(dx + row * n + i, out, count);
        }
    }
    if (!weight) return;
    partials += (i64) blockIdx.x * 2 * n;
    add_teams<ITEMS, BLOCK>(of_weight, n, lanes, partials);
    add_teams<ITEMS, BLOCK>(of_bias, n, lanes, partials + n);
}

#define GRADIENT(name, ITEMS, BLOCK, BLOCKS)                                                                                                             \
    extern "C" __global__ void __launch_bounds__(256, sizeof(A) == 8 ? 1 : BLOCKS) name(const ELEMENT *x, const ELEMENT *g, const i64 rows, const i32 n, const i32 lanes,       \
            const ELEMENT *weight, const A *means, const A *roots, ELEMENT *dx, A *partials) {                                                             \
        gradient<ITEMS, BLOCK>(x, g, rows, n, lanes, weight, means, roots, dx, partials);                                                                  \
    }
GRADIENT(gradient_few, FEW, false, 2)
GRADIENT(gradient_many, MANY_PAIRS, false, 1)
GRADIENT(gradient_block, MANY_PAIRS, true, 1)

// 32 columns of [blocks, 2 n] a block, 8 threads for each: dweight [n], then dbias [n].
extern "C" __global__ void __launch_bounds__(256) join(const A *partials, const i32 blocks, const i32 n, ELEMENT *dweight, ELEMENT *dbias) {
    __shared__ A shared[THREADS];
    const i32 column = blockIdx.x * 32 + threadIdx.x % 32;
    A sum = 0;
    if (column < 2 * n) {
#pragma unroll 4
        for (i32 b = threadIdx.x / 32; b < blocks; b += THREADS / 32) sum += partials[(i64) b * 2 * n + column];
    }
    sum = everywhere_over_column<JoinSums>(sum, shared, 32);
    if (threadIdx.x >= 32 || column >= 2 * n) return;
    if (column < n) write(dweight[column], sum);
    else write(dbias[column - n], sum);
}
