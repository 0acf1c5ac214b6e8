// How an entry point of the driver begins.
#pragma once
#include "emulator/driver.h"

#define API extern "C" __attribute__((visibility("default"))) int
#define ENTER                                                   \
    std::lock_guard<std::recursive_mutex> held(driver_lock);    \
    if (int lost = sticky_error()) return lost
// For calls that wait, which a capture forbids.
#define ENTER_WAITING                                           \
    ENTER;                                                      \
    if (int forbidden = capture_forbids()) return forbidden
