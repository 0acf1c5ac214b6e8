// Attention O = softmax(scale Q K^T) V of each head over the keys that a query sees, and its gradients, for ELEMENT of any width; in f32 (f64 for f64).
// Scores stay on the chip: forward keeps of each query the logarithm L of its sum of exponentials, and backward computes P = exp(scale Q K^T - L) anew.
//
// A block owns a tile of 64 rows (f64: 32) and up to 256 (128) columns of a result, and walks through the tiles of the other side in order, so nothing
// is added by two blocks. What it adds up is weights times vectors:
//   forward   rows are queries, columns keys:  P V, rescaled as the maximum rises (Milakov and Gimelshein 2018; Dao et al. 2022)
//   of_query  rows are queries, columns keys:  dS K,     dS = P (G V^T - D), D = rowsum(G O) of `products`
//   of_key    rows are keys, columns queries:  dS^T Q
//   of_value  rows are keys, columns queries:  P^T G
// Multiply-adds for a score, with width w: 2 w, 3 w, 3 w, 2 w. Memory: the owner's vectors once for each tile of the others, from L2 or L1.
//
// 256 threads as 16 x 16, each with 4 x 4 (2 x 2) scores and 4 x 16 (2 x 8) results; operands go through shared memory in chunks of 32 of the width, and
// of 16 tokens: 35 KiB (f64: 27). Bound by arithmetic without tensor cores: a multiply-add takes half a load of 128 bits for 4 x 4. Grid: (heads x tiles of
// rows, slices of columns).
#include "attention/operands.cuh"
#include "common/exponential.cuh"
#include "common/fdlibm/log.cuh"

#define ELEMENT f32
#define THREADS 256
#define CHUNK 32
#define TOKENS 16
#define SLICES 4

typedef Compute<ELEMENT>::type A;
#define R (sizeof(A) == 8 ? 2 : 4)
#define TILE (16 * R)
#define PITCH (TILE + R)

typedef Pack<A, R> Few;

struct Operands {
    A left[CHUNK][PITCH];
    A right[CHUNK][PITCH];
};
union Shared {
    Operands operands;
    A vectors[TOKENS][SLICES * TILE];
};

// CHUNK elements from `from` on of the vectors `first`, ..., transposed; 0 where there are none.
DEVICE void fetch(const ELEMENT *vectors, i64 step, i64 first, i64 end, i64 from, i64 width, A (*to)[PITCH]) {
    for (i32 e = threadIdx.x; e < TILE * CHUNK; e += THREADS) {
        const i32 d = e % CHUNK;
        const i32 token = e / CHUNK;
        to[d][token] = first + token < end && from + d < width ? read<A>(vectors[(first + token) * step + from + d]) : 0;
    }
}

// The products of a tile of row vectors and a tile of column vectors.
DEVICE void multiply(const ELEMENT *rows, i64 row_step, i64 row, i64 row_end, const ELEMENT *columns, i64 column_step, i64 column, i64 column_end, i64 width,
                     Operands &shared, A (&products)[R][R]) {
    const i32 ty = threadIdx.x / 16;
    const i32 tx = threadIdx.x % 16;
#pragma unroll
    for (i32 i = 0; i < R; i++) {
#pragma unroll
        for (i32 j = 0; j < R; j++) products[i][j] = 0;
    }
    for (i64 from = 0; from < width; from += CHUNK) {
        __syncthreads();
        fetch(rows, row_step, row, row_end, from, width, shared.left);
        fetch(columns, column_step, column, column_end, from, width, shared.right);
        __syncthreads();
        const i32 depth = width - from < CHUNK ? (i32) (width - from) : CHUNK;
#pragma unroll 4
        for (i32 d = 0; d < depth; d++) {
            const Few a = *(const Few *) &shared.left[d][ty * R];
            const Few b = *(const Few *) &shared.right[d][tx * R];
#pragma unroll
            for (i32 i = 0; i < R; i++) {
#pragma unroll
                for (i32 j = 0; j < R; j++) products[i][j] = fused(a.at[i], b.at[j], products[i][j]);
            }
        }
    }
}

