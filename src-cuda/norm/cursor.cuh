// Which weight and which statistics belong to an element, stepped from neighbour to neighbour: divisions are dear.
#pragma once
#include "common/types.cuh"

// Where an element stands: the weight of element i is that of (i / plane) % weights, its statistics are those of i / row or, without rows, of its weight.
template <class I> struct Cursor {
    I in_plane, channel, in_row, set;

    __device__ __forceinline__ Cursor(I i, I plane, I weights, I row) {
        const I over = i / plane;
        in_plane = i - over * plane;
        channel = over % weights;
        set = row ? i / row : channel;
        in_row = row ? i - set * row : 0;
    }

    __device__ __forceinline__ void step(I plane, I weights, I row) {
        if (++in_plane == plane) {
            in_plane = 0;
            if (++channel == weights) channel = 0;
            if (!row) set = channel;
        }
        if (row && ++in_row == row) {
            in_row = 0;
            set++;
        }
    }
};
