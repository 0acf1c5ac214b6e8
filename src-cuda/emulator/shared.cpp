#include "emulator/shared.h"
#include "emulator/abi.h"

void SharedMemory::begin(char *fixed_start, uint64_t fixed_bytes, char *dynamic_start, uint64_t dynamic_bytes, unsigned count) {
    fixed_low = (uint64_t) fixed_start;
    fixed_size = fixed_bytes;
    dynamic_low = (uint64_t) dynamic_start;
    dynamic_size = dynamic_bytes;
    warps.assign(count, 1);
    uint64_t needed = (fixed_size + 3) / 4 + (dynamic_size + 3) / 4;
    if (words.size() < needed) {
        words.resize(needed);
        single.resize(4 * needed);
    }
    new_block();
}

// Two accesses are in order when a barrier lies between them: of the block, or of the warp that both are in.
bool SharedMemory::ordered(unsigned thread, uint32_t at, uint32_t warp_at, unsigned now) const {
    return at != epoch || thread == now || (thread / 32 == now / 32 && warp_at != warps[now / 32]);
}

bool SharedMemory::readers_ordered(const Cell &c, unsigned now) const {
    if (c.read_epoch != epoch) return true;
    if (c.many) return false;
    if (c.several) return c.reader / 32 == now / 32 && c.read_warp != warps[now / 32];
    return ordered(c.reader, c.read_epoch, c.read_warp, now);
}

// Does `act` with the cell of each word, or with those of its bytes where the access or an earlier one is smaller.
template <class F> const char *SharedMemory::each(uint64_t address, unsigned bytes, F act) {
    bool fixed = address - fixed_low < fixed_size;
    uint64_t at = fixed ? address - fixed_low : address - dynamic_low;
    uint64_t first = fixed ? 0 : (fixed_size + 3) / 4;
    for (uint64_t end = at + bytes; at < end;) {
        Cell &word = words[first + at / 4];
        if (word.serial != serial) {
            word = Cell{};
            word.serial = serial;
        }
        if (at % 4 == 0 && end - at >= 4 && !word.split) {
            if (const char *wrong = act(word)) return wrong;
            at += 4;
            continue;
        }
        Cell *own = &single[4 * (first + at / 4)];
        if (!word.split) {
            for (int i = 0; i < 4; i++) own[i] = word;
            word.split = true;
        }
        if (const char *wrong = act(own[at % 4])) return wrong;
        at++;
    }
    return nullptr;
}

const char *SharedMemory::visit(Cell &c, int kind, unsigned thread, unsigned *other) {
    bool writes = kind != TENFOLD_READ;
    if (kind != TENFOLD_WRITE && !c.written) return "read of shared memory that no thread of the block has written";
    if (c.written && !(kind == TENFOLD_ATOMIC && c.atomic) && !ordered(c.writer, c.write_epoch, c.write_warp, thread)) {
        *other = c.writer;
        return writes ? "shared-memory race: write after a write of another thread, with no barrier between them"
                      : "shared-memory race: read after a write of another thread, with no barrier between them";
    }
    if (writes && c.read && !readers_ordered(c, thread)) {
        *other = c.reader;
        return "shared-memory race: write after a read of another thread, with no barrier between them";
    }
    if (writes) {
        c.written = true;
        c.atomic = kind == TENFOLD_ATOMIC;
        c.writer = (uint16_t) thread;
        c.write_epoch = epoch;
        c.write_warp = warps[thread / 32];
        if (kind == TENFOLD_WRITE) c.read = false;
    } else {
        // Readers of several warps count as one crowd, which only a barrier of the block parts from a writer.
        bool same = c.read && c.read_epoch == epoch;
        bool warp = same && c.reader / 32 == thread / 32;
        c.several = warp && c.read_warp == warps[thread / 32] && (c.several || c.reader != thread);
        c.many = same && (c.many || !warp);
        c.read = true;
        c.reader = (uint16_t) thread;
        c.read_epoch = epoch;
        c.read_warp = warps[thread / 32];
    }
    return nullptr;
}

const char *SharedMemory::check(uint64_t address, unsigned bytes, int kind, unsigned thread, unsigned *other) {
    return each(address, bytes, [&](Cell &cell) { return visit(cell, kind, thread, other); });
}

void SharedMemory::expect(uint64_t address, unsigned bytes) {
    each(address, bytes, [](Cell &cell) -> const char * {
        cell.written = false;
        return nullptr;
    });
}
