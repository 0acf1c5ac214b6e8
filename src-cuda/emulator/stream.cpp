// Streams: queues of work that is done as late as CUDA allows, when something waits for it, so that a missing wait shows.
#include <algorithm>
#include <chrono>
#include "emulator/driver.h"

std::recursive_mutex driver_lock;
Stream null_stream;

namespace {
constexpr size_t LONGEST = 1024; // a queue this long is worked off, as memory is not endless
std::string text_of_sticky;
int sticky = 0;
}

int sticky_error() { return sticky; }
const std::string &sticky_text() { return text_of_sticky; }
void set_sticky(int error, const std::string &text) {
    if (sticky) return;
    sticky = error;
    text_of_sticky = text;
}
void clear_sticky() {
    sticky = 0;
    text_of_sticky.clear();
}

double now_seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

std::vector<Stream *> &all_streams() {
    static std::vector<Stream *> streams{&null_stream};
    return streams;
}

Stream *stream_of(void *handle) {
    if ((uint64_t) handle <= 2) return &null_stream;
    auto &streams = all_streams();
    return std::find(streams.begin(), streams.end(), (Stream *) handle) == streams.end() ? nullptr : (Stream *) handle;
}

int stream_add(Stream *stream, Operation operation) {
    if (!stream) return INVALID_HANDLE;
    if (stream->capture == 2) return STREAM_CAPTURE_INVALIDATED;
    if (stream->capture == 1) {
        stream->graph->operations.push_back(std::move(operation));
        return SUCCESS;
    }
    if (stream == &null_stream && capture_forbids()) return STREAM_CAPTURE_UNSUPPORTED;
    stream->queue.push_back(std::move(operation));
    stream->queued++;
    return stream->queue.size() >= LONGEST ? stream_drain(stream) : SUCCESS;
}

int stream_drain_to(Stream *stream, uint64_t number) {
    while (stream->ran < number && !stream->queue.empty()) {
        Operation operation = std::move(stream->queue.front());
        stream->queue.pop_front();
        stream->ran++;
        if (sticky) continue; // a context that is lost runs nothing any more
        if (operation.after && !operation.after->done && operation.after->stream != stream) {
            stream_drain_to(operation.after->stream, operation.after->number);
        }
        if (operation.run && !sticky) {
            int error = operation.run();
            if (error) set_sticky(error, "an operation of a stream failed");
        }
    }
    return sticky;
}

int stream_drain(Stream *stream) { return stream_drain_to(stream, stream->queued); }

int stream_drain_all(bool also_independent) {
    for (Stream *stream : all_streams()) if (also_independent || stream->blocking) stream_drain(stream);
    return sticky;
}

int capture_forbids(bool also_relaxed) {
    int found = 0;
    for (Stream *stream : all_streams()) {
        if (!stream->capture || (stream->relaxed && !also_relaxed)) continue;
        stream->capture = 2;
        found = STREAM_CAPTURE_UNSUPPORTED;
    }
    return found;
}
