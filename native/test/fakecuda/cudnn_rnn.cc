// cuDNN: weights, sizes and the three calls of a recurrent network.
#include <algorithm>
#include <cstring>
#include <string>

#include "device.h"
#include "dnn_codes.h"
#include "dnn_handle.h"
#include "exports.h"
#include "rnn_math.h"

using namespace fakecuda;  // NOLINT: the file is nothing but exported functions

namespace {

constexpr int kTraining = 1;
constexpr int kPoison = 0xff;
constexpr size_t kPersistStaticHidden = 1024;

// The sizes that PyTorch takes the algorithm for; where cuDNN itself stops is open.
size_t SmallHLimit(int cell, bool backward) {
  if (cell == kLstm || cell == kGru) return backward ? 128 : 192;
  return backward ? 256 : 384;
}

size_t WorkspaceBytes(const Network& network, const Sequences& x) {
  return 256 + x.steps * x.rows * network.hidden * network.gates() * ElementSize(network.type);
}

size_t WeightBytes(const RnnDescriptor& rnn) {
  return rnn.map->elements() * ElementSize(rnn.network.type);
}

int CheckShape(const RnnDescriptor& rnn, const Sequences& x, bool backward) {
  const Network& net = rnn.network;
  const bool equal = std::all_of(x.lengths.begin(), x.lengths.end(),
                                 [&](int n) { return static_cast<size_t>(n) == x.steps; });
  const bool padded = x.layout != kSeqMajorPacked && !equal;
  // Whether a kernel takes a row of no steps is open; here none does.
  FAKE_REFUSE_IF(std::find(x.lengths.begin(), x.lengths.end(), 0) != x.lengths.end(),
                 kDnnNotSupportedShape);
  FAKE_REFUSE_IF(padded && !net.padded_io, kDnnNotSupported);
  FAKE_REFUSE_IF(net.algorithm == kPersistStatic && net.hidden > kPersistStaticHidden,
                 kDnnNotSupportedShape);
  FAKE_REFUSE_IF(net.algorithm == kSmallH && net.hidden > SmallHLimit(net.cell, backward),
                 kDnnNotSupportedShape);
  FAKE_REFUSE_IF(net.algorithm == kSmallH && !equal, kDnnNotSupportedShape);
  FAKE_REFUSE_IF(net.algorithm == kPersistDynamic && static_cast<size_t>(rnn.built_for) != x.rows,
                 kDnnBadParam);
  return 0;
}

int CheckData(const Network& net, const Sequences& x, const Sequences& y) {
  FAKE_REFUSE_IF(x.type != net.type || y.type != net.type, kDnnBadParam);
  FAKE_REFUSE_IF(x.width != net.inputs, kDnnShapeMismatch);
  FAKE_REFUSE_IF(y.width != net.state * static_cast<size_t>(net.directions), kDnnShapeMismatch);
  FAKE_REFUSE_IF(x.layout != y.layout || x.steps != y.steps || x.rows != y.rows, kDnnShapeMismatch);
  FAKE_REFUSE_IF(x.lengths != y.lengths, kDnnShapeMismatch);
  return 0;
}

// A descriptor of states [L*D, N, width], where one is needed.
int CheckState(const Network& net, const void* desc, bool needed, size_t rows, size_t width) {
  if (!needed) return 0;
  const auto* state = Get<TensorDescriptor>(desc);
  FAKE_REFUSE_IF(state == nullptr, kDnnBadParam);
  const int n = static_cast<int>(rows);
  const int w = static_cast<int>(width);
  FAKE_REFUSE_IF(state->type != net.type, kDnnBadParam);
  FAKE_REFUSE_IF((state->sizes != std::vector<int>{static_cast<int>(net.pseudo_layers()), n, w}),
                 kDnnShapeMismatch);
  FAKE_REFUSE_IF((state->strides != std::vector<int>{n * w, w, 1}), kDnnNotSupported);
  return 0;
}

struct Given {
  void* handle;
  void* desc;
  const int* device_lengths;
  void* x_desc;
  void* y_desc;
  void* h_desc;
  void* c_desc;
  bool has_h;
  bool has_c;
  size_t weight_bytes;
  size_t workspace_bytes;
  size_t reserve_bytes;
  bool reserves;
  bool backward;
};

struct Checked {
  Stream* stream = nullptr;
  RnnCall call;
  std::vector<int> device_lengths;
};

int Check(const Given& given, Checked* checked) {
  const auto* dnn = Get<DnnHandle>(given.handle);
  const auto* rnn = Get<RnnDescriptor>(given.desc);
  const auto* x = Get<RnnDataDescriptor>(given.x_desc);
  const auto* y = Get<RnnDataDescriptor>(given.y_desc);
  FAKE_REFUSE_IF(dnn == nullptr || rnn == nullptr || x == nullptr || y == nullptr, kDnnBadParam);
  FAKE_REFUSE_IF(rnn->map == nullptr || x->data.type < 0 || y->data.type < 0, kDnnBadParam);
  const Network& net = rnn->network;
  int code = CheckData(net, x->data, y->data);
  if (code == 0) code = CheckShape(*rnn, x->data, given.backward);
  if (code == 0) code = CheckState(net, given.h_desc, given.has_h, x->data.rows, net.state);
  if (code == 0)
    code =
        CheckState(net, given.c_desc, given.has_c && net.cell == kLstm, x->data.rows, net.hidden);
  if (code != 0) return code;
  FAKE_REFUSE_IF(given.weight_bytes < WeightBytes(*rnn), kDnnTooSmall);
  FAKE_REFUSE_IF(given.workspace_bytes < WorkspaceBytes(net, x->data), kDnnTooSmall);
  FAKE_REFUSE_IF(
      given.reserves && given.reserve_bytes < ReserveBytes(net, x->data.steps, x->data.rows),
      kDnnTooSmall);
  if (given.device_lengths != nullptr && !IsDevice(given.device_lengths)) {
    Breach("devSeqLengths: %p is no device memory", static_cast<const void*>(given.device_lengths));
    return kDnnBadParam;
  }
  checked->stream = ResolveStream(dnn->stream);
  checked->call = {net, rnn->map, x->data, y->data};
  return checked->stream == nullptr ? kDnnBadParam : 0;
}

// Shadows of a call's memory, taken when the work is done.
class Shadows {
 public:
  explicit Shadows(const RnnCall& call) : call_(call), size_(ElementSize(call.network.type)) {}