struct Results {
    A at[R][SLICES][R];
};

// results += weights [TILE rows, columns] vectors [columns, width], the columns of the results from `from` on.
DEVICE void accumulate(const A (&weights)[R][R], A (*shared_weights)[PITCH], const ELEMENT *vectors, i64 step, i64 first, i64 end, i64 from, i64 width, i32 slices,
                       Shared &shared, Results &results) {
    const i32 ty = threadIdx.x / 16;
    const i32 tx = threadIdx.x % 16;
#pragma unroll
    for (i32 j = 0; j < R; j++) {
        Few column;
#pragma unroll
        for (i32 i = 0; i < R; i++) column.at[i] = weights[i][j];
        *(Few *) &shared_weights[tx * R + j][ty * R] = column;
    }
    const i32 tokens = end - first < TILE ? (i32) (end - first) : TILE;
    const i32 columns = slices * TILE;
    for (i32 some = 0; some < tokens; some += TOKENS) {
        __syncthreads();
        for (i32 t = threadIdx.x / 32; t < TOKENS; t += THREADS / 32) {
            for (i32 c = threadIdx.x % 32; c < columns; c += 32) {
                shared.vectors[t][c] = some + t < tokens && from + c < width ? read<A>(vectors[(first + some + t) * step + from + c]) : 0;
            }
        }
        __syncthreads();
        const i32 here = tokens - some < TOKENS ? tokens - some : TOKENS;
#pragma unroll 2
        for (i32 t = 0; t < here; t++) {
            const Few w = *(const Few *) &shared_weights[some + t][ty * R];
#pragma unroll
            for (i32 s = 0; s < SLICES; s++) {
                if (s >= slices) break;
                const Few x = *(const Few *) &shared.vectors[t][s * TILE + tx * R];
#pragma unroll
                for (i32 i = 0; i < R; i++) {
#pragma unroll
                    for (i32 k = 0; k < R; k++) results.at[i][s][k] = fused(w.at[i], x.at[k], results.at[i][s][k]);
                }
            }
        }
    }
}

DEVICE void finish(const Results &results, const A (&factors)[R], ELEMENT *out, i64 step, i64 row, i64 rows, i64 from, i64 width) {
#pragma unroll
    for (i32 i = 0; i < R; i++) {
        const i64 r = row + threadIdx.x / 16 * R + i;
        if (r >= rows) break;
#pragma unroll
        for (i32 s = 0; s < SLICES; s++) {
#pragma unroll
            for (i32 k = 0; k < R; k++) {
                const i64 c = from + s * TILE + threadIdx.x % 16 * R + k;
                if (c < width) write(out[r * step + c], results.at[i][s][k] * factors[i]);
            }
        }
    }
}

DEVICE A over_row(A value, bool most) {
#pragma unroll
    for (i32 distance = 8; distance > 0; distance /= 2) {
        const A other = __shfl_xor_sync(ALL_LANES, value, distance);
        value = most ? larger(value, other) : value + other;
    }
    return value;
}

// How many slices of a tile's width this block has of a result of `width` columns.
DEVICE i32 slices_of(i64 from, i64 width) {
    const i64 left = (width - from + TILE - 1) / TILE;
    return left < SLICES ? (i32) left : SLICES;
}

DEVICE A minus_infinity(f32) { return (A) from_bits((i32) 0xFF800000); }
DEVICE A minus_infinity(f64) { return (A) from_bits((i64) 0xFFF0000000000000ull); }

