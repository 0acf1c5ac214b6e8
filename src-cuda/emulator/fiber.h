// A CUDA thread's own stack, and the switch between two: twenty instructions, where the C library's would ask the kernel.
#pragma once
#include <cstddef>

extern "C" void tenfold_switch(void **save, void *to);

struct Fiber {
    void *stack = nullptr; // its lowest address
    void *pointer = nullptr; // where it goes on
};

constexpr size_t FIBER_STACK = 256 << 10;

// Makes `fiber` begin in entry() at the next switch to it; entry never returns.
void fiber_prepare(Fiber &fiber, void (*entry)());
void fiber_free(Fiber &fiber);
