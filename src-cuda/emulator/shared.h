// Shared memory of a block: who wrote what and who read it since the last barrier, so that two threads that meet without one are told.
#pragma once
#include <cstdint>
#include <vector>

class SharedMemory {
public:
    // `fixed` bytes declared with a size, `dynamic` bytes asked for at the launch.
    void begin(char *fixed_start, uint64_t fixed_bytes, char *dynamic_start, uint64_t dynamic_bytes, unsigned warps);
    void new_block() { serial++, epoch++; }
    void barrier() { epoch++; }
    void warp_barrier(unsigned warp) { warps[warp]++; }
    bool contains(uint64_t address) const {
        return address - fixed_low < fixed_size || address - dynamic_low < dynamic_size;
    }
    // Bytes from an address to the end of its part.
    uint64_t left(uint64_t address) const {
        return address - fixed_low < fixed_size ? fixed_low + fixed_size - address : dynamic_low + dynamic_size - address;
    }
    // What is wrong with an access of `thread` to bytes of one part, or null. Remembers the access; `other`: the thread that it meets.
    const char *check(uint64_t address, unsigned bytes, int kind, unsigned thread, unsigned *other);
    // A copy to these bytes is under way: until it has ended nobody may read them.
    void expect(uint64_t address, unsigned bytes);

private:
    struct Cell {
        uint32_t serial = 0, write_epoch = 0, write_warp = 0, read_epoch = 0, read_warp = 0;
        uint16_t writer = 0, reader = 0;
        bool written = false, atomic = false, read = false;
        bool many = false, several = false; // readers: of several warps, several lanes of one
        bool split = false; // the word's bytes have cells of their own
    };
    template <class F> const char *each(uint64_t address, unsigned bytes, F act);
    const char *visit(Cell &cell, int kind, unsigned thread, unsigned *other);
    bool ordered(unsigned thread, uint32_t at, uint32_t warp_at, unsigned now) const;
    bool readers_ordered(const Cell &c, unsigned now) const;

    uint64_t fixed_low = 0, fixed_size = 0, dynamic_low = 0, dynamic_size = 0;
    uint32_t serial = 1, epoch = 1;
    std::vector<uint32_t> warps;
    std::vector<Cell> words; // of four bytes, which most accesses touch together
    std::vector<Cell> single; // of each byte of the words that something smaller has touched
};