extern "C" __global__ void __launch_bounds__(256, 1) forward(const ELEMENT *q, const ELEMENT *k, const ELEMENT *v, const u8 *mask, const __grid_constant__ Problem p, ELEMENT *out, A *logs) {
    __shared__ Shared shared;
    __shared__ __align__(16) A weights[TILE][PITCH];
    const i64 tiles = (p.queries + TILE - 1) / TILE;
    const i64 head = blockIdx.x / tiles;
    const i64 row = (blockIdx.x - head * tiles) * TILE;
    const i64 from = (i64) blockIdx.y * SLICES * TILE;
    const i32 slices = slices_of(from, p.values);
    q = of_head(q, p.q, head, p.heads);
    k = of_head(k, p.k, head, p.heads);
    v = of_head(v, p.v, head, p.heads);
    mask = mask_of_head(p, mask, head);
    const i64 own = row + threadIdx.x / 16 * R;
    Results results = {};
    A most[R];
    A sums[R];
#pragma unroll
    for (i32 i = 0; i < R; i++) {
        most[i] = minus_infinity((A) 0);
        sums[i] = 0;
    }
    i64 end;
    seen_keys(p, row, TILE, end);
    for (i64 column = 0; column < end; column += TILE) {
        A scores[R][R];
        multiply(q, p.q.token, row, p.queries, k, p.k.token, column, p.keys, p.width, shared.operands, scores);
        const bool whole = all_see(p, mask, row, column, TILE);
#pragma unroll
        for (i32 i = 0; i < R; i++) {
            A highest = most[i];
#pragma unroll
            for (i32 j = 0; j < R; j++) {
                scores[i][j] = whole || sees(p, mask, own + i, column + threadIdx.x % 16 * R + j) ? scores[i][j] * (A) p.scale : minus_infinity((A) 0);
                highest = larger(highest, scores[i][j]);
            }
            highest = over_row(highest, true);
            const A base = highest == minus_infinity((A) 0) ? 0 : highest; // of a row that has seen nothing every exponential is 0
            const A shrink = exponential(most[i] - base);
            A sum = 0;
#pragma unroll
            for (i32 j = 0; j < R; j++) sum += scores[i][j] = exponential(scores[i][j] - base);
            sums[i] = sums[i] * shrink + over_row(sum, false);
            most[i] = highest;
#pragma unroll
            for (i32 s = 0; s < SLICES; s++) {
#pragma unroll
                for (i32 c = 0; c < R; c++) results.at[i][s][c] *= shrink;
            }
        }
        accumulate(scores, weights, v, p.v.token, column, end, from, p.values, slices, shared, results);
    }
    A factors[R];
#pragma unroll
    for (i32 i = 0; i < R; i++) {
        factors[i] = sums[i] == 0 ? 0 : 1 / sums[i];
        if (blockIdx.y == 0 && threadIdx.x % 16 == 0 && own + i < p.queries) {
            logs[head * p.queries + own + i] = sums[i] == 0 ? -minus_infinity((A) 0) : most[i] + (A) fdlibm_log((f64) sums[i]);
        }
    }
    finish(results, factors, of_head(out, p.out, head, p.heads), p.out.token, row, p.queries, from, p.values);
}

// A warp a query: the sum of the products of its result and its gradient.
extern "C" __global__ void __launch_bounds__(256) products(const ELEMENT *g, const ELEMENT *out, const __grid_constant__ Problem p, const i64 rows, A *sums) {
    const i64 row = (i64) blockIdx.x * (THREADS / 32) + threadIdx.x / 32;
    if (row >= rows) return;
    const i64 head = row / p.queries;
    const i64 query = row - head * p.queries;
    g = of_head(g, p.g, head, p.heads) + query * p.g.token;
    out = of_head(out, p.out, head, p.heads) + query * p.out.token;
    A sum = 0;
    for (i64 d = threadIdx.x % 32; d < p.values; d += 32) sum = fused(read<A>(g[d]), read<A>(out[d]), sum);
    sum = over_lanes<JoinSums>(sum, 32);
    if (threadIdx.x % 32 == 0) sums[row] = sum;
}

