// Streams as queues of deferred work, events as positions in them, captures and graphs.
#pragma once
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "vgpu.h"

namespace vgpu {

struct Stream;

// What an asynchronous copy reads or writes on the host.
struct HostUse {
    enum Kind { None, Read, Write } kind = None;
    uint8_t* address = nullptr;
    size_t bytes = 0;
};

// All that was queued on a stream up to some moment.
struct Position {
    std::shared_ptr<Stream> stream;
    uint64_t count = 0;
};

struct Work {
    std::string name;
    std::function<void()> run;
    std::vector<Position> after;
    std::vector<HostUse> host;
};

struct Node {
    std::function<void()> run;
    HostUse host;
};

// One after the other: a capture here has one stream.
struct Graph {
    std::vector<Node> nodes;
};

struct Capture {
    std::shared_ptr<Graph> graph = std::make_shared<Graph>();
    int mode;  // GLOBAL 0, THREAD_LOCAL 1, RELAXED 2
    std::thread::id thread;
    bool invalid = false;
};

struct Stream {
    bool legacy = false;
    bool blocking = false;  // ordered against the legacy stream
    std::deque<Work> queue;
    uint64_t queued = 0, done = 0;
    std::shared_ptr<Capture> capture;
};

struct Event {
    bool timing = true;
    bool recorded = false;
    Position at;
    std::shared_ptr<Capture> capture;  // where it was recorded in one
};

// The stream of a handle: null for the legacy one's null, and for what isn't a stream an empty pointer.
std::shared_ptr<Stream> find_stream(CUstream handle);

// Queues or captures. Returns a CUresult.
int submit(CUstream handle, const std::string& name, std::function<void()> run, HostUse host = {});
int submit_graph(CUstream handle, std::shared_ptr<const Graph> graph);

// Runs what the position stands for, and all that it depends on.
void run_until(const Position& position);
bool is_done(const Position& position);

// Whether work that hasn't run yet would read these bytes of the host.
bool is_read_by_pending_work(const HostUse& written);

// Forgets all streams, events, captures and graphs, and what they held: the context is released.
void drop_streams();
void drop_events();
void drop_graphs();
void drop_modules();

// A capture that goes wrong.
int invalidate(const std::shared_ptr<Capture>& capture, int status, const char* function, const std::string& why);

// The blocking streams that capture must not be made to depend on the legacy stream.
bool invalidate_implicit(const char* function);

// A graph that a capture ended with; takes it over.
void* add_graph(std::shared_ptr<Graph> graph);

}  // namespace vgpu
