// A grid: its blocks are shared out among threads of the CPU.
#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <thread>
#include "emulator/block.h"
#include "emulator/watch.h"

volatile int launch_stop = 0;

namespace {
std::mutex fault_lock;
int fault_error;
std::string fault_text;

// Threads that wait for grids. They live as long as the process.
class Crew {
    // Seconds of work that are worth waking others: they need some microseconds to come.
    static constexpr double WORTH_HELP = 40e-6;

public:
    void run(const Launch &launch, uint64_t blocks) {
        {
            std::lock_guard hold(lock);
            job = &launch;
            total = blocks;
            next = 0;
        }
        take(launch, true);
        std::unique_lock hold(lock);
        running -= open; // those that have not woken up are not waited for
        open = 0;
        ended.wait(hold, [this] { return running == 0; });
        job = nullptr;
    }

private:
    static unsigned threads() {
        const char *named = getenv("TENFOLD_EMULATOR_THREADS");
        int n = named ? atoi(named) : (int) std::thread::hardware_concurrency();
        return n < 1 ? 1 : (unsigned) n;
    }

    void call() {
        unsigned helpers = (unsigned) std::min<uint64_t>(threads() - 1, total - 1);
        while (started < helpers) {
            std::thread([this] { work(); }).detach();
            started++;
        }
        std::lock_guard hold(lock);
        open = helpers;
        running = helpers;
        called.notify_all();
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
            take(*mine, false);
            std::lock_guard hold(lock);
            if (--running == 0) ended.notify_all();
        }
    }

    // Runs blocks until there are none left; calls the others when the first one took long enough.
    void take(const Launch &launch, bool first) {
        Block &block = this_block();
        block.begin(launch);
        Watched watched;
        double began = first && total > 1 ? now_seconds() : 0;
        for (uint64_t b; !launch_stop && (b = next++) < total;) {
            uint3 at = {(unsigned) (b % launch.grid.x), (unsigned) (b / launch.grid.x % launch.grid.y), (unsigned) (b / launch.grid.x / launch.grid.y)};
            if (!block.run(at)) break;
            if (b == 0 && total > 1 && (now_seconds() - began) * (double) (total - 1) > WORTH_HELP) call();
        }
        block.end();
    }

    std::mutex lock;
    std::condition_variable called, ended;
    const Launch *job = nullptr;
    uint64_t total = 0;
    std::atomic<uint64_t> next{0};
    unsigned started = 0, open = 0, running = 0;
};
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
    uint64_t blocks = (uint64_t) launch.grid.x * launch.grid.y * launch.grid.z;
    launch_stop = 0;
    fault_error = 0;
    watch_begin();
    crew->run(launch, blocks);
    watch_end();
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
void trap(const char *text, void *where) { this_block().fault(LAUNCH_FAILED, text, where); }
void yield(void *where) { this_block().yield(where); }
}

const TenfoldServices services = {0, 0, nullptr, access, barrier, collective, exchange, active, async, trap, yield, &launch_stop};
