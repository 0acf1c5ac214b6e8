// The entry table of an image: for every kernel its name, and how it is called with the packed buffer of its parameters.
#pragma once

template <class... A> struct TenfoldLayout;
template <> struct TenfoldLayout<> {
    static constexpr void fill(unsigned *, unsigned *, unsigned) {}
};
template <class T, class... A> struct TenfoldLayout<T, A...> {
    static constexpr unsigned place(unsigned at) { return (at + alignof(T) - 1) / alignof(T) * alignof(T); }
    static constexpr void fill(unsigned *offsets, unsigned *sizes, unsigned at) {
        *offsets = place(at);
        *sizes = sizeof(T);
        TenfoldLayout<A...>::fill(offsets + 1, sizes + 1, place(at) + sizeof(T));
    }
};
template <unsigned... I> struct TenfoldIndices {};
template <unsigned N, unsigned... I> struct TenfoldCount : TenfoldCount<N - 1, N - 1, I...> {};
template <unsigned... I> struct TenfoldCount<0, I...> { typedef TenfoldIndices<I...> type; };

template <class F> struct TenfoldEntry;
template <class... A> struct TenfoldEntry<void (*)(A...)> {
    struct Table {
        unsigned offsets[sizeof...(A) + 1] = {};
        unsigned sizes[sizeof...(A) + 1] = {};
        constexpr Table() { TenfoldLayout<A...>::fill(offsets, sizes, 0); }
    };
    static constexpr Table table{};
    template <void (*kernel)(A...), unsigned... I> static TENFOLD_QUIET void spread(const char *p, TenfoldIndices<I...>) { kernel(*(const A *) (p + table.offsets[I])...); }
    template <void (*kernel)(A...)> static TENFOLD_QUIET void call(const char *p) { spread<kernel>(p, typename TenfoldCount<sizeof...(A)>::type()); }
    static constexpr int count = sizeof...(A);
};
template <class... A> constexpr typename TenfoldEntry<void (*)(A...)>::Table TenfoldEntry<void (*)(A...)>::table;

#define TENFOLD_EMULATED_KERNEL(name, threads)                                                                                             \
    extern "C" __attribute__((visibility("default"))) const TenfoldKernel tenfold_emulated_##name;                                         \
    const TenfoldKernel tenfold_emulated_##name = {#name, &TenfoldEntry<decltype(&name)>::call<&name>, TenfoldEntry<decltype(&name)>::count, \
        TenfoldEntry<decltype(&name)>::table.offsets, TenfoldEntry<decltype(&name)>::table.sizes, threads};
