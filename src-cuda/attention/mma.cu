// Attention of bf16 or f16 heads and its gradients by tensor cores: what portable.cu computes, from sm_80 on, for widths of queries and values that are
// multiples of 8 up to 128 and vectors on 16 bytes. Products add in f32; probabilities (and slopes dS) are rounded to ELEMENT before they are multiplied.
//
// A block of 4 warps owns 64 rows of a result, a warp 16 of them, and walks through tiles of 64 columns in order (see portable.cu for what rows and columns
// are). The rows' vectors stay in shared memory; the tiles of columns come by cp.async, one while the one before is multiplied. Scores stay in registers: those
// of two neighbouring 16 x 8 products are the left operand of the next (Dao 2023). Rows in shared memory are 16 bytes longer than they are wide, so that the
// 8 addresses of an ldmatrix lie in different banks.
//
// Tensor core operations for a score, with width w: forward 4 w, of_query 6 w, of_key 6 w, of_value 4 w, 8 w more for each way in which 8 columns see none (padding to 16);
// one exponential of the hardware. Memory: each column's two vectors once for 64 rows, from L2.
// 128 threads; dynamic shared memory 3 x 64 x (pitch of queries + pitch of values) elements: 104 KiB for widths of 128 (two blocks on a multiprocessor), 54 for 64.
#include "attention/operands.cuh"
#include "common/exponential.cuh"
#include "common/fdlibm/log.cuh"
#include "common/tensorcore.cuh"

#define ELEMENT bf16
#define THREADS 128
#define TILE 64
#define WIDEST 128
#define PAIRS (TILE / 16)

DEVICE void multiply_add(f32 (&c)[4], const u32 (&a)[4], const u32 (&b)[2], bf16) { mma_bf16(c, a, b); }
DEVICE void multiply_add(f32 (&c)[4], const u32 (&a)[4], const u32 (&b)[2], f16) { mma_f16(c, a, b); }

DEVICE u32 pair(f32 low, f32 high) {
    ELEMENT a, b;
    write(a, low);
    write(b, high);
    return (u32) a.bits | (u32) b.bits << 16;
}

// 64 vectors of `width` elements in shared memory, padded with zeros to a multiple of 16.
struct Tile {
    ELEMENT *at;
    i32 width;

    __device__ __forceinline__ i32 depth() const { return (width + 15) / 16; }
    __device__ __forceinline__ i32 pitch() const { return depth() * 16 + 8; }
    __device__ __forceinline__ Tile stage(i32 s) const { return Tile{at + s * TILE * pitch(), width}; }

    // The vectors `first`, ... below `end`; the others are zeros.
    __device__ __forceinline__ void fetch(const ELEMENT *vectors, i64 step, i64 first, i64 end) const {
        const i32 packs = depth() * 2;
        for (i32 e = threadIdx.x; e < TILE * packs; e += THREADS) {
            const i32 token = e / packs;
            const i32 from = e % packs * 8;
            ELEMENT *const to = at + token * pitch() + from;
            if (first + token < end && from < width) cp_async_16(to, vectors + (first + token) * step + from);
            else *(Pack<u32, 4> *) to = Pack<u32, 4>{{0, 0, 0, 0}};
        }
    }
};

typedef f32 Scores[TILE / 8][4];
typedef f32 Results[WIDEST / 8][4];

// scores = the warp's 16 rows times the tile's columns.
DEVICE void multiply(const Tile &rows, const Tile &columns, Scores &scores) {
    const i32 lane = threadIdx.x % 32;
    const i32 first = threadIdx.x / 32 * 16;
#pragma unroll
    for (i32 n = 0; n < TILE / 8; n++) {
#pragma unroll
        for (i32 r = 0; r < 4; r++) scores[n][r] = 0;
    }
    for (i32 d = 0; d < rows.depth(); d++) {
        u32 a[4];
        ldmatrix_x4(a, rows.at + (first + lane % 16) * rows.pitch() + d * 16 + lane / 16 * 8);
#pragma unroll
        for (i32 n = 0; n < PAIRS; n++) {
            u32 b[4];
            ldmatrix_x4(b, columns.at + (n * 16 + lane / 16 * 8 + lane % 8) * columns.pitch() + d * 16 + lane / 8 % 2 * 8);
            const u32 left[2] = {b[0], b[1]};
            const u32 right[2] = {b[2], b[3]};
            multiply_add(scores[2 * n], a, left, ELEMENT{});
            multiply_add(scores[2 * n + 1], a, right, ELEMENT{});
        }
    }
}

