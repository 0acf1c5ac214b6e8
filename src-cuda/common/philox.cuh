// Philox 4x32-10 (Salmon, Moraes, Dror, Shaw 2011): four words of 32 bits from a counter of 128 bits and a key of 64.
#pragma once
#include "common/types.cuh"

struct Words {
    u32 at[4];
};

// Counter = (counter, subsequence), key = seed.
DEVICE Words philox(u64 seed, u64 subsequence, u64 counter) {
    u32 c0 = (u32) counter, c1 = (u32) (counter >> 32), c2 = (u32) subsequence, c3 = (u32) (subsequence >> 32);
    u32 k0 = (u32) seed, k1 = (u32) (seed >> 32);
#pragma unroll
    for (i32 round = 0; round < 10; round++) {
        const u64 p0 = (u64) 0xD2511F53u * c0;
        const u64 p1 = (u64) 0xCD9E8D57u * c2;
        c0 = (u32) (p1 >> 32) ^ c1 ^ k0;
        c2 = (u32) (p0 >> 32) ^ c3 ^ k1;
        c1 = (u32) p1;
        c3 = (u32) p0;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    return Words{{c0, c1, c2, c3}};
}

// Where numbers are drawn from. What lies at `offset`, where it is not null, is added to the counter: a captured graph draws new numbers
// at each replay when it is advanced.
struct Stream {
    u64 seed;
    u64 subsequence;
    u64 counter;
    const u64 *offset;
};

DEVICE Words block_of(const Stream &stream, i64 block) {
    return philox(stream.seed, stream.subsequence, stream.counter + (stream.offset ? *stream.offset : 0) + (u64) block);
}

DEVICE u64 pair_of(const Words &words, i32 k) { return (u64) words.at[2 * k] << 32 | words.at[2 * k + 1]; }
