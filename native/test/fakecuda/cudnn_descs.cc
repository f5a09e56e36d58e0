// cuDNN: handles and descriptors.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <functional>

#include "device.h"
#include "dnn_codes.h"
#include "dnn_handle.h"
#include "exports.h"
#include "rnn_desc.h"
#include "scalar.h"

using namespace fakecuda;  // NOLINT: the file is nothing but exported functions

namespace {

constexpr size_t kVersion = 92400;
constexpr size_t kDropoutStateBytes = 4096;
constexpr int kProjectionClipNone = 0;

}  // namespace

namespace fakecuda {

int Refuse(int code, const char* condition) {
  LastDnnError() =
      std::string("Error: CUDNN_STATUS ") + std::to_string(code) + "; Reason: " + condition;
  return code;
}

}  // namespace fakecuda

extern "C" {

FAKE_EXPORT size_t cudnnGetVersion() { return kVersion; }

FAKE_EXPORT size_t cudnnGetCudartVersion() { return kRuntimeVersion; }

FAKE_EXPORT const char* cudnnGetErrorString(int status) {
  switch (status) {
    case 0:
      return "CUDNN_STATUS_SUCCESS";
    case kDnnNotInitialized:
      return "CUDNN_STATUS_NOT_INITIALIZED";
    case kDnnBadParam:
      return "CUDNN_STATUS_BAD_PARAM";
    case kDnnNullPointer:
      return "CUDNN_STATUS_BAD_PARAM_NULL_POINTER";
    case kDnnTooSmall:
      return "CUDNN_STATUS_BAD_PARAM_SIZE_INSUFFICIENT";
    case kDnnShapeMismatch:
      return "CUDNN_STATUS_BAD_PARAM_SHAPE_MISMATCH";
    case kDnnNotSupported:
      return "CUDNN_STATUS_NOT_SUPPORTED";
    case kDnnNotSupportedShape:
      return "CUDNN_STATUS_NOT_SUPPORTED_SHAPE";
    case 5000:
      return "CUDNN_STATUS_EXECUTION_FAILED";
    default:
      return "CUDNN_UNKNOWN_STATUS";
  }
}

FAKE_EXPORT void cudnnGetLastErrorString(char* text, size_t size) {
  std::lock_guard<std::recursive_mutex> guard(Lock());
  if (size > 0) std::snprintf(text, size, "%s", LastDnnError().c_str());
  LastDnnError().clear();
}

FAKE_EXPORT int cudnnCreate(void** handle) {
  FAKE_DNN_CALL();
  FAKE_REFUSE_IF(DriverVersion() < kRuntimeVersion || DeviceCount() == 0, kDnnNotInitialized);
  FAKE_REFUSE_IF(CaptureForbids(), kDnnNotInitialized);
  *handle = Create<DnnHandle>();
  return 0;
}

FAKE_EXPORT int cudnnDestroy(void* handle) {
  FAKE_RELEASE(kDnn);
  return Destroy(handle, Kind::kDnnHandle) ? entry.injected() : kDnnBadParam;
}

FAKE_EXPORT int cudnnSetStream(void* handle, void* stream) {
  FAKE_DNN_CALL();
  auto* dnn = Get<DnnHandle>(handle);
  FAKE_REFUSE_IF(dnn == nullptr || ResolveStream(stream) == nullptr, kDnnBadParam);
  dnn->stream = stream;
  return 0;
}

FAKE_EXPORT int cudnnGetStream(void* handle, void** stream) {
  FAKE_DNN_CALL();
  const auto* dnn = Get<DnnHandle>(handle);
  FAKE_REFUSE_IF(dnn == nullptr, kDnnBadParam);
  *stream = dnn->stream;
  return 0;
}

FAKE_EXPORT int cudnnCreateTensorDescriptor(void** desc) {
  FAKE_DNN_CALL();
  *desc = Create<TensorDescriptor>();
  return 0;
}

FAKE_EXPORT int cudnnDestroyTensorDescriptor(void* desc) {
  FAKE_RELEASE(kDnn);
  return Destroy(desc, Kind::kTensorDescriptor) ? entry.injected() : kDnnBadParam;
}

FAKE_EXPORT int cudnnSetTensorNdDescriptor(void* desc, int type, int dims, const int* sizes,
                                           const int* strides) {
  FAKE_DNN_CALL();
  auto* tensor = Get<TensorDescriptor>(desc);
  FAKE_REFUSE_IF(tensor == nullptr || sizes == nullptr || strides == nullptr, kDnnBadParam);
  FAKE_REFUSE_IF(dims < 3 || dims > 8, kDnnNotSupported);
  FAKE_REFUSE_IF(std::any_of(sizes, sizes + dims, [](int size) { return size <= 0; }),
                 kDnnBadParam);
  tensor->type = type;
  tensor->sizes.assign(sizes, sizes + dims);
  tensor->strides.assign(strides, strides + dims);
  return 0;
}

FAKE_EXPORT int cudnnGetTensorNdDescriptor(void* desc, int wanted, int* type, int* dims, int* sizes,
                                           int* strides) {
  FAKE_DNN_CALL();
  const auto* tensor = Get<TensorDescriptor>(desc);
  FAKE_REFUSE_IF(tensor == nullptr || wanted < 0, kDnnBadParam);
  *type = tensor->type;
  *dims = static_cast<int>(tensor->sizes.size());
  const auto count = std::min(static_cast<size_t>(wanted), tensor->sizes.size());
  std::copy_n(tensor->sizes.begin(), count, sizes);
  std::copy_n(tensor->strides.begin(), count, strides);
  return 0;
}

FAKE_EXPORT int cudnnCreateDropoutDescriptor(void** desc) {
  FAKE_DNN_CALL();
  *desc = Create<DropoutDescriptor>();
  return 0;
}

FAKE_EXPORT int cudnnDestroyDropoutDescriptor(void* desc) {
  FAKE_RELEASE(kDnn);
  return Destroy(desc, Kind::kDropoutDescriptor) ? entry.injected() : kDnnBadParam;
}

FAKE_EXPORT int cudnnDropoutGetStatesSize(void* handle, size_t* bytes) {
  FAKE_DNN_CALL();
  FAKE_REFUSE_IF(Get<DnnHandle>(handle) == nullptr, kDnnBadParam);
  *bytes = kDropoutStateBytes;
  return 0;
}

FAKE_EXPORT int cudnnSetDropoutDescriptor(void* desc, void* handle, float rate, void* states,
                                          size_t state_bytes,
                                          unsigned long long seed) {  // NOLINT: cuDNN's own type
  FAKE_DNN_CALL();
  auto* dropout = Get<DropoutDescriptor>(desc);
  const auto* dnn = Get<DnnHandle>(handle);
  FAKE_REFUSE_IF(dropout == nullptr || dnn == nullptr, kDnnBadParam);
  FAKE_REFUSE_IF(states == nullptr, kDnnNullPointer);
  FAKE_REFUSE_IF(state_bytes < kDropoutStateBytes, kDnnTooSmall);
  FAKE_REFUSE_IF(!(rate >= 0 && rate <= 1), kDnnBadParam);
  dropout->set = true;
  dropout->rate = rate;
  dropout->seed = seed;
  Enqueue(ResolveStream(dnn->stream), [=] { Shadow(states, state_bytes, "dropout states"); });
  return 0;
}

FAKE_EXPORT int cudnnCreateRNNDescriptor(void** desc) {
  FAKE_DNN_CALL();
  *desc = Create<RnnDescriptor>();
  return 0;
}

FAKE_EXPORT int cudnnDestroyRNNDescriptor(void* desc) {
  FAKE_RELEASE(kDnn);
  return Destroy(desc, Kind::kRnnDescriptor) ? entry.injected() : kDnnBadParam;
}

FAKE_EXPORT int cudnnSetRNNDescriptor_v8(void* desc, int algorithm, int cell, int bias,
                                         int direction, int input_mode, int type,
                                         int math_precision, int math, int inputs, int hidden,
                                         int projection, int layers, void* dropout,
                                         unsigned flags) {
  FAKE_DNN_CALL();
  auto* rnn = Get<RnnDescriptor>(desc);
  FAKE_REFUSE_IF(rnn == nullptr, kDnnBadParam);
  FAKE_REFUSE_IF(algorithm < kStandard || algorithm > kSmallH, kDnnBadParam);
  FAKE_REFUSE_IF(cell < kRelu || cell > kGru || bias < kNoBias || bias > kRecurrentBias,
                 kDnnBadParam);
  FAKE_REFUSE_IF(direction < 0 || direction > 1, kDnnBadParam);
  FAKE_REFUSE_IF(input_mode != 0, kDnnNotSupported);  // The stand-in has no skipped input.
  FAKE_REFUSE_IF(inputs < 1 || hidden < 1 || layers < 1, kDnnBadParam);
  FAKE_REFUSE_IF(projection < 1 || projection > hidden, kDnnBadParam);
  FAKE_REFUSE_IF(projection != hidden && (cell != kLstm || algorithm != kStandard),
                 kDnnNotSupported);
  FAKE_REFUSE_IF(ElementSize(type) == 0, kDnnBadParam);
  FAKE_REFUSE_IF(type == kDouble && math_precision != kDouble, kDnnNotSupported);
  FAKE_REFUSE_IF(type == kFloat && math_precision != kFloat, kDnnNotSupported);
  FAKE_REFUSE_IF(type == kBfloat16 && math_precision != kFloat, kDnnNotSupported);
  FAKE_REFUSE_IF(type == kHalf && math_precision != kFloat && math_precision != kHalf,
                 kDnnNotSupported);
  FAKE_REFUSE_IF(type == kDouble && (algorithm == kPersistStatic || algorithm == kSmallH),
                 kDnnNotSupported);
  FAKE_REFUSE_IF(bias == kNoBias && algorithm == kSmallH, kDnnNotSupported);
  FAKE_REFUSE_IF(math < 0 || math > 3, kDnnBadParam);
  Network network;
  if (dropout != nullptr) {
    const auto* masks = Get<DropoutDescriptor>(dropout);
    FAKE_REFUSE_IF(masks == nullptr || !masks->set, kDnnBadParam);
    network.dropout = masks->rate;
    network.dropout_seed = masks->seed;
  }
  network.algorithm = algorithm;
  network.cell = cell;
  network.bias = bias;
  network.directions = direction + 1;
  network.type = type;
  network.math_precision = math_precision;
  network.math = math;
  network.inputs = static_cast<size_t>(inputs);
  network.hidden = static_cast<size_t>(hidden);
  network.state = static_cast<size_t>(projection);
  network.layers = static_cast<size_t>(layers);
  network.padded_io = (flags & 1) != 0;
  rnn->network = network;
  rnn->map = std::make_shared<WeightMap>(network);
  rnn->built_for = 0;
  return 0;
}

FAKE_EXPORT int cudnnRNNSetClip_v8(void* desc, int mode, int, double low, double high) {
  FAKE_DNN_CALL();
  auto* rnn = Get<RnnDescriptor>(desc);
  FAKE_REFUSE_IF(rnn == nullptr || rnn->map == nullptr, kDnnBadParam);
  FAKE_REFUSE_IF(mode != kProjectionClipNone && (rnn->network.cell != kLstm || !(low < high)),
                 kDnnBadParam);
  rnn->network.clips = mode != kProjectionClipNone;
  rnn->network.clip_low = low;
  rnn->network.clip_high = high;
  return 0;
}

FAKE_EXPORT int cudnnRNNSetClip_v9(void* desc, int mode, double low, double high) {
  return cudnnRNNSetClip_v8(desc, mode, 0, low, high);
}

FAKE_EXPORT int cudnnBuildRNNDynamic(void* handle, void* desc, int rows) {
  FAKE_DNN_CALL();
  auto* rnn = Get<RnnDescriptor>(desc);
  FAKE_REFUSE_IF(rnn == nullptr || Get<DnnHandle>(handle) == nullptr || rows < 1, kDnnBadParam);
  FAKE_REFUSE_IF(rnn->network.algorithm != kPersistDynamic, kDnnNotSupported);
  rnn->built_for = rows;
  return 0;
}

FAKE_EXPORT int cudnnCreateRNNDataDescriptor(void** desc) {
  FAKE_DNN_CALL();
  *desc = Create<RnnDataDescriptor>();
  return 0;
}

FAKE_EXPORT int cudnnDestroyRNNDataDescriptor(void* desc) {
  FAKE_RELEASE(kDnn);
  return Destroy(desc, Kind::kRnnDataDescriptor) ? entry.injected() : kDnnBadParam;
}

FAKE_EXPORT int cudnnSetRNNDataDescriptor(void* desc, int type, int layout, int steps, int rows,
                                          int width, const int* lengths, void* fill) {
  FAKE_DNN_CALL();
  auto* data = Get<RnnDataDescriptor>(desc);
  FAKE_REFUSE_IF(data == nullptr, kDnnBadParam);
  FAKE_REFUSE_IF(lengths == nullptr, kDnnNullPointer);
  FAKE_REFUSE_IF(ElementSize(type) == 0 || layout < kSeqMajor || layout > kBatchMajor,
                 kDnnBadParam);
  FAKE_REFUSE_IF(steps < 1 || rows < 1 || width < 1, kDnnBadParam);
  if (IsDevice(lengths) || (fill != nullptr && IsDevice(fill))) {
    Breach("lengths and fill values of a data descriptor are host memory");
    return kDnnBadParam;
  }
  FAKE_REFUSE_IF(std::any_of(lengths, lengths + rows, [=](int n) { return n < 0 || n > steps; }),
                 kDnnBadParam);
  if (layout == kSeqMajorPacked) {
    FAKE_REFUSE_IF(!std::is_sorted(lengths, lengths + rows, std::greater<int>()), kDnnBadParam);
    FAKE_REFUSE_IF(lengths[0] != steps, kDnnBadParam);
  }
  Sequences& s = data->data;
  s.type = type;
  s.layout = layout;
  s.steps = static_cast<size_t>(steps);
  s.rows = static_cast<size_t>(rows);
  s.width = static_cast<size_t>(width);
  s.lengths.assign(lengths, lengths + rows);
  s.fills = fill != nullptr;
  s.fill = s.fills ? LoadScalar(fill, type, 0) : 0;
  return 0;
}

}  // extern "C"
