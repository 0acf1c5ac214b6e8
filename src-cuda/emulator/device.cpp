// Entry points: the one device, its context, its memory, copies.
#include <cstdio>
#include <cstring>
#include <thread>
#include "emulator/entry.h"

namespace {
bool started;
int retained;
thread_local void *current_context;
char context_mark; // the one context; its address is the handle

int attribute(int which) {
    switch (which) {
    case 1: return 1024;            // threads of a block
    case 2: case 3: return 1024;    // its x, y
    case 4: return 64;              // its z
    case 5: return 0x7fffffff;      // blocks of a grid, x
    case 6: case 7: return 65535;   // y, z
    case 8: return 48 << 10;        // shared memory of a block
    case 9: return 64 << 10;        // constant memory
    case 10: return 32;             // threads of a warp
    case 12: return 65536;          // registers of a block
    case 13: return 1000000;        // kHz
    case 16: return 2;              // multiprocessors
    case 36: return 1000000;        // memory's kHz
    case 37: return 512;            // bits of its bus
    case 38: return 1 << 20;        // second-level cache
    case 39: return 2048;           // threads of a multiprocessor
    case 41: return 1;              // unified addresses
    case 75: return 9;              // compute capability 9.0
    case 76: return 0;
    case 81: return 228 << 10;      // shared memory of a multiprocessor
    case 97: return 227 << 10;      // shared memory of a block that asks
    default: return 0;
    }
}
}

bool has_context() { return current_context; }

API cuInit(unsigned) {
    std::lock_guard<std::recursive_mutex> held(driver_lock);
    started = memory_start();
    return started ? SUCCESS : OUT_OF_MEMORY;
}
API cuDriverGetVersion(int *version) { return *version = 12090, SUCCESS; }
API cuDeviceGetCount(int *count) { return *count = 1, started ? SUCCESS : NOT_INITIALIZED; }
API cuDeviceGet(int *device, int index) { return *device = 0, !started ? NOT_INITIALIZED : index == 0 ? SUCCESS : INVALID_DEVICE; }
API cuDeviceGetName(char *name, int length, int) {
    snprintf(name, length, "Tenfold emulator (%u cores)", std::thread::hardware_concurrency());
    return SUCCESS;
}
API cuDeviceGetAttribute(int *value, int which, int device) { return *value = attribute(which), device == 0 ? SUCCESS : INVALID_DEVICE; }
API cuDeviceTotalMem_v2(size_t *bytes, int) {
    uint64_t free, total;
    memory_info(&free, &total);
    return *bytes = total, SUCCESS;
}

// NVRTC asks a loaded driver for tables of its own, and calls this without looking whether it exists.
API cuGetExportTable(const void **table, const void *) { return *table = nullptr, NOT_FOUND; }

API cuDevicePrimaryCtxRetain(void **context, int device) {
    ENTER_ANYWHERE;
    if (!started) return NOT_INITIALIZED;
    retained++;
    return *context = &context_mark, device == 0 ? SUCCESS : INVALID_DEVICE;
}
API cuDevicePrimaryCtxRelease_v2(int) { return retained > 0 ? (retained--, SUCCESS) : INVALID_CONTEXT; }
API cuDevicePrimaryCtxReset_v2(int) {
    std::lock_guard<std::recursive_mutex> held(driver_lock);
    stream_forget();
    memory_reset();
    clear_sticky();
    return SUCCESS;
}
API cuDevicePrimaryCtxGetState(int, unsigned *flags, int *active) { return *flags = 0, *active = retained > 0, SUCCESS; }
API cuCtxSetCurrent(void *context) { return current_context = context, SUCCESS; }
API cuCtxGetCurrent(void **context) { return *context = current_context, SUCCESS; }
API cuCtxGetDevice(int *device) { return *device = 0, current_context ? SUCCESS : INVALID_CONTEXT; }
API cuCtxSynchronize() {
    ENTER;
    if (int forbidden = capture_forbids_all()) return forbidden;
    return stream_drain_all(true);
}

API cuMemAlloc_v2(uint64_t *address, size_t bytes) {
    ENTER_UNSAFE;
    return memory_allocate(address, bytes);
}
API cuMemFree_v2(uint64_t address) {
    ENTER_UNSAFE;
    if (int error = stream_drain_all(true)) return error; // what still uses it comes first
    return memory_free(address);
}
API cuMemGetInfo_v2(size_t *free, size_t *total) {
    ENTER;
    uint64_t f, t;
    memory_info(&f, &t);
    return *free = f, *total = t, SUCCESS;
}
API cuMemHostAlloc(void **memory, size_t bytes, unsigned flags) {
    ENTER_UNSAFE;
    constexpr unsigned DEVICEMAP = 2;
    *memory = host_allocate(bytes, flags & DEVICEMAP);
    return *memory ? SUCCESS : OUT_OF_MEMORY;
}
API cuMemFreeHost(void *memory) {
    ENTER_UNSAFE;
    if (int error = stream_drain_all(true)) return error;
    return host_free(memory) ? SUCCESS : INVALID_VALUE;
}

