// Convolutions and their gradients as one kind of matrix product, whose right side is gathered from planes in memory and never stored:
//
//   out[target(j) + m out_step] = bias[m] + sum_k a[factor(k) + m a_step] x(k, j),   m below Product::m
//
// Rows k and columns j are numbers of three digits. For y and dx a row is (channel, tap's row, tap's column) and a column (image, pixel's row,
// pixel's column); for dw it is the other way round. A row and a column each say where they are in the planes; x(k, j) lies at the sum of the
// two places, and is 0 outside of the plane. With stride 1 in mind: dx of a strided convolution falls apart into phases, one for each remainder of
// a pixel by the stride, and each of them is such a product of some of the taps.
#pragma once
#include "common/arithmetic.cuh"
#include "common/pack.cuh"

#define MOST_PHASES 4
// A height that no other one brings back into a plane.
#define ABSENT (-(1 << 30))

// Numbers high, middle, low: middle below `middles`, low below `lows`.
struct Digits {
    i32 high, middle, low;
};

struct Side {
    i64 count;
    i64 per_high;           // elements of x from one high digit to the next
    i64 base, high, middle, low; // of a row its factor, of a column its target
    i32 middles, lows;
    i32 h, step_h, w, step_w; // the place in a plane: h + middle step_h, w + low step_w
};

struct Phase {
    Side rows, columns;
};

struct Product {
    i64 a_step, out_step;
    i64 a_group, x_group, out_group; // elements from one group to the next
    i64 rows_each;                   // rows of a part; parts are added in their order
    i64 outputs;                     // elements of the result
    i32 m, groups, height, width, parts, unused;
    Phase phases[MOST_PHASES];
};

// Where a row or a column lies in the planes.
struct __align__(16) Place {
    i64 offset;
    i32 h, w;
};

DEVICE Digits digits_of(const Side &side, i64 number) {
    if (number >> 31 == 0) {
        const u32 rest = (u32) number / (u32) side.lows;
        return Digits{(i32) (rest / (u32) side.middles), (i32) (rest % (u32) side.middles), (i32) ((u32) number % (u32) side.lows)};
    }
    const i64 rest = number / side.lows;
    return Digits{(i32) (rest / side.middles), (i32) (rest % side.middles), (i32) (number % side.lows)};
}

DEVICE Digits sum_of(const Side &side, Digits a, Digits b) {
    Digits sum = {a.high + b.high, a.middle + b.middle, a.low + b.low};
    if (sum.low >= side.lows) {
        sum.low -= side.lows;
        sum.middle++;
    }
    if (sum.middle >= side.middles) {
        sum.middle -= side.middles;
        sum.high++;
    }
    return sum;
}

DEVICE Place place_of(const Side &side, Digits d, i32 width) {
    const i32 h = side.h + d.middle * side.step_h;
    const i32 w = side.w + d.low * side.step_w;
    return Place{d.high * side.per_high + (i64) h * width + w, h, w};
}

DEVICE i64 linear_of(const Side &side, Digits d) { return side.base + d.high * side.high + d.middle * side.middle + d.low * side.low; }

// What a block or a thread works on: a number split into what changes fastest first.
DEVICE i64 take(i64 &number, i64 count) {
    const i64 rest = number >> 31 == 0 && count >> 31 == 0 ? (i64) ((u32) number / (u32) count) : number / count;
    const i64 digit = number - rest * count;
    number = rest;
    return digit;
}

template <class E> DEVICE typename Compute<E>::type gathered(const E *x, const Product &product, Place row, Place column) {
    typedef typename Compute<E>::type A;
    const bool inside = (u32) (row.h + column.h) < (u32) product.height && (u32) (row.w + column.w) < (u32) product.width;
    return inside ? read<A>(x[row.offset + column.offset]) : (A) 0;
}

// A result, or its part.
template <class E, class A> DEVICE void put(const Product &product, i64 part, i64 at, A value, A *partials, E *out) {
    if (product.parts > 1) partials[part * product.outputs + at] = value;
    else write(out[at], value);
}
