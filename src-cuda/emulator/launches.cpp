// Entry points: modules, kernels, streams, events, graphs.
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
    ENTER_WAITING;
    stream_drain_all(true);
    return image_unload((Image *) module), SUCCESS;
}
API cuModuleGetFunction(void **function, void *module, const char *name) {
    ENTER;
    Function *found = nullptr;
    int error = image_function((Image *) module, name, &found);
    return *function = found, error;
}
API cuFuncGetParamInfo(void *function, size_t index, size_t *offset, size_t *size) {
    ENTER;
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
    if (!f) return INVALID_HANDLE;
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
    return stream_add(stream_of(stream), {[launch = std::move(launch)] { return grid_run(launch); }, nullptr});
}
API cuLaunchHostFunc(void *stream, void (*call)(void *), void *data) {
    ENTER;
    return stream_add(stream_of(stream), {[=] { return call(data), SUCCESS; }, nullptr});
}

// ---- streams ----

API cuStreamCreate(void **stream, unsigned flags) {
    ENTER;
    auto *made = new Stream;
    made->blocking = !(flags & 1);
    all_streams().push_back(made);
    return *stream = made, SUCCESS;
}
API cuStreamCreateWithPriority(void **stream, unsigned flags, int) { return cuStreamCreate(stream, flags); }
API cuStreamDestroy_v2(void *handle) {
    ENTER;
    Stream *stream = stream_of(handle);
    if (!stream || stream == &null_stream) return INVALID_HANDLE;
    stream_drain(stream);
    auto &streams = all_streams();
    streams.erase(std::find(streams.begin(), streams.end(), stream));
    delete stream;
    return SUCCESS;
}
API cuStreamSynchronize(void *handle) {
    ENTER_WAITING;
    Stream *stream = stream_of(handle);
    return stream ? stream_drain(stream) : INVALID_HANDLE;
}
// Asking is not waiting: as the hardware would, it gets on a little in between.
API cuStreamQuery(void *handle) {
    ENTER_WAITING;
    Stream *stream = stream_of(handle);
    if (!stream) return INVALID_HANDLE;
    if (stream->queue.empty()) return SUCCESS;
    int error = stream_drain_to(stream, stream->ran + 1);
    return error ? error : stream->queue.empty() ? SUCCESS : NOT_READY;
}

// ---- events ----

namespace {
struct Event {
    std::shared_ptr<Mark> mark = std::make_shared<Mark>();
};
int settle(Event *event) {
    if (!event->mark->done) stream_drain_to(event->mark->stream, event->mark->number);
    return sticky_error();
}
}

API cuEventCreate(void **event, unsigned) { return *event = new Event, SUCCESS; }
API cuEventDestroy_v2(void *event) { return delete (Event *) event, SUCCESS; }
API cuEventRecord(void *handle, void *stream) {
    ENTER;
    Stream *queue = stream_of(stream);
    if (!queue) return INVALID_HANDLE;
    auto mark = std::make_shared<Mark>();
    mark->stream = queue;
    mark->number = queue->queued + 1;
    mark->done = false;
    ((Event *) handle)->mark = mark;
    return stream_add(queue, {[mark] {
        mark->done = true;
        mark->seconds = now_seconds();
        return SUCCESS;
    }, nullptr});
}
API cuStreamWaitEvent(void *stream, void *event, unsigned) {
    ENTER;
    return stream_add(stream_of(stream), {nullptr, ((Event *) event)->mark});
}
API cuEventSynchronize(void *event) {
    ENTER_WAITING;
    return settle((Event *) event);
}
API cuEventQuery(void *handle) {
    ENTER;
    auto *event = (Event *) handle;
    if (event->mark->done) return SUCCESS;
    int error = stream_drain_to(event->mark->stream, event->mark->stream->ran + 1);
    return error ? error : event->mark->done ? SUCCESS : NOT_READY;
}
API cuEventElapsedTime(float *milliseconds, void *from, void *to) {
    ENTER;
    auto *first = (Event *) from, *last = (Event *) to;
    if (!first->mark->stream || !last->mark->stream) return INVALID_HANDLE;
    if (!first->mark->done || !last->mark->done) return NOT_READY;
    return *milliseconds = (float) ((last->mark->seconds - first->mark->seconds) * 1e3), SUCCESS;
}
API cuEventElapsedTime_v2(float *milliseconds, void *from, void *to) { return cuEventElapsedTime(milliseconds, from, to); }

// ---- graphs ----

API cuStreamBeginCapture_v2(void *handle, int mode) {
    ENTER;
    Stream *stream = stream_of(handle);
    if (!stream || stream == &null_stream || stream->capture) return INVALID_VALUE;
    stream->graph = std::make_unique<Graph>();
    stream->relaxed = mode == 2;
    return stream->capture = 1, SUCCESS;
}
API cuStreamEndCapture(void *handle, void **graph) {
    ENTER;
    Stream *stream = stream_of(handle);
    if (!stream || !stream->capture) return INVALID_VALUE;
    bool broken = stream->capture == 2;
    stream->capture = 0;
    *graph = broken ? nullptr : stream->graph.release();
    stream->graph.reset();
    return broken ? STREAM_CAPTURE_INVALIDATED : SUCCESS;
}
API cuStreamIsCapturing(void *handle, int *status) {
    ENTER;
    Stream *stream = stream_of(handle);
    return *status = stream ? stream->capture : 0, stream ? SUCCESS : INVALID_HANDLE;
}
API cuGraphInstantiateWithFlags(void **exec, void *graph, unsigned long long) {
    ENTER;
    return *exec = new Graph(*(Graph *) graph), SUCCESS;
}
API cuGraphLaunch(void *exec, void *handle) {
    ENTER;
    Stream *stream = stream_of(handle);
    for (auto &operation : ((Graph *) exec)->operations) if (int error = stream_add(stream, operation)) return error;
    return SUCCESS;
}
API cuGraphDestroy(void *graph) { return delete (Graph *) graph, SUCCESS; }
API cuGraphExecDestroy(void *exec) {
    ENTER;
    stream_drain_all(true);
    return delete (Graph *) exec, SUCCESS;
}