  // Null stays null.
  void* state(const void* pointer, size_t width, const char* what) {
    if (pointer == nullptr) return nullptr;
    return Take(pointer, call_.network.pseudo_layers() * call_.x.rows * width * size_, what);
  }
  void* h(const void* pointer, const char* what) {
    return state(pointer, call_.network.state, what);
  }
  void* c(const void* pointer, const char* what) {
    return call_.network.cell == kLstm ? state(pointer, call_.network.hidden, what) : nullptr;
  }
  void* x(const void* pointer, const char* what) {
    return Take(pointer, call_.x.elements() * size_, what);
  }
  void* y(const void* pointer, const char* what) {
    return Take(pointer, call_.y.elements() * size_, what);
  }
  void* weights(const void* pointer, const char* what) {
    return Take(pointer, call_.map->elements() * size_, what);
  }
  void* reserve(const void* pointer) {
    return Take(pointer, ReserveBytes(call_.network, call_.x.steps, call_.x.rows), "reserve space");
  }
  // What stood in the workspace is nobody's.
  void Spoil(void* workspace, size_t bytes) {
    void* shadow = Take(workspace, bytes, "workspace");
    if (shadow != nullptr) std::memset(shadow, kPoison, bytes);
  }
  void Lengths(const int* device) {
    if (device == nullptr) return;
    const void* shadow = Take(device, call_.x.rows * sizeof(int), "devSeqLengths");
    if (shadow != nullptr &&
        std::memcmp(shadow, call_.x.lengths.data(), call_.x.rows * sizeof(int)) != 0) {
      Breach("devSeqLengths differ from the lengths of the data descriptor");
    }
  }
  bool good() const { return good_; }

 private:
  void* Take(const void* pointer, size_t bytes, const char* what) {
    void* shadow = Shadow(pointer, bytes, what);
    good_ = good_ && shadow != nullptr;
    return shadow;
  }

