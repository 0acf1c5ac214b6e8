// What the CPU-side driver and a kernel compiled for it know of each other. Plain C++ without the standard library, because every
// kernel includes it and is compiled in a tenth of a second.
#pragma once

struct uint3 { unsigned x, y, z; };
struct dim3 {
    unsigned x, y, z;
    constexpr dim3(unsigned vx = 1, unsigned vy = 1, unsigned vz = 1) : x(vx), y(vy), z(vz) {}
};

// One CUDA thread, as its kernel sees itself.
struct TenfoldThread {
    uint3 thread;
    uint3 block;
    uint3 block_size;
    uint3 grid_size;
    char *dynamic_shared;
    unsigned dynamic_bytes;
    unsigned lane;
};

// Warp collectives that the driver computes when the last lane has arrived.
enum TenfoldCollective {
    TENFOLD_SHUFFLE, TENFOLD_SHUFFLE_UP, TENFOLD_SHUFFLE_DOWN, TENFOLD_SHUFFLE_XOR, TENFOLD_BALLOT, TENFOLD_SYNC,
    TENFOLD_MATCH_ANY, TENFOLD_ADD, TENFOLD_MIN, TENFOLD_MAX, TENFOLD_MIN_SIGNED, TENFOLD_MAX_SIGNED, TENFOLD_AND, TENFOLD_OR,
    TENFOLD_XOR, TENFOLD_EXCHANGE
};

// How memory is touched, and in the higher bits what is asked of the address.
enum TenfoldAccess {
    TENFOLD_READ, TENFOLD_WRITE, TENFOLD_ATOMIC, TENFOLD_KIND = 3,
    TENFOLD_ANYWHERE = 4, // it need not be a multiple of the size
    TENFOLD_IN_SHARED = 8, // it must lie in shared memory
    TENFOLD_IN_DEVICE = 16 // it must lie in the device's memory
};

// A thread's stack: an address lies in it when it differs from another one of the stack in the lower bits alone.
constexpr unsigned long long TENFOLD_STACK = 256 << 10;

// What a kernel calls in the driver.
struct TenfoldServices {
    // The device's memory: an access of n bytes at base + i is right when the n bytes of the shadow at i are 2 (reading), or not 0 (writing).
    unsigned long long base;
    unsigned long long size;
    unsigned char *shadow;
    void (*access)(const volatile void *address, unsigned bytes, int kind, void *where);
    // Waits for `count` threads, or for all of the block where count is not positive: the __syncthreads() number -count.
    void (*barrier)(int count, int id, void *where);
    // value and result: 8 bytes; width: of a shuffle; argument: the lane, the distance or the mask.
    unsigned long long (*collective)(int kind, unsigned mask, unsigned long long value, unsigned argument, unsigned width, void *where);
    // Every lane of the warp gives `bytes` bytes and receives a pointer to those of all 32 lanes, valid until its next collective.
    const void *(*exchange)(const void *mine, unsigned bytes, void *where);
    unsigned (*active)(void);
    // 0: copy later; 1: what was asked for is a group; 2: wait until at most `bytes` groups are not done.
    void (*async)(int what, void *to, const void *from, unsigned bytes, void *where);
    void (*trap)(const char *text, void *where);
    // The other threads of the block have their turn.
    void (*yield)(void *where);
    // Set when the launch took too long: the next access ends it.
    const volatile int *stop;
};

// A kernel in the image: how it is called with the packed buffer of its parameters.
struct TenfoldKernel {
    const char *name;
    void (*call)(const char *parameters);
    int count;
    const unsigned *offsets;
    const unsigned *sizes;
    int max_threads;
};
