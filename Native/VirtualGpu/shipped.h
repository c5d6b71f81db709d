// The kernels' sources that this library was built from.
#pragma once
#include <string>
#include <vector>

#include "vgpu.h"

namespace vgpu {

struct ShippedFile {
    std::string name;
    std::string text;
};

VGPU_EXPORT const std::vector<ShippedFile>& shipped_files();

// The stand-in of a cubin: it says for which architecture and FASTGAN_REAL ('0', '1', '2') it is, and from which sources.
VGPU_EXPORT std::string image_text(const std::string& architecture, char real);

}  // namespace vgpu
