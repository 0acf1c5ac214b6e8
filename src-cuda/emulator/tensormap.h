// How this driver describes a tensor to copies of tiles: what cuTensorMapEncodeTiled writes into the 128 bytes, and tile_copy reads.
#pragma once

struct TenfoldTensorMap {
    unsigned long long address;
    unsigned long long size[3]; // elements, from the innermost dimension on
    unsigned long long stride[2]; // bytes of the second and third dimension
    unsigned box[3];
    unsigned rank;
};
