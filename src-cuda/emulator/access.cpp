// A thread touches memory in a way that the kernel's own quick look did not find right: other memory than the device's, or a fault.
#include "emulator/block.h"

namespace {
const char *const VERBS[] = {"read", "write", "atomic access"};

std::string bytes_words(uint64_t n) { return std::to_string(n) + (n == 1 ? " byte" : " bytes"); }
}

void Block::access(uint64_t address, unsigned bytes, int how, void *where) {
    check_time(where);
    int kind = how & TENFOLD_KIND;
    if (shared.contains(address)) return touch_shared(address, bytes, how, where);
    if (how & TENFOLD_IN_SHARED) fault(ILLEGAL_ADDRESS, std::string(VERBS[kind]) + " of " + bytes_words(bytes) + " that must lie in shared memory, and does not", where);
    uint64_t stack = (uint64_t) current->fiber.stack;
    if (address - stack < TENFOLD_STACK && !(how & TENFOLD_IN_DEVICE)) return;
    bool aligned = (how & TENFOLD_ANYWHERE) || bytes > 16 || (address & (bytes - 1)) == 0;
    uint64_t offset = address - memory_base();
    if (offset < memory_size() && aligned) {
        unsigned char *states = memory_shadow() + offset;
        bool right = true;
        for (unsigned i = 0; i < bytes; i++) right &= states[i] == 2 || (kind == TENFOLD_WRITE && states[i] == 1);
        if (right) {
            if (kind != TENFOLD_READ) memset(states, 2, bytes);
            return;
        }
    }
    if (aligned && host_mapped(address, bytes)) return;
    Image *image = launch->function->image;
    if (address >= image->low && address < image->high) return; // constants
    int error = ILLEGAL_ADDRESS;
    std::string what = outside_shared(address);
    what = what.empty() ? memory_explain(address, bytes, kind, aligned, &error) : std::string("out-of-bounds ") + VERBS[kind] + " of " + bytes_words(bytes) + what;
    fault(error, what, where);
}

void Block::touch_shared(uint64_t address, unsigned bytes, int how, void *where) {
    int kind = how & TENFOLD_KIND;
    auto what = [=] { return std::string(VERBS[kind]) + " of " + bytes_words(bytes) + " of shared memory"; };
    if (how & TENFOLD_IN_DEVICE) fault(ILLEGAL_ADDRESS, what() + ", which must lie in device memory", where);
    if (!(how & TENFOLD_ANYWHERE) && bytes <= 16 && (address & (bytes - 1)) != 0) {
        fault(MISALIGNED_ADDRESS, "misaligned " + what() + ": the address must be a multiple of " + std::to_string(bytes), where);
    }
    uint64_t left = shared.left(address);
    if (bytes > left) fault(ILLEGAL_ADDRESS, "out-of-bounds " + what() + ", which ends after " + bytes_words(left), where);
    unsigned other = ~0u;
    const char *wrong = shared.check(address, bytes, kind, index_of(*current), &other);
    if (!wrong) return;
    std::string text = wrong;
    if (other != ~0u && &threads[other] != current) text += "; the other is " + name(threads[other]);
    fault(LAUNCH_FAILED, text, where);
}

// Where an address lies that is little beside the block's shared memory, or "".
std::string Block::outside_shared(uint64_t address) const {
    struct Part {
        const char *name;
        uint64_t start, bytes;
    } parts[] = {{"static", (uint64_t) fixed, launch->function->image->tls_bytes}, {"dynamic", (uint64_t) threads[0].self.dynamic_shared, launch->dynamic_bytes}};
    uint64_t nearest = 64 << 10;
    std::string text;
    for (auto &part : parts) {
        bool before = address < part.start;
        uint64_t distance = before ? part.start - address : address - part.start - part.bytes;
        if (part.bytes == 0 || distance >= nearest) continue;
        nearest = distance;
        text = ", " + bytes_words(distance) + (before ? " before" : " behind") + " the block's " + bytes_words(part.bytes) + " of " + part.name + " shared memory";
    }
    return text;
}

// Copies to shared memory that a thread does not wait for at once are done as late as they may be: at the wait that asks for them.
void Block::async(int what, void *to, const void *from, unsigned bytes, void *where) {
    auto &copies = current->copies;
    if (what == 0) {
        access((uint64_t) from, bytes, TENFOLD_READ | TENFOLD_IN_DEVICE, where);
        access((uint64_t) to, bytes, TENFOLD_WRITE | TENFOLD_IN_SHARED, where);
        shared.expect((uint64_t) to, bytes);
        copies.push_back({to, from, bytes, where});
    } else if (what == 1) {
        copies.push_back({nullptr, nullptr, 0, where});
    } else {
        unsigned groups = 0;
        for (auto &copy : copies) groups += copy.to == nullptr;
        size_t done = 0;
        while (groups > bytes) {
            const PendingCopy &copy = copies[done++];
            if (!copy.to) {
                groups--;
                continue;
            }
            access((uint64_t) copy.from, copy.bytes, TENFOLD_READ, copy.where);
            access((uint64_t) copy.to, copy.bytes, TENFOLD_WRITE, copy.where);
            memcpy(copy.to, copy.from, copy.bytes);
        }
        copies.erase(copies.begin(), copies.begin() + (long) done);
    }
}
