// Arrays of the number formats that cuBLAS and cuDNN read and write. All arithmetic is in float.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>

namespace vgpu {

enum class Number { Float, Half, Bfloat };

// What a matrix multiplication makes of a float that it reads.
enum class Reading { AsIs, RoundedToTf32 };

inline size_t size_of(Number number) { return number == Number::Float ? 4 : 2; }
const char* name_of(Number number);

// Floats that hold nothing yet.
using Floats = std::unique_ptr<float[]>;
inline Floats floats(int64_t count) { return Floats(new float[static_cast<size_t>(count)]); }
Floats zeros(int64_t count);

// The array that starts `index` elements after `data`.
inline const void* element(const void* data, Number number, int64_t index) {
    return static_cast<const char*>(data) + index * static_cast<int64_t>(size_of(number));
}
inline void* element(void* data, Number number, int64_t index) { return static_cast<char*>(data) + index * static_cast<int64_t>(size_of(number)); }

void widen(const void* from, Number number, Reading reading, int64_t count, float* to);

Floats widen(const void* from, Number number, Reading reading, int64_t count);

void narrow(const float* from, int64_t count, Number number, void* to);

// values ← values, rounded to the format.
void round_to(Number number, int64_t count, float* values);

// out ← alpha · sums + beta · out. With beta = 0 out isn't read: a NaN there doesn't spread.
void blend(float alpha, const float* sums, float beta, int64_t count, Number number, void* out);

// Overwrites scratch memory with NaNs of every format, as work may leave anything there: whoever keeps data in it will notice.
void scribble(void* memory, size_t bytes);

}  // namespace vgpu
