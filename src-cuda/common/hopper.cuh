// What sm_90a adds: barriers in shared memory that count bytes as well as threads, copies of tiles by the tensor memory accelerator, products of a
// warpgroup (128 threads) from shared memory, registers that warps hand on to each other. Inline PTX on a device; on the emulator bodies that do the same
// at once, so that what is used too early is not found there, but a wait that is missing or never ends is.
#pragma once
#include "common/tensorcore.cuh"
#include "common/types.cuh"

// How the driver describes a tensor to the accelerator.
struct
#ifndef TENFOLD_EMULATED
    __align__(64) // the emulator's parameters are copied from where they happen to lie
#endif
    TensorMap {
    u64 opaque[16];
};

#ifdef TENFOLD_EMULATED
#include "emulator/tensormap.h"

// ---- barriers: the threads (and bytes) that a phase still waits for, and its parity ----

struct TenfoldBarrier {
    short count, missing;
    int bytes : 31;
    unsigned parity : 1;
};
static_assert(sizeof(TenfoldBarrier) == sizeof(u64), "a barrier takes 64 bits");

static TENFOLD_QUIET inline void tenfold_settle(TenfoldBarrier *b) {
    if (b->missing > 0 || b->bytes != 0) return;
    b->missing = b->count;
    b->parity ^= 1;
}
TENFOLD_CALL void barrier_init(u64 *barrier, u32 count) { *(TenfoldBarrier *) barrier = TenfoldBarrier{(short) count, (short) count, 0, 0}; }
TENFOLD_CALL void barrier_fence() {}
TENFOLD_CALL void barrier_arrive(u64 *barrier) {
    auto *b = (TenfoldBarrier *) barrier;
    b->missing--;
    tenfold_settle(b);
}
TENFOLD_CALL void barrier_expect(u64 *barrier, u32 bytes) {
    auto *b = (TenfoldBarrier *) barrier;
    b->bytes += (int) bytes;
    barrier_arrive(barrier);
}
TENFOLD_CALL void barrier_wait(u64 *barrier, u32 parity) {
    while (((volatile TenfoldBarrier *) barrier)->parity == parity) tenfold_services.yield(TENFOLD_WHERE);
}

// ---- tiles ----

// Where the byte at an address of shared memory really lies under 128-byte swizzle: units of 16 bytes are exchanged by the number of their line of 128.
static TENFOLD_QUIET inline u64 tenfold_swizzled(u64 address) { return address ^ (address >> 7 & 7) << 4; }

// Elements of two bytes, lines of 128 bytes, 128-byte swizzle; 0 beyond the tensor.
TENFOLD_CALL void tile_copy(void *shared, const TensorMap *map, u64 *barrier, i32 x, i32 y, i32 z) {
    auto *t = (const TenfoldTensorMap *) map;
    const u32 bytes = t->box[0] * t->box[1] * 2;
    tenfold_services.access(shared, 16, TENFOLD_WRITE | TENFOLD_IN_SHARED, TENFOLD_WHERE);
    for (u32 line = 0; line < t->box[1]; line++) {
        for (u32 i = 0; i < t->box[0]; i++) {
            unsigned short value = 0;
            if ((u64) (x + i) < t->size[0] && (u64) (y + line) < t->size[1] && (u64) z < t->size[2]) {
                auto *from = (const unsigned short *) (t->address + (u64) z * t->stride[1] + (u64) (y + line) * t->stride[0]) + x + i;
                tenfold_services.access(from, 2, TENFOLD_READ | TENFOLD_IN_DEVICE, TENFOLD_WHERE);
                value = *from;
            }
            *(unsigned short *) tenfold_swizzled((u64) shared + (line * t->box[0] + i) * 2) = value;
        }
    }
    auto *b = (TenfoldBarrier *) barrier;
    b->bytes -= (int) bytes;
    tenfold_settle(b);
}

// ---- products ----

