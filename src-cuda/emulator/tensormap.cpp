// Entry points: descriptions of tensors for copies of tiles.
#include <cstring>
#include "emulator/entry.h"
#include "emulator/tensormap.h"

// What Tenfold asks for: elements of two bytes, three dimensions, boxes of 128 bytes a line, 128-byte swizzle (3). As on a device, addresses and strides are
// multiples of 16, and a box has up to 256 lines.
API cuTensorMapEncodeTiled(void *map, int, unsigned rank, void *address, const uint64_t *size, const uint64_t *stride, const unsigned *box, const unsigned *step,
                           int interleave, int swizzle, int, int) {
    ENTER_ANYWHERE;
    if (!map || (uint64_t) map % 64 || (uint64_t) address % 16 || rank != 3 || interleave != 0 || swizzle != 3 || box[0] != 64 || box[2] != 1) return INVALID_VALUE;
    TenfoldTensorMap made{(unsigned long long) address, {}, {}, {}, rank};
    for (unsigned d = 0; d < rank; d++) {
        if (size[d] == 0 || size[d] > 1ull << 32 || box[d] == 0 || box[d] > 256 || step[d] != 1) return INVALID_VALUE;
        made.size[d] = size[d];
        made.box[d] = box[d];
        if (d == 0) continue;
        if (stride[d - 1] % 16 || stride[d - 1] >= 1ull << 40) return INVALID_VALUE;
        made.stride[d - 1] = stride[d - 1];
    }
    memset(map, 0, 128);
    memcpy(map, &made, sizeof made);
    return SUCCESS;
}
