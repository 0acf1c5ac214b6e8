// Tensor cores and asynchronous copies, each behind a small function: inline PTX on a device (sm_80 and newer), and on the emulator a body that
// does the same with the lanes' fragments. Products are exact in f32; a device may sum the 16 (8) products of one instruction in another order.
//
// Fragments of mma.m16n8k16 (b16) and m16n8k8 (tf32), with g = lane / 4 and t = lane % 4 (PTX ISA, "Matrix fragments for mma"):
//   A row-major: register r holds row g + 8 (r % 2), columns 2 t, 2 t + 1 (tf32: t), plus 8 (4) for r >= 2
//   B column-major: register r holds column g, rows 2 t, 2 t + 1 (tf32: t), plus 8 (4) for r = 1
//   C, D: register r holds row g + 8 (r / 2), column 2 t + r % 2
#pragma once

#ifdef TENFOLD_EMULATED

static TENFOLD_QUIET inline float tenfold_from_bf16(unsigned bits) { return __builtin_bit_cast(float, bits << 16); }
static TENFOLD_QUIET inline float tenfold_from_f16(unsigned bits) { return (float) __builtin_bit_cast(_Float16, (unsigned short) bits); }
static TENFOLD_QUIET inline float tenfold_from_tf32(unsigned bits) { return __builtin_bit_cast(float, bits & 0xffffe000u); }

// D = A B + C over k of two halves a register (kind 0: bf16, 1: f16) or one tf32 number (2).
static TENFOLD_QUIET __attribute__((noinline, unused)) void tenfold_mma(int kind, float *c, const unsigned *a, const unsigned *b, void *where) {
    struct Lane { unsigned a[4], b[2]; } mine;
    for (int i = 0; i < 4; i++) mine.a[i] = a[i];
    for (int i = 0; i < 2; i++) mine.b[i] = b[i];
    auto *all = (const Lane *) tenfold_services.exchange(&mine, sizeof mine, where);
    int lane = (int) tenfold_now->lane, depth = kind == 2 ? 8 : 16;
    for (int r = 0; r < 4; r++) {
        int row = lane / 4 + 8 * (r / 2), column = 2 * (lane % 4) + r % 2;
        float sum = c[r];
        for (int k = 0; k < depth; k++) {
            int upper = k >= depth / 2, inner = k % (depth / 2), t = kind == 2 ? inner : inner / 2, half = kind == 2 ? 0 : 16 * (inner % 2);
            unsigned x = all[row % 8 * 4 + t].a[row / 8 + 2 * upper] >> half, y = all[column * 4 + t].b[upper] >> half;
            float p = kind == 0 ? tenfold_from_bf16(x & 0xffff) : kind == 1 ? tenfold_from_f16(x & 0xffff) : tenfold_from_tf32(x);
            float q = kind == 0 ? tenfold_from_bf16(y & 0xffff) : kind == 1 ? tenfold_from_f16(y & 0xffff) : tenfold_from_tf32(y);
            sum += p * q;
        }
        c[r] = sum;
    }
}
#define TENFOLD_MMA(name, kind)                                                                                        \
    static TENFOLD_QUIET __attribute__((noinline, unused)) void name(float (&c)[4], const unsigned (&a)[4], const unsigned (&b)[2]) { \
        tenfold_mma(kind, c, a, b, TENFOLD_WHERE);                                                                      \
    }
TENFOLD_MMA(mma_bf16, 0)
TENFOLD_MMA(mma_f16, 1)
TENFOLD_MMA(mma_tf32, 2)

// `count` 8x8 matrices of b16: lane i gives the address of row i % 8 of matrix i / 8, in shared memory, a multiple of 16.
static TENFOLD_QUIET __attribute__((noinline, unused)) void tenfold_ldmatrix(int count, bool transposed, unsigned *r, const void *row, void *where) {
    struct Row { unsigned short at[8]; } mine = {};
    int lane = (int) tenfold_now->lane;
    if (lane < 8 * count) {
        tenfold_services.access(row, 16, TENFOLD_READ | TENFOLD_IN_SHARED, where);
        mine = *(const Row *) row;
    }
    auto *all = (const Row *) tenfold_services.exchange(&mine, sizeof mine, where);
    for (int m = 0; m < count; m++) {
        unsigned short pair[2];
        for (int h = 0; h < 2; h++) {
            int line = transposed ? 2 * (lane % 4) + h : lane / 4, at = transposed ? lane / 4 : 2 * (lane % 4) + h;
            pair[h] = all[8 * m + line].at[at];
        }
        r[m] = pair[0] | (unsigned) pair[1] << 16;
    }
}
#define TENFOLD_LDMATRIX(name, count, transposed)                                                                      \
    static TENFOLD_QUIET __attribute__((noinline, unused)) void name(unsigned (&r)[count], const void *row) { tenfold_ldmatrix(count, transposed, r, row, TENFOLD_WHERE); }
