// The CUDA language as g++ takes it, for kernels that run on the CPU-side driver: included before the text of every kernel. The compiler's
// thread sanitizer puts a call before every access to memory; the functions that it calls are here and look into the driver's shadow memory.
#pragma once
#include "emulator/abi.h"

#define TENFOLD_EMULATED 1
#define __global__
#define __device__
#define __host__
#define __constant__ static const
#define __forceinline__ inline __attribute__((always_inline))
#define __noinline__ __attribute__((noinline))
#define __restrict__ __restrict
#define __shared__ static thread_local
#define __align__(n) __attribute__((aligned(n)))
#define __launch_bounds__(...)
#define TENFOLD_QUIET __attribute__((no_sanitize_thread))
#define TENFOLD_HIDDEN __attribute__((visibility("hidden")))
#define TENFOLD_WHERE __builtin_return_address(0)

static TenfoldServices tenfold_services;
static thread_local TenfoldThread *tenfold_now;

extern "C" {
__attribute__((visibility("default"))) TENFOLD_QUIET inline void tenfold_emulated_bind(const TenfoldServices *services) { tenfold_services = *services; }
__attribute__((visibility("default"))) TENFOLD_QUIET inline TenfoldThread **tenfold_emulated_now() { return &tenfold_now; }
}
// Kept although nothing in the text calls them.
__attribute__((used)) static void *const tenfold_exports[] = {(void *) &tenfold_emulated_bind, (void *) &tenfold_emulated_now};

// By value and "const": for one CUDA thread these never change, whatever other threads run in between.
#define TENFOLD_INDEX(name, type, field)                                                                                                   \
    static TENFOLD_QUIET __attribute__((noinline, const, unused)) type name() { return tenfold_now->field; }
TENFOLD_INDEX(tenfold_thread_index, uint3, thread)
TENFOLD_INDEX(tenfold_block_index, uint3, block)
TENFOLD_INDEX(tenfold_block_size, uint3, block_size)
TENFOLD_INDEX(tenfold_grid_size, uint3, grid_size)
TENFOLD_INDEX(tenfold_dynamic_shared, char *, dynamic_shared)
#define threadIdx (tenfold_thread_index())
#define blockIdx (tenfold_block_index())
#define blockDim (tenfold_block_size())
#define gridDim (tenfold_grid_size())
static const int warpSize = 32;
#define DYNAMIC_SHARED(type, name) type *const name = (type *) tenfold_dynamic_shared()

// ---- checks: called by what the sanitizer puts into the code ----

#define TENFOLD_CHECK(bytes, word, whole)                                                                                                  \
    extern "C" TENFOLD_HIDDEN TENFOLD_QUIET __attribute__((noinline, used)) inline void __tsan_read##bytes(void *p) {                      \
        unsigned long long at = (unsigned long long) p - tenfold_services.base;                                                           \
        if (at < tenfold_services.size && ((unsigned long long) p & (bytes - 1)) == 0 && !*tenfold_services.stop                          \
            && *(const word *) (tenfold_services.shadow + at) == whole) return;                                                           \
        tenfold_services.access(p, bytes, TENFOLD_READ, TENFOLD_WHERE);                                                                   \
    }                                                                                                                                     \
    extern "C" TENFOLD_HIDDEN TENFOLD_QUIET __attribute__((noinline, used)) inline void __tsan_write##bytes(void *p) {                     \
        unsigned long long at = (unsigned long long) p - tenfold_services.base;                                                           \
        if (at < tenfold_services.size && ((unsigned long long) p & (bytes - 1)) == 0 && !*tenfold_services.stop                          \
            && *(const word *) (tenfold_services.shadow + at) == whole) return;                                                           \
        tenfold_services.access(p, bytes, TENFOLD_WRITE, TENFOLD_WHERE);                                                                  \
    }                                                                                                                                     \
    extern "C" TENFOLD_HIDDEN TENFOLD_QUIET __attribute__((noinline, used)) inline void __tsan_unaligned_read##bytes(void *p) {            \
        tenfold_services.access(p, bytes, TENFOLD_READ, TENFOLD_WHERE);                                                                   \
    }                                                                                                                                     \
    extern "C" TENFOLD_HIDDEN TENFOLD_QUIET __attribute__((noinline, used)) inline void __tsan_unaligned_write##bytes(void *p) {           \
        tenfold_services.access(p, bytes, TENFOLD_WRITE, TENFOLD_WHERE);                                                                  \
    }