// results += weights [16, 64] vectors [64, width].
DEVICE void accumulate(const Scores &weights, const Tile &vectors, Results &results) {
    const i32 lane = threadIdx.x % 32;
#pragma unroll
    for (i32 k = 0; k < PAIRS; k++) {
        const u32 a[4] = {pair(weights[2 * k][0], weights[2 * k][1]), pair(weights[2 * k][2], weights[2 * k][3]), pair(weights[2 * k + 1][0], weights[2 * k + 1][1]),
            pair(weights[2 * k + 1][2], weights[2 * k + 1][3])};
#pragma unroll
        for (i32 n = 0; n < WIDEST / 16; n++) {
            if (n >= vectors.depth()) break;
            u32 b[4];
            ldmatrix_x4_trans(b, vectors.at + (k * 16 + lane / 8 % 2 * 8 + lane % 8) * vectors.pitch() + n * 16 + lane / 16 * 8);
            const u32 left[2] = {b[0], b[1]};
            const u32 right[2] = {b[2], b[3]};
            multiply_add(results[2 * n], a, left, ELEMENT{});
            multiply_add(results[2 * n + 1], a, right, ELEMENT{});
        }
    }
}

// Register r of product n is of this row of the block, and of this column of the tile.
DEVICE i32 row_of(i32 r) { return threadIdx.x / 32 * 16 + threadIdx.x % 32 / 4 + r / 2 * 8; }
DEVICE i32 column_of(i32 n, i32 r) { return n * 8 + threadIdx.x % 4 * 2 + r % 2; }

DEVICE f32 over_row(f32 value, bool most) {
#pragma unroll
    for (i32 distance = 2; distance > 0; distance /= 2) {
        const f32 other = __shfl_xor_sync(ALL_LANES, value, distance);
        value = most ? larger(value, other) : value + other;
    }
    return value;
}

DEVICE void finish(const Results &results, const f32 (&factors)[2], ELEMENT *out, i64 step, i64 row, i64 rows, i32 width) {
#pragma unroll
    for (i32 n = 0; n < WIDEST / 8; n++) {
#pragma unroll
        for (i32 half = 0; half < 2; half++) {
            const i64 r = row + row_of(2 * half);
            const i32 c = column_of(n, 0);
            Pack<ELEMENT, 2> both;
            write(both.at[0], results[n][2 * half] * factors[half]);
            write(both.at[1], results[n][2 * half + 1] * factors[half]);
            if (r < rows && c < width) store<2>(out + r * step + c, both, 2);
        }
    }
}

// A side of the products: its vectors for scores and for slopes (the values, or the gradient of results).
struct Side {
    const ELEMENT *scored;
    i64 scored_step;
    const ELEMENT *sloped;
    i64 sloped_step;
    i64 count;
};

struct Tiles {
    Tile scored;
    Tile sloped;
};

// Shared memory: the rows' tiles, then two stages of the columns'.
DEVICE void places(const Problem &p, ELEMENT *shared, Tiles &rows, Tiles &columns) {
    rows = {{shared, (i32) p.width}, {0, (i32) p.values}};
    const i32 scored = TILE * rows.scored.pitch();
    const i32 sloped = TILE * rows.sloped.pitch();
    rows.sloped.at = shared + scored;
    columns = {{shared + scored + sloped, (i32) p.width}, {shared + 3 * scored + sloped, (i32) p.values}};
}

DEVICE void fetch_columns(const Tiles &columns, i32 stage, const Side &side, i64 first) {
    columns.scored.stage(stage).fetch(side.scored, side.scored_step, first, side.count);
    columns.sloped.stage(stage).fetch(side.sloped, side.sloped_step, first, side.count);
    cp_async_commit();
}

