// Captures: operations of a stream, and of those that join it through events, become a graph instead of being run; what the driver forbids
// meanwhile is refused and, as there, breaks the capture.
#include <thread>
#include "emulator/driver.h"

namespace {
enum Mode { GLOBAL, THREAD_LOCAL, RELAXED };
}

struct Capture {
    Stream *origin;
    int mode;
    std::thread::id thread;
    bool broken = false;
    std::unique_ptr<Graph> graph = std::make_unique<Graph>();
};

namespace {
int refuse(Capture &capture, int error) {
    capture.broken = true;
    return error;
}

void join(Stream *stream, const std::shared_ptr<Capture> &capture) {
    stream->capture = capture;
    stream->captured = 0;
    stream->behind.clear();
}

void leave(Capture &capture) {
    for (auto &stream : all_streams()) if (stream->capture.get() == &capture) stream->capture = nullptr;
}

template <class Condition> int forbid(int error, Condition concerns) {
    int found = SUCCESS;
    for (auto &stream : all_streams()) if (stream->capture && concerns(*stream)) found = refuse(*stream->capture, error);
    return found;
}
}

int capture_begin(Stream *stream, int mode) {
    if (!stream) return INVALID_HANDLE;
    if (stream == legacy_stream()) return STREAM_CAPTURE_UNSUPPORTED;
    if (stream->capture) return ILLEGAL_STATE;
    if (mode < GLOBAL || mode > RELAXED) return INVALID_VALUE;
    join(stream, std::make_shared<Capture>(Capture{stream, mode, std::this_thread::get_id()}));
    return SUCCESS;
}

int capture_end(Stream *stream, std::unique_ptr<Graph> *graph) {
    if (!stream) return INVALID_HANDLE;
    auto capture = stream->capture;
    if (!capture) return ILLEGAL_STATE;
    if (capture->mode != RELAXED && capture->thread != std::this_thread::get_id()) return STREAM_CAPTURE_WRONG_THREAD;
    if (capture->origin != stream) return refuse(*capture, STREAM_CAPTURE_UNMATCHED);
    bool joined = true;
    for (auto &other : all_streams()) {
        if (other->capture == capture && other.get() != stream) joined &= stream->behind.count(other.get()) && stream->behind[other.get()] >= other->captured;
    }
    leave(*capture);
    if (capture->broken) return STREAM_CAPTURE_INVALIDATED;
    if (!joined) return STREAM_CAPTURE_UNJOINED;
    *graph = std::move(capture->graph);
    return SUCCESS;
}

int capture_status(Stream *stream) { return !stream->capture ? 0 : stream->capture->broken ? 2 : 1; }

int capture_add(Stream *stream, Operation operation) {
    Capture &capture = *stream->capture;
    if (capture.broken) return STREAM_CAPTURE_INVALIDATED;
    capture.graph->operations.push_back(std::move(operation));
    stream->captured++;
    return SUCCESS;
}

int capture_record(Stream *stream, const std::shared_ptr<Mark> &mark) {
    if (stream->capture->broken) return STREAM_CAPTURE_INVALIDATED;
    mark->capture = stream->capture;
    mark->number = stream->captured;
    mark->behind = stream->behind;
    return SUCCESS;
}

// The graph's operations are in the order in which they were enqueued, so that only the right to wait has to be looked at.
int capture_wait(Stream *stream, const std::shared_ptr<Mark> &mark) {
    if (stream->capture && stream->capture->broken) return STREAM_CAPTURE_INVALIDATED;
    if (!mark->recorded) return SUCCESS;
    if (stream->capture && stream->capture != mark->capture) return refuse(*stream->capture, STREAM_CAPTURE_ISOLATION);
    if (mark->capture->broken) return STREAM_CAPTURE_INVALIDATED;
    auto other = mark->stream.lock();
    if (!other || other->capture != mark->capture) return CAPTURED_EVENT; // its capture has ended
    if (!stream->capture) {
        if (stream == legacy_stream()) return refuse(*mark->capture, STREAM_CAPTURE_IMPLICIT);
        join(stream, mark->capture);
    }
    auto reach = [&](Stream *of, uint64_t number) {
        if (of != stream) stream->behind[of] = std::max(stream->behind[of], number);
    };
    reach(other.get(), mark->number);
    for (auto &[of, number] : mark->behind) reach(of, number);
    return SUCCESS;
}

void capture_break(Stream *stream) {
    if (stream->capture) stream->capture->broken = true;
}

int capture_forbids_unsafe() {
    auto me = std::this_thread::get_id();
    return forbid(STREAM_CAPTURE_UNSUPPORTED, [&](Stream &stream) {
        return stream.capture->mode == GLOBAL || (stream.capture->mode == THREAD_LOCAL && stream.capture->thread == me);
    });
}

int capture_forbids_legacy() {
    return forbid(STREAM_CAPTURE_IMPLICIT, [](Stream &stream) { return stream.blocking; });
}

int capture_forbids_all() {
    return forbid(STREAM_CAPTURE_UNSUPPORTED, [](Stream &) { return true; });
}

int capture_forbids_waiting(Stream *stream) {
    if (stream->capture) return refuse(*stream->capture, STREAM_CAPTURE_UNSUPPORTED);
    if (stream == legacy_stream()) if (int forbidden = capture_forbids_legacy()) return forbidden;
    return capture_forbids_unsafe();
}