// P where SLOPES is false, otherwise dS without its scale; rows are keys where KEYS.
template <bool KEYS, bool SLOPES> DEVICE void gradient(const ELEMENT *q, const ELEMENT *k, const ELEMENT *v, const u8 *mask, const ELEMENT *g, const A *logs, const A *sums,
                                                       const Problem &p, ELEMENT *out) {
    __shared__ Shared shared;
    __shared__ __align__(16) A weights[TILE][PITCH];
    const i64 rows = KEYS ? p.keys : p.queries;
    const i64 columns = KEYS ? p.queries : p.keys;
    const i64 tiles = (rows + TILE - 1) / TILE;
    const i64 head = blockIdx.x / tiles;
    const i64 row = (blockIdx.x - head * tiles) * TILE;
    const i64 from = (i64) blockIdx.y * SLICES * TILE;
    const i64 width = SLOPES ? p.width : p.values;
    const i32 slices = slices_of(from, width);
    q = of_head(q, p.q, head, p.heads);
    k = of_head(k, p.k, head, p.heads);
    v = of_head(v, p.v, head, p.heads);
    g = of_head(g, p.g, head, p.heads);
    mask = mask_of_head(p, mask, head);
    logs += head * p.queries;
    sums += head * p.queries;
    Results results = {};
    i64 first = 0;
    i64 end = columns;
    if (KEYS) seeing_queries(p, row, TILE, first);
    else seen_keys(p, row, TILE, end);
    for (i64 column = first; column < end; column += TILE) {
        A scores[R][R];
        A slopes[R][R];
        multiply(KEYS ? k : q, KEYS ? p.k.token : p.q.token, row, rows, KEYS ? q : k, KEYS ? p.q.token : p.k.token, column, columns, p.width, shared.operands, scores);
        if (SLOPES) multiply(KEYS ? v : g, KEYS ? p.v.token : p.g.token, row, rows, KEYS ? g : v, KEYS ? p.g.token : p.v.token, column, columns, p.values, shared.operands, slopes);
        const bool whole = KEYS ? all_see(p, mask, column, row, TILE) : all_see(p, mask, row, column, TILE);
#pragma unroll
        for (i32 i = 0; i < R; i++) {
#pragma unroll
            for (i32 j = 0; j < R; j++) {
                const i64 r = row + threadIdx.x / 16 * R + i;
                const i64 c = column + threadIdx.x % 16 * R + j;
                const i64 query = KEYS ? c : r;
                const bool seen = whole || sees(p, mask, query, KEYS ? r : c);
                const A probability = seen ? exponential(scores[i][j] * (A) p.scale - logs[query]) : 0;
                scores[i][j] = !seen ? 0 : SLOPES ? probability * (slopes[i][j] - sums[query]) : probability;
            }
        }
        const ELEMENT *const vectors = !SLOPES ? g : KEYS ? q : k;
        accumulate(scores, weights, vectors, !SLOPES ? p.g.token : KEYS ? p.q.token : p.k.token, column, end, from, width, slices, shared, results);
    }
    A factors[R];
#pragma unroll
    for (i32 i = 0; i < R; i++) factors[i] = SLOPES ? (A) p.scale : 1;
    finish(results, factors, of_head(out, p.out, head, p.heads), p.out.token, row, rows, from, width);
}

#define GRADIENT(name, KEYS, SLOPES)                                                                                                                     \
    extern "C" __global__ void __launch_bounds__(256, 1) name(const ELEMENT *q, const ELEMENT *k, const ELEMENT *v, const u8 *mask, const ELEMENT *g,      \
            const A *logs, const A *sums, const __grid_constant__ Problem p, ELEMENT *out) {                                                               \
        gradient<KEYS, SLOPES>(q, k, v, mask, g, logs, sums, p, out);                                                                                      \
    }
GRADIENT(of_query, false, true)
GRADIENT(of_key, true, true)
GRADIENT(of_value, true, false)
