// The logarithm of the gamma function's absolute value and its first three derivatives, by the steps of the CPU (kernels.expr.ScalarMath):
// Lanczos' approximation (g = 7, n = 9); for the derivatives recurrence up to 10, then the asymptotic series. Reflection below.
#pragma once
#include "common/division.cuh"
#include "common/fdlibm/log.cuh"
#include "common/fdlibm/trigonometric.cuh"

#define PI 3.141592653589793

DEVICE bool is_whole(f64 x) { return x == nearest_whole(x); }

// 1/2 and above, to 1e15.
DEVICE f64 lanczos(f64 x) {
    const f64 coefficients[8] = {676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
        -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7};
    f64 y = x - 1;
    f64 sum = 0.99999999999980993;
    for (i32 i = 1; i < 9; i++) sum += coefficients[i - 1] / (y + i);
    f64 t = y + 7.5;
    // 1.83...: log(2 pi)
    return 0.5 * 1.8378770664093453 + (y + 0.5) * fdlibm_log(t) - t + fdlibm_log(sum);
}

DEVICE f64 log_gamma_from_half(f64 x) { return x > 1e15 ? x * (fdlibm_log(x) - 1) : lanczos(x); }

OUTLINED f64 log_gamma(f64 x) {
    if (x != x) return x;
    if (magnitude(x) == infinity() || x <= 0 && is_whole(x)) return infinity();
    if (x < 0.5) return fdlibm_log(PI / magnitude(fdlibm_sin(PI * x))) - log_gamma_from_half(1 - x);
    return log_gamma_from_half(x);
}

DEVICE f64 digamma_of_positive(f64 x) {
    if (x == infinity()) return x;
    f64 shift = 0;
    while (x < 10) shift -= 1 / x++;
    f64 z = 1 / (x * x);
    f64 series = z * (1.0 / 12 - z * (1.0 / 120 - z * (1.0 / 252 - z * (1.0 / 240 - z * (1.0 / 132 - z * (691.0 / 32760))))));
    return shift + fdlibm_log(x) - 0.5 / x - series;
}

OUTLINED f64 digamma(f64 x) {
    if (x != x) return x;
    if (x > 0) return digamma_of_positive(x);
    if (is_whole(x)) return quiet_nan();
    return digamma_of_positive(1 - x) - PI / fdlibm_tan(PI * x);
}

DEVICE f64 trigamma_of_positive(f64 x) {
    f64 shift = 0;
    while (x < 10) {
        shift += 1 / (x * x);
        x++;
    }
    f64 z = 1 / (x * x);
    f64 series = z * (1.0 / 6 - z * (1.0 / 30 - z * (1.0 / 42 - z * (1.0 / 30 - z * (5.0 / 66 - z * (691.0 / 2730))))));
    return shift + 1 / x + z / 2 + series / x;
}

OUTLINED f64 trigamma(f64 x) {
    if (x != x) return x;
    if (x > 0) return trigamma_of_positive(x);
    if (is_whole(x)) return infinity();
    f64 s = fdlibm_sin(PI * x);
    return PI * PI / (s * s) - trigamma_of_positive(1 - x);
}

DEVICE f64 tetragamma_of_positive(f64 x) {
    f64 shift = 0;
    while (x < 10) {
        shift -= 2 / (x * x * x);
        x++;
    }
    f64 z = 1 / (x * x);
    f64 series = z * z * (0.5 - z * (1.0 / 6 - z * (1.0 / 6 - z * (3.0 / 10 - z * (5.0 / 6)))));
    return shift - z - z / x - series;
}

OUTLINED f64 tetragamma(f64 x) {
    if (x != x) return x;
    if (x > 0) return tetragamma_of_positive(x);
    if (is_whole(x)) return quiet_nan();
    f64 s = fdlibm_sin(PI * x);
    return tetragamma_of_positive(1 - x) - 2 * PI * PI * PI * fdlibm_cos(PI * x) / (s * s * s);
}
