// cuGetProcAddress: the newest version of a function, by its base name.
#include <dlfcn.h>

#include <string>

#include "driver.h"

using namespace vgpu;

extern "C" {

// As the real one it succeeds with a null pointer where there is no such function; only the last argument tells.
VGPU_EXPORT int cuGetProcAddress_v2(const char* name, void** function, int version, unsigned long long flags, int* status) {
    return answer("cuGetProcAddress_v2", Needs::Nothing, InvalidValue, [&](const char* f) {
        if (version < 2000 || flags > 2)
            return refuse(InvalidValue, f, "unknown version or flags");
        Dl_info info;
        dladdr(reinterpret_cast<void*>(&cuGetProcAddress_v2), &info);
        void* self = dlopen(info.dli_fname, RTLD_LAZY | RTLD_NOLOAD);
        const std::string base = std::string(name) == "cuGraphInstantiate" && version >= 12000 ? "cuGraphInstantiateWithFlags" : name;
        *function = nullptr;
        for (const char* suffix : {"_v2", ""})
            if (!*function && base.compare(0, 2, "cu") == 0)
                *function = dlsym(self, (base + suffix).c_str());
        dlclose(self);
        if (status)
            *status = *function ? 0 : 1;  // SUCCESS, SYMBOL_NOT_FOUND
        if (!*function)
            explain(f, base + " isn't there");
        return static_cast<int>(Success);
    });
}
}
