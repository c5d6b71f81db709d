// cuStream*, and the running of what is queued.
#include "streams.h"

#include <algorithm>
#include <cstring>

#include "driver.h"

namespace vgpu {

namespace {

std::unordered_map<const void*, std::shared_ptr<Stream>> streams;

// The legacy stream is there before any other.
const std::shared_ptr<Stream>& legacy_stream() {
    static const std::shared_ptr<Stream> legacy = [] {
        auto stream = std::make_shared<Stream>();
        stream->legacy = true;
        return stream;
    }();
    return legacy;
}

template <class Visit>
void for_each_stream(Visit visit) {
    visit(legacy_stream());
    for (const auto& [handle, stream] : streams)
        visit(stream);
}

// What the legacy stream's implicit order adds: it waits for all blocking streams, and they for it.
std::vector<Position> implicit_waits(const Stream& stream) {
    std::vector<Position> waits;
    if (stream.legacy) {
        for (const auto& [handle, other] : streams)
            if (other->blocking && other->done < other->queued)
                waits.push_back({other, other->queued});
    } else if (stream.blocking && legacy_stream()->done < legacy_stream()->queued) {
        waits.push_back({legacy_stream(), legacy_stream()->queued});
    }
    return waits;
}

void queue(Stream& stream, Work work) {
    work.after = implicit_waits(stream);
    // What is read before the copy has run must be seen to be garbage, and not what was there before.
    for (const HostUse& use : work.host)
        if (use.kind == HostUse::Write && !is_read_by_pending_work(use))
            std::memset(use.address, 0xff, use.bytes);
    stream.queue.push_back(std::move(work));
    stream.queued++;
    count_launch();
}

bool overlap(const HostUse& a, const HostUse& b) { return a.address < b.address + b.bytes && b.address < a.address + a.bytes; }

}  // namespace

std::shared_ptr<Stream> find_stream(CUstream handle) {
    if (handle == nullptr)
        return legacy_stream();
    const auto found = streams.find(handle);
    return found == streams.end() ? nullptr : found->second;
}

bool is_stream(CUstream handle) {
    std::lock_guard<std::recursive_mutex> lock(gate);
    return find_stream(handle) != nullptr;
}

bool is_capturing(CUstream handle) {
    std::lock_guard<std::recursive_mutex> lock(gate);
    const auto stream = find_stream(handle);
    return stream && stream->capture;
}

int submit(CUstream handle, const std::string& name, std::function<void()> run, HostUse host) {
    const auto stream = find_stream(handle);
    if (!stream)
        return refuse(InvalidHandle, name.c_str(), "no such stream");
    if (stream->capture) {
        if (stream->capture->invalid)
            return refuse(CaptureInvalidated, name.c_str(), "the capture was invalidated before");
        stream->capture->graph->nodes.push_back({std::move(run), host});
        return Success;
    }
    if (stream->legacy && invalidate_implicit(name.c_str()))
        return CaptureImplicit;
    queue(*stream, {name, std::move(run), {}, {host}});
    return Success;
}

int submit_graph(CUstream handle, std::shared_ptr<const Graph> graph) {
    const auto stream = find_stream(handle);
    if (!stream)
        return refuse(InvalidHandle, "cuGraphLaunch", "no such stream");
    if (stream->capture)
        return invalidate(stream->capture, CaptureUnsupported, "cuGraphLaunch", "a graph can't be launched into a capture");
    if (stream->legacy && invalidate_implicit("cuGraphLaunch"))
        return CaptureImplicit;
    Work work{"cuGraphLaunch", nullptr, {}, {}};
    for (const Node& node : graph->nodes)
        work.host.push_back(node.host);
    work.run = [graph] {
        for (const Node& node : graph->nodes)
            node.run();
    };
    queue(*stream, std::move(work));
    return Success;
}

int enqueue(CUstream handle, const std::string& name, std::function<void()> work) {
    std::lock_guard<std::recursive_mutex> lock(gate);
    if (context.fault != Success)
        return context.fault;
    return submit(handle, name, std::move(work));
}

void run_until(const Position& position) {
    while (position.stream && position.stream->done < position.count && !position.stream->queue.empty()) {
        const Work work = std::move(position.stream->queue.front());
        position.stream->queue.pop_front();
        for (const Position& earlier : work.after)
            run_until(earlier);
        try {
            work.run();
        } catch (const Fault& fault) {
            throw Fault(fault.status, work.name + ": " + fault.what());
        }
        position.stream->done++;
    }
}

bool is_done(const Position& position) { return !position.stream || position.stream->done >= position.count; }

bool is_read_by_pending_work(const HostUse& written) {
    bool read = false;
    for_each_stream([&](const std::shared_ptr<Stream>& stream) {
        for (const Work& work : stream->queue)
            for (const HostUse& use : work.host)
                read |= use.kind == HostUse::Read && overlap(use, written);
    });
    return read;
}

bool forbid_during_capture(const char* function) {
    std::lock_guard<std::recursive_mutex> lock(gate);
    bool found = false;
    for_each_stream([&](const std::shared_ptr<Stream>& stream) {
        const auto& capture = stream->capture;
        if (capture && (capture->mode == 0 || (capture->mode == 1 && capture->thread == std::this_thread::get_id()))) {
            invalidate(capture, CaptureUnsupported, function, "not allowed while a stream captures");
            found = true;
        }
    });
    return found;
}

bool invalidate_implicit(const char* function) {
    bool found = false;
    for_each_stream([&](const std::shared_ptr<Stream>& stream) {
        if (stream->capture && stream->blocking) {
            invalidate(stream->capture, CaptureImplicit, function, "the legacy stream would wait for a blocking stream that captures");
            found = true;
        }
    });
    return found;
}

void drop_streams() {
    for_each_stream([](const std::shared_ptr<Stream>& stream) {
        stream->queue.clear();
        stream->done = stream->queued;
        stream->capture = nullptr;
    });
    streams.clear();
}

}  // namespace vgpu

