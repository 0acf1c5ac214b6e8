// Indices that lie outside: told in the host's memory, where it looks when it has waited for the device (kernels.cuda.IndexFaults). A launch
// without such an index costs a comparison for each; nothing is read or written.
//
// The first launch that finds one is told, with its smallest position, so what is told does not depend on the order of threads.
#pragma once
#include "common/types.cuh"

#define FAULT_NONE 0
#define FAULT_BUSY 1
#define FAULT_TOLD 2

// In pinned memory of the host that is mapped for the device.
struct Fault {
    i32 state;
    i32 operation;
    i64 launch;
    i64 position;
    i64 value;
    i64 size;
};

// A kernel's last parameter: where to tell, and of whom.
struct Faults {
    Fault *first;
    i64 launch;
    i32 operation;
    i32 unused;
};

OUTLINED void tell(const Faults &faults, i64 position, i64 value, i64 size) {
    volatile Fault *const fault = faults.first;
    for (;;) {
        const i32 state = fault->state;
        if (state == FAULT_TOLD && (fault->launch != faults.launch || fault->position <= position)) return;
        if (state != FAULT_BUSY && atomicCAS(&faults.first->state, state, FAULT_BUSY) == state) {
            if (state == FAULT_NONE || (fault->launch == faults.launch && position < fault->position)) {
                fault->operation = faults.operation;
                fault->launch = faults.launch;
                fault->position = position;
                fault->value = value;
                fault->size = size;
            }
            __threadfence_system();
            atomicExch(&faults.first->state, FAULT_TOLD);
            return;
        }
        __nanosleep(100);
    }
}

// Which of `size` elements an index names, the negative ones counted from the end; -1 where it lies outside, which is told.
DEVICE i64 named(i64 index, i64 size, i64 position, const Faults &faults) {
    const i64 place = index < 0 ? index + size : index;
    if ((u64) place < (u64) size) return place;
    tell(faults, position, index, size);
    return -1;
}
