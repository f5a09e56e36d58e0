// The functions of the CUDA runtime that the backend calls: streams, events, graphs.
#include <algorithm>
#include <chrono>

#include "device.h"
#include "exports.h"
#include "stream.h"

using namespace fakecuda;  // NOLINT: the file is nothing but exported functions

namespace {

constexpr unsigned kNonBlocking = 1;
constexpr unsigned kDisableTiming = 2;

int NewStream(void** stream, unsigned flags) {
  auto* created = Create<Stream>((flags & kNonBlocking) == 0);
  Streams().push_back(created);
  *stream = created;
  return 0;
}

int NewEvent(void** event, unsigned flags) {
  *event = Create<Event>((flags & kDisableTiming) == 0);
  return 0;
}

double Now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

bool IsDone(const Event* event) {
  return event->stream == nullptr || event->stream->done >= event->ticket;
}

int Instantiate(void** exec, void* graph) {
  const Graph* captured = Get<Graph>(graph);
  if (captured == nullptr) return kInvalidHandle;
  auto* created = Create<GraphExec>();
  created->work = captured->work;
  *exec = created;
  return 0;
}

}  // namespace

extern "C" {

FAKE_EXPORT int cudaStreamCreate(void** stream) {
  FAKE_CUDA_CALL();
  return NewStream(stream, 0);
}

FAKE_EXPORT int cudaStreamCreateWithFlags(void** stream, unsigned flags) {
  FAKE_CUDA_CALL();
  return NewStream(stream, flags);
}

FAKE_EXPORT int cudaStreamCreateWithPriority(void** stream, unsigned flags, int) {
  FAKE_CUDA_CALL();
  return NewStream(stream, flags);
}

FAKE_EXPORT int cudaStreamDestroy(void* stream) {
  FAKE_CUDA_RELEASE();
  auto* destroyed = Get<Stream>(stream);
  if (destroyed == nullptr) return Answer(kInvalidHandle);
  if (destroyed->capture != nullptr) Breach("a stream is destroyed while it is captured");
  destroyed->capture.reset();
  Drain(destroyed);
  Streams().erase(std::find(Streams().begin(), Streams().end(), destroyed));
  Destroy(stream, Kind::kStream);
  return Answer(entry.injected());
}

FAKE_EXPORT int cudaStreamSynchronize(void* stream) {
  FAKE_CUDA_CALL();
  Stream* waited = ResolveStream(stream);
  if (waited == nullptr) return Answer(kInvalidHandle);
  if (waited->capture != nullptr) {
    waited->capture->valid = false;
    return Answer(kCaptureUnsupported);
  }
  Drain(waited);
  return 0;
}

FAKE_EXPORT int cudaStreamQuery(void* stream) {
  FAKE_CUDA_CALL();
  Stream* asked = ResolveStream(stream);
  if (asked == nullptr) return Answer(kInvalidHandle);
  if (asked->capture != nullptr) {
    asked->capture->valid = false;
    return Answer(kCaptureUnsupported);
  }
  if (asked->done == asked->pushed) return 0;
  Drain(asked);  // The next one who asks finds it done.
  return kNotReady;
}

FAKE_EXPORT int cudaStreamWaitEvent(void* stream, void* event, unsigned) {
  FAKE_CUDA_CALL();
  Stream* waiting = ResolveStream(stream);
  const Event* awaited = Get<Event>(event);
  if (waiting == nullptr || awaited == nullptr) return Answer(kInvalidHandle);
  if (awaited->stream == nullptr) return 0;
  // Capturing more than one stream at a time is left out.
  if (waiting->capture != nullptr || awaited->stream->capture != nullptr) {
    return Answer(kCaptureIsolation);
  }
  Stream* of = awaited->stream;
  const uint64_t ticket = awaited->ticket;
  return Answer(Enqueue(waiting, [of, ticket] { DrainTo(of, ticket); }));
}

FAKE_EXPORT int cudaStreamBeginCapture(void* stream, int mode) {
  FAKE_CUDA_CALL();
  if (stream == nullptr) return Answer(kCaptureUnsupported);
  auto* captured = Get<Stream>(stream);
  if (captured == nullptr) return Answer(kInvalidHandle);
  if (captured->capture != nullptr) return Answer(kInvalidValue);
  captured->capture.reset(new Capture{mode, std::this_thread::get_id(), true, {}});
  return 0;
}

FAKE_EXPORT int cudaStreamEndCapture(void* stream, void** graph) {
  FAKE_CUDA_RELEASE();
  *graph = nullptr;
  auto* captured = stream != nullptr ? Get<Stream>(stream) : nullptr;
  if (captured == nullptr || captured->capture == nullptr) return Answer(kCaptureUnmatched);
  const std::unique_ptr<Capture> capture = std::move(captured->capture);
  if (entry.injected() != 0) return entry.injected();
  if (!capture->valid) return Answer(kCaptureInvalidated);
  auto* created = Create<Graph>();
  created->work = std::move(capture->work);
  *graph = created;
  return 0;
}

FAKE_EXPORT int cudaStreamIsCapturing(void* stream, int* status) {
  FAKE_CUDA_CALL();
  const Stream* asked = ResolveStream(stream);
  if (asked == nullptr) return Answer(kInvalidHandle);
  *status = asked->capture == nullptr ? 0 : asked->capture->valid ? 1 : 2;
  return 0;
}

FAKE_EXPORT int cudaEventCreate(void** event) {
  FAKE_CUDA_CALL();
  return NewEvent(event, 0);
}

FAKE_EXPORT int cudaEventCreateWithFlags(void** event, unsigned flags) {
  FAKE_CUDA_CALL();
  return NewEvent(event, flags);
}

FAKE_EXPORT int cudaEventDestroy(void* event) {
  FAKE_CUDA_RELEASE();
  return Answer(Destroy(event, Kind::kEvent) ? entry.injected() : kInvalidHandle);
}

FAKE_EXPORT int cudaEventRecord(void* event, void* stream) {
  FAKE_CUDA_CALL();
  auto* recorded = Get<Event>(event);
  Stream* on = ResolveStream(stream);
  if (recorded == nullptr || on == nullptr) return Answer(kInvalidHandle);
  const int code = Enqueue(on, [recorded] { recorded->seconds = Now(); });
  recorded->stream = on;
  recorded->ticket = on->pushed;
  return Answer(code);
}

FAKE_EXPORT int cudaEventQuery(void* event) {
  FAKE_CUDA_CALL();
  const Event* asked = Get<Event>(event);
  if (asked == nullptr) return Answer(kInvalidHandle);
  if (IsDone(asked)) return 0;
  DrainTo(asked->stream, asked->ticket);  // The next one who asks finds it done.
  return kNotReady;
}

FAKE_EXPORT int cudaEventSynchronize(void* event) {
  FAKE_CUDA_CALL();
  const Event* awaited = Get<Event>(event);
  if (awaited == nullptr) return Answer(kInvalidHandle);
  if (!IsDone(awaited)) DrainTo(awaited->stream, awaited->ticket);
  return 0;
}

FAKE_EXPORT int cudaEventElapsedTime(float* milliseconds, void* start, void* end) {
  FAKE_CUDA_CALL();
  const Event* from = Get<Event>(start);
  const Event* to = Get<Event>(end);
  if (from == nullptr || to == nullptr) return Answer(kInvalidHandle);
  if (!from->timed || !to->timed) return Answer(kInvalidHandle);
  if (!IsDone(from) || !IsDone(to)) return Answer(kNotReady);
  *milliseconds = static_cast<float>((to->seconds - from->seconds) * 1e3);
  return 0;
}

FAKE_EXPORT int cudaGraphInstantiate(void** exec, void* graph, unsigned long long) {  // NOLINT
  FAKE_CUDA_CALL();
  return Answer(Instantiate(exec, graph));
}

FAKE_EXPORT int cudaGraphInstantiateWithFlags(void** exec, void* graph,
                                              unsigned long long) {  // NOLINT
  FAKE_CUDA_CALL();
  return Answer(Instantiate(exec, graph));
}

FAKE_EXPORT int cudaGraphUpload(void* exec, void* stream) {
  FAKE_CUDA_CALL();
  if (Get<GraphExec>(exec) == nullptr || ResolveStream(stream) == nullptr)
    return Answer(kInvalidHandle);
  return 0;
}

FAKE_EXPORT int cudaGraphLaunch(void* exec, void* stream) {
  FAKE_CUDA_CALL();
  const GraphExec* launched = Get<GraphExec>(exec);
  Stream* on = ResolveStream(stream);
  if (launched == nullptr || on == nullptr) return Answer(kInvalidHandle);
  return Answer(Enqueue(on, [work = launched->work] {
    for (const Work& step : work) step();
  }));
}

FAKE_EXPORT int cudaGraphExecDestroy(void* exec) {
  FAKE_CUDA_RELEASE();
  return Answer(Destroy(exec, Kind::kGraphExec) ? entry.injected() : kInvalidHandle);
}

FAKE_EXPORT int cudaGraphDestroy(void* graph) {
  FAKE_CUDA_RELEASE();
  return Answer(Destroy(graph, Kind::kGraph) ? entry.injected() : kInvalidHandle);
}

}  // extern "C"
