// CUDA's short vectors, aligned as on the device: a load of a float4 is one of 16 bytes.
#pragma once

#define TENFOLD_VECTOR2(name, type, alignment)                                                       \
    struct __align__(alignment) name##2 { type x, y; };                                              \
    static inline name##2 make_##name##2(type x, type y) { return {x, y}; }
#define TENFOLD_VECTOR4(name, type, alignment)                                                       \
    struct __align__(alignment) name##4 { type x, y, z, w; };                                        \
    static inline name##4 make_##name##4(type x, type y, type z, type w) { return {x, y, z, w}; }
TENFOLD_VECTOR2(char, signed char, 2)
TENFOLD_VECTOR4(char, signed char, 4)
TENFOLD_VECTOR2(uchar, unsigned char, 2)
TENFOLD_VECTOR4(uchar, unsigned char, 4)
TENFOLD_VECTOR2(short, short, 4)
TENFOLD_VECTOR4(short, short, 8)
TENFOLD_VECTOR2(ushort, unsigned short, 4)
TENFOLD_VECTOR4(ushort, unsigned short, 8)
TENFOLD_VECTOR2(int, int, 8)
TENFOLD_VECTOR4(int, int, 16)
TENFOLD_VECTOR2(uint, unsigned, 8)
TENFOLD_VECTOR4(uint, unsigned, 16)
TENFOLD_VECTOR2(longlong, long long, 16)
TENFOLD_VECTOR2(ulonglong, unsigned long long, 16)
TENFOLD_VECTOR2(float, float, 8)
TENFOLD_VECTOR4(float, float, 16)
TENFOLD_VECTOR2(double, double, 16)
struct float3 { float x, y, z; };
struct int3 { int x, y, z; };
static inline float3 make_float3(float x, float y, float z) { return {x, y, z}; }
static inline int3 make_int3(int x, int y, int z) { return {x, y, z}; }
static inline uint3 make_uint3(unsigned x, unsigned y, unsigned z) { return {x, y, z}; }
