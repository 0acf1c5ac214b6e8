// Pooling over planes [h, w] of ELEMENT in windows of r x s taps, to planes [out_h, out_w], and its gradients; sums in f32 (f64 for f64).
//
// maximum: the largest tap inside of the plane, the first of equals, NaN before all; positions (i64 into the plane) where they are asked for.
// average: the mean of the taps, padding counted as zeros or not at all.
// average_gradient, maximum_gradient: dx from dy, and from the positions. A thread owns an element of dx and adds what the windows that hold it
//   give, in their order: nothing is set to zero before, no atomics.
//
// A thread a result, neighbours along the rows. Moves each element of x and y once (and 8 bytes a position); taps that windows share come from the
// caches. Blocks of 256 threads, no shared memory. Bound by memory.
#include "common/arithmetic.cuh"
#include "common/space.cuh"

#define ELEMENT f32

typedef Compute<ELEMENT>::type A;

struct Pool {
    i64 planes;
    i32 h, w, r, s, stride_h, stride_w, pad_h, pad_w, dilation_h, dilation_w, out_h, out_w;
};

// The part of a window's taps, or of an element's windows, that there is: from `first` in steps of `step` up to `end`.
struct Stretch {
    i32 first, end, step;
    __device__ __forceinline__ i32 count() const { return end > first ? (end - first + step - 1) / step : 0; }
};

// Taps of window i that lie inside of a plane of `size`.
DEVICE Stretch taps_of(i32 i, i32 stride, i32 pad, i32 dilation, i32 taps, i32 size) {
    const i32 first = i * stride - pad;
    const i32 skipped = first >= 0 ? 0 : (-first + dilation - 1) / dilation;
    return Stretch{first + skipped * dilation, smaller(size, first + (taps - 1) * dilation + 1), dilation};
}

// Windows that may hold an element: those that begin at or before it, and end behind it.
DEVICE Stretch windows_of(i32 at, i32 stride, i32 pad, i32 dilation, i32 taps, i32 windows) {
    const i32 behind = at + pad - (taps - 1) * dilation;
    return Stretch{behind <= 0 ? 0 : (behind + stride - 1) / stride, smaller(windows, (at + pad) / stride + 1), 1};
}

struct Element {
    i64 plane;
    i32 h, w;
};

// This thread's place in planes of height x width; beyond the last plane where there is none left.
DEVICE Element element_of(i32 height, i32 width) {
    const i64 number = thread_number();
    if (number >> 31 == 0) {
        const u32 row = (u32) number / (u32) width;
        return Element{row / (u32) height, (i32) (row % (u32) height), (i32) ((u32) number % (u32) width)};
    }
    const i64 row = number / width;
    return Element{row / height, (i32) (row % height), (i32) (number % width)};
}

extern "C" __global__ void __launch_bounds__(256, 4) maximum(const __grid_constant__ Pool pool, const ELEMENT *x, ELEMENT *y, i64 *positions) {
    const Element out = element_of(pool.out_h, pool.out_w);
    if (out.plane >= pool.planes) return;
    const Stretch rows = taps_of(out.h, pool.stride_h, pool.pad_h, pool.dilation_h, pool.r, pool.h);
    const Stretch columns = taps_of(out.w, pool.stride_w, pool.pad_w, pool.dilation_w, pool.s, pool.w);
    x += out.plane * pool.h * pool.w;
    i64 where = (i64) rows.first * pool.w + columns.first;
    A best = read<A>(x[where]);
    for (i32 h = rows.first; h < rows.end; h += rows.step) {
        for (i32 w = columns.first; w < columns.end; w += columns.step) {
            const A value = read<A>(x[(i64) h * pool.w + w]);
            if (value > best || (value != value && best == best)) {
                best = value;
                where = (i64) h * pool.w + w;
            }
        }
    }
    const i64 at = (out.plane * pool.out_h + out.h) * pool.out_w + out.w;
    write(y[at], best);
    if (positions != nullptr) positions[at] = where;
}

