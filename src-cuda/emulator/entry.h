// How an entry point of the driver begins.
#pragma once
#include "emulator/driver.h"

#define API extern "C" __attribute__((visibility("default"))) int
// For calls that need no context on the calling thread.
#define ENTER_ANYWHERE                                          \
    std::lock_guard<std::recursive_mutex> held(driver_lock);    \
    if (int lost = sticky_error()) return lost
#define ENTER                                                   \
    ENTER_ANYWHERE;                                             \
    if (!has_context()) return INVALID_CONTEXT
// For calls that might wait, or change memory, behind a capture's back.
#define ENTER_UNSAFE                                            \
    ENTER;                                                      \
    if (int forbidden = capture_forbids_unsafe()) return forbidden