using namespace vgpu;

extern "C" {

VGPU_EXPORT int cuStreamCreateWithPriority(CUstream* handle, unsigned flags, int priority) {
    return answer("cuStreamCreateWithPriority", Needs::Context, OutOfMemory, [&](const char* f) {
        if (flags > 1)
            return refuse(InvalidValue, f, "unknown flags");
        (void)priority;  // clamped to the device's range, as on a card; work has no priority here
        auto stream = std::make_shared<Stream>();
        stream->blocking = flags == 0;
        *handle = reinterpret_cast<CUstream>(stream.get());
        streams[stream.get()] = stream;
        created("stream");
        return static_cast<int>(Success);
    });
}

VGPU_EXPORT int cuStreamDestroy_v2(CUstream handle) {
    return answer("cuStreamDestroy_v2", Needs::Release, InvalidHandle, [&](const char* f) {
        const auto found = streams.find(handle);
        if (found == streams.end())
            return refuse(InvalidHandle, f, "no such stream");
        const auto stream = found->second;
        streams.erase(found);
        destroyed("stream");
        if (stream->capture)
            invalidate(stream->capture, CaptureInvalidated, f, "a stream that captured was destroyed");
        // A card would still finish it.
        if (context.fault == Success)
            run_until({stream, stream->queued});
        return static_cast<int>(Success);
    });
}

VGPU_EXPORT int cuStreamSynchronize(CUstream handle) {
    return answer("cuStreamSynchronize", Needs::NoCapture, LaunchFailed, [&](const char* f) {
        const auto stream = find_stream(handle);
        if (!stream)
            return refuse(InvalidHandle, f, "no such stream");
        for (const Position& position : implicit_waits(*stream))
            run_until(position);
        run_until({stream, stream->queued});
        count_wait();
        return static_cast<int>(Success);
    });
}
}
