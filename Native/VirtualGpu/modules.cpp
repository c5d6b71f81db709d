// cuModule*: modules are the kernels compiled into this library, chosen by what the run-time compiler's stand-in gives.
#include "modules.h"

#include <cstring>
#include <memory>
#include <unordered_map>

#include "driver.h"
#include "shipped.h"
#include "streams.h"

namespace vgpu {

namespace {

struct Module {
    std::string name;
    std::unordered_map<std::string, std::unique_ptr<Function>> functions;
};

std::unordered_map<const void*, std::unique_ptr<Module>> modules;

// JIT options: the buffer, and after it its bytes.
constexpr int error_log = 5;

// The text as far as it goes, in the buffer that the JIT options name.
void write_log(const std::string& text, unsigned count, const int* options, void** values) {
    char* buffer = nullptr;
    size_t bytes = 0;
    for (unsigned i = 0; i < count; i++) {
        if (options[i] == error_log)
            buffer = static_cast<char*>(values[i]);
        if (options[i] == error_log + 1)
            bytes = reinterpret_cast<size_t>(values[i]) & 0xffffffffu;
    }
    if (buffer && bytes > 0) {
        const size_t length = text.size() < bytes ? text.size() : bytes - 1;
        std::memcpy(buffer, text.data(), length);
        buffer[length] = 0;
    }
}

// What an image is the code of: "real1", or empty with a status.
std::string module_of(const char* image, int* status, std::string* why) {
    *status = InvalidImage;
    if (std::strncmp(image, "FGVGPU ", 7) != 0) {
        *why = "not made by the virtual GPU's libnvrtc";
        return "";
    }
    const std::string text = image + 7;
    if (text == "planted")
        return text;
    for (const char real : {'0', '1', '2'}) {
        if (text == image_text("sm_80", real).substr(7))
            return std::string("real") + real;
        if (text == image_text("sm_90", real).substr(7)) {
            *status = NoBinaryForGpu;
            *why = "compiled for sm_90; the device is of compute capability 8.0";
            return "";
        }
    }
    *why = "compiled from other sources than this library";
    return "";
}

}  // namespace

Function* find_function(const void* handle) {
    for (const auto& [module_handle, module] : modules)
        for (const auto& [name, function] : module->functions)
            if (function.get() == handle)
                return function.get();
    return nullptr;
}

void drop_modules() { modules.clear(); }

}  // namespace vgpu

using namespace vgpu;

extern "C" {

VGPU_EXPORT int cuModuleLoadDataEx(void** handle, const void* image, unsigned count, const int* options, void** values) {
    return answer("cuModuleLoadDataEx", Needs::NoCapture, InvalidImage, [&](const char* f) {
        for (unsigned i = 0; i < count; i++)
            if (options[i] != error_log && options[i] != error_log + 1)
                return refuse(InvalidValue, f, "JIT option " + std::to_string(options[i]) + " isn't known here");
        int status;
        std::string why;
        const std::string name = module_of(static_cast<const char*>(image), &status, &why);
        write_log(why, count, options, values);
        if (name.empty())
            return refuse(status, f, why);
        auto module = std::make_unique<Module>();
        module->name = name;
        *handle = module.get();
        modules[*handle] = std::move(module);
        created("module");
        return static_cast<int>(Success);
    });
}

VGPU_EXPORT int cuModuleUnload(void* handle) {
    return answer("cuModuleUnload", Needs::Release, InvalidHandle, [&](const char* f) {
        if (modules.erase(handle) == 0)
            return refuse(InvalidHandle, f, "no such module");
        destroyed("module");
        return static_cast<int>(Success);
    });
}

VGPU_EXPORT int cuModuleGetFunction(void** function, void* handle, const char* name) {
    return answer("cuModuleGetFunction", Needs::Context, NotFound, [&](const char* f) {
        const auto found = modules.find(handle);
        if (found == modules.end())
            return refuse(InvalidHandle, f, "no such module");
        const Kernel* kernel = find_kernel(found->second->name, name);
        if (!kernel)
            return refuse(NotFound, f, std::string("module ") + found->second->name + " has no kernel '" + name + "'");
        auto& entry = found->second->functions[name];
        if (!entry)
            entry = std::make_unique<Function>(Function{kernel});
        *function = entry.get();
        return static_cast<int>(Success);
    });
}
}
