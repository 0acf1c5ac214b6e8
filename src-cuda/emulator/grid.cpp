// A grid: its blocks are shared out among threads of the CPU.
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include "emulator/block.h"

volatile int launch_stop = 0;

namespace {
std::mutex fault_lock;
int fault_error;
std::string fault_text;

double limit_seconds() {
    static const double limit = [] {
        const char *named = getenv("TENFOLD_EMULATOR_SECONDS");
        return named ? atof(named) : 60.0;
    }();
    return limit;
}

// Threads that wait for grids. They live as long as the process.
class Crew {
public:
    void run(const Launch &launch, uint64_t blocks) {
        unsigned helpers = blocks < 2 ? 0 : (unsigned) std::min<uint64_t>(threads() - 1, blocks - 1);
        while (started < helpers) {
            std::thread([this] { work(); }).detach();
            started++;
        }
        {
            std::lock_guard hold(lock);
            job = &launch;
            total = blocks;
            next = 0;
            open = helpers;
            running = helpers;
            if (helpers) called.notify_all();
        }
        take(launch);
        std::unique_lock hold(lock);
        ended.wait(hold, [this] { return running == 0; });
        job = nullptr;
    }

private:
    static unsigned threads() {
        const char *named = getenv("TENFOLD_EMULATOR_THREADS");
        int n = named ? atoi(named) : (int) std::thread::hardware_concurrency();
        return n < 1 ? 1 : (unsigned) n;
    }

    void work() {
        for (;;) {
            const Launch *mine;
            {
                std::unique_lock hold(lock);
                called.wait(hold, [this] { return open > 0; });
                open--;
                mine = job;
            }
            take(*mine);
            std::lock_guard hold(lock);
            if (--running == 0) ended.notify_all();
        }
    }

    void take(const Launch &launch) {
        Block &block = this_block();
        block.begin(launch);
        for (uint64_t b; !launch_stop && (b = next++) < total;) {
            uint3 at = {(unsigned) (b % launch.grid.x), (unsigned) (b / launch.grid.x % launch.grid.y), (unsigned) (b / launch.grid.x / launch.grid.y)};
            if (!block.run(at)) break;
        }
    }

    std::mutex lock;
    std::condition_variable called, ended;
    const Launch *job = nullptr;
    uint64_t total = 0;
    std::atomic<uint64_t> next{0};
    unsigned started = 0, open = 0, running = 0;
};

// Ends a launch whose time is over, at its next access to memory. It looks four times a second, so that launches cost it nothing.
std::atomic<uint64_t> launches{0}; // odd while one runs

void watch() {
    uint64_t seen = 0;
    auto since = std::chrono::steady_clock::now();
    for (;;) {
        std::this_thread::sleep_for(std::chrono::milliseconds(250));
        uint64_t at = launches;
        if (at != seen) {
            seen = at;
            since = std::chrono::steady_clock::now();
        } else if (at % 2 && std::chrono::steady_clock::now() - since > std::chrono::duration<double>(limit_seconds())) {
            launch_stop = 1;
        }
    }
}
}

void launch_fault(int error, const std::string &report) {
    std::lock_guard hold(fault_lock);
    if (!fault_error) {
        fault_error = error;
        fault_text = report;
    }
    launch_stop = 1;
}

int grid_run(const Launch &launch) {
    static Crew *crew = new Crew;
    static bool watched = (std::thread(watch).detach(), true);
    (void) watched;
    uint64_t blocks = (uint64_t) launch.grid.x * launch.grid.y * launch.grid.z;
    launch_stop = 0;
    fault_error = 0;
    launches++;
    crew->run(launch, blocks);
    launches++;
    launch_stop = 0;
    if (fault_error) set_sticky(fault_error, fault_text);
    return fault_error;
}

namespace {
void access(const volatile void *address, unsigned bytes, int kind, void *where) { this_block().access((uint64_t) address, bytes, kind, where); }
void barrier(int count, int id, void *where) { this_block().barrier(count, id, where); }
unsigned long long collective(int kind, unsigned mask, unsigned long long value, unsigned argument, unsigned width, void *where) {
    return this_block().collective(kind, mask, value, argument, width, where);
}
const void *exchange(const void *mine, unsigned bytes, void *where) { return this_block().exchange(mine, bytes, where); }
unsigned active() { return this_block().active(); }
void async(int what, void *to, const void *from, unsigned bytes, void *where) { this_block().async(what, to, from, bytes, where); }
void trap(const char *text, void *where) { this_block().fault(LAUNCH_FAILED, std::string("the kernel stopped itself: ") + text, where); }
}

const TenfoldServices services = {0, 0, nullptr, access, barrier, collective, exchange, active, async, trap, &launch_stop};