TENFOLD_CHECK(1, unsigned char, 0x02)
TENFOLD_CHECK(2, unsigned short, 0x0202)
TENFOLD_CHECK(4, unsigned int, 0x02020202u)
TENFOLD_CHECK(8, unsigned long long, 0x0202020202020202ull)
TENFOLD_CHECK(16, unsigned __int128, (((unsigned __int128) 0x0202020202020202ull << 64) | 0x0202020202020202ull))

extern "C" {
TENFOLD_HIDDEN TENFOLD_QUIET __attribute__((used)) inline void __tsan_init() {}
TENFOLD_HIDDEN TENFOLD_QUIET __attribute__((noinline, used)) inline void __tsan_read_range(void *p, unsigned long n) {
    tenfold_services.access(p, (unsigned) n, TENFOLD_READ, TENFOLD_WHERE);
}
TENFOLD_HIDDEN TENFOLD_QUIET __attribute__((noinline, used)) inline void __tsan_write_range(void *p, unsigned long n) {
    tenfold_services.access(p, (unsigned) n, TENFOLD_WRITE, TENFOLD_WHERE);
}
TENFOLD_HIDDEN TENFOLD_QUIET __attribute__((used)) inline void __tsan_func_entry(void *) {}
TENFOLD_HIDDEN TENFOLD_QUIET __attribute__((used)) inline void __tsan_func_exit() {}
}

// ---- barriers and warps ----

#define TENFOLD_CALL static TENFOLD_QUIET __attribute__((noinline, unused))
// Known by its place in the text: the compiler may write one call in several places.
#define __syncthreads() tenfold_syncthreads(__COUNTER__)
TENFOLD_CALL void tenfold_syncthreads(int place) { tenfold_services.barrier(-place, 0, TENFOLD_WHERE); }
TENFOLD_CALL void tenfold_barrier(int id, int count) { tenfold_services.barrier(count, id, TENFOLD_WHERE); }
TENFOLD_CALL void __syncwarp(unsigned mask = 0xffffffffu) { tenfold_services.collective(TENFOLD_SYNC, mask, 0, 0, 32, TENFOLD_WHERE); }
TENFOLD_CALL unsigned __activemask() { return tenfold_services.active(); }
TENFOLD_CALL unsigned __ballot_sync(unsigned mask, int truth) { return (unsigned) tenfold_services.collective(TENFOLD_BALLOT, mask, truth != 0, 0, 32, TENFOLD_WHERE); }
TENFOLD_CALL int __any_sync(unsigned mask, int truth) { return tenfold_services.collective(TENFOLD_BALLOT, mask, truth != 0, 0, 32, TENFOLD_WHERE) != 0; }
TENFOLD_CALL int __all_sync(unsigned mask, int truth) { return tenfold_services.collective(TENFOLD_BALLOT, mask, truth == 0, 0, 32, TENFOLD_WHERE) == 0; }
TENFOLD_CALL unsigned __match_any_sync(unsigned mask, unsigned long long value) { return (unsigned) tenfold_services.collective(TENFOLD_MATCH_ANY, mask, value, 0, 32, TENFOLD_WHERE); }

