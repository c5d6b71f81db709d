// Checks of the pointers that a call is given.
#include "cudnn_calls.h"

namespace vgpu::dnn {

void check_memory(const Span& span, size_t alignment) {
    const std::string name = span.name;
    require(span.address != nullptr, BadParamNullPointer, name + " is null");
    require(device_address(span.address) % alignment == 0, BadParamMisalignedPointer, name + " isn't aligned to " + std::to_string(alignment));
    require(is_device_memory(device_address(span.address), span.bytes), BadParam,
            name + ": " + std::to_string(span.bytes) + " bytes that aren't in one live allocation of device memory");
}

void check_apart(const Span& written, const Span& other) {
    require(!overlap(written.address, written.bytes, other.address, other.bytes), BadParam,
            std::string(written.name) + " and " + other.name + " overlap");
}

Span scratch(const char* name, const void* address, size_t bytes, size_t needed) {
    require(bytes >= needed, BadParamSizeInsufficient,
            std::string(name) + " has " + std::to_string(bytes) + " bytes; " + std::to_string(needed) + " are needed");
    const Span span{name, address, needed};
    check_memory(span, 16);
    return span;
}

float host_number(const void* pointer, const char* name) {
    require(pointer != nullptr, BadParamNullPointer, std::string(name) + " is null");
    require(!is_device_memory(device_address(pointer), sizeof(float)), BadParam, std::string(name) + " lies in device memory");
    return *static_cast<const float*>(pointer);
}

}  // namespace vgpu::dnn
