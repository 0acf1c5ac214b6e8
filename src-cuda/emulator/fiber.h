// A CUDA thread's own stack, and the switch between two: twenty instructions, where the C library's would ask the kernel.
#pragma once
#include "emulator/abi.h"

extern "C" void tenfold_switch(void **save, void *to);

struct Fiber {
    void *stack = nullptr; // its lowest address, a multiple of TENFOLD_STACK
    void *pointer = nullptr; // where it goes on
};

// Makes `fiber` begin in entry() at the next switch to it; entry never returns.
void fiber_prepare(Fiber &fiber, void (*entry)());
// Its stack serves another one.
void fiber_free(Fiber &fiber);
