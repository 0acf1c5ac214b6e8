// Launches that do not end are ended.
#pragma once

void watch_begin();
void watch_end();

// The thread of the CPU on which this lives runs blocks.
struct Watched {
    Watched();
    ~Watched();
};