TENFOLD_LDMATRIX(ldmatrix_x1, 1, false)
TENFOLD_LDMATRIX(ldmatrix_x2, 2, false)
TENFOLD_LDMATRIX(ldmatrix_x4, 4, false)
TENFOLD_LDMATRIX(ldmatrix_x1_trans, 1, true)
TENFOLD_LDMATRIX(ldmatrix_x2_trans, 2, true)
TENFOLD_LDMATRIX(ldmatrix_x4_trans, 4, true)

// 16 bytes from device to shared memory, there only after a wait: the emulator copies as late as that.
TENFOLD_CALL void cp_async_16(void *shared, const void *global) { tenfold_services.async(0, shared, global, 16, TENFOLD_WHERE); }
// The first `bytes` of them, the others being 0; `global` is a multiple of 16 all the same.
TENFOLD_CALL void cp_async_16(void *shared, const void *global, int bytes) {
    if (bytes > 0) tenfold_services.async(0, shared, global, (unsigned) bytes, TENFOLD_WHERE);
    if (bytes == 16) return;
    tenfold_services.access((char *) shared + bytes, (unsigned) (16 - bytes), TENFOLD_WRITE | TENFOLD_IN_SHARED | TENFOLD_ANYWHERE, TENFOLD_WHERE);
    for (int i = bytes; i < 16; i++) ((char *) shared)[i] = 0;
}
TENFOLD_CALL void cp_async_commit() { tenfold_services.async(1, nullptr, nullptr, 0, TENFOLD_WHERE); }
// Waits until at most `pending` of the newest groups are under way.
template <int pending> static TENFOLD_QUIET __attribute__((noinline)) void cp_async_wait() { tenfold_services.async(2, nullptr, nullptr, pending, TENFOLD_WHERE); }

#else

static __device__ __forceinline__ unsigned tenfold_shared_address(const void *p) {
    return static_cast<unsigned>(__cvta_generic_to_shared(p));
}

#define TENFOLD_MMA(name, shape, type)                                                                                 \
    static __device__ __forceinline__ void name(float (&c)[4], const unsigned (&a)[4], const unsigned (&b)[2]) {        \
        asm volatile("mma.sync.aligned." shape ".row.col.f32." type "." type ".f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};" \
                     : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])                                                  \
                     : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));                               \
    }
TENFOLD_MMA(mma_bf16, "m16n8k16", "bf16")
TENFOLD_MMA(mma_f16, "m16n8k16", "f16")
TENFOLD_MMA(mma_tf32, "m16n8k8", "tf32")

#define TENFOLD_LDMATRIX(suffix, modifier)                                                                             \
    static __device__ __forceinline__ void ldmatrix_x1##suffix(unsigned (&r)[1], const void *row) {                     \
        asm volatile("ldmatrix.sync.aligned.m8n8.x1" modifier ".shared.b16 {%0}, [%1];" : "=r"(r[0]) : "r"(tenfold_shared_address(row)) : "memory"); \
    }                                                                                                                  \
    static __device__ __forceinline__ void ldmatrix_x2##suffix(unsigned (&r)[2], const void *row) {                     \
        asm volatile("ldmatrix.sync.aligned.m8n8.x2" modifier ".shared.b16 {%0,%1}, [%2];" : "=r"(r[0]), "=r"(r[1])     \
                     : "r"(tenfold_shared_address(row)) : "memory");                                                   \
    }                                                                                                                  \
    static __device__ __forceinline__ void ldmatrix_x4##suffix(unsigned (&r)[4], const void *row) {                     \
        asm volatile("ldmatrix.sync.aligned.m8n8.x4" modifier ".shared.b16 {%0,%1,%2,%3}, [%4];"                        \
                     : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3]) : "r"(tenfold_shared_address(row)) : "memory");   \
    }
TENFOLD_LDMATRIX(, "")
TENFOLD_LDMATRIX(_trans, ".trans")

static __device__ __forceinline__ void cp_async_16(void *shared, const void *global) {
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16;" ::"r"(tenfold_shared_address(shared)), "l"(global) : "memory");
}
static __device__ __forceinline__ void cp_async_16(void *shared, const void *global, int bytes) {
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(tenfold_shared_address(shared)), "l"(global), "r"(bytes) : "memory");
}
static __device__ __forceinline__ void cp_async_commit() { asm volatile("cp.async.commit_group;" ::: "memory"); }
template <int pending> static __device__ __forceinline__ void cp_async_wait() { asm volatile("cp.async.wait_group %0;" ::"n"(pending) : "memory"); }

#endif
