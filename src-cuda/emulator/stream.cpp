// Streams: queues of work that is done as late as CUDA allows, when something waits for it, so that a missing wait shows.
#include <algorithm>
#include <chrono>
#include "emulator/driver.h"

std::recursive_mutex driver_lock;

namespace {
constexpr size_t LONGEST = 1024; // a queue this long is worked off, as memory is not endless
uint64_t tickets = 0;
std::string text_of_sticky;
int sticky = 0;

void run_first(Stream &stream);

void run_before(Stream &stream, uint64_t ticket) {
    while (!stream.queue.empty() && stream.queue.front().ticket < ticket) run_first(stream);
}

// The legacy stream's work comes behind what all blocking streams had when it was enqueued, and theirs behind its.
void take_turns(Stream &stream, uint64_t ticket) {
    if (!stream.blocking) return;
    if (&stream != legacy_stream()) return run_before(*legacy_stream(), ticket);
    for (auto &other : all_streams()) if (other->blocking && other.get() != &stream) run_before(*other, ticket);
}

void run_first(Stream &stream) {
    Operation operation = std::move(stream.queue.front());
    stream.queue.pop_front();
    stream.ran++;
    if (!sticky) take_turns(stream, operation.ticket); // a context that is lost runs nothing any more
    if (operation.after && !sticky) stream_settle(*operation.after);
    if (operation.run && !sticky) {
        if (int error = operation.run()) set_sticky(error, "an operation of a stream failed");
    }
    if (operation.record) {
        operation.record->done = true;
        operation.record->seconds = now_seconds();
    }
}
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

std::vector<std::shared_ptr<Stream>> &all_streams() {
    static std::vector<std::shared_ptr<Stream>> streams{std::make_shared<Stream>()};
    return streams;
}

Stream *legacy_stream() { return all_streams()[0].get(); }

// 0 and 1 are the legacy stream, 2 a thread's own default stream, which is the same here.
Stream *stream_of(void *handle) {
    if ((uint64_t) handle <= 2) return legacy_stream();
    for (auto &stream : all_streams()) if (stream.get() == handle) return stream.get();
    return nullptr;
}

int stream_add(Stream *stream, Operation operation) {
    if (!stream) return INVALID_HANDLE;
    if (stream->capture) return capture_add(stream, std::move(operation));
    if (stream == legacy_stream()) if (int forbidden = capture_forbids_legacy()) return forbidden;
    operation.ticket = ++tickets;
    stream->queue.push_back(std::move(operation));
    stream->queued++;
    return stream->queue.size() >= LONGEST ? stream_drain(stream) : SUCCESS;
}

int stream_record(Stream *stream, const std::shared_ptr<Mark> &mark) {
    if (!stream) return INVALID_HANDLE;
    mark->stream = stream->weak_from_this();
    mark->recorded = true;
    if (stream->capture) return capture_record(stream, mark);
    mark->number = stream->queued + 1;
    mark->done = false;
    return stream_add(stream, {nullptr, nullptr, mark});
}

int stream_wait(Stream *stream, const std::shared_ptr<Mark> &mark) {
    if (!stream) return INVALID_HANDLE;
    if (stream->capture || mark->capture) return capture_wait(stream, mark);
    return mark->recorded ? stream_add(stream, {nullptr, mark}) : SUCCESS;
}

int stream_settle(Mark &mark) {
    auto stream = mark.stream.lock();
    while (stream && !mark.done && stream->ran < mark.number && !stream->queue.empty()) run_first(*stream);
    return sticky;
}

int stream_step(Stream *stream) {
    if (!stream->queue.empty()) run_first(*stream);
    return sticky;
}

int stream_drain(Stream *stream) {
    while (!stream->queue.empty()) run_first(*stream);
    if (stream == legacy_stream()) take_turns(*stream, tickets + 1);
    return sticky;
}

int stream_drain_all(bool also_independent) {
    for (auto &stream : all_streams()) if (also_independent || stream->blocking) stream_drain(stream.get());
    return sticky;
}

void stream_forget() {
    for (auto &stream : all_streams()) {
        for (auto &operation : stream->queue) if (operation.record) operation.record->done = true;
        stream->ran += stream->queue.size();
        stream->queue.clear();
        capture_break(stream.get());
        stream->capture = nullptr;
    }
}
