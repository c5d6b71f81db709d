// cuGraph*.
#include "driver.h"
#include "streams.h"

namespace vgpu {

namespace {

std::unordered_map<const void*, std::shared_ptr<Graph>> graphs;

// Copies: what they were made from may go.
std::unordered_map<const void*, std::shared_ptr<const Graph>> executables;

std::shared_ptr<Graph> find_graph(const void* handle) {
    const auto found = graphs.find(handle);
    return found == graphs.end() ? nullptr : found->second;
}

std::shared_ptr<const Graph> find_executable(const void* handle) {
    const auto found = executables.find(handle);
    return found == executables.end() ? nullptr : found->second;
}

}  // namespace

void* add_graph(std::shared_ptr<Graph> graph) {
    void* handle = graph.get();
    graphs[handle] = std::move(graph);
    created("graph");
    return handle;
}

void drop_graphs() {
    graphs.clear();
    executables.clear();
}

}  // namespace vgpu

using namespace vgpu;

extern "C" {

VGPU_EXPORT int cuGraphInstantiateWithFlags(void** handle, void* graph_handle, unsigned long long flags) {
    return answer("cuGraphInstantiateWithFlags", Needs::Context, OutOfMemory, [&](const char* f) {
        const auto graph = find_graph(graph_handle);
        if (!graph)
            return refuse(InvalidHandle, f, "no such graph");
        if (flags != 0)
            return refuse(InvalidValue, f, "only flags of 0 are known here");
        auto executable = std::make_shared<Graph>(*graph);
        *handle = executable.get();
        executables[*handle] = std::move(executable);
        created("graph exec");
        return static_cast<int>(Success);
    });
}

VGPU_EXPORT int cuGraphLaunch(void* handle, CUstream stream) {
    return answer("cuGraphLaunch", Needs::Context, OutOfMemory, [&](const char* f) {
        const auto executable = find_executable(handle);
        return executable ? submit_graph(stream, executable) : refuse(InvalidHandle, f, "no such executable graph");
    });
}

VGPU_EXPORT int cuGraphUpload(void* handle, CUstream stream) {
    return answer("cuGraphUpload", Needs::Context, OutOfMemory, [&](const char* f) {
        if (!find_executable(handle) || !find_stream(stream))
            return refuse(InvalidHandle, f, "no such executable graph or stream");
        if (const auto& capture = find_stream(stream)->capture)
            return invalidate(capture, CaptureUnsupported, f, "not allowed in a capture");
        return static_cast<int>(Success);
    });
}

VGPU_EXPORT int cuGraphGetNodes(void* graph_handle, void** nodes, size_t* count) {
    return answer("cuGraphGetNodes", Needs::Context, InvalidValue, [&](const char* f) {
        const auto graph = find_graph(graph_handle);
        if (!graph)
            return refuse(InvalidHandle, f, "no such graph");
        if (nodes)
            return refuse(InvalidValue, f, "only their number is told here");
        *count = graph->nodes.size();
        return static_cast<int>(Success);
    });
}

VGPU_EXPORT int cuGraphExecDestroy(void* handle) {
    return answer("cuGraphExecDestroy", Needs::Release, InvalidHandle, [&](const char* f) {
        if (executables.erase(handle) == 0)
            return refuse(InvalidHandle, f, "no such executable graph");
        destroyed("graph exec");
        return static_cast<int>(Success);
    });
}

VGPU_EXPORT int cuGraphDestroy(void* handle) {
    return answer("cuGraphDestroy", Needs::Release, InvalidHandle, [&](const char* f) {
        if (graphs.erase(handle) == 0)
            return refuse(InvalidHandle, f, "no such graph");
        destroyed("graph");
        return static_cast<int>(Success);
    });
}
}
