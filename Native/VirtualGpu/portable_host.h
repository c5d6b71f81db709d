// The host's side of Kernels/portable.h, included by it alone: the same words, with every access checked.
#pragma once
#include <cstring>
#include <type_traits>

#include "kernel_runtime.h"

// The unit is in a namespace without a name, so that these stay apart from those of other units.
#define DEVICE inline

// Left to the compiler.
#define UNROLL

// The body is registered under its name; its parameters are what cuLaunchKernel copied.
#define KERNEL(name, Params)                                                                                                            \
    static void name(const Params& p);                                                                                                  \
    static const ::vgpu::KernelRegistration name##_registration(VGPU_MODULE, #name, sizeof(Params),                                     \
                                                                [](const void* params) { name(*static_cast<const Params*>(params)); }); \
    static void name([[maybe_unused]] const Params& p)

DEVICE u32 thread_index() { return ::vgpu::running.thread; }
DEVICE u32 block_index() { return ::vgpu::running.block; }
DEVICE u32 block_row() { return ::vgpu::running.row; }
DEVICE u32 block_count() { return ::vgpu::running.blocks; }
DEVICE u32 block_rows() { return ::vgpu::running.rows; }
DEVICE void fence() {}

DEVICE float shuffle_xor(float v, int mask, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
    return ::vgpu::exchange(v, mask, file, line);
}
DEVICE void sync_block(const char* file = __builtin_FILE(), int line = __builtin_LINE()) { ::vgpu::wait_for_block(file, line); }

// ---- arithmetic: compiled with no contraction
DEVICE float add_rn(float a, float b) { return a + b; }
DEVICE float sub_rn(float a, float b) { return a - b; }
DEVICE float mul_rn(float a, float b) { return a * b; }
DEVICE float div_rn(float a, float b) { return a / b; }
DEVICE float sqrt_rn(float a) { return __builtin_sqrtf(a); }
DEVICE u32 float_bits(float a) {
    u32 r;
    std::memcpy(&r, &a, sizeof r);
    return r;
}
DEVICE float bits_float(u32 a) {
    float r;
    std::memcpy(&r, &a, sizeof r);
    return r;
}

// ---- conversions: to nearest even, NaN as the card's cvt gives it
DEVICE float widen(float v) { return v; }
DEVICE float widen(bfloat v) { return bits_float((u32)v.bits << 16); }
DEVICE float widen(half v) {
    const u32 sign = (u32)(v.bits & 0x8000) << 16;
    const u32 exponent = v.bits >> 10 & 31;
    const u32 mantissa = v.bits & 0x3ff;
    if (exponent == 31)
        return bits_float(mantissa ? 0x7fffffffu : sign | 0x7f800000u);
    if (exponent == 0)
        return bits_float(sign | float_bits((float)mantissa * 0x1p-24f));
    return bits_float(sign | (exponent + 112) << 23 | mantissa << 13);
}
DEVICE int widen(int v) { return v; }
DEVICE u32 widen(u32 v) { return v; }
DEVICE int widen(u8 v) { return v; }
DEVICE void narrow(float v, float& r) { r = v; }
DEVICE void narrow(int v, int& r) { r = v; }
DEVICE void narrow(u32 v, u32& r) { r = v; }
DEVICE void narrow(float v, bfloat& r) {
    const u32 bits = float_bits(v);
    r.bits = v != v ? 0x7fff : (u16)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}
DEVICE void narrow(float v, half& r) {
    const u32 bits = float_bits(v);
    const u16 sign = (u16)(bits >> 16 & 0x8000);
    const u32 magnitude = bits & 0x7fffffff;
    if (v != v)
        r.bits = 0x7fff;
    else if (magnitude >= 0x477ff000u)  // 65520, halfway to what would be next after the largest
        r.bits = sign | 0x7c00;
    else if (magnitude < 0x38800000u)  // below 2^-14: the addition rounds to a multiple of 2^-24
        r.bits = sign | (u16)(float_bits(bits_float(magnitude) + 0.5f) - 0x3f000000u);
    else
        r.bits = sign | (u16)((magnitude - (112u << 23) + 0xfff + (magnitude >> 13 & 1)) >> 13);
}