  const RnnCall& call_;
  size_t size_;
  bool good_ = true;
};

int Queue(Stream* stream, Work work) { return Enqueue(stream, std::move(work)) == 0 ? 0 : 5000; }

void Describe(TensorDescriptor* desc, int type, const Region& region) {
  const int rows = static_cast<int>(region.rows);
  const int cols = static_cast<int>(region.cols);
  desc->type = type;
  desc->sizes = {rows == 0 ? 0 : 1, rows, cols};
  desc->strides = {rows * cols, cols, 1};
}

}  // namespace

extern "C" {

FAKE_EXPORT int cudnnGetRNNWeightSpaceSize(void* handle, void* desc, size_t* bytes) {
  FAKE_DNN_CALL();
  const auto* rnn = Get<RnnDescriptor>(desc);
  FAKE_REFUSE_IF(Get<DnnHandle>(handle) == nullptr || rnn == nullptr || rnn->map == nullptr,
                 kDnnBadParam);
  *bytes = WeightBytes(*rnn);
  return 0;
}

FAKE_EXPORT int cudnnGetRNNTempSpaceSizes(void* handle, void* desc, int mode, void* x_desc,
                                          size_t* workspace, size_t* reserve) {
  FAKE_DNN_CALL();
  const auto* rnn = Get<RnnDescriptor>(desc);
  const auto* x = Get<RnnDataDescriptor>(x_desc);
  FAKE_REFUSE_IF(Get<DnnHandle>(handle) == nullptr || rnn == nullptr || x == nullptr, kDnnBadParam);
  FAKE_REFUSE_IF(rnn->map == nullptr || x->data.type < 0, kDnnBadParam);
  if (workspace != nullptr) *workspace = WorkspaceBytes(rnn->network, x->data);
  if (reserve != nullptr) {
    *reserve = mode == kTraining ? ReserveBytes(rnn->network, x->data.steps, x->data.rows) : 0;
  }
  return 0;
}

FAKE_EXPORT int cudnnGetRNNWeightParams(void* handle, void* desc, int pseudo_layer,
                                        size_t weight_bytes, void* weights, int id, void* m_desc,
                                        void** m, void* b_desc, void** b) {
  FAKE_DNN_CALL();
  const auto* rnn = Get<RnnDescriptor>(desc);
  auto* matrix = Get<TensorDescriptor>(m_desc);
  auto* bias = Get<TensorDescriptor>(b_desc);
  FAKE_REFUSE_IF(Get<DnnHandle>(handle) == nullptr || rnn == nullptr || rnn->map == nullptr,
                 kDnnBadParam);
  FAKE_REFUSE_IF(matrix == nullptr || bias == nullptr, kDnnBadParam);
  FAKE_REFUSE_IF(m == nullptr || b == nullptr || weights == nullptr, kDnnNullPointer);
  FAKE_REFUSE_IF(weight_bytes < WeightBytes(*rnn), kDnnTooSmall);
  const Network& net = rnn->network;
  FAKE_REFUSE_IF(pseudo_layer < 0 || static_cast<size_t>(pseudo_layer) >= net.pseudo_layers(),
                 kDnnBadParam);
  const size_t most = 2 * net.gates() + (net.cell == kLstm ? 1 : 0);
  FAKE_REFUSE_IF(id < 0 || static_cast<size_t>(id) >= most, kDnnBadParam);
  if (Shadow(weights, weight_bytes, "weight space") == nullptr) return kDnnBadParam;
  const bool exists = static_cast<size_t>(id) < rnn->map->ids();
  const Region m_region =
      exists ? rnn->map->matrix(static_cast<size_t>(pseudo_layer), static_cast<size_t>(id))
             : Region();
  const Region b_region =
      exists ? rnn->map->bias(static_cast<size_t>(pseudo_layer), static_cast<size_t>(id))
             : Region();
  const size_t size = ElementSize(net.type);
  Describe(matrix, net.type, m_region);
  Describe(bias, net.type, b_region);
  *m = m_region.rows > 0 ? static_cast<char*>(weights) + m_region.offset * size : nullptr;
  *b = b_region.rows > 0 ? static_cast<char*>(weights) + b_region.offset * size : nullptr;
  return 0;
}

FAKE_EXPORT int cudnnRNNForward(void* handle, void* desc, int mode, const int* device_lengths,
                                void* x_desc, const void* x, void* y_desc, void* y, void* h_desc,
                                const void* hx, void* hy, void* c_desc, const void* cx, void* cy,
                                size_t weight_bytes, const void* weights, size_t workspace_bytes,
                                void* workspace, size_t reserve_bytes, void* reserve) {
  FAKE_DNN_CALL();
  const bool training = mode == kTraining;
  Checked checked;
  const int code = Check({handle, desc, device_lengths, x_desc, y_desc, h_desc, c_desc,
                          hx != nullptr || hy != nullptr, cx != nullptr || cy != nullptr,
                          weight_bytes, workspace_bytes, reserve_bytes, training, false},
                         &checked);
  if (code != 0) return code;
  return Queue(checked.stream, [=, call = checked.call] {
    Shadows of(call);
    of.Lengths(device_lengths);
    of.Spoil(workspace, workspace_bytes);
    RnnMemory memory;
    memory.x = of.x(x, "x");
    memory.y = of.y(y, "y");
    memory.hx = of.h(hx, "hx");
    memory.hy = of.h(hy, "hy");
    memory.cx = of.c(cx, "cx");
    memory.cy = of.c(cy, "cy");
    memory.weights = of.weights(weights, "weight space");
    if (training) memory.reserve = of.reserve(reserve);
    if (of.good()) RnnForward(call, memory, training);
  });
}

FAKE_EXPORT int cudnnRNNBackwardData_v8(void* handle, void* desc, const int* device_lengths,
                                        void* y_desc, const void* y, const void* dy, void* x_desc,
                                        void* dx, void* h_desc, const void* hx, const void* dhy,
                                        void* dhx, void* c_desc, const void* cx, const void* dcy,
                                        void* dcx, size_t weight_bytes, const void* weights,
                                        size_t workspace_bytes, void* workspace,
                                        size_t reserve_bytes, void* reserve) {
  FAKE_DNN_CALL();
  Checked checked;
  const bool has_h = hx != nullptr || dhy != nullptr || dhx != nullptr;
  const bool has_c = cx != nullptr || dcy != nullptr || dcx != nullptr;
  const int code = Check({handle, desc, device_lengths, x_desc, y_desc, h_desc, c_desc, has_h,
                          has_c, weight_bytes, workspace_bytes, reserve_bytes, true, true},
                         &checked);
  if (code != 0) return code;
  return Queue(checked.stream, [=, call = checked.call] {
    Shadows of(call);
    of.Lengths(device_lengths);
    of.Spoil(workspace, workspace_bytes);
    RnnMemory memory;
    memory.y = of.y(y, "y");
    memory.dy = of.y(dy, "dy");
    memory.dx = of.x(dx, "dx");
    memory.hx = of.h(hx, "hx");
    memory.dhy = of.h(dhy, "dhy");
    memory.dhx = of.h(dhx, "dhx");
    memory.cx = of.c(cx, "cx");
    memory.dcy = of.c(dcy, "dcy");
    memory.dcx = of.c(dcx, "dcx");
    memory.weights = of.weights(weights, "weight space");
    memory.reserve = of.reserve(reserve);
    if (of.good()) RnnBackwardData(call, memory);
  });
}

FAKE_EXPORT int cudnnRNNBackwardWeights_v8(void* handle, void* desc, int mode,
                                           const int* device_lengths, void* x_desc, const void* x,
                                           void* h_desc, const void* hx, void* y_desc,
                                           const void* y, size_t weight_bytes, void* dweights,
                                           size_t workspace_bytes, void* workspace,
                                           size_t reserve_bytes, void* reserve) {
  FAKE_DNN_CALL();
  FAKE_REFUSE_IF(mode != 0, kDnnNotSupported);  // Only ADD.
  Checked checked;
  const int code =
      Check({handle, desc, device_lengths, x_desc, y_desc, h_desc, nullptr, hx != nullptr, false,
             weight_bytes, workspace_bytes, reserve_bytes, true, true},
            &checked);
  if (code != 0) return code;
  return Queue(checked.stream, [=, call = checked.call] {
    Shadows of(call);
    of.Lengths(device_lengths);
    of.Spoil(workspace, workspace_bytes);
    RnnMemory memory;
    memory.x = of.x(x, "x");
    memory.y = of.y(y, "y");
    memory.hx = of.h(hx, "hx");
    memory.dweights = of.weights(dweights, "gradient of the weight space");
    memory.reserve = of.reserve(reserve);
    if (of.good()) RnnBackwardWeights(call, memory);
  });
}

}  // extern "C"
