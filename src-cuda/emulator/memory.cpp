// The device's memory: one reserved range of addresses, cut first fit with gaps between blocks, and a shadow that says of every byte whether it
// is nothing (0), allocated but never written (1), written (2), or freed (3).
#include <sys/mman.h>
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include "emulator/driver.h"

namespace {
constexpr uint64_t GAP = 256; // between blocks, so that a step over the end meets nothing
constexpr uint64_t ALIGNMENT = 256;

struct Piece {
    uint64_t bytes;
    bool live;
};

uint64_t base, size, capacity, used;
unsigned char *shadow;
std::map<uint64_t, Piece> pieces; // by address; freed ones are remembered until their place is needed
std::map<uint64_t, Piece> reused; // parts of blocks that a caching allocator has handed out or taken back
std::map<const void *, uint64_t> pinned;

// Pinned memory that kernels may touch: looked up by threads that hold no lock.
struct Mapped {
    std::atomic<uint64_t> start, bytes;
} mapped[16];

void mark(uint64_t address, uint64_t bytes, unsigned char state) { memset(shadow + (address - base), state, bytes); }

std::string bytes_words(uint64_t n) { return std::to_string(n) + (n == 1 ? " byte" : " bytes"); }
}

bool memory_start() {
    if (base) return true;
    const char *named = getenv("TENFOLD_EMULATOR_MEMORY");
    capacity = named ? strtoull(named, nullptr, 10) : 4ull << 30;
    size = capacity + (capacity >> 2) + (1 << 24);
    void *memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    void *states = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED || states == MAP_FAILED) return false;
    base = (uint64_t) memory;
    shadow = (unsigned char *) states;
    return true;
}

uint64_t memory_base() { return base; }
uint64_t memory_size() { return size; }
unsigned char *memory_shadow() { return shadow; }

