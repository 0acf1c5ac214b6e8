#include "emulator/block.h"
#include <cstdio>
#include "emulator/driver.h"

namespace {
constexpr unsigned BARRIERS = 16;

std::string words(uint3 at) { return "(" + std::to_string(at.x) + ", " + std::to_string(at.y) + ", " + std::to_string(at.z) + ")"; }

void enter() { this_block().main(); }
}

Block &this_block() {
    static thread_local Block block;
    // A pointer needs no look whether it has been constructed, and at a fixed place of the thread's no call.
    static thread_local Block *known __attribute__((tls_model("initial-exec"))) = nullptr;
    if (!known) known = &block;
    return *known;
}

Block::~Block() {
    for (auto &thread : threads) fiber_free(thread.fiber);
}

void Block::begin(const Launch &given) {
    launch = &given;
    Image *image = given.function->image;
    now = image->now();
    fixed = image_tls(image);
    dynamic.assign(given.dynamic_bytes + 128, 0);
    char *start = (char *) (((uint64_t) dynamic.data() + 127) / 128 * 128);
    count = given.block.x * given.block.y * given.block.z;
    if (threads.size() < count) threads.resize(count);
    warps.resize((count + 31) / 32);
    for (auto &buffer : exchanged) buffer.resize(warps.size() * 32 * 256);
    turn.assign(warps.size(), 0);
    arrived.assign(BARRIERS, 0);
    shared.begin(fixed, image->tls_bytes, start, given.dynamic_bytes, (unsigned) warps.size());
    for (unsigned t = 0; t < count; t++) {
        TenfoldThread &self = threads[t].self;
        self.thread = {t % given.block.x, t / given.block.x % given.block.y, t / given.block.x / given.block.y};
        self.block_size = given.block;
        self.grid_size = given.grid;
        self.dynamic_shared = start;
        self.dynamic_bytes = given.dynamic_bytes;
        self.lane = t % 32;
    }
    failed = false;
}

bool Block::run(uint3 index) {
    shared.new_block();
    done = 0;
    for (auto &n : arrived) n = 0;
    for (unsigned t = 0; t < count; t++) {
        threads[t].self.block = index;
        threads[t].state = FRESH;
        threads[t].copies.clear();
    }
    for (auto &warp : warps) warp = Warp{};
    while (done < count) {
        bool moved = false;
        for (unsigned t = 0; t < count; t++) {
            if (threads[t].state > READY) continue;
            moved = true;
            resume(threads[t]);
            if (failed) return false;
        }
        if (!moved) {
            launch_fault(LAUNCH_FAILED, stuck());
            return false;
        }
    }
    return true;
}

void Block::resume(CudaThread &thread) {
    if (thread.state == FRESH) {
        // The stack of a thread that ran to its end without waiting serves the next one, while it is in the cache.
        if (!thread.fiber.stack && &thread != threads.data()) {
            CudaThread &before = *(&thread - 1);
            if (before.state == DONE) std::swap(thread.fiber, before.fiber);
        }
        fiber_prepare(thread.fiber, enter);
        thread.state = READY;
    }
    current = &thread;
    *now = &thread.self;
    tenfold_switch(&scheduler, thread.fiber.pointer);
}

void Block::main() {
    launch->function->kernel->call(launch->parameters.data());
    current->state = DONE;
    warps[warp_of(*current)].done |= 1u << current->self.lane;
    done++;
    wait();
}

// Gives the turn back. Comes back when the thread is ready again.
void Block::wait() { tenfold_switch(&current->fiber.pointer, scheduler); }

void Block::fault(int error, const std::string &what, void *where) {
    std::string at = line(where);
    launch_fault(error, what + "\n    by " + who(*current) + (at.empty() ? "" : "\n    at " + at));
    failed = true;
    wait();
    __builtin_unreachable();
}

std::string Block::name(const CudaThread &thread) const { return "thread " + words(thread.self.thread); }

std::string Block::who(const CudaThread &thread) const {
    return name(thread) + " of block " + words(thread.self.block) + ", kernel " + launch->function->kernel->name;
}

std::string Block::line(void *where) const { return image_line(launch->function->image, where); }

void Block::check_time(void *where) {
    if (launch_stop) fault(LAUNCH_TIMEOUT, "the kernel did not end within TENFOLD_EMULATOR_SECONDS", where);
}

void Block::yield(void *where) {
    check_time(where);
    wait();
}

void Block::barrier(int wanted, int id, void *where) {
    check_time(where);
    if ((unsigned) id >= BARRIERS || (wanted > 0 && wanted % 32 != 0)) {
        fault(LAUNCH_FAILED, "barrier " + std::to_string(id) + " of " + std::to_string(wanted) + " threads: a block has 16 barriers, and warps come to them whole", where);
    }
    current->where = where;
    current->barrier = id;
    current->place = -wanted;
    current->state = AT_BARRIER;
    arrived[id]++;
    if (wanted > 0 ? arrived[id] == (unsigned) wanted : arrived[id] + done == count) {
        if (wanted <= 0) {
            for (unsigned t = 0; t < count; t++) {
                CudaThread &thread = threads[t];
                if (thread.state == DONE) fault(LAUNCH_FAILED, "divergent barrier: " + who(thread) + " has left the kernel and will not come to __syncthreads()", where);
                if (thread.place != current->place) {
                    fault(LAUNCH_FAILED, "divergent barrier: threads of one block wait in different __syncthreads(); " + name(thread)
                        + " is at " + line(thread.where), where);
                }
            }
        }
        release(id);
    } else {
        wait();
    }
}

void Block::release(int id) {
    for (unsigned t = 0; t < count; t++) {
        if (threads[t].state == AT_BARRIER && threads[t].barrier == id) threads[t].state = READY;
    }
    arrived[id] = 0;
    shared.barrier();
}

std::string Block::stuck() const {
    bool at_barriers = true;
    for (unsigned t = 0; t < count; t++) at_barriers &= threads[t].state == DONE || threads[t].state == AT_BARRIER;
    std::string text = at_barriers && done ? "divergent barrier: some threads wait, others have left the kernel" : "the block is stuck: its threads wait for each other";
    int shown = 0;
    void *last = nullptr;
    for (unsigned t = 0; t < count && shown < 4; t++) {
        const CudaThread &thread = threads[t];
        if (thread.state == DONE || thread.where == last) continue;
        last = thread.where;
        shown++;
        char mask[16];
        snprintf(mask, sizeof mask, "0x%08x", thread.mask);
        text += "\n    " + who(thread) + (thread.state == AT_BARRIER ? " waits in a barrier" : std::string(" waits in a warp function with mask ") + mask)
            + " at " + line(thread.where);
    }
    if (done) text += "\n    " + std::to_string(done) + " of " + std::to_string(count) + " threads have left the kernel";
    return text;
}
