// Cross-entropy of dense logits [rows, n] of ELEMENT against labels [rows], and its gradient; in f32 (f64 for f64), sums over rows in f64.
//
// each: loss = log sum exp(x) - (1 - smoothing) x[label] - smoothing mean(x), 0 where the label is `ignored`; writes it to `losses` (or, as ELEMENT, to
// `out`), and for the gradient the row's largest logit and the sum of exponentials below it. `lanes` threads of a warp, or a block, take a row:
// one read by 128 bits, one exponential an element. A label outside of 0 to n - 1 is told (common/faults.cuh).
// gradient: dx = g scale (exp(x - max) / sum - target), the target smoothing / n everywhere and 1 - smoothing more on the label; one read, one write,
// one exponential an element. g is of the row, or one for all (`single`); scale lies in memory, or is 1.
// tally, total: the sum of the losses and the number of rows that have one, in pieces of 4096 rows; then y = sum scale, scale = 1 / number (`mean`) or 1.
//
// Blocks of 256 threads; shared memory for 8 partial results. Bound by memory.
#include "common/faults.cuh"
#include "norm/sums.cuh"
#include "softmax/line.cuh"

#define ELEMENT f32
#define THREADS 256
#define WIDTH Width<ELEMENT>::VALUE
#define PIECE 4096

typedef Compute<ELEMENT>::type A;

// What a thread has seen of a row.
struct Seen {
    ExpSum<A> line;
    A sum;
};
DEVICE Seen from_lane_behind(Seen a, i32 distance) { return Seen{from_lane_behind(a.line, distance), from_lane_behind(a.sum, distance)}; }
struct JoinSeen {
    static __device__ __forceinline__ Seen join(Seen a, Seen b) { return Seen{JoinExpSums::join(a.line, b.line), a.sum + b.sum}; }
};

extern "C" __global__ void __launch_bounds__(256, 4) each(const ELEMENT *x, const i64 rows, const i64 n, const i32 lanes, const i64 *labels, const f64 smoothing,
        const i64 ignored, A *losses, ELEMENT *out, A *most, A *sums, const Faults faults) {
    __shared__ Seen shared[THREADS / 32];
    const i64 row = (i64) blockIdx.x * (THREADS / lanes) + threadIdx.x / lanes;
    const i32 lane = threadIdx.x % lanes;
    const ELEMENT *const logits = x + row * n;
    Seen seen = {no_exp_sum<A>(), 0};
    if (row < rows) {
        for (i64 i = (i64) lane * WIDTH; i < n; i += (i64) lanes * WIDTH) {
            const i32 count = n - i < WIDTH ? (i32) (n - i) : WIDTH;
            const auto pack = load<WIDTH>(logits + i, count);
#pragma unroll
            for (i32 k = 0; k < WIDTH; k++) {
                if (k >= count) break;
                const A value = read<A>(pack.at[k]);
                seen.line = with(seen.line, value);
                seen.sum += value;
            }
        }
    }
    seen = lanes <= 32 ? over_lanes<JoinSeen>(seen, lanes) : over_block<JoinSeen>(seen, shared);
    if (row >= rows || lane != 0) return;
    const A sum = sum_or_nan(seen.line);
    most[row] = seen.line.most;
    sums[row] = sum;
    const i64 label = labels[row];
    A loss = 0;
    if (label != ignored) {
        if ((u64) label < (u64) n) {
            const A logarithm = log_of(sum);
            loss = logarithm - (read<A>(logits[label]) - seen.line.most);
            if (smoothing > 0) loss = (1 - (A) smoothing) * loss + (A) smoothing * (logarithm - (seen.sum / n - seen.line.most));
        } else {
            tell(faults, row, label, n);
        }
    }
    if (out) write(out[row], loss);
    else losses[row] = loss;
}

extern "C" __global__ void __launch_bounds__(256, 4) gradient(const ELEMENT *x, const i64 rows, const i64 n, const i32 lanes, const i64 *labels, const f64 smoothing,
        const i64 ignored, const A *most, const A *sums, const ELEMENT *g, const i32 single, const f64 *scale, ELEMENT *dx) {
    const i64 row = (i64) blockIdx.x * (THREADS / lanes) + threadIdx.x / lanes;
    if (row >= rows) return;
    const i64 label = labels[row];
    const bool counts = label != ignored;
    const A incoming = read<A>(g[single ? 0 : row]) * (scale ? (A) *scale : 1);
    const A factor = incoming / sums[row];
    const A everywhere = incoming * (A) smoothing / n;
    const A hit = incoming * (1 - (A) smoothing);
    const A largest = most[row];
    for (i64 i = (i64) (threadIdx.x % lanes) * WIDTH; i < n; i += (i64) lanes * WIDTH) {
        const i32 count = n - i < WIDTH ? (i32) (n - i) : WIDTH;
        const auto pack = load<WIDTH>(x + row * n + i, count);
        Pack<ELEMENT, WIDTH> slopes;
#pragma unroll
        for (i32 k = 0; k < WIDTH; k++) {
            const A slope = exponential(read<A>(pack.at[k]) - largest) * factor - everywhere;
            write(slopes.at[k], !counts ? 0 : i + k == label ? slope - hit : slope);
        }
        store<WIDTH>(dx + row * n + i, slopes, count);
    }
}

extern "C" __global__ void __launch_bounds__(256) tally(const A *losses, const i64 *labels, const i64 rows, const i64 ignored, Sums *partials) {
    __shared__ Sums shared[THREADS / 32];
    Sums sums = {0, 0};
#pragma unroll 4
    for (i32 k = threadIdx.x; k < PIECE; k += THREADS) {
        const i64 row = (i64) blockIdx.x * PIECE + k;
        if (row >= rows) break;
        sums = JoinPairs::join(sums, Sums{losses ? (f64) losses[row] : 0, labels[row] == ignored ? 0.0 : 1.0});
    }
    sums = over_block<JoinPairs>(sums, shared);
    if (threadIdx.x == 0) partials[blockIdx.x] = sums;
}

// One block.
extern "C" __global__ void __launch_bounds__(256) total(const Sums *partials, const i64 pieces, const i32 mean, ELEMENT *y, f64 *scale) {
    __shared__ Sums shared[THREADS / 32];
    Sums sums = {0, 0};
    for (i64 p = threadIdx.x; p < pieces; p += THREADS) sums = JoinPairs::join(sums, partials[p]);
    sums = over_block<JoinPairs>(sums, shared);
    if (threadIdx.x != 0) return;
    const f64 factor = mean ? 1 / sums.second : 1;
    if (y) write(*y, sums.first * factor);
    else *scale = factor;
}