// The caching allocator above the driver hands a part of a block out (live) or takes it back, in the order of the stream; without one, now.
API tenfold_emulator_reuse(uint64_t address, uint64_t bytes, int live, void *stream) {
    ENTER_ANYWHERE;
    if (!stream) return memory_reuse(address, bytes, live), SUCCESS;
    return stream_add(stream_of(stream), {[=] { return memory_reuse(address, bytes, live), SUCCESS; }, nullptr});
}

// ---- copies: asynchronous ones go into the stream; the others wait for it ----

namespace {
int bad_range(const std::string &call, uint64_t address) {
    char where[32];
    snprintf(where, sizeof where, "0x%llx", (unsigned long long) address);
    set_sticky(ILLEGAL_ADDRESS, call + " at " + where + " reaches outside of allocated device memory");
    return ILLEGAL_ADDRESS;
}
int to_device(uint64_t to, const void *from, size_t bytes) {
    if (!memory_valid(to, bytes, true)) return bad_range("a copy of " + std::to_string(bytes) + " bytes to the device", to);
    return memcpy((void *) to, from, bytes), SUCCESS;
}
int to_host(void *to, uint64_t from, size_t bytes) {
    if (!memory_valid(from, bytes, false)) return bad_range("a copy of " + std::to_string(bytes) + " bytes from the device", from);
    return memcpy(to, (const void *) from, bytes), SUCCESS;
}
int on_device(uint64_t to, uint64_t from, size_t bytes) {
    for (uint64_t end : {from, to}) if (!memory_valid(end, bytes, false)) return bad_range("a copy of " + std::to_string(bytes) + " bytes on the device", end);
    // What was never written stays so.
    memmove(memory_shadow() + (to - memory_base()), memory_shadow() + (from - memory_base()), bytes);
    return memmove((void *) to, (const void *) from, bytes), SUCCESS;
}
template <class T> int fill(uint64_t to, T value, size_t count) {
    if (to % sizeof(T)) return INVALID_VALUE;
    if (count > memory_size() || !memory_valid(to, count * sizeof(T), true)) {
        return bad_range("a fill of " + std::to_string(count) + " elements of " + std::to_string(sizeof(T)) + " bytes", to);
    }
    for (size_t i = 0; i < count; i++) ((T *) to)[i] = value;
    return SUCCESS;
}
template <class F> int at_once(F work) {
    if (int forbidden = capture_forbids_waiting(legacy_stream())) return forbidden;
    if (int error = stream_drain_all(false)) return error;
    return work();
}
}

API cuMemcpyHtoD_v2(uint64_t to, const void *from, size_t bytes) {
    ENTER;
    return at_once([=] { return to_device(to, from, bytes); });
}
API cuMemcpyDtoH_v2(void *to, uint64_t from, size_t bytes) {
    ENTER;
    return at_once([=] { return to_host(to, from, bytes); });
}
API cuMemcpyDtoD_v2(uint64_t to, uint64_t from, size_t bytes) {
    ENTER;
    return at_once([=] { return on_device(to, from, bytes); });
}
API cuMemcpyHtoDAsync_v2(uint64_t to, const void *from, size_t bytes, void *stream) {
    ENTER;
    Stream *queue = stream_of(stream);
    // A graph reads the memory when it runs, whatever memory it is.
    if (host_pinned(from) || (queue && queue->capture)) return stream_add(queue, {[=] { return to_device(to, from, bytes); }, nullptr});
    auto staged = std::make_shared<std::vector<char>>((const char *) from, (const char *) from + bytes); // as the real one does with pageable memory
    return stream_add(queue, {[=] { return to_device(to, staged->data(), bytes); }, nullptr});
}
API cuMemcpyDtoHAsync_v2(void *to, uint64_t from, size_t bytes, void *stream) {
    ENTER;
    Stream *queue = stream_of(stream);
    int error = stream_add(queue, {[=] { return to_host(to, from, bytes); }, nullptr});
    return error || host_pinned(to) || queue->capture ? error : stream_drain(queue);
}
API cuMemcpyDtoDAsync_v2(uint64_t to, uint64_t from, size_t bytes, void *stream) {
    ENTER;
    return stream_add(stream_of(stream), {[=] { return on_device(to, from, bytes); }, nullptr});
}
#define FILLS(name, type)                                                                                      \
    API cuMemset##name##_v2(uint64_t to, type value, size_t count) {                                           \
        ENTER;                                                                                         \
        return at_once([=] { return fill<type>(to, value, count); });                                          \
    }                                                                                                          \
    API cuMemset##name##Async(uint64_t to, type value, size_t count, void *stream) {                           \
        ENTER;                                                                                                 \
        return stream_add(stream_of(stream), {[=] { return fill<type>(to, value, count); }, nullptr});         \
    }
FILLS(D8, unsigned char)
FILLS(D16, unsigned short)
FILLS(D32, unsigned)
