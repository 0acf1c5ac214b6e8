// What attention's kernels take: vectors by entry, head and token, and who sees whom.
#pragma once
#include "common/line.cuh"
#include "common/pack.cuh"

// Steps in elements from entry to entry, head to head, token to token; a vector's elements are neighbours.
struct Steps {
    i64 entry;
    i64 head;
    i64 token;
};

struct Problem {
    i64 heads; // of each entry
    i64 queries;
    i64 keys;
    i64 width;  // of queries and keys
    i64 values; // width of values and results
    i64 causal;
    f64 scale;
    Steps q;
    Steps k;
    Steps v;
    Steps out; // of what the kernel writes
    Steps g;   // of the result's gradient
    i64 mask_entry; // steps in bytes; 0 where the mask is the same for all
    i64 mask_head;
    i64 mask_query;
    i64 mask_key;
};

template <class P> DEVICE P *of_head(P *vectors, const Steps &steps, i64 head, i64 heads) {
    return vectors + head / heads * steps.entry + head % heads * steps.head;
}

// Whether a query sees a key, both within their numbers; `mask` is that of the head, or null.
DEVICE bool sees(const Problem &p, const u8 *mask, i64 query, i64 key) {
    return query < p.queries && key < p.keys && (!p.causal || key <= query + p.keys - p.queries) && (!mask || mask[query * p.mask_query + key * p.mask_key]);
}

// Whether all of a tile's queries see all of a tile's keys, so that nobody needs to ask.
DEVICE bool all_see(const Problem &p, const u8 *mask, i64 query, i64 key, i64 tile) {
    return !mask && query + tile <= p.queries && key + tile <= p.keys && (!p.causal || key + tile - 1 <= query + p.keys - p.queries);
}

DEVICE const u8 *mask_of_head(const Problem &p, const u8 *mask, i64 head) {
    return mask ? mask + head / p.heads * p.mask_entry + head % p.heads * p.mask_head : mask;
}

// The tiles of keys that a tile of queries sees, or of queries that see a tile of keys: from `first` (a multiple of `tile`) up to `end`.
DEVICE void seen_keys(const Problem &p, i64 query, i64 tile, i64 &end) {
    end = p.keys;
    if (p.causal && query + tile + p.keys - p.queries < end) end = query + tile + p.keys - p.queries;
}
DEVICE void seeing_queries(const Problem &p, i64 key, i64 tile, i64 &first) {
    first = p.causal && key > p.keys - p.queries ? (key - (p.keys - p.queries)) / tile * tile : 0;
}
