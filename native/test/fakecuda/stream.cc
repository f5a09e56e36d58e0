#include "stream.h"

#include <algorithm>

#include "device.h"

namespace fakecuda {
namespace {

constexpr int kInvalidHandle = 400;
constexpr int kCaptureInvalidated = 901;
constexpr int kCaptureImplicit = 906;
constexpr int kModeGlobal = 0;
constexpr int kModeThreadLocal = 1;

Stream* DefaultStream(int device) {
  static auto* streams = new std::vector<Stream*>;
  while (streams->size() <= static_cast<size_t>(device)) {
    streams->push_back(new Stream(true));
    Streams().push_back(streams->back());
  }
  return (*streams)[static_cast<size_t>(device)];
}

bool IsDefault(const Stream* stream) { return stream == DefaultStream(stream->device); }

}  // namespace

std::vector<Stream*>& Streams() {
  static auto* streams = new std::vector<Stream*>;
  return *streams;
}

Stream* ResolveStream(void* handle) {
  return handle == nullptr ? DefaultStream(CurrentDevice()) : Get<Stream>(handle);
}

int Enqueue(Stream* stream, Work work) {
  if (stream == nullptr) return kInvalidHandle;
  if (stream->capture != nullptr) {
    if (!stream->capture->valid) return kCaptureInvalidated;
    stream->capture->work.push_back(std::move(work));
    return 0;
  }
  if (IsDefault(stream)) {
    // The default stream waits for all blocking streams, which all wait for it.
    for (Stream* other : Streams()) {
      if (other->device != stream->device || !other->blocking) continue;
      if (other->capture != nullptr) {
        other->capture->valid = false;
        return kCaptureImplicit;
      }
      Drain(other);
    }
    ++stream->pushed;
    work();
    ++stream->done;
    return 0;
  }
  ++stream->pushed;
  stream->queue.push_back(std::move(work));
  return 0;
}

void DrainTo(Stream* stream, uint64_t ticket) {
  while (stream->done < ticket && !stream->queue.empty()) {
    const Work work = std::move(stream->queue.front());
    stream->queue.pop_front();
    work();
    ++stream->done;
  }
}

void Drain(Stream* stream) { DrainTo(stream, stream->pushed); }

void DrainDevice(int device) {
  for (size_t i = 0; i < Streams().size(); ++i) {
    if (Streams()[i]->device == device) Drain(Streams()[i]);
  }
}

bool CaptureForbids() {
  bool forbidden = false;
  for (Stream* stream : Streams()) {
    Capture* capture = stream->capture.get();
    if (capture == nullptr) continue;
    if (capture->mode == kModeGlobal ||
        (capture->mode == kModeThreadLocal && capture->thread == std::this_thread::get_id())) {
      capture->valid = false;
      forbidden = true;
    }
  }
  return forbidden;
}

}  // namespace fakecuda