// A descriptor with room for the emulator's addresses: their lower 40 bits, the others being those of all shared memory of the block.
TENFOLD_CALL u64 describe(const void *tile, u32 leading, u32 stride) {
    return ((u64) tile & 0xFFFFFFFFFFull) >> 4 | (u64) (leading >> 4) << 36 | (u64) (stride >> 4) << 50;
}
static TENFOLD_QUIET inline u64 tenfold_described(u64 descriptor, const void *near) {
    return ((u64) near & ~0xFFFFFFFFFFull) | (descriptor << 4 & 0xFFFFFFFFFFull);
}
// Element (row, k) of an operand: k-major in lines of 64 k, eight lines a group; or row-major in lines of 64 rows.
static TENFOLD_QUIET inline unsigned short tenfold_element(u64 descriptor, const void *near, int across, int row, int k) {
    const u64 start = tenfold_described(descriptor, near), leading = (descriptor >> 36 & 0x3FFF) << 4, stride = (descriptor >> 50 & 0x3FFF) << 4;
    const u64 at = start + (across ? row / 64 * leading + row % 64 * 2 + k / 8 * stride + k % 8 * 128 : row / 8 * stride + row % 8 * 128 + k * 2);
    return *(const unsigned short *) tenfold_swizzled(at);
}
static TENFOLD_QUIET inline void tenfold_wgmma(int kind, float *d, u64 a, u64 b, int accumulate, int a_across, int b_across) {
    const void *near = tenfold_now->dynamic_shared;
    const int lane = (int) tenfold_now->lane, warp = (int) (tenfold_now->thread.x / 32 % 4);
    float x[2][16];
    for (int h = 0; h < 2; h++) {
        for (int k = 0; k < 16; k++) {
            const unsigned bits = tenfold_element(a, near, a_across, 16 * warp + lane / 4 + 8 * h, k);
            x[h][k] = kind == 0 ? tenfold_from_bf16(bits) : tenfold_from_f16(bits);
        }
    }
    for (int j = 0; j < 32; j++) {
        for (int c = 0; c < 2; c++) {
            float sum[2] = {accumulate ? d[4 * j + c] : 0, accumulate ? d[4 * j + 2 + c] : 0};
            for (int k = 0; k < 16; k++) {
                const unsigned bits = tenfold_element(b, near, b_across, 8 * j + 2 * (lane % 4) + c, k);
                const float y = kind == 0 ? tenfold_from_bf16(bits) : tenfold_from_f16(bits);
                for (int h = 0; h < 2; h++) sum[h] += x[h][k] * y;
            }
            d[4 * j + c] = sum[0];
            d[4 * j + 2 + c] = sum[1];
        }
    }
}
#define TENFOLD_WGMMA(name, kind)                                                                                      \
    template <int A_ACROSS, int B_ACROSS> static TENFOLD_QUIET __attribute__((noinline)) void name(float (&d)[128], u64 a, u64 b, int accumulate) { \
        tenfold_wgmma(kind, d, a, b, accumulate, A_ACROSS, B_ACROSS);                                                  \
    }
TENFOLD_WGMMA(wgmma_bf16, 0)
TENFOLD_WGMMA(wgmma_f16, 1)
TENFOLD_CALL void wgmma_fence() {}
TENFOLD_CALL void wgmma_commit() {}
template <int pending> static inline void wgmma_wait() {}
template <int count> static inline void registers_up() {}
template <int count> static inline void registers_down() {}

#else

// ---- barriers ----

