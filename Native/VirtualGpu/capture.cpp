// cuStreamBeginCapture, cuStreamEndCapture.
#include "driver.h"
#include "streams.h"

namespace vgpu {

int invalidate(const std::shared_ptr<Capture>& capture, int status, const char* function, const std::string& why) {
    capture->invalid = true;
    return refuse(status, function, why);
}

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
        if (capture->mode != 2 && capture->thread != std::this_thread::get_id())
            return invalidate(capture, CaptureWrongThread, f, "the capture began in another thread");
        stream->capture = nullptr;
        if (capture->invalid || fails)
            return refuse(CaptureInvalidated, f, fails ? "as a test asked" : "the capture was invalidated before");
        *graph = add_graph(capture->graph);
        return static_cast<int>(Success);
    });
}
}