extern "C" __global__ void __launch_bounds__(128, 2) forward(const ELEMENT *q, const ELEMENT *k, const ELEMENT *v, const u8 *mask, const __grid_constant__ Problem p, ELEMENT *out, f32 *logs) {
    DYNAMIC_SHARED(ELEMENT, shared);
    const i64 tiles = (p.queries + TILE - 1) / TILE;
    const i64 head = blockIdx.x / tiles;
    const i64 row = (blockIdx.x - head * tiles) * TILE;
    mask = mask_of_head(p, mask, head);
    const Side keys = {of_head(k, p.k, head, p.heads), p.k.token, of_head(v, p.v, head, p.heads), p.v.token, p.keys};
    Tiles rows, columns;
    places(p, shared, rows, columns);
    rows.scored.fetch(of_head(q, p.q, head, p.heads), p.q.token, row, p.queries);
    fetch_columns(columns, 0, keys, 0);
    Results results = {};
    f32 most[2] = {-1e38f, -1e38f}; // below every score that is not hidden, and finite
    f32 sums[2] = {0, 0};
    i64 end;
    seen_keys(p, row, TILE, end);
    for (i64 column = 0, stage = 0; column < end; column += TILE, stage ^= 1) {
        cp_async_wait<0>();
        __syncthreads();
        if (column + TILE < end) fetch_columns(columns, (i32) stage ^ 1, keys, column + TILE);
        Scores scores;
        multiply(rows.scored, columns.scored.stage((i32) stage), scores);
        const bool whole = all_see(p, mask, row, column, TILE);
#pragma unroll
        for (i32 half = 0; half < 2; half++) {
            f32 highest = most[half];
#pragma unroll
            for (i32 n = 0; n < TILE / 8; n++) {
#pragma unroll
                for (i32 r = 2 * half; r < 2 * half + 2; r++) {
                    scores[n][r] = whole || sees(p, mask, row + row_of(r), column + column_of(n, r)) ? scores[n][r] * (f32) p.scale : from_bits((i32) 0xFF800000);
                    highest = larger(highest, scores[n][r]);
                }
            }
            highest = over_row(highest, true);
            const f32 shrink = rough_exponential(most[half] - highest);
            f32 sum = 0;
#pragma unroll
            for (i32 n = 0; n < TILE / 8; n++) {
#pragma unroll
                for (i32 r = 2 * half; r < 2 * half + 2; r++) sum += scores[n][r] = rough_exponential(scores[n][r] - highest);
            }
            sums[half] = sums[half] * shrink + over_row(sum, false);
            most[half] = highest;
#pragma unroll
            for (i32 n = 0; n < WIDEST / 8; n++) {
                results[n][2 * half] *= shrink;
                results[n][2 * half + 1] *= shrink;
            }
        }
        accumulate(scores, columns.sloped.stage((i32) stage), results);
    }
    cp_async_wait<0>();
    f32 factors[2];
#pragma unroll
    for (i32 half = 0; half < 2; half++) {
        factors[half] = sums[half] == 0 ? 0 : 1 / sums[half];
        const i64 query = row + row_of(2 * half);
        if (threadIdx.x % 4 == 0 && query < p.queries) {
            logs[head * p.queries + query] = sums[half] == 0 ? from_bits((i32) 0x7F800000) : most[half] + (f32) fdlibm_log((f64) sums[half]);
        }
    }
    finish(results, factors, of_head(out, p.out, head, p.heads), p.out.token, row, p.queries, (i32) p.values);
}

// What forward and `products` kept of a query.
struct Kept {
    f32 log;
    f32 sum;
};
DEVICE Kept kept_of(const f32 *logs, const f32 *sums, i64 query, i64 queries) { return query < queries ? Kept{logs[query], sums[query]} : Kept{0, 0}; }

