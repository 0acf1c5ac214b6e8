// Quotient and remainder of numbers that are not negative, in 32 bits where both fit: a third of the steps.
#pragma once
#include "common/types.cuh"

struct Quotient {
    i64 whole;
    i64 rest;
};

DEVICE Quotient divide(i64 a, i64 b) {
    if (((u64) (a | b) >> 32) == 0) {
        const u32 whole = (u32) a / (u32) b;
        return {whole, (u32) a - whole * (u32) b};
    }
    const i64 whole = a / b;
    return {whole, a - whole * b};
}