template <class T> static TENFOLD_QUIET inline unsigned long long tenfold_bits(T value) {
    static_assert(sizeof(T) <= 8, "shuffles move up to 8 bytes");
    unsigned long long bits = 0;
    __builtin_memcpy(&bits, &value, sizeof(T));
    return bits;
}
template <class T> static TENFOLD_QUIET inline T tenfold_value(unsigned long long bits) {
    T value;
    __builtin_memcpy(&value, &bits, sizeof(T));
    return value;
}
#define TENFOLD_SHUFFLES(name, kind)                                                                                                       \
    template <class T> static TENFOLD_QUIET __attribute__((noinline)) T name(unsigned mask, T value, unsigned argument, int width = 32) {  \
        return tenfold_value<T>(tenfold_services.collective(kind, mask, tenfold_bits(value), argument, width, TENFOLD_WHERE));             \
    }
TENFOLD_SHUFFLES(__shfl_sync, TENFOLD_SHUFFLE)
TENFOLD_SHUFFLES(__shfl_up_sync, TENFOLD_SHUFFLE_UP)
TENFOLD_SHUFFLES(__shfl_down_sync, TENFOLD_SHUFFLE_DOWN)
TENFOLD_SHUFFLES(__shfl_xor_sync, TENFOLD_SHUFFLE_XOR)
#define TENFOLD_REDUCES(name, type, kind)                                                                                                  \
    TENFOLD_CALL type name(unsigned mask, type value) { return (type) tenfold_services.collective(kind, mask, (unsigned long long) (long long) value, 0, 32, TENFOLD_WHERE); }
TENFOLD_REDUCES(__reduce_add_sync, unsigned, TENFOLD_ADD)
TENFOLD_REDUCES(__reduce_min_sync, unsigned, TENFOLD_MIN)
TENFOLD_REDUCES(__reduce_max_sync, unsigned, TENFOLD_MAX)
TENFOLD_REDUCES(__reduce_min_sync, int, TENFOLD_MIN_SIGNED)
TENFOLD_REDUCES(__reduce_max_sync, int, TENFOLD_MAX_SIGNED)
TENFOLD_REDUCES(__reduce_add_sync, int, TENFOLD_ADD)
TENFOLD_REDUCES(__reduce_and_sync, unsigned, TENFOLD_AND)
TENFOLD_REDUCES(__reduce_or_sync, unsigned, TENFOLD_OR)
TENFOLD_REDUCES(__reduce_xor_sync, unsigned, TENFOLD_XOR)
static inline void __threadfence() {}
static inline void __threadfence_block() {}
TENFOLD_CALL void __trap() { tenfold_services.trap("__trap()", TENFOLD_WHERE); }

// ---- numbers ----

