// The CUDA language as g++ takes it, for kernels that run on the CPU-side driver: included before the text of every kernel. What need not be
// compiled with each of them is in checks.cpp.
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
#define __grid_constant__
#define __builtin_assume(truth) ((void) 0)
#define TENFOLD_QUIET __attribute__((no_sanitize_thread))
#define TENFOLD_HIDDEN __attribute__((visibility("hidden")))
#define TENFOLD_WHERE __builtin_return_address(0)

extern "C" {
extern TENFOLD_HIDDEN TenfoldServices tenfold_services;
extern TENFOLD_HIDDEN __thread TenfoldThread *tenfold_now;
// By value and "const": for one CUDA thread these never change, whatever other threads run in between.
#define TENFOLD_INDEX(name, type) TENFOLD_HIDDEN __attribute__((const)) type name();
TENFOLD_INDEX(tenfold_thread_index, uint3)
TENFOLD_INDEX(tenfold_block_index, uint3)
TENFOLD_INDEX(tenfold_block_size, uint3)
TENFOLD_INDEX(tenfold_grid_size, uint3)
TENFOLD_INDEX(tenfold_dynamic_shared, char *)
}
#define threadIdx (tenfold_thread_index())
#define blockIdx (tenfold_block_index())
#define blockDim (tenfold_block_size())
#define gridDim (tenfold_grid_size())
static const int warpSize = 32;
#define DYNAMIC_SHARED(type, name) type *const name = (type *) tenfold_dynamic_shared()

// ---- barriers and warps ----

#define TENFOLD_CALL static TENFOLD_QUIET __attribute__((noinline, unused))
// Known by its place in the text: the compiler may write one call in several places.
#define __syncthreads() tenfold_syncthreads(__COUNTER__)
TENFOLD_CALL void tenfold_syncthreads(int place) { tenfold_services.barrier(-place, 0, TENFOLD_WHERE); }
// bar.sync id, count
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
static inline void __threadfence_system() {}
TENFOLD_CALL int __match_all_sync(unsigned mask, unsigned long long value, int *all) {
    unsigned same = (unsigned) tenfold_services.collective(TENFOLD_MATCH_ANY, mask, value, 0, 32, TENFOLD_WHERE);
    *all = same == mask;
    return *all ? (int) mask : 0;
}
TENFOLD_CALL void __nanosleep(unsigned) { tenfold_services.yield(TENFOLD_WHERE); }
TENFOLD_CALL void __trap() { tenfold_services.trap("the kernel stopped itself by __trap()", TENFOLD_WHERE); }

template <class T> static TENFOLD_QUIET __attribute__((noinline)) T tenfold_load(const T *p) {
    tenfold_services.access(p, sizeof(T), TENFOLD_READ, TENFOLD_WHERE);
    return *p;
}
#define __ldg(p) tenfold_load(p)

#include "emulator/vectors.h"
#include "emulator/numbers.h"
#include "emulator/atomics.h"
#include "emulator/table.h"
