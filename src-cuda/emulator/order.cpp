// Entry points of what orders work: streams, events, graphs.
#include <set>
#include "emulator/entry.h"

// ---- streams ----

API cuStreamCreate(void **stream, unsigned flags) {
    ENTER_UNSAFE;
    auto made = std::make_shared<Stream>();
    made->blocking = !(flags & 1);
    all_streams().push_back(made);
    return *stream = made.get(), SUCCESS;
}
API cuStreamCreateWithPriority(void **stream, unsigned flags, int) { return cuStreamCreate(stream, flags); }
API cuStreamDestroy_v2(void *handle) {
    ENTER;
    Stream *stream = stream_of(handle);
    if (!stream || stream == legacy_stream()) return INVALID_HANDLE;
    capture_break(stream);
    stream_drain(stream);
    auto &streams = all_streams();
    for (auto it = streams.begin(); it != streams.end(); ++it) if (it->get() == stream) return streams.erase(it), SUCCESS;
    return SUCCESS;
}
API cuStreamSynchronize(void *handle) {
    ENTER;
    Stream *stream = stream_of(handle);
    if (!stream) return INVALID_HANDLE;
    if (int forbidden = capture_forbids_waiting(stream)) return forbidden;
    return stream_drain(stream);
}
// Asking is not waiting: as the hardware would, it gets on a little in between.
API cuStreamQuery(void *handle) {
    ENTER;
    Stream *stream = stream_of(handle);
    if (!stream) return INVALID_HANDLE;
    if (int forbidden = capture_forbids_waiting(stream)) return forbidden;
    int error = stream_step(stream);
    return error ? error : stream->queue.empty() ? SUCCESS : NOT_READY;
}

// ---- events ----

namespace {
struct Event {
    bool timed;
    std::shared_ptr<Mark> mark = std::make_shared<Mark>();
};
template <class T> class Handles {
public:
    void *add(T *made) { return known.insert(made), made; }
    T *of(void *handle) { return known.count((T *) handle) ? (T *) handle : nullptr; }
    int destroy(void *handle) {
        if (!known.erase((T *) handle)) return INVALID_HANDLE;
        delete (T *) handle;
        return SUCCESS;
    }

private:
    std::set<T *> known;
};
Handles<Event> events;
Handles<Graph> graphs, executables;
constexpr unsigned DISABLE_TIMING = 2;

// Whether the host may ask for an event, and wait for it.
int forbidden(const Event *event) {
    if (!event) return INVALID_HANDLE;
    if (!event->mark->capture) return capture_forbids_unsafe();
    if (auto stream = event->mark->stream.lock()) if (stream->capture == event->mark->capture) capture_break(stream.get());
    return CAPTURED_EVENT;
}
}

API cuEventCreate(void **event, unsigned flags) {
    ENTER;
    return *event = events.add(new Event{!(flags & DISABLE_TIMING)}), SUCCESS;
}
API cuEventDestroy_v2(void *event) {
    std::lock_guard<std::recursive_mutex> held(driver_lock);
    return events.destroy(event);
}
API cuEventRecord(void *handle, void *stream) {
    ENTER;
    Event *event = events.of(handle);
    if (!event) return INVALID_HANDLE;
    event->mark = std::make_shared<Mark>();
    return stream_record(stream_of(stream), event->mark);
}
API cuStreamWaitEvent(void *stream, void *handle, unsigned) {
    ENTER;
    Event *event = events.of(handle);
    return event ? stream_wait(stream_of(stream), event->mark) : INVALID_HANDLE;
}
API cuEventSynchronize(void *handle) {
    ENTER;
    Event *event = events.of(handle);
    if (int error = forbidden(event)) return error;
    return stream_settle(*event->mark);
}
API cuEventQuery(void *handle) {
    ENTER;
    Event *event = events.of(handle);
    if (int error = forbidden(event)) return error;
    auto stream = event->mark->stream.lock();
    if (event->mark->done || !stream) return SUCCESS;
    int error = stream_step(stream.get());
    return error ? error : event->mark->done ? SUCCESS : NOT_READY;
}
API cuEventElapsedTime(float *milliseconds, void *from, void *to) {
    ENTER;
    Event *first = events.of(from), *last = events.of(to);
    if (!first || !last || !first->timed || !last->timed || !first->mark->recorded || !last->mark->recorded) return INVALID_HANDLE;
    if (first->mark->capture || last->mark->capture) return CAPTURED_EVENT;
    if (!first->mark->done || !last->mark->done) return NOT_READY;
    return *milliseconds = (float) ((last->mark->seconds - first->mark->seconds) * 1e3), SUCCESS;
}
API cuEventElapsedTime_v2(float *milliseconds, void *from, void *to) { return cuEventElapsedTime(milliseconds, from, to); }

// ---- graphs ----

API cuStreamBeginCapture_v2(void *handle, int mode) {
    ENTER;
    return capture_begin(stream_of(handle), mode);
}
API cuStreamEndCapture(void *handle, void **result) {
    ENTER;
    std::unique_ptr<Graph> graph;
    int error = capture_end(stream_of(handle), &graph);
    return *result = graph ? graphs.add(graph.release()) : nullptr, error;
}
API cuStreamIsCapturing(void *handle, int *status) {
    ENTER;
    Stream *stream = stream_of(handle);
    if (!stream) return INVALID_HANDLE;
    if (stream == legacy_stream()) if (int error = capture_forbids_legacy()) return error;
    return *status = capture_status(stream), SUCCESS;
}
API cuGraphInstantiateWithFlags(void **exec, void *handle, unsigned long long) {
    ENTER;
    Graph *graph = graphs.of(handle);
    if (!graph) return INVALID_VALUE;
    return *exec = executables.add(new Graph(*graph)), SUCCESS;
}
API cuGraphLaunch(void *exec, void *handle) {
    ENTER;
    Stream *stream = stream_of(handle);
    Graph *graph = executables.of(exec);
    if (!stream || !graph) return INVALID_HANDLE;
    if (graph->last && !stream->capture) if (int error = stream_wait(stream, graph->last)) return error;
    for (auto &operation : graph->operations) if (int error = stream_add(stream, operation)) return error;
    if (stream->capture) return SUCCESS;
    graph->last = std::make_shared<Mark>();
    return stream_record(stream, graph->last);
}
API cuGraphDestroy(void *graph) {
    std::lock_guard<std::recursive_mutex> held(driver_lock);
    return graphs.destroy(graph);
}
// What was launched runs all the same: its operations are the stream's.
API cuGraphExecDestroy(void *exec) {
    std::lock_guard<std::recursive_mutex> held(driver_lock);
    return executables.destroy(exec);
}
