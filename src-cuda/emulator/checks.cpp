// The part of an image that is the same in all, compiled once: what the driver sets, and the checks of accesses to memory. The compiler's
// thread sanitizer puts a call before each of them; what it calls is here, and looks into the shadow of the device's memory. What lies
// elsewhere, or is not in order, is the driver's business.
#include "emulator/kernel.h"

TenfoldServices tenfold_services;
__thread TenfoldThread *tenfold_now;

extern "C" {
__attribute__((visibility("default"))) void tenfold_emulated_bind(const TenfoldServices *services) { tenfold_services = *services; }
__attribute__((visibility("default"))) TenfoldThread **tenfold_emulated_now() { return &tenfold_now; }
}

uint3 tenfold_thread_index() { return tenfold_now->thread; }
uint3 tenfold_block_index() { return tenfold_now->block; }
uint3 tenfold_block_size() { return tenfold_now->block_size; }
uint3 tenfold_grid_size() { return tenfold_now->grid_size; }
char *tenfold_dynamic_shared() { return tenfold_now->dynamic_shared; }

#define TENFOLD_CHECKED extern "C" TENFOLD_HIDDEN void
#define TENFOLD_OWN_STACK(p) (((unsigned long long) (p) ^ (unsigned long long) __builtin_frame_address(0)) < TENFOLD_STACK)

#define TENFOLD_CHECK_ONE(name, bytes, kind, word, whole)                                                                                  \
    TENFOLD_CHECKED name(void *p) {                                                                                                        \
        unsigned long long at = (unsigned long long) p - tenfold_services.base;                                                           \
        if (at < tenfold_services.size) {                                                                                                  \
            if (((unsigned long long) p & (bytes - 1)) == 0 && !*tenfold_services.stop                                                     \
                && *(const word *) (tenfold_services.shadow + at) == whole) return;                                                       \
        } else if (TENFOLD_OWN_STACK(p) && !*tenfold_services.stop) {                                                                      \
            return;                                                                                                                        \
        }                                                                                                                                  \
        tenfold_services.access(p, bytes, kind, TENFOLD_WHERE);                                                                            \
    }
#define TENFOLD_CHECK(bytes, word, whole)                                                                                                  \
    TENFOLD_CHECK_ONE(__tsan_read##bytes, bytes, TENFOLD_READ, word, whole)                                                                \
    TENFOLD_CHECK_ONE(__tsan_write##bytes, bytes, TENFOLD_WRITE, word, whole)                                                              \
    TENFOLD_CHECKED __tsan_unaligned_read##bytes(void *p) { tenfold_services.access(p, bytes, TENFOLD_READ | TENFOLD_ANYWHERE, TENFOLD_WHERE); } \
    TENFOLD_CHECKED __tsan_unaligned_write##bytes(void *p) { tenfold_services.access(p, bytes, TENFOLD_WRITE | TENFOLD_ANYWHERE, TENFOLD_WHERE); }
TENFOLD_CHECK(1, unsigned char, 0x02)
TENFOLD_CHECK(2, unsigned short, 0x0202)
TENFOLD_CHECK(4, unsigned int, 0x02020202u)
TENFOLD_CHECK(8, unsigned long long, 0x0202020202020202ull)
TENFOLD_CHECK(16, unsigned __int128, (((unsigned __int128) 0x0202020202020202ull << 64) | 0x0202020202020202ull))

TENFOLD_CHECKED __tsan_read_range(void *p, unsigned long n) { tenfold_services.access(p, (unsigned) n, TENFOLD_READ | TENFOLD_ANYWHERE, TENFOLD_WHERE); }
TENFOLD_CHECKED __tsan_write_range(void *p, unsigned long n) { tenfold_services.access(p, (unsigned) n, TENFOLD_WRITE | TENFOLD_ANYWHERE, TENFOLD_WHERE); }
TENFOLD_CHECKED __tsan_init() {}
TENFOLD_CHECKED __tsan_func_entry(void *) {}
TENFOLD_CHECKED __tsan_func_exit() {}

// What the sanitizer of undefined behaviour finds: an index beyond an array of known size (local and shared ones too), a division by 0,
// which would end the process.
TENFOLD_CHECKED __ubsan_handle_out_of_bounds(void *, unsigned long long index) {
    tenfold_services.trap(index >> 63 ? "an index below 0 of an array whose size is known" : "an index beyond the end of an array whose size is known", TENFOLD_WHERE);
}
TENFOLD_CHECKED __ubsan_handle_divrem_overflow(void *, unsigned long long, unsigned long long) { tenfold_services.trap("a whole number is divided by 0", TENFOLD_WHERE); }
// An address that is no multiple of what its type asks for, found also where only a part of the type is touched (as x of a float4 is).
struct TenfoldMismatch {
    const char *file;
    unsigned line, column;
    void *type;
    unsigned char alignment; // its logarithm
    unsigned char use; // 0: read, 1: written, other: a part of it
};
TENFOLD_CHECKED __ubsan_handle_type_mismatch_v1(TenfoldMismatch *found, unsigned long long address) {
    tenfold_services.access((void *) address, 1u << found->alignment, found->use == 1 ? TENFOLD_WRITE : TENFOLD_READ, TENFOLD_WHERE);
}