template <class T> static TENFOLD_QUIET __attribute__((noinline)) T tenfold_load(const T *p) {
    tenfold_services.access(p, sizeof(T), TENFOLD_READ, TENFOLD_WHERE);
    return *p;
}
#define __ldg(p) tenfold_load(p)
static inline int __float_as_int(float a) { return __builtin_bit_cast(int, a); }
static inline unsigned __float_as_uint(float a) { return __builtin_bit_cast(unsigned, a); }
static inline float __int_as_float(int a) { return __builtin_bit_cast(float, a); }
static inline float __uint_as_float(unsigned a) { return __builtin_bit_cast(float, a); }
static inline long long __double_as_longlong(double a) { return __builtin_bit_cast(long long, a); }
static inline double __longlong_as_double(long long a) { return __builtin_bit_cast(double, a); }
static inline float __fmaf_rn(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
static inline double __fma_rn(double a, double b, double c) { return __builtin_fma(a, b, c); }
static inline float __fadd_rn(float a, float b) { return a + b; }
static inline float __fmul_rn(float a, float b) { return a * b; }
static inline float __fdiv_rn(float a, float b) { return a / b; }
static inline float __fsqrt_rn(float a) { return __builtin_sqrtf(a); }
static inline double __dsqrt_rn(double a) { return __builtin_sqrt(a); }
static inline unsigned __umulhi(unsigned a, unsigned b) { return (unsigned) ((unsigned long long) a * b >> 32); }
static inline unsigned long long __umul64hi(unsigned long long a, unsigned long long b) { return (unsigned long long) ((unsigned __int128) a * b >> 64); }
static inline int __clz(int a) { return a == 0 ? 32 : __builtin_clz((unsigned) a); }
static inline int __ffs(int a) { return __builtin_ffs(a); }
static inline int __popc(unsigned a) { return __builtin_popcount(a); }
template <class T> static inline T min(T a, T b) { return b < a ? b : a; }
template <class T> static inline T max(T a, T b) { return a < b ? b : a; }
extern "C" {
double sin(double) noexcept; double cos(double) noexcept; double tan(double) noexcept; double atan(double) noexcept; double atan2(double, double) noexcept;
double pow(double, double) noexcept; double fmod(double, double) noexcept; double floor(double) noexcept; double rint(double) noexcept; double log(double) noexcept;
double exp(double) noexcept; double sqrt(double) noexcept; double fabs(double) noexcept; double copysign(double, double) noexcept;
float sinf(float) noexcept; float cosf(float) noexcept; float floorf(float) noexcept; float rintf(float) noexcept; float sqrtf(float) noexcept;
float fabsf(float) noexcept; float expf(float) noexcept; float logf(float) noexcept; float fmaf(float, float, float) noexcept; double fma(double, double, double) noexcept;
float fmaxf(float, float) noexcept; float fminf(float, float) noexcept;
}

#include "emulator/atomics.h"

// ---- the entry table ----

template <class... A> struct TenfoldLayout;
template <> struct TenfoldLayout<> {
    static constexpr void fill(unsigned *, unsigned *, unsigned) {}
};
template <class T, class... A> struct TenfoldLayout<T, A...> {
    static constexpr unsigned place(unsigned at) { return (at + alignof(T) - 1) / alignof(T) * alignof(T); }
    static constexpr void fill(unsigned *offsets, unsigned *sizes, unsigned at) {
        *offsets = place(at);
        *sizes = sizeof(T);
        TenfoldLayout<A...>::fill(offsets + 1, sizes + 1, place(at) + sizeof(T));
    }
};
template <unsigned... I> struct TenfoldIndices {};
template <unsigned N, unsigned... I> struct TenfoldCount : TenfoldCount<N - 1, N - 1, I...> {};
template <unsigned... I> struct TenfoldCount<0, I...> { typedef TenfoldIndices<I...> type; };

template <class F> struct TenfoldEntry;
template <class... A> struct TenfoldEntry<void (*)(A...)> {
    struct Table {
        unsigned offsets[sizeof...(A) + 1] = {};
        unsigned sizes[sizeof...(A) + 1] = {};
        constexpr Table() { TenfoldLayout<A...>::fill(offsets, sizes, 0); }
    };
    static constexpr Table table{};
    template <void (*kernel)(A...), unsigned... I> static TENFOLD_QUIET void spread(const char *p, TenfoldIndices<I...>) { kernel(*(const A *) (p + table.offsets[I])...); }
    template <void (*kernel)(A...)> static TENFOLD_QUIET void call(const char *p) { spread<kernel>(p, typename TenfoldCount<sizeof...(A)>::type()); }
    static constexpr int count = sizeof...(A);
};
template <class... A> constexpr typename TenfoldEntry<void (*)(A...)>::Table TenfoldEntry<void (*)(A...)>::table;

#define TENFOLD_EMULATED_KERNEL(name, threads)                                                                                             \
    extern "C" __attribute__((visibility("default"))) const TenfoldKernel tenfold_emulated_##name;                                         \
    const TenfoldKernel tenfold_emulated_##name = {#name, &TenfoldEntry<decltype(&name)>::call<&name>, TenfoldEntry<decltype(&name)>::count, \
        TenfoldEntry<decltype(&name)>::table.offsets, TenfoldEntry<decltype(&name)>::table.sizes, threads};
