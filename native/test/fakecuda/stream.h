// Streams, what is queued on them, and what is captured from them. Work is done when somebody waits
// for it and no sooner: code that reads a result without having waited finds what was there before.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "objects.h"

namespace fakecuda {

using Work = std::function<void()>;

struct Capture {
  int mode;
  std::thread::id thread;
  bool valid = true;
  std::vector<Work> work;
};

struct Stream : Object {
  static constexpr Kind kKind = Kind::kStream;
  explicit Stream(bool waits_for_default) : Object(kKind), blocking(waits_for_default) {}

  const bool blocking;  // whether it is ordered with the default stream
  std::deque<Work> queue;
  uint64_t pushed = 0;
  uint64_t done = 0;
  std::unique_ptr<Capture> capture;
};

struct Event : Object {
  static constexpr Kind kKind = Kind::kEvent;
  explicit Event(bool with_time) : Object(kKind), timed(with_time) {}

  const bool timed;
  Stream* stream = nullptr;  // null: never recorded
  uint64_t ticket = 0;       // done when the stream has done so much
  double seconds = 0;
};

struct Graph : Object {
  static constexpr Kind kKind = Kind::kGraph;
  Graph() : Object(kKind) {}

  std::vector<Work> work;
};

struct GraphExec : Object {
  static constexpr Kind kKind = Kind::kGraphExec;
  GraphExec() : Object(kKind) {}

  std::vector<Work> work;
};

// Null is the current device's default stream; null is returned after telling the breach.
Stream* ResolveStream(void* handle);
// All living streams, the default ones among them.
std::vector<Stream*>& Streams();

// Queues work, or adds it to the capture that the stream is in. 0 or the runtime's code.
int Enqueue(Stream* stream, Work work);
void DrainTo(Stream* stream, uint64_t ticket);
void Drain(Stream* stream);
void DrainDevice(int device);

// Whether a capture forbids a call that is not recorded; invalidates the capture, as the runtime
// does.
bool CaptureForbids();

}  // namespace fakecuda
