#include "emulator/fiber.h"
#include <sys/mman.h>
#include <cstdint>
#include <mutex>
#include <vector>

#if defined(__x86_64__)
asm(R"(
.text
.globl tenfold_switch
.type tenfold_switch, @function
tenfold_switch:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret
.size tenfold_switch, .-tenfold_switch
)");
constexpr int SAVED = 6;
#elif defined(__aarch64__)
asm(R"(
.text
.globl tenfold_switch
.type tenfold_switch, %function
tenfold_switch:
    sub sp, sp, #160
    stp x19, x20, [sp, #0]
    stp x21, x22, [sp, #16]
    stp x23, x24, [sp, #32]
    stp x25, x26, [sp, #48]
    stp x27, x28, [sp, #64]
    stp x29, x30, [sp, #80]
    stp d8, d9, [sp, #96]
    stp d10, d11, [sp, #112]
    stp d12, d13, [sp, #128]
    stp d14, d15, [sp, #144]
    mov x9, sp
    str x9, [x0]
    mov sp, x1
    ldp x19, x20, [sp, #0]
    ldp x21, x22, [sp, #16]
    ldp x23, x24, [sp, #32]
    ldp x25, x26, [sp, #48]
    ldp x27, x28, [sp, #64]
    ldp x29, x30, [sp, #80]
    ldp d8, d9, [sp, #96]
    ldp d10, d11, [sp, #112]
    ldp d12, d13, [sp, #128]
    ldp d14, d15, [sp, #144]
    add sp, sp, #160
    ret
.size tenfold_switch, .-tenfold_switch
)");
#else
#error "the emulator switches between CUDA threads by assembler of x86-64 and aarch64"
#endif

namespace {
std::mutex lock;
std::vector<void *> unused;

void *stack() {
    std::lock_guard hold(lock);
    if (unused.empty()) {
        constexpr int MANY = 32;
        void *memory = mmap(nullptr, (MANY + 1) * TENFOLD_STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (memory == MAP_FAILED) __builtin_trap();
        uint64_t first = ((uint64_t) memory + TENFOLD_STACK - 1) / TENFOLD_STACK * TENFOLD_STACK;
        for (int i = MANY - 1; i >= 0; i--) {
            unused.push_back((void *) (first + i * TENFOLD_STACK));
            mprotect(unused.back(), 4096, PROT_NONE); // a stack that runs over stops here
        }
    }
    void *taken = unused.back();
    unused.pop_back();
    return taken;
}
}

void fiber_prepare(Fiber &fiber, void (*entry)()) {
    if (!fiber.stack) fiber.stack = stack();
    uint64_t top = (uint64_t) fiber.stack + TENFOLD_STACK - 64;
#if defined(__x86_64__)
    auto *words = (uint64_t *) top - 1; // the entry begins as if called: its stack is 8 off a multiple of 16
    *words = 0;
    *--words = (uint64_t) entry;
    for (int i = 0; i < SAVED; i++) *--words = 0;
#else
    auto *words = (uint64_t *) (top - 160);
    for (int i = 0; i < 20; i++) words[i] = 0;
    words[11] = (uint64_t) entry; // x30
#endif
    fiber.pointer = words;
}

void fiber_free(Fiber &fiber) {
    if (!fiber.stack) return;
    std::lock_guard hold(lock);
    unused.push_back(fiber.stack);
    fiber.stack = nullptr;
}
