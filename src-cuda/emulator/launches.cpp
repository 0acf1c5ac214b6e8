// Entry points: modules and their kernels, launches.
#include <algorithm>
#include <cstring>
#include "emulator/entry.h"

API cuModuleLoadData(void **module, const void *bytes) {
    ENTER;
    Image *image = nullptr;
    int error = image_load(bytes, &image);
    return *module = image, error;
}
API cuModuleUnload(void *module) {
    ENTER_UNSAFE;
    if (!image_loaded((Image *) module)) return INVALID_HANDLE;
    stream_drain_all(true);
    return image_unload((Image *) module), SUCCESS;
}
API cuModuleGetFunction(void **function, void *module, const char *name) {
    ENTER;
    if (!image_loaded((Image *) module)) return INVALID_HANDLE;
    Function *found = nullptr;
    int error = image_function((Image *) module, name, &found);
    return *function = found, error;
}
API cuFuncGetParamInfo(void *function, size_t index, size_t *offset, size_t *size) {
    ENTER;
    if (!function_loaded((Function *) function)) return INVALID_HANDLE;
    const TenfoldKernel *kernel = ((Function *) function)->kernel;
    if (index >= (size_t) kernel->count) return INVALID_VALUE;
    *offset = kernel->offsets[index];
    if (size) *size = kernel->sizes[index];
    return SUCCESS;
}
API cuKernelGetParamInfo(void *function, size_t index, size_t *offset, size_t *size) { return cuFuncGetParamInfo(function, index, offset, size); }
API cuFuncGetAttribute(int *value, int which, void *function) {
    ENTER;
    auto *f = (Function *) function;
    if (!function_loaded(f)) return INVALID_HANDLE;
    switch (which) {
    case 0: *value = f->kernel->max_threads ? f->kernel->max_threads : 1024; break; // threads of a block
    case 1: *value = 0; break; // static shared memory: part of the thread's own here
    case 4: *value = 32; break; // registers
    case 8: *value = f->max_dynamic_shared; break;
    default: *value = 0;
    }
    return SUCCESS;
}
API cuFuncSetAttribute(void *function, int which, int value) {
    ENTER;
    if (!function_loaded((Function *) function)) return INVALID_HANDLE;
    if (which != 8) return SUCCESS;
    if (value > 227 << 10) return INVALID_VALUE;
    return ((Function *) function)->max_dynamic_shared = value, SUCCESS;
}
API cuOccupancyMaxActiveBlocksPerMultiprocessor(int *blocks, void *, int threads, size_t) {
    return *blocks = threads > 0 ? std::max(1, 2048 / threads) : 0, threads > 0 ? SUCCESS : INVALID_VALUE;
}

API cuLaunchKernel(void *function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz, unsigned shared, void *stream,
                   void **parameters, void **extra) {
    ENTER;
    auto *f = (Function *) function;
    if (!function_loaded(f)) return INVALID_HANDLE;
    const TenfoldKernel *kernel = f->kernel;
    uint64_t threads = (uint64_t) bx * by * bz;
    if (!gx || !gy || !gz || !threads || gy > 65535 || gz > 65535 || bz > 64 || threads > 1024) return INVALID_VALUE;
    if (kernel->max_threads && threads > (uint64_t) kernel->max_threads) return LAUNCH_OUT_OF_RESOURCES;
    if (shared > (unsigned) f->max_dynamic_shared) return INVALID_VALUE;
    Launch launch{f, {gx, gy, gz}, {bx, by, bz}, shared, {}};
    unsigned bytes = kernel->count ? kernel->offsets[kernel->count - 1] + kernel->sizes[kernel->count - 1] : 0;
    launch.parameters.resize(bytes + 1);
    if (parameters) {
        for (int i = 0; i < kernel->count; i++) memcpy(launch.parameters.data() + kernel->offsets[i], parameters[i], kernel->sizes[i]);
    } else if (bytes) {
        // CU_LAUNCH_PARAM_BUFFER_POINTER is 1, …_SIZE 2, …_END 0.
        const char *buffer = nullptr;
        size_t given = 0;
        for (int i = 0; extra && extra[i]; i += 2) {
            if (extra[i] == (void *) 1) buffer = (const char *) extra[i + 1];
            else if (extra[i] == (void *) 2) given = *(size_t *) extra[i + 1];
            else return INVALID_VALUE;
        }
        if (!buffer || given < bytes) return INVALID_VALUE;
        memcpy(launch.parameters.data(), buffer, bytes);
    }
    uint64_t serial = f->serial;
    return stream_add(stream_of(stream), {[launch = std::move(launch), serial] {
        if (function_loaded(launch.function, serial)) return grid_run(launch);
        set_sticky(INVALID_HANDLE, "a graph launches a kernel whose module was unloaded");
        return (int) INVALID_HANDLE;
    }, nullptr});
}
API cuLaunchHostFunc(void *stream, void (*call)(void *), void *data) {
    ENTER;
    return stream_add(stream_of(stream), {[=] { return call(data), SUCCESS; }, nullptr});
}
