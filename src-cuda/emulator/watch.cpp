// A launch may take TENFOLD_EMULATOR_SECONDS. The clock is looked at some times a second, so that launches cost it nothing. Then the launch
// ends at the next check of an access to memory; a loop without any is left by a signal, whose handler lets the kernel go on in its end.
#include "emulator/watch.h"
#include <pthread.h>
#include <signal.h>
#include <ucontext.h>
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <thread>
#include "emulator/block.h"

namespace {
std::atomic<uint64_t> launches{0}; // odd while one runs
std::mutex lock;
std::vector<pthread_t> running;

int signal_number() { return SIGRTMIN + 7; }

void leave() { this_block().check_time(this_block().interrupted); }

void interrupt(int, siginfo_t *, void *state) {
    auto &registers = ((ucontext_t *) state)->uc_mcontext;
#if defined(__x86_64__)
    uint64_t at = (uint64_t) registers.gregs[REG_RIP];
    if (!launch_stop || !this_block().runs(at)) return;
    this_block().interrupted = (void *) (at + 1);
    uint64_t stack = (uint64_t) registers.gregs[REG_RSP] - 256; // below what a leaf function keeps there
    registers.gregs[REG_RSP] = (greg_t) (stack / 16 * 16 - 8);
    registers.gregs[REG_RIP] = (greg_t) &leave;
#else
    uint64_t at = registers.pc;
    if (!launch_stop || !this_block().runs(at)) return;
    this_block().interrupted = (void *) (at + 1);
    registers.pc = (uint64_t) &leave;
#endif
}

double limit_seconds() {
    const char *named = getenv("TENFOLD_EMULATOR_SECONDS");
    return named && atof(named) > 0 ? atof(named) : 60.0;
}

void watch() {
    const double limit = limit_seconds();
    const auto tick = std::chrono::duration<double>(std::min(0.25, limit / 4));
    uint64_t seen = 0;
    auto since = std::chrono::steady_clock::now();
    for (;;) {
        std::this_thread::sleep_for(tick);
        uint64_t at = launches;
        if (at != seen) {
            seen = at;
            since = std::chrono::steady_clock::now();
        } else if (at % 2 && std::chrono::steady_clock::now() - since > std::chrono::duration<double>(limit)) {
            std::lock_guard hold(lock);
            if (launches != at) continue;
            if (launch_stop) for (pthread_t thread : running) pthread_kill(thread, signal_number());
            launch_stop = 1;
        }
    }
}

bool start() {
    struct sigaction action = {};
    action.sa_sigaction = interrupt;
    action.sa_flags = SA_SIGINFO | SA_RESTART;
    sigaction(signal_number(), &action, nullptr);
    std::thread(watch).detach();
    return true;
}
}

void watch_begin() {
    static const bool started = start();
    (void) started;
    launches++;
}
void watch_end() { launches++; }

Watched::Watched() {
    std::lock_guard hold(lock);
    running.push_back(pthread_self());
}
Watched::~Watched() {
    std::lock_guard hold(lock);
    running.erase(std::find_if(running.begin(), running.end(), [](pthread_t thread) { return pthread_equal(thread, pthread_self()); }));
}
