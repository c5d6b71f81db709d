// libnvrtc's stand-in. It compiles nothing: it looks whether what it is given are the sources that the virtual GPU was built from, so that a test
// can't run other kernels than those that are shipped, and gives an image that stands for them.
#include <algorithm>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "shipped.h"
#include "vgpu.h"

namespace {

enum Result {
    Success = 0,
    OutOfMemory = 1,
    InvalidInput = 3,
    InvalidProgram = 4,
    InvalidOption = 5,
    Compilation = 6,
    InternalError = 11,
};

constexpr const char* source_name = "kernels.cu";
constexpr int architectures[] = {80, 90};

struct Program {
    std::string name;
    std::string source;
    std::map<std::string, std::string> headers;
    std::string log;
    std::string image;
};

std::mutex gate;
std::map<const void*, std::unique_ptr<Program>> programs;

int refuse(int result, const char* function, const std::string& why) {
    vgpu::explain(function, why);
    return result;
}

// The frame of every exported function that is about a program.
template <class Body>
int answer(const char* function, const void* handle, int typical_failure, Body body) {
    if (vgpu::injected(function))
        return refuse(typical_failure, function, "as a test asked");
    std::lock_guard<std::mutex> lock(gate);
    const auto found = programs.find(handle);
    return found == programs.end() ? refuse(InvalidProgram, function, "no such program") : body(*found->second);
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);)
        lines.push_back(line);
    return lines;
}

std::string error(const std::string& file, size_t line, const std::string& what) {
    return file + "(" + std::to_string(line) + "): error: " + what + "\n";
}

// What is wrong with a text that is to be the shipped file of that name, as a compiler would say it: #error lines, or the first that differs.
std::string compare(const std::string& shown, const std::string& name, const std::string& text) {
    const auto& files = vgpu::shipped_files();
    const auto file = std::find_if(files.begin(), files.end(), [&](const vgpu::ShippedFile& candidate) { return candidate.name == name; });
    if (file != files.end() && file->text == text)
        return "";
    const auto lines = lines_of(text);
    std::string log;
    for (size_t i = 0; i < lines.size(); i++)
        if (lines[i].find("#error") != std::string::npos)
            log += error(shown, i + 1, "#error directive:" + lines[i].substr(lines[i].find("#error") + 6));
    if (!log.empty())
        return log;
    if (file == files.end())
        return error(shown, 1, "not among the files that the virtual GPU was built from");
    const auto shipped = lines_of(file->text);
    const auto differing = std::mismatch(lines.begin(), lines.end(), shipped.begin(), shipped.end());
    return error(shown, static_cast<size_t>(differing.first - lines.begin()) + 1,
                 "differs from the file that the virtual GPU was built from; build it again");
}

// Every header that is included must have been given; except those that only the virtual GPU's own compiler sees.
std::string check_includes(const Program& program, const std::string& name, const std::string& text, std::set<std::string>& seen) {
    if (!seen.insert(name).second)
        return "";
    const auto lines = lines_of(text);
    for (size_t i = 0; i < lines.size(); i++) {
        char included[256];
        if (std::sscanf(lines[i].c_str(), " # include \"%255[^\"]\"", included) != 1 || std::strncmp(included, "../VirtualGpu/", 14) == 0)
            continue;
        const auto header = program.headers.find(included);
        if (header == program.headers.end())
            return error(name, i + 1, std::string("could not open source file \"") + included + "\"");
        const std::string log = check_includes(program, header->first, header->second, seen);
        if (!log.empty())
            return log;
    }
    return "";
}

struct Options {
    std::string architecture;
    char real = 0;
};

// "" where all is known. Both ways of writing a value, "--fmad=false" and "-fmad=false", are the compiler's; fast mathematics isn't the project's.
std::string read_options(int count, const char* const* given, Options* options) {
    static const std::set<std::string> known = {
        "-std=c++17",
        "-fmad=true",
        "-fmad=false",
        "-ftz=false",
        "-prec-div=true",
        "-prec-sqrt=true",
        "-default-device",
        "-lineinfo",
        "-generate-line-info",
        "-restrict",
        "-dopt=on",
        "-extra-device-vectorization",
        "-w",
        "-disable-warnings",
        "-no-source-include",
        "-device-int128",
        "-builtin-initializer-list=true",
    };
    for (int i = 0; i < count; i++) {
        const std::string whole = given[i];
        const std::string option = whole.rfind("--", 0) == 0 ? whole.substr(1) : whole;
        if (option.rfind("-gpu-architecture=", 0) == 0 || option.rfind("-arch=", 0) == 0) {
            options->architecture = option.substr(option.find('=') + 1);
            const auto fits = [&](int number) { return options->architecture == "sm_" + std::to_string(number); };
            if (std::none_of(std::begin(architectures), std::end(architectures), fits))
                return "invalid value for --gpu-architecture (-arch): " + options->architecture;
        } else if (option.rfind("-DFASTGAN_REAL=", 0) == 0) {
            if (option.size() != 16 || option[15] < '0' || option[15] > '2')
                return "FASTGAN_REAL is 0, 1 or 2: " + whole;
            options->real = option[15];
        } else if (known.count(option) == 0) {
            return "unrecognized option " + whole + " found";
        }
    }
    if (options->architecture.empty())
        return "no --gpu-architecture: without it there is no cubin";
    return options->real == 0 ? "no -DFASTGAN_REAL" : "";
}

}  // namespace

