// Reductions of dense [outer, n, inner] over the middle dimension, for one type of element (ELEMENT), one kind (KIND) and its type of result
// (RESULT). Reads every element once, one operation for each; writes outer x inner results.
//
// rows (inner = 1): `lanes` threads a row, by 128 bits each; short rows share a block, a long one is cut into pieces of `piece` elements.
// columns: `width` neighbouring columns a block, the other threads share the rows; long columns are cut likewise.
// Where there are several pieces their results go to `partials` [outer, pieces, inner], which join reduces to the end.
//
// Blocks of 256 threads; shared memory for 8 partial results (rows) or 256 (columns, 2 KiB in f64). Bound by memory.
#include "reduce/tree.cuh"

#define ELEMENT f32
#define KIND Sum
#define RESULT f32

typedef KIND<ELEMENT> Kind;
typedef Kind::Partial Partial;

extern "C" __global__ void __launch_bounds__(256) rows(const ELEMENT *in, const i64 outer, const i64 n, const i64 piece, const i64 pieces, const i32 lanes,
                                                       Partial *partials, RESULT *out) {
    reduce_rows<Kind>(Stored<ELEMENT>{in}, outer, n, piece, pieces, lanes, partials, out);
}

extern "C" __global__ void __launch_bounds__(256) columns(const ELEMENT *in, const i64 n, const i64 inner, const i64 piece, const i64 pieces, const i32 width,
                                                          Partial *partials, RESULT *out) {
    reduce_columns<Kind>(Stored<ELEMENT>{in}, n, inner, piece, pieces, width, partials, out);
}

extern "C" __global__ void __launch_bounds__(256) join(const Partial *partials, const i64 pieces, const i64 inner, const i32 width, RESULT *out) {
    reduce_columns<Joining<Kind>>(Partials<Partial>{partials}, pieces, inner, pieces, 1, width, (Partial *) 0, out);
}