// ---- global memory

// Laid out as a pointer, but nothing can be done with it except through load, store and the like.
template <class T>
struct global {
    u64 address;
};
template <class T>
DEVICE global<T> operator+(global<T> p, i64 i) {
    return {p.address + (u64)i * sizeof(T)};
}

template <class T>
DEVICE bool given(global<T> p) {
    return p.address != 0;
}

// The bytes of elements i … i + N - 1, checked piece by piece as they would be accessed. They lie in one allocation, so in one run of the host's.
template <int N, class T>
DEVICE u8* element_bytes(global<T> p, i64 i, ::vgpu::Access access) {
    constexpr u32 bytes = N * sizeof(T), width = bytes < 16 ? bytes : 16;
    static_assert((bytes & (bytes - 1)) == 0 || bytes % 16 == 0, "accesses must be of a power of two or of 16 bytes each");
    const u64 address = p.address + (u64)i * sizeof(T);
    u8* first = ::vgpu::checked(address, width, width, access);
    for (u32 done = width; done < bytes; done += width)
        ::vgpu::checked(address + done, width, width, access);
    if (::vgpu::checking_races && sizeof(T) > 1)
        for (u32 j = 0; j < N; j++)
            ::vgpu::note_access(address + j * sizeof(T), access);
    return first;
}

template <class T>
DEVICE auto load(global<T> p, i64 i) {
    typename std::remove_const<T>::type v;
    std::memcpy(&v, element_bytes<1>(p, i, ::vgpu::Access::Read), sizeof v);
    return widen(v);
}

template <class T, class V>
DEVICE void store(global<T> p, i64 i, V v) {
    T r;
    narrow(v, r);
    std::memcpy(element_bytes<1>(p, i, ::vgpu::Access::Write), &r, sizeof r);
}

template <int N, class T>
DEVICE lanes<N> load_lanes(global<T> p, i64 i) {
    typename std::remove_const<T>::type run[N];
    std::memcpy(run, element_bytes<N>(p, i, ::vgpu::Access::Read), sizeof run);
    lanes<N> r;
    for (int j = 0; j < N; j++)
        r.v[j] = widen(run[j]);
    return r;
}

template <int N, class T>
DEVICE void store_lanes(global<T> p, i64 i, lanes<N> values) {
    T run[N];
    for (int j = 0; j < N; j++)
        narrow(values.v[j], run[j]);
    std::memcpy(element_bytes<N>(p, i, ::vgpu::Access::Write), run, sizeof run);
}

// Not compared with other accesses: atomic.
DEVICE u32 increment(global<u32> p, i64 i) {
    u8* bytes = ::vgpu::checked(p.address + (u64)i * sizeof(u32), sizeof(u32), sizeof(u32), ::vgpu::Access::ReadWrite);
    u32 before;
    std::memcpy(&before, bytes, sizeof before);
    const u32 after = before + 1;
    std::memcpy(bytes, &after, sizeof after);
    ::vgpu::note_increment();
    return before;
}

// ---- shared memory

template <class T>
struct shared_element {
    ::vgpu::SharedSite* site;
    i64 index;
    operator T() const {
        T v;
        std::memcpy(&v, site->touch(index, ::vgpu::Access::Read), sizeof v);
        return v;
    }
    T operator=(T v) const {
        std::memcpy(site->touch(index, ::vgpu::Access::Write), &v, sizeof v);
        return v;
    }
    T operator=(const shared_element& other) const { return *this = (T)other; }
    T operator+=(T v) const { return *this = (T) * this + v; }
    T operator-=(T v) const { return *this = (T) * this - v; }
    T operator*=(T v) const { return *this = (T) * this * v; }
};

template <class T>
struct shared_array {
    ::vgpu::SharedSite* site;
    shared_element<T> operator[](i64 i) const { return {site, i}; }
};

#define SHARED(T, name, count)                                      \
    static ::vgpu::SharedSite name##_site(#name, sizeof(T), count); \
    name##_site.enter();                                            \
    const shared_array<T> name = {&name##_site}
