#include "arrays.h"

#include <algorithm>
#include <cstring>

#include "numbers.h"

namespace vgpu {

const char* name_of(Number number) { return number == Number::Float ? "float" : number == Number::Half ? "half" : "bfloat16"; }

Floats zeros(int64_t count) { return Floats(new float[static_cast<size_t>(count)]()); }

void widen(const void* from, Number number, Reading reading, int64_t count, float* to) {
    const auto* words = static_cast<const uint16_t*>(from);
    const auto* numbers = static_cast<const float*>(from);
    if (number == Number::Half)
        std::transform(words, words + count, to, half_to_float);
    else if (number == Number::Bfloat)
        std::transform(words, words + count, to, bfloat_to_float);
    else if (reading == Reading::RoundedToTf32)
        std::transform(numbers, numbers + count, to, round_to_tf32);
    else
        std::copy(numbers, numbers + count, to);
}

Floats widen(const void* from, Number number, Reading reading, int64_t count) {
    Floats to = floats(count);
    widen(from, number, reading, count, to.get());
    return to;
}

void narrow(const float* from, int64_t count, Number number, void* to) {
    if (number == Number::Half)
        std::transform(from, from + count, static_cast<uint16_t*>(to), float_to_half);
    else if (number == Number::Bfloat)
        std::transform(from, from + count, static_cast<uint16_t*>(to), float_to_bfloat);
    else
        std::copy(from, from + count, static_cast<float*>(to));
}

void round_to(Number number, int64_t count, float* values) {
    if (number == Number::Half)
        std::transform(values, values + count, values, [](float v) { return half_to_float(float_to_half(v)); });
    else if (number == Number::Bfloat)
        std::transform(values, values + count, values, [](float v) { return bfloat_to_float(float_to_bfloat(v)); });
}

void blend(float alpha, const float* sums, float beta, int64_t count, Number number, void* out) {
    // A block at a time, so that no buffer is needed.
    constexpr int64_t BLOCK = 256;
    for (int64_t first = 0; first < count; first += BLOCK) {
        const int64_t some = std::min(BLOCK, count - first);
        void* part = element(out, number, first);
        float prior[BLOCK], result[BLOCK];
        for (int64_t i = 0; i < some; i++)
            result[i] = alpha * sums[first + i];
        if (beta != 0) {
            widen(part, number, Reading::AsIs, some, prior);
            for (int64_t i = 0; i < some; i++)
                result[i] += beta * prior[i];
        }
        narrow(result, some, number, part);
    }
}

void scribble(void* memory, size_t bytes) { std::memset(memory, 0xff, bytes); }

}  // namespace vgpu
