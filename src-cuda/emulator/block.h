// One block of a grid on one thread of the CPU: its CUDA threads take turns, each running until it waits for others.
#pragma once
#include <cstring>
#include <string>
#include <vector>
#include "emulator/driver.h"
#include "emulator/fiber.h"
#include "emulator/shared.h"

enum State : unsigned char { FRESH, READY, AT_BARRIER, AT_COLLECTIVE, DONE };

// A copy to shared memory that was asked for and is not done yet.
struct PendingCopy {
    void *to;
    const void *from;
    unsigned bytes;
    void *where;
};

struct CudaThread {
    TenfoldThread self;
    Fiber fiber;
    State state = FRESH;
    int barrier = 0;
    int place = 0; // which __syncthreads()
    void *where = nullptr;
    // the collective it waits in, and what it gets from it
    int kind = 0;
    unsigned mask = 0, argument = 0, width = 32;
    unsigned long long value = 0, result = 0;
    std::vector<PendingCopy> copies; // with a mark (no target) behind each group
};

// The lanes of a warp that have left the kernel, and those that wait in a collective.
struct Warp {
    unsigned done = 0, waiting = 0;
};

class Block {
public:
    void begin(const Launch &launch);
    // Runs one block; false after a fault.
    bool run(uint3 index);
    void end() { launch = nullptr; }
    // Whether the processor is in the kernel's code at `where`.
    bool runs(uint64_t where) const { return launch && where >= launch->function->image->low && where < launch->function->image->high; }

    // What kernels call, for the running thread.
    void access(uint64_t address, unsigned bytes, int kind, void *where);
    void barrier(int count, int id, void *where);
    unsigned long long collective(int kind, unsigned mask, unsigned long long value, unsigned argument, unsigned width, void *where);
    const void *exchange(const void *mine, unsigned bytes, void *where);
    unsigned active() const;
    void async(int what, void *to, const void *from, unsigned bytes, void *where);
    void yield(void *where);
    // Ends a launch whose time is over.
    void check_time(void *where);
    [[noreturn]] void fault(int error, const std::string &what, void *where);
    void main();
    void *interrupted = nullptr; // where a signal stopped the kernel
    ~Block();

private:
    void resume(CudaThread &thread);
    void wait();
    void release(int id);
    unsigned lanes_of(unsigned warp) const;
    void finish(unsigned warp, unsigned mask, int kind);
    std::string name(const CudaThread &thread) const;
    std::string who(const CudaThread &thread) const;
    std::string line(void *where) const;
    std::string stuck() const;
    void touch_shared(uint64_t address, unsigned bytes, int how, void *where);
    std::string outside_shared(uint64_t address) const;
    unsigned index_of(const CudaThread &thread) const { return (unsigned) (&thread - threads.data()); }
    unsigned warp_of(const CudaThread &thread) const { return index_of(thread) / 32; }

    const Launch *launch = nullptr;
    TenfoldThread **now = nullptr;
    char *fixed = nullptr;
    std::vector<char> dynamic;
    std::vector<CudaThread> threads;
    std::vector<Warp> warps;
    std::vector<char> exchanged[2]; // 32 lanes of each warp, two in turn
    std::vector<unsigned char> turn;
    std::vector<unsigned> arrived; // at each named barrier
    unsigned count = 0, done = 0;
    CudaThread *current = nullptr;
    void *scheduler = nullptr;
    bool failed = false;
    SharedMemory shared;
};

// The block that runs on this thread of the CPU.
Block &this_block();