int memory_allocate(uint64_t *address, uint64_t bytes) {
    if (bytes == 0) return INVALID_VALUE;
    if (bytes > capacity) return OUT_OF_MEMORY;
    uint64_t whole = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (used + whole > capacity) return OUT_OF_MEMORY;
    uint64_t at = base + GAP;
    for (int pass = 0; pass < 2; pass++) {
        at = base + GAP;
        for (auto &[start, piece] : pieces) {
            if (pass == 1 && !piece.live) continue; // what was freed lies fallow as long as there is other room
            if (start >= at + whole + GAP) break;
            at = start + (piece.bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT + GAP;
        }
        if (at + whole + GAP <= base + size) break;
    }
    if (at + whole + GAP > base + size) return OUT_OF_MEMORY;
    for (auto it = pieces.begin(); it != pieces.end();) {
        bool over = !it->second.live && it->first < at + whole + GAP && it->first + it->second.bytes + GAP > at;
        it = over ? pieces.erase(it) : std::next(it);
    }
    pieces[at] = {bytes, true};
    used += whole;
    mark(at - GAP, whole + 2 * GAP, 0);
    mark(at, bytes, 1);
    *address = at;
    return SUCCESS;
}

int memory_free(uint64_t address) {
    if (address == 0) return SUCCESS;
    auto it = pieces.find(address);
    if (it == pieces.end() || !it->second.live) return INVALID_VALUE;
    it->second.live = false;
    used -= (it->second.bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    mark(address, it->second.bytes, 3);
    reused.erase(reused.lower_bound(address), reused.lower_bound(address + it->second.bytes));
    madvise((void *) ((address + 4095) / 4096 * 4096), it->second.bytes > 8192 ? (it->second.bytes - 4096) / 4096 * 4096 : 0, MADV_DONTNEED);
    return SUCCESS;
}

void memory_info(uint64_t *free, uint64_t *total) {
    *total = capacity;
    *free = capacity - used;
}

void memory_reuse(uint64_t address, uint64_t bytes, bool live) {
    if (address < base || address + bytes > base + size) return;
    auto after = pieces.upper_bound(address);
    if (after == pieces.begin()) return;
    auto &[start, piece] = *std::prev(after);
    if (!piece.live || address + bytes > start + piece.bytes) return;
    reused[address] = {bytes, live};
    if (live) {
        // What the allocator rounded up is not the caller's.
        auto next = reused.upper_bound(address);
        uint64_t end = std::min(start + piece.bytes, (address + bytes + 511) / 512 * 512);
        if (next != reused.end()) end = std::min(end, next->first);
        if (end > address + bytes) mark(address + bytes, end - address - bytes, 0);
    }
    mark(address, bytes, live ? 1 : 3);
}

bool memory_valid(uint64_t address, uint64_t bytes, bool written) {
    if (address < base || bytes > size || address - base > size - bytes) return false;
    const void *states = shadow + (address - base);
    if (memchr(states, 0, bytes) || memchr(states, 3, bytes)) return false;
    if (written) mark(address, bytes, 2);
    return true;
}

std::string memory_explain(uint64_t address, unsigned bytes, int kind, bool aligned, int *error) {
    static const char *const verbs[] = {"read", "write", "atomic access"};
    char hex[32];
    snprintf(hex, sizeof hex, "0x%llx", (unsigned long long) address);
    std::string what = std::string(verbs[kind]) + " of " + bytes_words(bytes) + " at " + hex;
    *error = ILLEGAL_ADDRESS;
    if (address < base || address >= base + size) return "out-of-bounds " + what + ", which is not device memory";
    if (!aligned) {
        *error = MISALIGNED_ADDRESS;
        return "misaligned " + what + ": the address must be a multiple of " + std::to_string(bytes);
    }
    unsigned i = 0;
    while (i + 1 < bytes && (shadow[address - base + i] == 2 || (kind == TENFOLD_WRITE && shadow[address - base + i] == 1))) i++;
    unsigned char state = shadow[address - base + i];
    uint64_t at = address + i;
    auto describe = [&](std::map<uint64_t, Piece> &from) -> std::string {
        auto after = from.upper_bound(at);
        if (after == from.begin()) return "";
        auto &[start, piece] = *std::prev(after);
        if (at < start + piece.bytes) return bytes_words(at - start) + " into a " + (piece.live ? "" : "freed ") + "block of " + bytes_words(piece.bytes);
        return bytes_words(at - start - piece.bytes) + " behind a block of " + bytes_words(piece.bytes);
    };
    std::string place = describe(reused);
    if (place.empty() || place.find("behind") != std::string::npos) {
        std::string outer = describe(pieces);
        if (place.empty() || outer.find("behind") != std::string::npos) place = outer;
    }
    if (state == 1) {
        *error = LAUNCH_FAILED;
        return what + ": never written before, " + place;
    }
    if (state == 3) return "use after free: " + what + ", " + place;
    return "out-of-bounds " + what + (place.empty() ? ", before every block" : ", " + place);
}

void memory_reset() {
    for (auto &[address, piece] : pieces) if (piece.live) mark(address, piece.bytes, 3), piece.live = false;
    reused.clear();
    used = 0;
}

void *host_allocate(uint64_t bytes, bool for_kernels) {
    Mapped *place = std::find_if(mapped, std::end(mapped), [](Mapped &m) { return m.bytes == 0; });
    if (for_kernels && place == std::end(mapped)) return nullptr;
    void *memory = aligned_alloc(4096, (bytes + 4095) / 4096 * 4096);
    if (!memory) return nullptr;
    pinned[memory] = bytes;
    if (for_kernels) {
        place->start = (uint64_t) memory;
        place->bytes = bytes;
    }
    return memory;
}

bool host_mapped(uint64_t address, uint64_t bytes) {
    return std::any_of(mapped, std::end(mapped), [=](Mapped &m) { return address >= m.start && address + bytes <= m.start + m.bytes; });
}

bool host_free(void *address) {
    auto it = pinned.find(address);
    if (it == pinned.end()) return false;
    pinned.erase(it);
    for (Mapped &m : mapped) if (m.start == (uint64_t) address) m.bytes = 0;
    free(address);
    return true;
}

bool host_pinned(const void *address) {
    auto after = pinned.upper_bound(address);
    if (after == pinned.begin()) return false;
    auto &[start, bytes] = *std::prev(after);
    return (const char *) address < (const char *) start + bytes;
}
