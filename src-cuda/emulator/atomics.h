// Atomics of device and shared memory. Blocks of one grid run on several threads of the CPU, so they are atomic there as well.
#pragma once

#define TENFOLD_ATOMIC_ENTRY(p) tenfold_services.access(p, sizeof(*(p)), TENFOLD_ATOMIC, TENFOLD_WHERE)
#define TENFOLD_BUILTIN(name, type, operation)                                                                                             \
    TENFOLD_CALL type name(type *p, type value) {                                                                                          \
        TENFOLD_ATOMIC_ENTRY(p);                                                                                                           \
        return __atomic_##operation(p, value, __ATOMIC_RELAXED);                                                                           \
    }
#define TENFOLD_COMPUTED(name, type, expression)                                                                                           \
    TENFOLD_CALL type name(type *p, type value) {                                                                                          \
        TENFOLD_ATOMIC_ENTRY(p);                                                                                                           \
        type old = *(volatile type *) p;                                                                                                   \
        for (;;) {                                                                                                                         \
            type next = expression;                                                                                                        \
            if (__atomic_compare_exchange(p, &old, &next, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) return old;                          \
        }                                                                                                                                  \
    }
#define TENFOLD_INTEGER(type)                                                                                                              \
    TENFOLD_BUILTIN(atomicAdd, type, fetch_add)                                                                                            \
    TENFOLD_BUILTIN(atomicExch, type, exchange_n)                                                                                          \
    TENFOLD_BUILTIN(atomicAnd, type, fetch_and)                                                                                            \
    TENFOLD_BUILTIN(atomicOr, type, fetch_or)                                                                                              \
    TENFOLD_BUILTIN(atomicXor, type, fetch_xor)                                                                                            \
    TENFOLD_COMPUTED(atomicMin, type, value < old ? value : old)                                                                           \
    TENFOLD_COMPUTED(atomicMax, type, old < value ? value : old)                                                                           \
    TENFOLD_CALL type atomicCAS(type *p, type compare, type value) {                                                                       \
        TENFOLD_ATOMIC_ENTRY(p);                                                                                                           \
        __atomic_compare_exchange_n(p, &compare, value, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);                                        \
        return compare;                                                                                                                    \
    }
TENFOLD_INTEGER(int)
TENFOLD_INTEGER(unsigned)
TENFOLD_INTEGER(unsigned long long)
TENFOLD_BUILTIN(atomicSub, int, fetch_sub)
TENFOLD_BUILTIN(atomicSub, unsigned, fetch_sub)
TENFOLD_COMPUTED(atomicAdd, float, old + value)
TENFOLD_COMPUTED(atomicAdd, double, old + value)
