#include "shipped.h"

#include <cstdio>

namespace vgpu {

namespace {

struct Bytes {
    const char* name;
    std::vector<unsigned char> bytes;
};

}  // namespace

const std::vector<ShippedFile>& shipped_files() {
    static const std::vector<ShippedFile> files = [] {
        const Bytes texts[] = {
#include "shipped_text.inc"
        };
        std::vector<ShippedFile> all;
        for (const Bytes& file : texts)
            all.push_back({file.name, {file.bytes.begin(), file.bytes.end()}});
        return all;
    }();
    return files;
}

// FNV-1a over names and texts.
std::string image_text(const std::string& architecture, char real) {
    uint64_t hash = 0xcbf29ce484222325u;
    for (const ShippedFile& file : shipped_files())
        for (const char c : file.name + '\0' + file.text + '\0')
            hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
    char text[64];
    std::snprintf(text, sizeof text, " real%c %016llx", real, static_cast<unsigned long long>(hash));
    return "FGVGPU " + architecture + text;
}

}  // namespace vgpu
