// Element types under the names that the rest of Tenfold uses, and their bits. NVRTC brings no headers: everything is declared here.
//
// f16, bf16 and truth (bool) are storage types: read() widens them, write() rounds to nearest even. Conversions give the bits that the
// CPU's loops give, which are Java's: a float beyond an integer type becomes its nearest end and NaN 0.
#pragma once

typedef unsigned char u8;
typedef int i32;
typedef long long i64;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef float f32;
typedef double f64;
struct f16 { unsigned short bits; };
struct bf16 { unsigned short bits; };
struct truth { unsigned char bits; };

#define DEVICE static __device__ __forceinline__
// For long functions that are called from many places: one copy in the kernel.
#define OUTLINED static __device__ __noinline__
// Numbers that never change, for all kernels of a text.
#ifdef TENFOLD_EMULATED
#define __grid_constant__
#define TABLE static const
#else
#define TABLE static __device__ __constant__ const
#define DYNAMIC_SHARED(type, name) extern __shared__ __align__(16) unsigned char name##_bytes[]; type *const name = (type *) name##_bytes
#endif

DEVICE i32 to_bits(f32 a) { return __float_as_int(a); }
DEVICE i64 to_bits(f64 a) { return __double_as_longlong(a); }
DEVICE f32 from_bits(i32 a) { return __int_as_float(a); }
DEVICE f64 from_bits(i64 a) { return __longlong_as_double(a); }

// What an element of a floating type is computed in.
template <class E> struct Compute { typedef f32 type; };
template <> struct Compute<f64> { typedef f64 type; };

// ---- two-byte floats ----

DEVICE f32 widen(bf16 a) { return from_bits((i32) ((u32) a.bits << 16)); }

DEVICE f32 widen(f16 a) {
#ifdef TENFOLD_EMULATED
    u32 magnitude = (u32) (a.bits & 0x7FFF) << 13;
    u32 sign = (u32) (a.bits & 0x8000) << 16;
    if (magnitude >= 0x0F800000u) return from_bits((i32) (sign | 0x70000000u | magnitude)); // infinity and NaN
    // Scaling by 2^112 gives the exponent its place, and subnormals their leading bit.
    return from_bits((i32) (sign | (u32) to_bits(from_bits((i32) magnitude) * 0x1p112f)));
#else
    f32 result;
    asm("cvt.f32.f16 %0, %1;" : "=f"(result) : "h"(a.bits));
    return result;
#endif
}

DEVICE bf16 to_bf16(f32 a) {
    u32 bits = (u32) to_bits(a);
    u32 rounded = a != a ? (bits >> 16) | 0x40 : (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16;
    return bf16{(unsigned short) rounded};
}

DEVICE f16 to_f16(f32 a) {
    u32 bits = (u32) to_bits(a);
    u32 sign = bits >> 16 & 0x8000;
    u32 magnitude = bits & 0x7FFFFFFF;
    if (magnitude > 0x7F800000u) return f16{(unsigned short) (sign | 0x7E00 | (magnitude >> 13 & 0x3FF))};
#ifdef TENFOLD_EMULATED
    if (magnitude >= 0x47800000u) return f16{(unsigned short) (sign | 0x7C00)};
    // Below the normal range: added to one half, a number is rounded to multiples of the smallest subnormal.
    u32 rounded = magnitude < 0x38800000u ? (u32) to_bits(from_bits((i32) magnitude) + 0.5f) - 0x3F000000u
        : (magnitude + 0xFFF + (magnitude >> 13 & 1) - 0x38000000u) >> 13;
    return f16{(unsigned short) (sign | rounded)};
#else
    f16 result;
    asm("cvt.rn.f16.f32 %0, %1;" : "=h"(result.bits) : "f"(a));
    return result;
#endif
}

// ---- conversions between the types that are computed in, as Java's casts ----

DEVICE i32 to_i32(f64 a) { return a != a ? 0 : a >= 0x1p31 ? 0x7FFFFFFF : a < -0x1p31 ? -0x7FFFFFFF - 1 : (i32) a; }
DEVICE i64 to_i64(f64 a) { return a != a ? 0 : a >= 0x1p63 ? 0x7FFFFFFFFFFFFFFFll : a < -0x1p63 ? -0x7FFFFFFFFFFFFFFFll - 1 : (i64) a; }

template <class To> struct Cast;
template <> struct Cast<f32> {
    template <class From> static __device__ __forceinline__ f32 of(From a) { return (f32) a; }
};
template <> struct Cast<f64> {
    template <class From> static __device__ __forceinline__ f64 of(From a) { return (f64) a; }
};
template <> struct Cast<i32> {
    static __device__ __forceinline__ i32 of(f32 a) { return to_i32((f64) a); }
    static __device__ __forceinline__ i32 of(f64 a) { return to_i32(a); }
    static __device__ __forceinline__ i32 of(i32 a) { return a; }
    static __device__ __forceinline__ i32 of(i64 a) { return (i32) a; }
};
template <> struct Cast<i64> {
    static __device__ __forceinline__ i64 of(f32 a) { return to_i64((f64) a); }
    static __device__ __forceinline__ i64 of(f64 a) { return to_i64(a); }
    static __device__ __forceinline__ i64 of(i32 a) { return a; }
    static __device__ __forceinline__ i64 of(i64 a) { return a; }
};

// ---- elements: read as a number of type To, written from a number ----

DEVICE f32 natural(f32 a) { return a; }
DEVICE f64 natural(f64 a) { return a; }
DEVICE f32 natural(f16 a) { return widen(a); }
DEVICE f32 natural(bf16 a) { return widen(a); }
DEVICE i32 natural(i32 a) { return a; }
DEVICE i64 natural(i64 a) { return a; }
DEVICE i32 natural(u8 a) { return a; }
DEVICE i32 natural(truth a) { return a.bits; }

template <class To, class Element> DEVICE To read(Element a) { return Cast<To>::of(natural(a)); }

template <class From> DEVICE void write(f32 &to, From a) { to = Cast<f32>::of(a); }
template <class From> DEVICE void write(f64 &to, From a) { to = Cast<f64>::of(a); }
template <class From> DEVICE void write(f16 &to, From a) { to = to_f16(Cast<f32>::of(a)); }
template <class From> DEVICE void write(bf16 &to, From a) { to = to_bf16(Cast<f32>::of(a)); }
template <class From> DEVICE void write(i32 &to, From a) { to = Cast<i32>::of(a); }
template <class From> DEVICE void write(i64 &to, From a) { to = Cast<i64>::of(a); }
template <class From> DEVICE void write(u8 &to, From a) { to = (u8) Cast<i32>::of(a); }
DEVICE void write(truth &to, bool a) { to.bits = a; }
