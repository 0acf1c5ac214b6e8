// What the parts of the CPU-side driver share.
#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>
#include "emulator/abi.h"

// The driver's numbers for errors, as far as they are given out here.
enum Error {
    SUCCESS = 0, INVALID_VALUE = 1, OUT_OF_MEMORY = 2, NOT_INITIALIZED = 3, INVALID_DEVICE = 101, INVALID_IMAGE = 200, INVALID_CONTEXT = 201,
    INVALID_HANDLE = 400, NOT_FOUND = 500, NOT_READY = 600, ILLEGAL_ADDRESS = 700, LAUNCH_OUT_OF_RESOURCES = 701, LAUNCH_TIMEOUT = 702,
    MISALIGNED_ADDRESS = 716, LAUNCH_FAILED = 719, STREAM_CAPTURE_UNSUPPORTED = 900, STREAM_CAPTURE_INVALIDATED = 901
};

// One lock for the whole driver: every entry point holds it. What runs a grid in parallel is inside.
extern std::recursive_mutex driver_lock;

// ---- the context's fate (errors.cpp) ----

// The error that ended the context, or 0; its text.
int sticky_error();
const std::string &sticky_text();
void set_sticky(int error, const std::string &text);
void clear_sticky();

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
std::string memory_explain(uint64_t address, unsigned bytes, int kind, int *error);
void memory_reset();
// Pinned host memory.
void *host_allocate(uint64_t bytes);
bool host_free(void *address);
bool host_pinned(const void *address);

// ---- modules (module.cpp) ----

struct Image;
struct Function {
    Image *image;
    const TenfoldKernel *kernel;
    int max_dynamic_shared = 48 << 10;
};
struct Image {
    void *library = nullptr;
    int file = -1;
    uint64_t low = 0, high = 0; // where it is loaded
    TenfoldThread **(*now)() = nullptr;
    uint64_t tls_bytes = 0; // its static shared memory, and the pointer to the running thread
    std::vector<std::unique_ptr<Function>> functions;
};
int image_load(const void *bytes, Image **image);
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

struct Operation {
    std::function<int()> run;
    // Work of another stream that must have run before: an event's record.
    std::shared_ptr<struct Mark> after;
};
struct Mark {
    struct Stream *stream = nullptr;
    uint64_t number = 0;
    bool done = true;
    double seconds = 0;
};
struct Graph {
    std::vector<Operation> operations;
};
struct Stream {
    std::deque<Operation> queue;
    uint64_t queued = 0; // how many operations were ever put in
    uint64_t ran = 0;
    bool blocking = true;
    int capture = 0; // 1: operations go into the graph; 2: the capture is broken
    bool relaxed = false; // its capture lets others wait meanwhile
    std::unique_ptr<Graph> graph;
};
extern Stream null_stream;
Stream *stream_of(void *handle);
int stream_add(Stream *stream, Operation operation);
int stream_drain(Stream *stream);
int stream_drain_to(Stream *stream, uint64_t number);
int stream_drain_all(bool also_independent);
// Refuses a call that a capture does not allow, and breaks the capture; a relaxed one forbids only what waits for the capturing stream too.
int capture_forbids(bool also_relaxed = false);
std::vector<Stream *> &all_streams();

double now_seconds();
