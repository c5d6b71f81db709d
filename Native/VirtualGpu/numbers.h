// The number formats of a GPU, on the host: half, bfloat16 and tf32, rounded to nearest even, bit for bit.
#pragma once
#include <cstdint>
#include <cstring>

namespace vgpu {

inline uint32_t bits_of(float v) {
    uint32_t bits;
    std::memcpy(&bits, &v, sizeof bits);
    return bits;
}

inline float float_of(uint32_t bits) {
    float v;
    std::memcpy(&v, &bits, sizeof v);
    return v;
}

// Exact. A half's exponent field, moved into a float's place, lacks 127 − 15 = 112; the multiplication makes up for it and turns subnormals into
// normal numbers on the way. Exponent 31 means infinity or NaN in both formats.
inline float half_to_float(uint16_t half) {
    const uint32_t magnitude = half & 0x7fffu;
    uint32_t bits = bits_of(float_of(magnitude << 13) * 0x1p112f);
    bits |= magnitude >= 0x7c00u ? 0x7f800000u : 0u;
    return float_of(bits | (half & 0x8000u) << 16);
}

// Written without branches, so that loops over it are vectorised.
inline uint16_t float_to_half(float v) {
    const uint32_t sign = bits_of(v) >> 16 & 0x8000u;
    const uint32_t magnitude = bits_of(v) & 0x7fffffffu;
    // The bits below a half's mantissa are rounded by an addition, whose carry goes on into the exponent; 65520 and more give infinity that way.
    const uint32_t normal = (magnitude + 0xfffu + (magnitude >> 13 & 1u) - (112u << 23)) >> 13;
    // An ulp of 0.5 is the unit of half's subnormals, 2^-24: the sum is rounded to it.
    const uint32_t subnormal = bits_of(float_of(magnitude < 0x38800000u ? magnitude : 0u) + 0.5f) - 0x3f000000u;
    const uint32_t special = magnitude > 0x7f800000u ? 0x7e00u : 0x7c00u;
    const uint32_t finite = magnitude < 0x38800000u ? subnormal : normal;
    return static_cast<uint16_t>(sign | (magnitude >= 0x47800000u ? special : finite));
}

inline float bfloat_to_float(uint16_t bfloat) { return float_of(static_cast<uint32_t>(bfloat) << 16); }

inline uint16_t float_to_bfloat(float v) {
    const uint32_t bits = bits_of(v);
    const uint32_t rounded = (bits + 0x7fffu + (bits >> 16 & 1u)) >> 16;
    return static_cast<uint16_t>((bits & 0x7fffffffu) > 0x7f800000u ? bits >> 16 | 0x40u : rounded);
}

// A float with the ten bits of mantissa that tensor cores read.
inline float round_to_tf32(float v) {
    const uint32_t bits = bits_of(v);
    const uint32_t rounded = (bits + 0xfffu + (bits >> 13 & 1u)) & ~0x1fffu;
    return float_of((bits & 0x7f800000u) == 0x7f800000u ? bits : rounded);
}

}  // namespace vgpu