DEVICE A divisor(const Pool &pool, i32 count_padding, Stretch rows, Stretch columns) {
    return (A) (count_padding ? pool.r * pool.s : rows.count() * columns.count());
}

extern "C" __global__ void __launch_bounds__(256, 4) average(const __grid_constant__ Pool pool, const i32 count_padding, const ELEMENT *x, ELEMENT *y) {
    const Element out = element_of(pool.out_h, pool.out_w);
    if (out.plane >= pool.planes) return;
    const Stretch rows = taps_of(out.h, pool.stride_h, pool.pad_h, pool.dilation_h, pool.r, pool.h);
    const Stretch columns = taps_of(out.w, pool.stride_w, pool.pad_w, pool.dilation_w, pool.s, pool.w);
    x += out.plane * pool.h * pool.w;
    A sum = 0;
    for (i32 h = rows.first; h < rows.end; h += rows.step) {
        for (i32 w = columns.first; w < columns.end; w += columns.step) sum += read<A>(x[(i64) h * pool.w + w]);
    }
    write(y[(out.plane * pool.out_h + out.h) * pool.out_w + out.w], sum / divisor(pool, count_padding, rows, columns));
}

extern "C" __global__ void __launch_bounds__(256, 4) average_gradient(const __grid_constant__ Pool pool, const i32 count_padding, const ELEMENT *dy, ELEMENT *dx) {
    const Element in = element_of(pool.h, pool.w);
    if (in.plane >= pool.planes) return;
    const Stretch windows_h = windows_of(in.h, pool.stride_h, pool.pad_h, pool.dilation_h, pool.r, pool.out_h);
    const Stretch windows_w = windows_of(in.w, pool.stride_w, pool.pad_w, pool.dilation_w, pool.s, pool.out_w);
    dy += in.plane * pool.out_h * pool.out_w;
    A sum = 0;
    for (i32 i = windows_h.first; i < windows_h.end; i++) {
        if ((in.h + pool.pad_h - i * pool.stride_h) % pool.dilation_h != 0) continue;
        const Stretch rows = taps_of(i, pool.stride_h, pool.pad_h, pool.dilation_h, pool.r, pool.h);
        for (i32 j = windows_w.first; j < windows_w.end; j++) {
            if ((in.w + pool.pad_w - j * pool.stride_w) % pool.dilation_w != 0) continue;
            const Stretch columns = taps_of(j, pool.stride_w, pool.pad_w, pool.dilation_w, pool.s, pool.w);
            sum += read<A>(dy[(i64) i * pool.out_w + j]) / divisor(pool, count_padding, rows, columns);
        }
    }
    write(dx[(in.plane * pool.h + in.h) * pool.w + in.w], sum);
}

extern "C" __global__ void __launch_bounds__(256, 4) maximum_gradient(const __grid_constant__ Pool pool, const ELEMENT *dy, const i64 *positions, ELEMENT *dx) {
    const Element in = element_of(pool.h, pool.w);
    if (in.plane >= pool.planes) return;
    const Stretch windows_h = windows_of(in.h, pool.stride_h, pool.pad_h, pool.dilation_h, pool.r, pool.out_h);
    const Stretch windows_w = windows_of(in.w, pool.stride_w, pool.pad_w, pool.dilation_w, pool.s, pool.out_w);
    const i64 windows = in.plane * pool.out_h * pool.out_w;
    const i64 own = (i64) in.h * pool.w + in.w;
    A sum = 0;
    for (i32 i = windows_h.first; i < windows_h.end; i++) {
        for (i32 j = windows_w.first; j < windows_w.end; j++) {
            const i64 window = windows + (i64) i * pool.out_w + j;
            if (positions[window] == own) sum += read<A>(dy[window]);
        }
    }
    write(dx[in.plane * pool.h * pool.w + own], sum);
}