DEVICE void barrier_init(u64 *barrier, u32 count) { asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;" ::"r"(tenfold_shared_address(barrier)), "r"(count) : "memory"); }
// Initialised barriers are there for the accelerator too.
DEVICE void barrier_fence() { asm volatile("fence.mbarrier_init.release.cluster;\n\tfence.proxy.async.shared::cta;" ::: "memory"); }
DEVICE void barrier_arrive(u64 *barrier) { asm volatile("mbarrier.arrive.shared::cta.b64 _, [%0];" ::"r"(tenfold_shared_address(barrier)) : "memory"); }
// Arrives, and lets the phase wait for `bytes` more.
DEVICE void barrier_expect(u64 *barrier, u32 bytes) {
    asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" ::"r"(tenfold_shared_address(barrier)), "r"(bytes) : "memory");
}
// Waits for the end of the phase of this parity.
DEVICE void barrier_wait(u64 *barrier, u32 parity) {
    u32 over;
    do {
        asm volatile("{\n\t.reg .pred over;\n\tmbarrier.try_wait.parity.shared::cta.b64 over, [%1], %2;\n\tselp.u32 %0, 1, 0, over;\n\t}"
                     : "=r"(over) : "r"(tenfold_shared_address(barrier)), "r"(parity) : "memory");
    } while (!over);
}

// ---- tiles ----

DEVICE void tile_copy(void *shared, const TensorMap *map, u64 *barrier, i32 x, i32 y, i32 z) {
    asm volatile("cp.async.bulk.tensor.3d.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1, {%3, %4, %5}], [%2];"
                 ::"r"(tenfold_shared_address(shared)), "l"(map), "r"(tenfold_shared_address(barrier)), "r"(x), "r"(y), "r"(z) : "memory");
}

// ---- products ----

// A tile in shared memory, 128-byte swizzle: address and strides in units of 16 bytes (PTX ISA, "Matrix descriptor format").
DEVICE u64 describe(const void *tile, u32 leading, u32 stride) {
    return (u64) ((tenfold_shared_address(tile) & 0x3FFFF) >> 4) | (u64) (leading >> 4) << 16 | (u64) (stride >> 4) << 32 | (u64) 1 << 62;
}
// D = A B, or + D where `accumulate`: 64 x 256 of a warpgroup, 16 k. ACROSS: the operand lies across k.
#define TENFOLD_WGMMA(name, type)                                                                                      \
    template <int A_ACROSS, int B_ACROSS> DEVICE void name(float (&d)[128], u64 a, u64 b, int accumulate) {            \
        asm volatile("{\n\t.reg .pred accumulate;\n\tsetp.ne.b32 accumulate, %130, 0;\n\t"                             \
                     "wgmma.mma_async.sync.aligned.m64n256k16.f32." type "." type " {" TENFOLD_REGISTERS               \
                     "}, %128, %129, accumulate, 1, 1, %131, %132;\n\t}"                                               \
                     : TENFOLD_OPERANDS : "l"(a), "l"(b), "r"(accumulate), "n"(A_ACROSS), "n"(B_ACROSS));              \
    }
#define TENFOLD_REGISTERS \
    "%0, %1, %2, %3, %4, %5, %6, %7, " \
    "%8, %9, %10, %11, %12, %13, %14, %15, " \
    "%16, %17, %18, %19, %20, %21, %22, %23, " \
    "%24, %25, %26, %27, %28, %29, %30, %31, " \
    "%32, %33, %34, %35, %36, %37, %38, %39, " \
    "%40, %41, %42, %43, %44, %45, %46, %47, " \
    "%48, %49, %50, %51, %52, %53, %54, %55, " \
    "%56, %57, %58, %59, %60, %61, %62, %63, " \
    "%64, %65, %66, %67, %68, %69, %70, %71, " \
    "%72, %73, %74, %75, %76, %77, %78, %79, " \
    "%80, %81, %82, %83, %84, %85, %86, %87, " \
    "%88, %89, %90, %91, %92, %93, %94, %95, " \
    "%96, %97, %98, %99, %100, %101, %102, %103, " \
    "%104, %105, %106, %107, %108, %109, %110, %111, " \
    "%112, %113, %114, %115, %116, %117, %118, %119, " \
    "%120, %121, %122, %123, %124, %125, %126, %127"
#define TENFOLD_OPERANDS \
    "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3]), "+f"(d[4]), "+f"(d[5]), "+f"(d[6]), "+f"(d[7]), \
    "+f"(d[8]), "+f"(d[9]), "+f"(d[10]), "+f"(d[11]), "+f"(d[12]), "+f"(d[13]), "+f"(d[14]), "+f"(d[15]), \
    "+f"(d[16]), "+f"(d[17]), "+f"(d[18]), "+f"(d[19]), "+f"(d[20]), "+f"(d[21]), "+f"(d[22]), "+f"(d[23]), \
    "+f"(d[24]), "+f"(d[25]), "+f"(d[26]), "+f"(d[27]), "+f"(d[28]), "+f"(d[29]), "+f"(d[30]), "+f"(d[31]), \
    "+f"(d[32]), "+f"(d[33]), "+f"(d[34]), "+f"(d[35]), "+f"(d[36]), "+f"(d[37]), "+f"(d[38]), "+f"(d[39]), \
    "+f"(d[40]), "+f"(d[41]), "+f"(d[42]), "+f"(d[43]), "+f"(d[44]), "+f"(d[45]), "+f"(d[46]), "+f"(d[47]), \
    "+f"(d[48]), "+f"(d[49]), "+f"(d[50]), "+f"(d[51]), "+f"(d[52]), "+f"(d[53]), "+f"(d[54]), "+f"(d[55]), \
    "+f"(d[56]), "+f"(d[57]), "+f"(d[58]), "+f"(d[59]), "+f"(d[60]), "+f"(d[61]), "+f"(d[62]), "+f"(d[63]), \
    "+f"(d[64]), "+f"(d[65]), "+f"(d[66]), "+f"(d[67]), "+f"(d[68]), "+f"(d[69]), "+f"(d[70]), "+f"(d[71]), \
    "+f"(d[72]), "+f"(d[73]), "+f"(d[74]), "+f"(d[75]), "+f"(d[76]), "+f"(d[77]), "+f"(d[78]), "+f"(d[79]), \
    "+f"(d[80]), "+f"(d[81]), "+f"(d[82]), "+f"(d[83]), "+f"(d[84]), "+f"(d[85]), "+f"(d[86]), "+f"(d[87]), \
    "+f"(d[88]), "+f"(d[89]), "+f"(d[90]), "+f"(d[91]), "+f"(d[92]), "+f"(d[93]), "+f"(d[94]), "+f"(d[95]), \
    "+f"(d[96]), "+f"(d[97]), "+f"(d[98]), "+f"(d[99]), "+f"(d[100]), "+f"(d[101]), "+f"(d[102]), "+f"(d[103]), \
    "+f"(d[104]), "+f"(d[105]), "+f"(d[106]), "+f"(d[107]), "+f"(d[108]), "+f"(d[109]), "+f"(d[110]), "+f"(d[111]), \
    "+f"(d[112]), "+f"(d[113]), "+f"(d[114]), "+f"(d[115]), "+f"(d[116]), "+f"(d[117]), "+f"(d[118]), "+f"(d[119]), \
    "+f"(d[120]), "+f"(d[121]), "+f"(d[122]), "+f"(d[123]), "+f"(d[124]), "+f"(d[125]), "+f"(d[126]), "+f"(d[127])
TENFOLD_WGMMA(wgmma_bf16, "bf16")
TENFOLD_WGMMA(wgmma_f16, "f16")
DEVICE void wgmma_fence() { asm volatile("wgmma.fence.sync.aligned;" ::: "memory"); }
DEVICE void wgmma_commit() { asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory"); }
// Waits until at most `pending` of the newest groups are under way.
template <int pending> DEVICE void wgmma_wait() { asm volatile("wgmma.wait_group.sync.aligned %0;" ::"n"(pending) : "memory"); }

// The warpgroup's threads take, or give away, registers.
template <int count> DEVICE void registers_up() { asm volatile("setmaxnreg.inc.sync.aligned.u32 %0;" ::"n"(count)); }
template <int count> DEVICE void registers_down() { asm volatile("setmaxnreg.dec.sync.aligned.u32 %0;" ::"n"(count)); }

#endif