// P where SLOPES is false, otherwise dS without its scale; rows are keys where KEYS.
template <bool KEYS, bool SLOPES> DEVICE void gradient(const ELEMENT *q, const ELEMENT *k, const ELEMENT *v, const u8 *mask, const ELEMENT *g, const f32 *logs, const f32 *sums,
                                                       const Problem &p, ELEMENT *out) {
    DYNAMIC_SHARED(ELEMENT, shared);
    const i64 count = KEYS ? p.keys : p.queries;
    const i64 tiles = (count + TILE - 1) / TILE;
    const i64 head = blockIdx.x / tiles;
    const i64 row = (blockIdx.x - head * tiles) * TILE;
    mask = mask_of_head(p, mask, head);
    logs += head * p.queries;
    sums += head * p.queries;
    const Side queries = {of_head(q, p.q, head, p.heads), p.q.token, of_head(g, p.g, head, p.heads), p.g.token, p.queries};
    const Side keys = {of_head(k, p.k, head, p.heads), p.k.token, of_head(v, p.v, head, p.heads), p.v.token, p.keys};
    const Side &own = KEYS ? keys : queries;
    const Side &others = KEYS ? queries : keys;
    i64 first = 0;
    i64 end = others.count;
    if (KEYS) seeing_queries(p, row, TILE, first);
    else seen_keys(p, row, TILE, end);
    Tiles rows, columns;
    places(p, shared, rows, columns);
    rows.scored.fetch(own.scored, own.scored_step, row, own.count);
    if (SLOPES) rows.sloped.fetch(own.sloped, own.sloped_step, row, own.count);
    fetch_columns(columns, 0, others, first);
    Results results = {};
    const Kept of_row[2] = {KEYS ? Kept{} : kept_of(logs, sums, row + row_of(0), p.queries), KEYS ? Kept{} : kept_of(logs, sums, row + row_of(2), p.queries)};
    for (i64 column = first, stage = 0; column < end; column += TILE, stage ^= 1) {
        cp_async_wait<0>();
        __syncthreads();
        if (column + TILE < end) fetch_columns(columns, (i32) stage ^ 1, others, column + TILE);
        Scores scores;
        multiply(rows.scored, columns.scored.stage((i32) stage), scores);
        Scores slopes;
        if (SLOPES) multiply(rows.sloped, columns.sloped.stage((i32) stage), slopes);
        const bool whole = KEYS ? all_see(p, mask, column, row, TILE) : all_see(p, mask, row, column, TILE);
#pragma unroll
        for (i32 n = 0; n < TILE / 8; n++) {
#pragma unroll
            for (i32 side = 0; side < 2; side++) {
                const i64 c = column + column_of(n, side);
                const Kept of_column = KEYS ? kept_of(logs, sums, c, p.queries) : Kept{};
#pragma unroll
                for (i32 half = 0; half < 2; half++) {
                    const i32 at = 2 * half + side;
                    const i64 r = row + row_of(at);
                    const Kept kept = KEYS ? of_column : of_row[half];
                    const bool seen = whole || (KEYS ? sees(p, mask, c, r) : sees(p, mask, r, c));
                    const f32 probability = rough_exponential(scores[n][at] * (f32) p.scale - kept.log);
                    scores[n][at] = !seen ? 0 : SLOPES ? probability * (slopes[n][at] - kept.sum) : probability;
                }
            }
        }
        accumulate(scores, (SLOPES ? columns.scored : columns.sloped).stage((i32) stage), results);
    }
    cp_async_wait<0>();
    const f32 factors[2] = {SLOPES ? (f32) p.scale : 1, SLOPES ? (f32) p.scale : 1};
    finish(results, factors, of_head(out, p.out, head, p.heads), p.out.token, row, own.count, (i32) (SLOPES ? p.width : p.values));
}

#define GRADIENT(name, KEYS, SLOPES)                                                                                                                     \
    extern "C" __global__ void __launch_bounds__(128, 2) name(const ELEMENT *q, const ELEMENT *k, const ELEMENT *v, const u8 *mask, const ELEMENT *g,      \
            const f32 *logs, const f32 *sums, const __grid_constant__ Problem p, ELEMENT *out) {                                                           \
        gradient<KEYS, SLOPES>(q, k, v, mask, g, logs, sums, p, out);                                                                                      \
    }
GRADIENT(of_query, false, true)
GRADIENT(of_key, true, true)
GRADIENT(of_value, true, false)
