// What softmax and its relatives know of a line: its largest element m and the sum of exp(x - m), found in one pass over parts that are
// joined in a fixed order.
#pragma once
#include "common/exponential.cuh"
#include "common/line.cuh"
#include "common/fdlibm/log.cuh"

DEVICE f32 lowest(f32) { return from_bits((i32) 0xFF800000); }
DEVICE f64 lowest(f64) { return from_bits((i64) 0xFFF0000000000000ull); }

template <class A> struct ExpSum {
    A most;
    A sum;
};

template <class A> DEVICE ExpSum<A> no_exp_sum() { return ExpSum<A>{lowest((A) 0), 0}; }

// exp(-|a - b|), 1 where both are the same infinity.
template <class A> DEVICE A below(A a, A b) { return a == b ? (A) 1 : exponential(a < b ? a - b : b - a); }

template <class A> DEVICE ExpSum<A> with(ExpSum<A> line, A x) {
    const A e = below(x, line.most);
    if (x > line.most) return ExpSum<A>{x, line.sum * e + 1};
    return ExpSum<A>{line.most, line.sum + e};
}

struct JoinExpSums {
    template <class A> static __device__ __forceinline__ ExpSum<A> join(ExpSum<A> a, ExpSum<A> b) {
        const A e = below(a.most, b.most);
        return a.most < b.most ? ExpSum<A>{b.most, a.sum * e + b.sum} : ExpSum<A>{a.most, a.sum + b.sum * e};
    }
};
template <class A> DEVICE ExpSum<A> from_lane_behind(ExpSum<A> a, i32 distance) {
    return ExpSum<A>{from_lane_behind(a.most, distance), from_lane_behind(a.sum, distance)};
}

struct JoinMost {
    template <class A> static __device__ __forceinline__ A join(A a, A b) { return larger(a, b); }
};

// Among infinities no element is a finite part of the sum: every result is NaN, as that of subtracting them.
template <class A> DEVICE A sum_or_nan(ExpSum<A> line) { return line.sum + (line.most - line.most); }

template <class A> DEVICE A log_of(A sum) { return (A) fdlibm_log((f64) sum); }

// m + log sum; an infinite m is the result itself, and so is NaN.
template <class A> DEVICE A log_sum_exp(A most, A sum) { return most - most == 0 ? most + log_of(sum) : most; }

// Here a NaN is in the sum alone.
template <class A> DEVICE A log_sum_exp(ExpSum<A> line) { return line.sum != line.sum ? line.sum : log_sum_exp(line.most, line.sum); }
