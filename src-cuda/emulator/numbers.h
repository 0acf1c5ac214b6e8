// CUDA's functions of numbers. What rounds once is the same here and on a device; exp, sin and their like are the C library's, whose last bit differs.
#pragma once

static inline int __float_as_int(float a) { return __builtin_bit_cast(int, a); }
static inline unsigned __float_as_uint(float a) { return __builtin_bit_cast(unsigned, a); }
static inline float __int_as_float(int a) { return __builtin_bit_cast(float, a); }
static inline float __uint_as_float(unsigned a) { return __builtin_bit_cast(float, a); }
static inline long long __double_as_longlong(double a) { return __builtin_bit_cast(long long, a); }
static inline double __longlong_as_double(long long a) { return __builtin_bit_cast(double, a); }

static inline float __fmaf_rn(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
static inline double __fma_rn(double a, double b, double c) { return __builtin_fma(a, b, c); }
static inline float __fadd_rn(float a, float b) { return a + b; }
static inline float __fsub_rn(float a, float b) { return a - b; }
static inline float __fmul_rn(float a, float b) { return a * b; }
static inline float __fdiv_rn(float a, float b) { return a / b; }
static inline float __frcp_rn(float a) { return 1 / a; }
static inline float __fsqrt_rn(float a) { return __builtin_sqrtf(a); }
static inline double __dadd_rn(double a, double b) { return a + b; }
static inline double __dmul_rn(double a, double b) { return a * b; }
static inline double __ddiv_rn(double a, double b) { return a / b; }
static inline double __dsqrt_rn(double a) { return __builtin_sqrt(a); }

static inline int __mulhi(int a, int b) { return (int) ((long long) a * b >> 32); }
static inline unsigned __umulhi(unsigned a, unsigned b) { return (unsigned) ((unsigned long long) a * b >> 32); }
static inline unsigned long long __umul64hi(unsigned long long a, unsigned long long b) { return (unsigned long long) ((unsigned __int128) a * b >> 64); }
static inline int __clz(int a) { return a == 0 ? 32 : __builtin_clz((unsigned) a); }
static inline int __clzll(long long a) { return a == 0 ? 64 : __builtin_clzll((unsigned long long) a); }
static inline int __ffs(int a) { return __builtin_ffs(a); }
static inline int __ffsll(long long a) { return __builtin_ffsll(a); }
static inline int __popc(unsigned a) { return __builtin_popcount(a); }
static inline int __popcll(unsigned long long a) { return __builtin_popcountll(a); }
static inline unsigned __brev(unsigned a) {
    unsigned reversed = 0;
    for (int i = 0; i < 32; i++) reversed |= (a >> i & 1) << (31 - i);
    return reversed;
}
static inline unsigned __byte_perm(unsigned a, unsigned b, unsigned selector) {
    unsigned long long both = (unsigned long long) b << 32 | a;
    unsigned bytes = 0;
    for (int i = 0; i < 4; i++) bytes |= (unsigned) (both >> (selector >> 4 * i & 7) * 8 & 0xff) << 8 * i;
    return bytes;
}

template <class T> static inline T min(T a, T b) { return b < a ? b : a; }
template <class T> static inline T max(T a, T b) { return a < b ? b : a; }
// Of a number and NaN these give the number, as the device's do.
static inline float min(float a, float b) { return __builtin_fminf(a, b); }
static inline float max(float a, float b) { return __builtin_fmaxf(a, b); }
static inline double min(double a, double b) { return __builtin_fmin(a, b); }
static inline double max(double a, double b) { return __builtin_fmax(a, b); }
static inline bool isnan(float a) { return __builtin_isnan(a); }
static inline bool isnan(double a) { return __builtin_isnan(a); }
static inline bool isinf(float a) { return __builtin_isinf(a); }
static inline bool isinf(double a) { return __builtin_isinf(a); }

#define TENFOLD_MATH1(name) double name(double) noexcept; float name##f(float) noexcept;
#define TENFOLD_MATH2(name) double name(double, double) noexcept; float name##f(float, float) noexcept;
extern "C" {
TENFOLD_MATH1(sin) TENFOLD_MATH1(cos) TENFOLD_MATH1(tan) TENFOLD_MATH1(asin) TENFOLD_MATH1(acos) TENFOLD_MATH1(atan)
TENFOLD_MATH1(sinh) TENFOLD_MATH1(cosh) TENFOLD_MATH1(tanh) TENFOLD_MATH1(exp) TENFOLD_MATH1(exp2) TENFOLD_MATH1(expm1)
TENFOLD_MATH1(log) TENFOLD_MATH1(log2) TENFOLD_MATH1(log10) TENFOLD_MATH1(log1p) TENFOLD_MATH1(sqrt) TENFOLD_MATH1(cbrt)
TENFOLD_MATH1(erf) TENFOLD_MATH1(erfc) TENFOLD_MATH1(lgamma) TENFOLD_MATH1(floor) TENFOLD_MATH1(ceil) TENFOLD_MATH1(trunc)
TENFOLD_MATH1(round) TENFOLD_MATH1(rint) TENFOLD_MATH1(fabs)
TENFOLD_MATH2(atan2) TENFOLD_MATH2(pow) TENFOLD_MATH2(fmod) TENFOLD_MATH2(copysign) TENFOLD_MATH2(fmax) TENFOLD_MATH2(fmin)
double fma(double, double, double) noexcept; float fmaf(float, float, float) noexcept;
double ldexp(double, int) noexcept; float ldexpf(float, int) noexcept;
int abs(int) noexcept;
}
static inline float rsqrtf(float a) { return 1 / __builtin_sqrtf(a); }
static inline float __expf(float a) { return expf(a); }
static inline float __logf(float a) { return logf(a); }
