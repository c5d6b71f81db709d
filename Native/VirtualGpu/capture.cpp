// cuStreamBeginCapture, cuStreamEndCapture, cuStreamIsCapturing.
#include <vector>

#include "driver.h"
#include "streams.h"

namespace vgpu {

int invalidate(const std::shared_ptr<Capture>& capture, int status, const char* function, const std::string& why) {
    capture->invalid = true;
    return refuse(status, function, why);
}

namespace {

// Whether every node comes before one of those that the origin's next would come after.
bool all_joined(const Graph& graph, const std::vector<size_t>& tail) {
    std::vector<bool> reached(graph.nodes.size());
    for (const size_t node : tail)
        reached[node] = true;
    for (size_t i = graph.nodes.size(); i-- > 0;) {
        if (!reached[i])
            return false;
        for (const size_t before : graph.nodes[i].after)
            reached[before] = true;
    }
    return true;
}

}  // namespace

}  // namespace vgpu

using namespace vgpu;

extern "C" {

VGPU_EXPORT int cuStreamBeginCapture_v2(CUstream handle, int mode) {
    return answer("cuStreamBeginCapture_v2", Needs::Context, CaptureUnsupported, [&](const char* f) {
        const auto stream = find_stream(handle);
        if (!stream)
            return refuse(InvalidHandle, f, "no such stream");
        if (stream->legacy)
            return refuse(CaptureUnsupported, f, "the legacy stream can't be captured");
        if (mode < 0 || mode > 2)
            return refuse(InvalidValue, f, "unknown mode");
        if (stream->capture)
            return refuse(IllegalState, f, "the stream captures already");
        stream->capture = std::make_shared<Capture>();
        stream->capture->mode = mode;
        stream->capture->thread = std::this_thread::get_id();
        stream->capture->origin = stream.get();
        stream->tail.clear();
        return static_cast<int>(Success);
    });
}

VGPU_EXPORT int cuStreamEndCapture(CUstream handle, void** graph) {
    // Where it is to fail, it finds the capture invalidated: that ends it too.
    const bool fails = injected("cuStreamEndCapture");
    return answer("cuStreamEndCapture", Needs::Context, CaptureInvalidated, false, [&](const char* f) {
        *graph = nullptr;
        const auto stream = find_stream(handle);
        if (!stream)
            return refuse(InvalidHandle, f, "no such stream");
        const auto capture = stream->capture;
        if (!capture)
            return refuse(IllegalState, f, "the stream doesn't capture");
        if (capture->origin != stream.get())
            return invalidate(capture, CaptureUnmatched, f, "the capture began in another stream");
        if (capture->mode != 2 && capture->thread != std::this_thread::get_id())
            return invalidate(capture, CaptureWrongThread, f, "the capture began in another thread");
        const bool joined = all_joined(*capture->graph, stream->tail);
        end_capture(capture);
        if (capture->invalid || fails)
            return refuse(CaptureInvalidated, f, fails ? "as a test asked" : "the capture was invalidated before");
        if (!joined)
            return refuse(CaptureUnjoined, f, "work of a forked stream was not joined");
        *graph = add_graph(capture->graph);
        return static_cast<int>(Success);
    });
}

VGPU_EXPORT int cuStreamIsCapturing(CUstream handle, int* state) {
    return answer("cuStreamIsCapturing", Needs::Context, InvalidHandle, [&](const char* f) {
        const auto stream = find_stream(handle);
        if (!stream)
            return refuse(InvalidHandle, f, "no such stream");
        if (stream->legacy && invalidate_implicit(f))
            return static_cast<int>(CaptureImplicit);
        *state = !stream->capture ? 0 : stream->capture->invalid ? 2 : 1;
        return static_cast<int>(Success);
    });
}
}
