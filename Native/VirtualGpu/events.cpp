// cuEvent*.
#include "driver.h"
#include "streams.h"

namespace vgpu {

namespace {

std::unordered_map<const void*, std::shared_ptr<Event>> events;

std::shared_ptr<Event> find_event(const void* handle) {
    const auto found = events.find(handle);
    return found == events.end() ? nullptr : found->second;
}

constexpr const char* no_such_event = "no such event";

// An event that stands for work in a graph has no moment that a host could wait for.
int refuse_captured(const Event& event, const char* function) {
    if (!event.capture)
        return Success;
    return invalidate(event.capture, CapturedEvent, function, "the event was last recorded in a capture");
}

}  // namespace

void drop_events() { events.clear(); }

}  // namespace vgpu

using namespace vgpu;

extern "C" {

VGPU_EXPORT int cuEventCreate(void** handle, unsigned flags) {
    return answer("cuEventCreate", Needs::Context, OutOfMemory, [&](const char* f) {
        if (flags > 3)
            return refuse(InvalidValue, f, "unknown flags");
        auto event = std::make_shared<Event>();
        event->timing = (flags & 2) == 0;
        *handle = event.get();
        events[event.get()] = event;
        created("event");
        return static_cast<int>(Success);
    });
}

VGPU_EXPORT int cuEventDestroy_v2(void* handle) {
    return answer("cuEventDestroy_v2", Needs::Release, InvalidHandle, [&](const char* f) {
        if (events.erase(handle) == 0)
            return refuse(InvalidHandle, f, no_such_event);
        destroyed("event");
        return static_cast<int>(Success);
    });
}

VGPU_EXPORT int cuEventRecord(void* handle, CUstream stream_handle) {
    return answer("cuEventRecord", Needs::Context, InvalidHandle, [&](const char* f) {
        const auto event = find_event(handle);
        const auto stream = find_stream(stream_handle);
        if (!event || !stream)
            return refuse(InvalidHandle, f, event ? "no such stream" : no_such_event);
        if (stream->capture && stream->capture->invalid)
            return refuse(CaptureInvalidated, f, "the capture was invalidated before");
        if (stream->legacy && invalidate_implicit(f))
            return static_cast<int>(CaptureImplicit);
        event->recorded = true;
        event->capture = stream->capture;
        event->at = {stream, stream->queued};
        return static_cast<int>(Success);
    });
}

VGPU_EXPORT int cuEventSynchronize(void* handle) {
    return answer("cuEventSynchronize", Needs::NoCapture, LaunchFailed, [&](const char* f) {
        const auto event = find_event(handle);
        if (!event)
            return refuse(InvalidHandle, f, no_such_event);
        if (const int status = refuse_captured(*event, f))
            return status;
        run_until(event->at);
        count_wait();
        return static_cast<int>(Success);
    });
}

// Always 0 ms: no speed is ever reported from here.
VGPU_EXPORT int cuEventElapsedTime(float* milliseconds, void* start_handle, void* end_handle) {
    return answer("cuEventElapsedTime", Needs::Context, InvalidHandle, [&](const char* f) {
        const auto start = find_event(start_handle);
        const auto end = find_event(end_handle);
        if (!start || !end)
            return refuse(InvalidHandle, f, no_such_event);
        if (!start->timing || !end->timing)
            return refuse(InvalidHandle, f, "an event that was made with DISABLE_TIMING");
        if (!start->recorded || !end->recorded)
            return refuse(InvalidHandle, f, "an event that was never recorded");
        for (const auto& event : {start, end})
            if (const int status = refuse_captured(*event, f))
                return status;
        if (!is_done(start->at) || !is_done(end->at))
            return refuse(NotReady, f, "wait for the events first");
        *milliseconds = 0;
        return static_cast<int>(Success);
    });
}
}