extern "C" {

VGPU_EXPORT int nvrtcVersion(int* major, int* minor) {
    if (vgpu::injected("nvrtcVersion"))
        return refuse(InvalidInput, "nvrtcVersion", "as a test asked");
    *major = 12;
    *minor = 8;
    return Success;
}

VGPU_EXPORT int nvrtcGetNumSupportedArchs(int* count) {
    if (vgpu::injected("nvrtcGetNumSupportedArchs"))
        return refuse(InternalError, "nvrtcGetNumSupportedArchs", "as a test asked");
    *count = static_cast<int>(std::size(architectures));
    return Success;
}

VGPU_EXPORT int nvrtcGetSupportedArchs(int* numbers) {
    if (vgpu::injected("nvrtcGetSupportedArchs"))
        return refuse(InternalError, "nvrtcGetSupportedArchs", "as a test asked");
    std::copy(std::begin(architectures), std::end(architectures), numbers);
    return Success;
}

VGPU_EXPORT int nvrtcCreateProgram(void** handle, const char* source, const char* name, int count, const char* const* headers,
                                   const char* const* names) {
    if (vgpu::injected("nvrtcCreateProgram"))
        return refuse(OutOfMemory, "nvrtcCreateProgram", "as a test asked");
    if (!handle || !source || count < 0 || (count > 0 && (!headers || !names)))
        return refuse(InvalidInput, "nvrtcCreateProgram", "a null argument");
    auto program = std::make_unique<Program>();
    program->name = name ? name : "default_program";
    program->source = source;
    for (int i = 0; i < count; i++)
        program->headers[names[i]] = headers[i];
    std::lock_guard<std::mutex> lock(gate);
    *handle = program.get();
    programs[*handle] = std::move(program);
    vgpu::created("nvrtc program");
    return Success;
}

// Gives it back even where it reports a failure.
VGPU_EXPORT int nvrtcDestroyProgram(void** handle) {
    const bool fails = vgpu::injected("nvrtcDestroyProgram");
    std::lock_guard<std::mutex> lock(gate);
    if (!handle || programs.erase(*handle) == 0)
        return refuse(InvalidProgram, "nvrtcDestroyProgram", "no such program");
    *handle = nullptr;
    vgpu::destroyed("nvrtc program");
    return fails ? refuse(InvalidProgram, "nvrtcDestroyProgram", "as a test asked") : static_cast<int>(Success);
}

VGPU_EXPORT int nvrtcCompileProgram(void* handle, int count, const char* const* given) {
    return answer("nvrtcCompileProgram", handle, InternalError, [&](Program& program) {
        Options options;
        const std::string wrong = read_options(count, given, &options);
        program.image.clear();
        program.log = wrong.empty() ? "" : "nvrtc: error: " + wrong + "\n";
        if (!wrong.empty())
            return refuse(InvalidOption, "nvrtcCompileProgram", wrong);
        std::set<std::string> seen;
        program.log = check_includes(program, program.name, program.source, seen);
        if (program.log.empty())
            program.log = compare(program.name, source_name, program.source);
        for (const auto& [name, text] : program.headers)
            if (program.log.empty())
                program.log = compare(name, name, text);
        if (!program.log.empty())
            return refuse(Compilation, "nvrtcCompileProgram", program.log);
        program.image = vgpu::image_text(options.architecture, options.real);
        return static_cast<int>(Success);
    });
}

VGPU_EXPORT int nvrtcGetProgramLogSize(void* handle, size_t* bytes) {
    return answer("nvrtcGetProgramLogSize", handle, InvalidInput, [&](const Program& program) {
        *bytes = program.log.size() + 1;
        return Success;
    });
}

VGPU_EXPORT int nvrtcGetProgramLog(void* handle, char* log) {
    return answer("nvrtcGetProgramLog", handle, InvalidInput, [&](const Program& program) {
        std::memcpy(log, program.log.c_str(), program.log.size() + 1);
        return Success;
    });
}

VGPU_EXPORT int nvrtcGetCUBINSize(void* handle, size_t* bytes) {
    return answer("nvrtcGetCUBINSize", handle, InvalidInput, [&](const Program& program) {
        if (program.image.empty())
            return refuse(InvalidProgram, "nvrtcGetCUBINSize", "not compiled");
        *bytes = program.image.size() + 1;
        return static_cast<int>(Success);
    });
}

VGPU_EXPORT int nvrtcGetCUBIN(void* handle, char* image) {
    return answer("nvrtcGetCUBIN", handle, InvalidInput, [&](const Program& program) {
        if (program.image.empty())
            return refuse(InvalidProgram, "nvrtcGetCUBIN", "not compiled");
        std::memcpy(image, program.image.c_str(), program.image.size() + 1);
        return static_cast<int>(Success);
    });
}
}
