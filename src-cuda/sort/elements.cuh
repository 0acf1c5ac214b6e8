// Elements as whole numbers in the order that they are sorted in: both zeros alike, every NaN above infinity; the complement where the
// largest come first, which leaves equal ones in place. The type is a launch's argument: it is the same for all threads.
#pragma once
#include "common/types.cuh"

#define TYPE_U8 0
#define TYPE_I32 1
#define TYPE_F16 2
#define TYPE_BF16 3
#define TYPE_F32 4
#define TYPE_I64 5
#define TYPE_F64 6

// The bits of a float of two bytes, whose infinity has the magnitude `infinity`.
DEVICE u32 key_of_half(u32 bits, u32 infinity) {
    const u32 magnitude = bits & 0x7FFF;
    if (magnitude > infinity) return 0xFFFF;
    if (magnitude == 0) return 0x8000;
    return bits & 0x8000 ? ~bits & 0xFFFF : bits | 0x8000;
}

DEVICE u32 key_of(f32 x) {
    if (x != x) return 0xFFFFFFFFu;
    const u32 bits = x == 0 ? 0 : (u32) to_bits(x);
    return bits >> 31 ? ~bits : bits | 0x80000000u;
}

DEVICE u64 key_of(f64 x) {
    if (x != x) return 0xFFFFFFFFFFFFFFFFull;
    const u64 bits = x == 0 ? 0 : (u64) to_bits(x);
    return bits >> 63 ? ~bits : bits | 0x8000000000000000ull;
}

// Element `at`, of a type of up to four bytes.
DEVICE u32 narrow_key(const void *in, i64 at, i32 type, i32 descending) {
    u32 key;
    if (type == TYPE_F32) key = key_of(((const f32 *) in)[at]);
    else if (type == TYPE_BF16) key = key_of_half(((const bf16 *) in)[at].bits, 0x7F80);
    else if (type == TYPE_F16) key = key_of_half(((const f16 *) in)[at].bits, 0x7C00);
    else if (type == TYPE_I32) key = (u32) ((const i32 *) in)[at] ^ 0x80000000u;
    else key = ((const u8 *) in)[at];
    return descending ? ~key : key;
}

// Element `at`, of a type of eight bytes.
DEVICE u64 wide_key(const void *in, i64 at, i32 type, i32 descending) {
    const u64 key = type == TYPE_F64 ? key_of(((const f64 *) in)[at]) : (u64) ((const i64 *) in)[at] ^ 0x8000000000000000ull;
    return descending ? ~key : key;
}

// to[at] = from[source], of a type's size.
DEVICE void copy_element(const void *from, i64 source, i32 type, void *to, i64 at) {
    if (type >= TYPE_I64) ((u64 *) to)[at] = ((const u64 *) from)[source];
    else if (type == TYPE_F32 || type == TYPE_I32) ((u32 *) to)[at] = ((const u32 *) from)[source];
    else if (type == TYPE_U8) ((u8 *) to)[at] = ((const u8 *) from)[source];
    else ((unsigned short *) to)[at] = ((const unsigned short *) from)[source];
}
