// cuGraph*.
#include <algorithm>

#include "driver.h"
#include "streams.h"

namespace vgpu {

namespace {

std::unordered_map<const void*, std::shared_ptr<Graph>> graphs;

// An executable graph is a copy: what it was made from may go.
struct Executable {
    std::shared_ptr<const Graph> graph;
};
std::unordered_map<const void*, std::shared_ptr<Executable>> executables;

std::shared_ptr<Graph> find_graph(const void* handle) {
    const auto found = graphs.find(handle);
    return found == graphs.end() ? nullptr : found->second;
}

std::shared_ptr<Executable> find_executable(const void* handle) {
    const auto found = executables.find(handle);
    return found == executables.end() ? nullptr : found->second;
}

bool same_topology(const Graph& a, const Graph& b) {
    return std::equal(a.nodes.begin(), a.nodes.end(), b.nodes.begin(), b.nodes.end(),
                      [](const Node& x, const Node& y) { return x.type == y.type && x.name == y.name && x.after == y.after; });
}

struct UpdateResult {
    int result;
    int padding;
    void* error_node;
    void* error_from_node;
};

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
        auto executable = std::make_shared<Executable>();
        executable->graph = std::make_shared<Graph>(*graph);
        *handle = executable.get();
        executables[executable.get()] = executable;
        created("graph exec");
        return static_cast<int>(Success);
    });
}

VGPU_EXPORT int cuGraphExecUpdate_v2(void* handle, void* graph_handle, UpdateResult* info) {
    return answer("cuGraphExecUpdate_v2", Needs::Context, GraphExecUpdateFailure, [&](const char* f) {
        const auto executable = find_executable(handle);
        const auto graph = find_graph(graph_handle);
        if (!executable || !graph)
            return refuse(InvalidHandle, f, "no such graph");
        const bool same = same_topology(*executable->graph, *graph);
        *info = {same ? 0 : 2 /* TOPOLOGY_CHANGED */, 0, nullptr, nullptr};
        if (!same)
            return refuse(GraphExecUpdateFailure, f, "the graphs differ in their nodes or edges");
        executable->graph = std::make_shared<Graph>(*graph);
        return static_cast<int>(Success);
    });
}

VGPU_EXPORT int cuGraphLaunch(void* handle, CUstream stream) {
    return answer("cuGraphLaunch", Needs::Context, OutOfMemory, [&](const char* f) {
        const auto executable = find_executable(handle);
        return executable ? submit_graph(stream, executable->graph) : refuse(InvalidHandle, f, "no such executable graph");
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
        if (nodes) {
            // More room than nodes: the rest is set to null, as documented.
            for (size_t i = 0; i < *count; i++)
                nodes[i] = i < graph->nodes.size() ? &graph->nodes[i] : nullptr;
            *count = std::min(*count, graph->nodes.size());
        } else {
            *count = graph->nodes.size();
        }
        return static_cast<int>(Success);
    });
}

VGPU_EXPORT int cuGraphNodeGetType(void* node, int* type) {
    return answer("cuGraphNodeGetType", Needs::Context, InvalidValue, [&](const char* f) {
        for (const auto& [handle, graph] : graphs)
            for (const Node& candidate : graph->nodes)
                if (&candidate == node) {
                    *type = static_cast<int>(candidate.type);
                    return static_cast<int>(Success);
                }
        return refuse(InvalidValue, f, "no such node");
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
