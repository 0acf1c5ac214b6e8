// What the 32 lanes of a warp do together: the last lane of the mask that arrives computes for all.
#include <algorithm>
#include <cstdio>
#include "emulator/block.h"

namespace {
std::string hex(unsigned mask) {
    char text[16];
    snprintf(text, sizeof text, "0x%08x", mask);
    return text;
}

// The lane that a shuffle reads from; its own where the step leaves the segment.
unsigned source(int kind, unsigned lane, unsigned argument, unsigned width) {
    unsigned first = lane & ~(width - 1), end = first + width;
    switch (kind) {
    case TENFOLD_SHUFFLE: return first + (argument & (width - 1));
    case TENFOLD_SHUFFLE_UP: return lane < first + argument ? lane : lane - argument;
    case TENFOLD_SHUFFLE_DOWN: return lane + argument >= end ? lane : lane + argument;
    default: return (lane ^ argument) >= end ? lane : lane ^ argument;
    }
}
}

unsigned long long Block::collective(int kind, unsigned mask, unsigned long long value, unsigned argument, unsigned width, void *where) {
    check_time(where);
    unsigned warp = warp_of(*current);
    if (!(mask >> current->self.lane & 1)) fault(LAUNCH_FAILED, "a warp function with mask " + hex(mask) + " is called by lane " + std::to_string(current->self.lane) + ", which the mask leaves out", where);
    current->kind = kind;
    current->mask = mask;
    current->value = value;
    current->argument = argument;
    current->width = width;
    current->where = where;
    unsigned present = lanes_of(warp);
    if (unsigned absent = mask & ~present) {
        fault(LAUNCH_FAILED, "a warp function's mask " + hex(mask) + " names lane " + std::to_string(__builtin_ctz(absent)) + ", which the block of " + std::to_string(count) + " threads does not have", where);
    }
    if (unsigned gone = mask & warps[warp].done) {
        fault(LAUNCH_FAILED, "a warp function's mask " + hex(mask) + " names lane " + std::to_string(__builtin_ctz(gone)) + ", whose thread has left the kernel", where);
    }
    warps[warp].waiting |= 1u << current->self.lane;
    bool all = (mask & ~warps[warp].waiting) == 0;
    for (unsigned lanes = mask; all && lanes; lanes &= lanes - 1) {
        CudaThread &other = threads[warp * 32 + __builtin_ctz(lanes)];
        all = other.mask == mask && other.kind == kind;
    }
    current->state = AT_COLLECTIVE;
    if (all) finish(warp, mask, kind);
    else wait();
    return current->result;
}

void Block::finish(unsigned warp, unsigned mask, int kind) {
    CudaThread *lanes = &threads[warp * 32];
    unsigned long long total = kind == TENFOLD_AND ? ~0ull : 0;
    bool first = true;
    for (unsigned lane = 0; lane < 32; lane++) {
        if (!(mask >> lane & 1)) continue;
        unsigned value = (unsigned) lanes[lane].value;
        switch (kind) {
        case TENFOLD_BALLOT: total |= (unsigned long long) (value != 0) << lane; break;
        case TENFOLD_ADD: total = (unsigned) (total + value); break;
        case TENFOLD_MIN: total = first ? value : std::min((unsigned) total, value); break;
        case TENFOLD_MAX: total = first ? value : std::max((unsigned) total, value); break;
        case TENFOLD_MIN_SIGNED: total = (unsigned) (first ? (int) value : std::min((int) total, (int) value)); break;
        case TENFOLD_MAX_SIGNED: total = (unsigned) (first ? (int) value : std::max((int) total, (int) value)); break;
        case TENFOLD_AND: total &= value; break;
        case TENFOLD_OR: total |= value; break;
        case TENFOLD_XOR: total ^= value; break;
        default: break;
        }
        first = false;
    }
    for (unsigned lane = 0; lane < 32; lane++) {
        if (!(mask >> lane & 1)) continue;
        CudaThread &thread = lanes[lane];
        thread.result = total;
        if (kind <= TENFOLD_SHUFFLE_XOR) {
            unsigned from = source(kind, lane, thread.argument, thread.width);
            if (!(mask >> from & 1)) {
                current = &thread;
                fault(LAUNCH_FAILED, "a shuffle with mask " + hex(mask) + " reads from lane " + std::to_string(from) + ", which the mask leaves out", thread.where);
            }
            thread.result = lanes[from].value;
        } else if (kind == TENFOLD_MATCH_ANY) {
            thread.result = 0;
            for (unsigned other = 0; other < 32; other++) {
                if (mask >> other & 1 && lanes[other].value == thread.value) thread.result |= 1u << other;
            }
        }
    }
    if (kind == TENFOLD_SYNC) shared.warp_barrier(warp);
    warps[warp].waiting &= ~mask;
    for (unsigned lane = 0; lane < 32; lane++) if (mask >> lane & 1) lanes[lane].state = READY;
}

const void *Block::exchange(const void *mine, unsigned bytes, void *where) {
    if (bytes > 256) fault(LAUNCH_FAILED, "a warp exchanges at most 256 bytes a lane", where);
    unsigned warp = warp_of(*current);
    char *all = exchanged[turn[warp]].data() + warp * 32 * 256;
    memcpy(all + current->self.lane * bytes, mine, bytes);
    CudaThread *me = current;
    collective(TENFOLD_EXCHANGE, 0xffffffffu, 0, bytes, 32, where);
    // The first lane that goes on turns the buffer for the next exchange; all have the same one in hand.
    if (me->argument == bytes) {
        turn[warp] ^= 1;
        for (unsigned lane = 0; lane < 32; lane++) threads[warp * 32 + lane].argument = ~0u;
    }
    return all;
}

unsigned Block::lanes_of(unsigned warp) const { return count - warp * 32 >= 32 ? ~0u : (1u << (count - warp * 32)) - 1; }

unsigned Block::active() const {
    unsigned warp = warp_of(*current);
    return lanes_of(warp) & ~warps[warp].done;
}
