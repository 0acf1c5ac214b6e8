// What the parts of the CPU-side driver share.
#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>
#include "emulator/abi.h"

// The driver's numbers for errors, as far as they are given out here.
enum Error {
    SUCCESS = 0, INVALID_VALUE = 1, OUT_OF_MEMORY = 2, NOT_INITIALIZED = 3, INVALID_DEVICE = 101, INVALID_IMAGE = 200, INVALID_CONTEXT = 201,
    INVALID_HANDLE = 400, ILLEGAL_STATE = 401, NOT_FOUND = 500, NOT_READY = 600, ILLEGAL_ADDRESS = 700, LAUNCH_OUT_OF_RESOURCES = 701, LAUNCH_TIMEOUT = 702,
    MISALIGNED_ADDRESS = 716, LAUNCH_FAILED = 719, STREAM_CAPTURE_UNSUPPORTED = 900, STREAM_CAPTURE_INVALIDATED = 901, STREAM_CAPTURE_UNMATCHED = 903,
    STREAM_CAPTURE_UNJOINED = 904, STREAM_CAPTURE_ISOLATION = 905, STREAM_CAPTURE_IMPLICIT = 906, CAPTURED_EVENT = 907, STREAM_CAPTURE_WRONG_THREAD = 908
};

// One lock for the whole driver: every entry point holds it. What runs a grid in parallel is inside.
extern std::recursive_mutex driver_lock;

// ---- the context's fate (errors.cpp) ----

// The error that ended the context, or 0; its text.
int sticky_error();
const std::string &sticky_text();
void set_sticky(int error, const std::string &text);
void clear_sticky();

// Whether the calling thread has the context.
bool has_context();

// ---- device memory (memory.cpp) ----

bool memory_start();
uint64_t memory_base();
uint64_t memory_size();
unsigned char *memory_shadow();
int memory_allocate(uint64_t *address, uint64_t bytes);
int memory_free(uint64_t address);
void memory_info(uint64_t *free, uint64_t *total);
// The caching allocator above us hands a part of a block out again, or takes it back.
void memory_reuse(uint64_t address, uint64_t bytes, bool live);
// Whether [address, address + bytes) is allocated; marks it as written where asked.
bool memory_valid(uint64_t address, uint64_t bytes, bool written);
// What is wrong with an access, in words.
std::string memory_explain(uint64_t address, unsigned bytes, int kind, bool aligned, int *error);
void memory_reset();
// Pinned host memory.
void *host_allocate(uint64_t bytes, bool for_kernels);
bool host_mapped(uint64_t address, uint64_t bytes);
bool host_free(void *address);
bool host_pinned(const void *address);

// ---- modules (module.cpp) ----

struct Image;
struct Function {
    Image *image;
    const TenfoldKernel *kernel;
    uint64_t serial; // no two have the same, also when the address is used again
    int max_dynamic_shared = 48 << 10;
};
// Whether a kernel's module is still loaded, and is the one that had this number.
bool function_loaded(const Function *function, uint64_t serial = 0);
struct Image {
    ~Image();
    void *library = nullptr;
    int file = -1;
    uint64_t low = 0, high = 0; // where it is loaded
    TenfoldThread **(*now)() = nullptr;
    uint64_t tls_bytes = 0; // its static shared memory, and the pointer to the running thread
    std::vector<std::unique_ptr<Function>> functions;
};
int image_load(const void *bytes, Image **image);
bool image_loaded(const Image *image);
void image_unload(Image *image);
int image_function(Image *image, const char *name, Function **function);
char *image_tls(Image *image);
// file:line of an address of code, or its offset.
std::string image_line(Image *image, void *where);

// ---- running a grid (grid.cpp, block.cpp) ----

struct Launch {
    Function *function;
    uint3 grid, block;
    unsigned dynamic_bytes;
    std::vector<char> parameters;
};
// Runs all blocks of a grid; an error is the context's end, and its report is set.
int grid_run(const Launch &launch);
extern const TenfoldServices services;
// Not 0: the launch is over, because of a fault elsewhere or because its time is.
extern volatile int launch_stop;
// The first fault of a launch wins.
void launch_fault(int error, const std::string &report);

// ---- streams (stream.cpp) ----

struct Stream;
struct Capture;

// An event's place in a stream. What comes behind a mark that was never recorded does not wait.
struct Mark {
    std::weak_ptr<Stream> stream;
    uint64_t number = 0; // of the stream's operations, or of those it has put into the capture
    bool recorded = false, done = true;
    double seconds = 0;
    std::shared_ptr<Capture> capture; // recorded in a graph that was never run
    std::map<Stream *, uint64_t> behind;
};
struct Operation {
    std::function<int()> run;
    // Work of another stream that must have run before.
    std::shared_ptr<Mark> after;
    std::shared_ptr<Mark> record;
    uint64_t ticket = 0; // its place in everything that was ever enqueued
};
struct Graph {
    std::vector<Operation> operations;
    std::shared_ptr<Mark> last; // the end of its last run: a graph does not run twice at once
};
struct Stream : std::enable_shared_from_this<Stream> {
    std::deque<Operation> queue;
    uint64_t queued = 0; // how many operations were ever put in
    uint64_t ran = 0;
    bool blocking = true; // takes turns with the legacy stream
    std::shared_ptr<Capture> capture; // where its operations go instead
    uint64_t captured = 0; // how many it has put there
    std::map<Stream *, uint64_t> behind; // in a capture: how many of another stream's operations its next one comes after
};
Stream *legacy_stream();
Stream *stream_of(void *handle);
int stream_add(Stream *stream, Operation operation);
int stream_record(Stream *stream, const std::shared_ptr<Mark> &mark);
int stream_wait(Stream *stream, const std::shared_ptr<Mark> &mark);
int stream_settle(Mark &mark);
int stream_drain(Stream *stream);
// The next operation alone, if there is one.
int stream_step(Stream *stream);
int stream_drain_all(bool also_independent);
// Drops what has not run.
void stream_forget();
std::vector<std::shared_ptr<Stream>> &all_streams();

// ---- captures (capture.cpp) ----

int capture_begin(Stream *stream, int mode);
int capture_end(Stream *stream, std::unique_ptr<Graph> *graph);
int capture_status(Stream *stream);
int capture_add(Stream *stream, Operation operation);
int capture_record(Stream *stream, const std::shared_ptr<Mark> &mark);
int capture_wait(Stream *stream, const std::shared_ptr<Mark> &mark);
void capture_break(Stream *stream);
// The error of a call that captures forbid, which breaks them; 0 where there are none.
int capture_forbids_unsafe(); // what might wait for the device or change its memory, in the threads that a capture's mode names
int capture_forbids_legacy(); // the legacy stream waits for all blocking ones
int capture_forbids_all(); // what waits for the whole context
int capture_forbids_waiting(Stream *stream);

double now_seconds();
