// What the kernels are written in: the few words of CUDA C++ they need, for three compilers.
//   NVRTC             at run time, for the card at hand
//   clang             to PTX with no CUDA installed, to check the code by reading it
//   any C++17 one     for the virtual GPU, where every access is checked (VirtualGpu/portable_host.h)
// No standard header is included, and none may be. FASTGAN_REAL chooses what `real` is: 0 float, 1 half, 2 bfloat16.
#ifndef FASTGAN_PORTABLE_H
#define FASTGAN_PORTABLE_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef long long i64;

// Bits alone: arithmetic is always in float.
struct half { u16 bits; };
struct bfloat { u16 bits; };

#ifndef FASTGAN_REAL
#define FASTGAN_REAL 0
#endif

#if FASTGAN_REAL == 1
typedef half real;
#elif FASTGAN_REAL == 2
typedef bfloat real;
#else
typedef float real;
#endif

// Threads of a block, always.
constexpr int BLOCK = 256;
constexpr int WARP = 32;

// Elements that 16 bytes hold.
constexpr int PACK = 16 / sizeof(real);

// Some consecutive elements, as floats.
template <int N>
struct lanes {
    float v[N];
};

#ifdef FASTGAN_VIRTUAL
#include "../VirtualGpu/portable_host.h"
#else

#ifndef __CUDACC_RTC__
#define __global__ __attribute__((global))
#define __device__ __attribute__((device))
#define __shared__ __attribute__((shared))
#endif

// Always inlined, so that what is passed by reference stays in registers.
#define DEVICE __device__ inline __attribute__((always_inline))
#define KERNEL(name, Params) extern "C" __global__ void __attribute__((launch_bounds(256))) name(const Params p)
#define SHARED(T, name, count) __shared__ T name[count]
#define UNROLL _Pragma("unroll")

#ifdef __CUDACC_RTC__
#undef KERNEL
#undef DEVICE
#define DEVICE __device__ __forceinline__
#define KERNEL(name, Params) extern "C" __global__ void __launch_bounds__(256) name(const Params p)
DEVICE u32 thread_index() { return threadIdx.x; }
DEVICE u32 block_index() { return blockIdx.x; }
DEVICE u32 block_row() { return blockIdx.y; }
DEVICE u32 block_count() { return gridDim.x; }
DEVICE u32 block_rows() { return gridDim.y; }
DEVICE float shuffle_xor(float v, int mask) { return __shfl_xor_sync(0xffffffffu, v, mask); }
DEVICE u32 atomic_increment(u32* p) { return atomicAdd(p, 1u); }
DEVICE void fence() { __threadfence(); }
#else
DEVICE u32 thread_index() { return __nvvm_read_ptx_sreg_tid_x(); }
DEVICE u32 block_index() { return __nvvm_read_ptx_sreg_ctaid_x(); }
DEVICE u32 block_row() { return __nvvm_read_ptx_sreg_ctaid_y(); }
DEVICE u32 block_count() { return __nvvm_read_ptx_sreg_nctaid_x(); }
DEVICE u32 block_rows() { return __nvvm_read_ptx_sreg_nctaid_y(); }
DEVICE float shuffle_xor(float v, int mask) { return __nvvm_shfl_sync_bfly_f32(0xffffffffu, v, mask, 31); }
DEVICE u32 atomic_increment(u32* p) { return __nvvm_atom_add_gen_i((int*)p, 1); }
DEVICE void fence() { __nvvm_membar_gl(); }
#endif

// All threads of the block meet here.
DEVICE void sync_block() { __syncthreads(); }

// ---- arithmetic that no compiler may contract or approximate: each rounds once, to nearest
DEVICE float add_rn(float a, float b) { float r; asm("add.rn.f32 %0, %1, %2;" : "=f"(r) : "f"(a), "f"(b)); return r; }
DEVICE float sub_rn(float a, float b) { float r; asm("sub.rn.f32 %0, %1, %2;" : "=f"(r) : "f"(a), "f"(b)); return r; }
DEVICE float mul_rn(float a, float b) { float r; asm("mul.rn.f32 %0, %1, %2;" : "=f"(r) : "f"(a), "f"(b)); return r; }
DEVICE float div_rn(float a, float b) { float r; asm("div.rn.f32 %0, %1, %2;" : "=f"(r) : "f"(a), "f"(b)); return r; }
DEVICE float sqrt_rn(float a) { float r; asm("sqrt.rn.f32 %0, %1;" : "=f"(r) : "f"(a)); return r; }
DEVICE u32 float_bits(float a) { u32 r; asm("mov.b32 %0, %1;" : "=r"(r) : "f"(a)); return r; }
DEVICE float bits_float(u32 a) { float r; asm("mov.b32 %0, %1;" : "=f"(r) : "r"(a)); return r; }

// ---- conversions: to nearest even
DEVICE float widen(float v) { return v; }
DEVICE float widen(half v) { float r; asm("cvt.f32.f16 %0, %1;" : "=f"(r) : "h"(v.bits)); return r; }
DEVICE float widen(bfloat v) { return bits_float((u32)v.bits << 16); }
DEVICE int widen(int v) { return v; }
DEVICE u32 widen(u32 v) { return v; }
DEVICE int widen(u8 v) { return v; }
DEVICE void narrow(float v, float& r) { r = v; }
DEVICE void narrow(float v, half& r) { asm("cvt.rn.f16.f32 %0, %1;" : "=h"(r.bits) : "f"(v)); }
DEVICE void narrow(float v, bfloat& r) { asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(r.bits) : "f"(v)); }
DEVICE void narrow(int v, int& r) { r = v; }
DEVICE void narrow(u32 v, u32& r) { r = v; }

// ---- global memory. A kernel's parameters hold global<T>; element i is read and written by these alone.
template <class T>
using global = T*;

template <class T>
DEVICE bool given(T* p) { return p != nullptr; }

template <class T>
DEVICE auto load(const T* p, i64 i) { return widen(p[i]); }

template <class T, class V>
DEVICE void store(T* p, i64 i, V v) { narrow(v, p[i]); }

// N elements from i on, by accesses of up to 16 bytes, to which they must be aligned.
template <class T, int N>
struct alignas(N * sizeof(T) < 16 ? N * sizeof(T) : 16) run_of { T v[N]; };

template <int N, class T>
DEVICE lanes<N> load_lanes(const T* p, i64 i) {
    run_of<T, N> run = *(const run_of<T, N>*)(p + i);
    lanes<N> r;
    for (int j = 0; j < N; j++)
        r.v[j] = widen(run.v[j]);
    return r;
}

template <int N, class T>
DEVICE void store_lanes(T* p, i64 i, lanes<N> values) {
    run_of<T, N> run;
    for (int j = 0; j < N; j++)
        narrow(values.v[j], run.v[j]);
    *(run_of<T, N>*)(p + i) = run;
}

// Adds one, and returns what was there. Orders what this thread wrote before it.
DEVICE u32 increment(u32* p, i64 i) { fence(); return atomic_increment(p + i); }

#endif

#endif
