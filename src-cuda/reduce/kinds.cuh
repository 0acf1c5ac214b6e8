// What a reduction computes: the type it accumulates in, where it begins, and how an element and another partial result are added.
// f16 and bf16 accumulate in f32, products in f64; whole numbers wrap. NaN wins in MAX and MIN.
#pragma once
#include "common/arithmetic.cuh"
#include "common/block.cuh"

// The type that is accumulated in.
template <class Element> struct Accumulator { typedef f32 type; };
template <> struct Accumulator<f64> { typedef f64 type; };
template <> struct Accumulator<i32> { typedef i32 type; };
template <> struct Accumulator<i64> { typedef i64 type; };
template <> struct Accumulator<u8> { typedef i32 type; };
template <> struct Accumulator<truth> { typedef i64 type; };

template <class A> struct Product { typedef f64 type; };
template <> struct Product<i32> { typedef i32 type; };
template <> struct Product<i64> { typedef i64 type; };

DEVICE f32 sum_of(f32 a, f32 b) { return a + b; }
DEVICE f64 sum_of(f64 a, f64 b) { return a + b; }
DEVICE i32 sum_of(i32 a, i32 b) { return wrapping_add(a, b); }
DEVICE i64 sum_of(i64 a, i64 b) { return wrapping_add(a, b); }
DEVICE f64 product_of(f64 a, f64 b) { return a * b; }
DEVICE i32 product_of(i32 a, i32 b) { return wrapping_mul(a, b); }
DEVICE i64 product_of(i64 a, i64 b) { return wrapping_mul(a, b); }
DEVICE f32 plus_square(f32 sum, f32 x) { return fused(x, x, sum); }
DEVICE f64 plus_square(f64 sum, f64 x) { return fused(x, x, sum); }
DEVICE i32 plus_square(i32 sum, i32 x) { return wrapping_add(sum, wrapping_mul(x, x)); }
DEVICE i64 plus_square(i64 sum, i64 x) { return wrapping_add(sum, wrapping_mul(x, x)); }

DEVICE void set_lowest(f32 &a) { a = from_bits((i32) 0xFF800000); }
DEVICE void set_lowest(f64 &a) { a = from_bits((i64) 0xFFF0000000000000ull); }
DEVICE void set_lowest(i32 &a) { a = (i32) 0x80000000; }
DEVICE void set_lowest(i64 &a) { a = (i64) 0x8000000000000000ull; }
DEVICE void set_highest(f32 &a) { a = from_bits((i32) 0x7F800000); }
DEVICE void set_highest(f64 &a) { a = from_bits((i64) 0x7FF0000000000000ull); }
DEVICE void set_highest(i32 &a) { a = 0x7FFFFFFF; }
DEVICE void set_highest(i64 &a) { a = 0x7FFFFFFFFFFFFFFFll; }

template <class Element> struct Sum {
    typedef typename Accumulator<Element>::type Partial;
    static __device__ __forceinline__ Partial start() { return 0; }
    static __device__ __forceinline__ Partial add(Partial sum, Element x, i64) { return sum_of(sum, read<Partial>(x)); }
    static __device__ __forceinline__ Partial join(Partial a, Partial b) { return sum_of(a, b); }
};

template <class Element> struct SumSquares {
    typedef typename Accumulator<Element>::type Partial;
    static __device__ __forceinline__ Partial start() { return 0; }
    static __device__ __forceinline__ Partial add(Partial sum, Element x, i64) { return plus_square(sum, read<Partial>(x)); }
    static __device__ __forceinline__ Partial join(Partial a, Partial b) { return sum_of(a, b); }
};

template <class Element> struct Prod {
    typedef typename Product<typename Accumulator<Element>::type>::type Partial;
    static __device__ __forceinline__ Partial start() { return 1; }
    static __device__ __forceinline__ Partial add(Partial product, Element x, i64) { return product_of(product, read<Partial>(x)); }
    static __device__ __forceinline__ Partial join(Partial a, Partial b) { return product_of(a, b); }
};

template <class Element> struct Max {
    typedef typename Accumulator<Element>::type Partial;
    static __device__ __forceinline__ Partial start() {
        Partial lowest;
        set_lowest(lowest);
        return lowest;
    }
    static __device__ __forceinline__ Partial add(Partial most, Element x, i64) { return larger(most, read<Partial>(x)); }
    static __device__ __forceinline__ Partial join(Partial a, Partial b) { return larger(a, b); }
};

template <class Element> struct Min {
    typedef typename Accumulator<Element>::type Partial;
    static __device__ __forceinline__ Partial start() {
        Partial highest;
        set_highest(highest);
        return highest;
    }
    static __device__ __forceinline__ Partial add(Partial least, Element x, i64) { return smaller(least, read<Partial>(x)); }
    static __device__ __forceinline__ Partial join(Partial a, Partial b) { return smaller(a, b); }
};

template <class Element> struct All {
    typedef i32 Partial;
    static __device__ __forceinline__ Partial start() { return 1; }
    static __device__ __forceinline__ Partial add(Partial all, Element x, i64) { return all & (natural(x) != 0); }
    static __device__ __forceinline__ Partial join(Partial a, Partial b) { return a & b; }
};

template <class Element> struct Any {
    typedef i32 Partial;
    static __device__ __forceinline__ Partial start() { return 0; }
    static __device__ __forceinline__ Partial add(Partial any, Element x, i64) { return any | (natural(x) != 0); }
    static __device__ __forceinline__ Partial join(Partial a, Partial b) { return a | b; }
};

// A candidate and its place; place -1: none yet.
template <class Value> struct Candidate {
    i64 place;
    Value value;
    Value unused;
};

// The first of the largest (or smallest) elements; the first NaN is both.
template <class Element, bool LARGEST> struct ArgExtreme {
    typedef typename Accumulator<Element>::type Value;
    typedef Candidate<Value> Partial;
    static __device__ __forceinline__ Partial start() { return Partial{-1, 0, 0}; }
    static __device__ __forceinline__ Partial add(Partial best, Element x, i64 place) { return join(best, Partial{place, read<Value>(x), 0}); }
    static __device__ __forceinline__ bool beats(Value a, Value b) { return LARGEST ? a > b : a < b; }
    static __device__ __forceinline__ Partial join(Partial a, Partial b) {
        if (b.place < 0) return a;
        if (a.place < 0) return b;
        const bool a_nan = a.value != a.value;
        const bool b_nan = b.value != b.value;
        if (a_nan != b_nan) return a_nan ? a : b;
        if (!a_nan && beats(a.value, b.value)) return a;
        if (!a_nan && beats(b.value, a.value)) return b;
        return a.place < b.place ? a : b;
    }
};
template <class Element> struct ArgMax : ArgExtreme<Element, true> {};
template <class Element> struct ArgMin : ArgExtreme<Element, false> {};

template <class Value> DEVICE Candidate<Value> from_lane_behind(Candidate<Value> a, i32 distance) {
    const i64 place = __shfl_down_sync(ALL_LANES, a.place, distance);
    return Candidate<Value>{place, __shfl_down_sync(ALL_LANES, a.value, distance), 0};
}

// ---- results ----

template <class Out, class Partial> DEVICE void put(Out *to, Partial value) { write(*to, value); }
template <class Partial> DEVICE void put(truth *to, Partial value) { write(*to, value != 0); }
template <class Value> DEVICE void put(i64 *to, Candidate<Value> best) { *to = best.place; }
template <class Value> DEVICE void put(Candidate<Value> *to, Candidate<Value> value) {
    to->place = value.place;
    to->value = value.value;
    to->unused = 0;
}
