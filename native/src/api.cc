// The C ABI of layers: checks arguments, then calls the drivers. No exception leaves.
#include <string>
#include <utility>

#include "argument_check.h"
#include "backward_pass.h"
#include "blas.h"
#include "cache_sizes.h"
#include "desc.h"
#include "dispatch.h"
#include "forward_pass.h"
#include "fusedrnn/fusedrnn.h"
#include "memory.h"
#include "pack.h"
#include "plan.h"
#include "product_table.h"
#include "reserve.h"
#include "rows.h"
#include "schedule.h"
#include "status.h"

#ifndef FUSEDRNN_VERSION
#define FUSEDRNN_VERSION "unknown"
#endif

using namespace fusedrnn;

struct fr_layer {
  SharedGeometry geometry;
};

namespace {

void CheckFlag(const char* name, int32_t value) {
  if (value != 0 && value != 1) Fail(FR_INVALID_ARGUMENT, "%s: %d (expected: 0 or 1)", name, value);
}

void RefuseTraining(const Geometry& geometry) {
  if (geometry.form != WeightForm::kFloat32) {
    Fail(FR_UNSUPPORTED,
         "training on compressed weights, which carry no gradient (expected: products 0 or 1, "
         "float32 weights)");
  }
}

const char* ProductsName(const Geometry& geometry) {
  switch (geometry.form) {
    case WeightForm::kFloat16:
      return "float16";
    case WeightForm::kInt8:
      return "int8";
    default:
      return geometry.blas ? "openblas" : "packed";
  }
}

// A size or a create function: its result, or `otherwise` with the status set.
template <class Result, class Body>
Result Value(Result otherwise, Body&& body) noexcept {
  Result result = otherwise;
  Guard([&] { result = body(); });
  return result;
}

const SharedGeometry& CheckLayer(const fr_layer* layer) {
  return CheckAddress("layer", layer)->geometry;
}

const SharedGeometry& CheckLayer(const fr_layer* layer, int32_t training) {
  CheckFlag("training", training);
  const SharedGeometry& geometry = CheckLayer(layer);
  if (training != 0) RefuseTraining(*geometry);
  return geometry;
}

// The schedule of a text, or nullptr for the default. A text that lacks a key has the default's.
Schedule CheckSchedule(const char* text, const Geometry& geometry, int32_t max_t, int32_t max_n,
                       int32_t threads, bool training) {
  Schedule schedule = DefaultSchedule(geometry, max_t, max_n, threads, training);
  if (text == nullptr) return schedule;
  if (!Parse(text, schedule, &schedule)) {
    Fail(FR_INVALID_ARGUMENT, "schedule: '%.80s' (expected: a text such as '%s')", text,
         ToText(schedule).c_str());
  }
  const std::string against = ReasonAgainst(schedule, geometry, max_n, threads, training);
  if (!against.empty()) Fail(FR_INVALID_ARGUMENT, "schedule: '%.80s': %s", text, against.c_str());
  return schedule;
}

const char* KeptForThread(std::string text) {
  thread_local std::string kept;
  kept = std::move(text);
  return kept.c_str();
}

void CheckPair(const fr_plan* plan, const fr_packed* packed) {
  CheckAddress("plan", plan);
  CheckAddress("packed", packed);
  if (plan->layer != packed->layer()) {
    const Geometry &expected = *plan->layer, &given = packed->geometry();
    Fail(FR_INVALID_ARGUMENT,
         "packed: of a layer for %s, %s (expected: of the plan's fr_layer, for %s, %s)",
         IsaName(given.kernels->isa), ProductsName(given), IsaName(expected.kernels->isa),
         ProductsName(expected));
  }
  if (plan->layer->blas) RequireBlas("products=openblas");
}

void CheckSizes(const fr_plan& plan, int32_t t, int32_t n) {
  if (t < 1 || t > plan.max_t)
    Fail(FR_INVALID_ARGUMENT, "t: %d (expected: 1 to the plan's %d)", t, plan.max_t);
  if (n < 1 || n > plan.max_n)
    Fail(FR_INVALID_ARGUMENT, "n: %d (expected: 1 to the plan's %d)", n, plan.max_n);
}

void CheckCellStates(const fr_plan& plan, fr_address a, fr_address b) {
  if (!plan.layer->shape.lstm && (a != 0 || b != 0)) {
    Fail(FR_INVALID_ARGUMENT, "cell states: an address (expected: 0, only an LSTM has them)");
  }
}

float* CheckReserve(fr_address reserve) {
  if (reserve % 64 != 0) {
    Fail(FR_INVALID_ARGUMENT, "reserve: %lld (expected: 64-byte aligned)",
         static_cast<long long>(reserve));
  }
  return Required("reserve", reserve);
}

const int32_t* Lengths(fr_address address) { return reinterpret_cast<const int32_t*>(address); }

Call CheckCall(const fr_plan& plan, const fr_call* given) {
  const fr_call& from = *CheckAddress("call", given);
  CheckSizes(plan, from.t, from.n);
  CheckCellStates(plan, from.c0, from.cn);
  CheckCellStates(plan, from.dc0, from.dcn);
  Call call{};
  call.t = from.t;
  call.n = from.n;
  call.lengths = Lengths(from.lengths);
  call.x = Required("x", from.x);
  call.h0 = Optional(from.h0);
  call.c0 = Optional(from.c0);
  call.y = Optional(from.y);
  call.hn = Optional(from.hn);
  call.cn = Optional(from.cn);
  call.reserve = CheckReserve(from.reserve);
  call.dropout_seed = from.dropout_seed;
  call.dropout_call = from.dropout_call;
  return call;
}

}  // namespace

extern "C" {

const char* fr_version(void) { return FUSEDRNN_VERSION; }
const char* fr_status_text(int32_t status) { return StatusText(status); }
int32_t fr_last_status(void) { return LastStatus(); }
const char* fr_last_error(void) { return LastError(); }

const char* fr_isa_name(int32_t isa) { return IsaName(isa); }
int32_t fr_isa_built(int32_t isa) { return IsaBuilt(isa) ? 1 : 0; }
int32_t fr_isa_supported(int32_t isa) { return IsaSupported(isa) ? 1 : 0; }
int32_t fr_isa_best(void) { return BestIsa(); }
int32_t fr_products_default(int32_t isa) { return DefaultProducts(isa); }

fr_address fr_alloc(int64_t bytes) {
  void* block = AllocateAligned(bytes);
  Guard([&] {
    CheckCount("bytes", bytes);
    if (block == nullptr) {
      Fail(FR_OUT_OF_MEMORY, "the system refused %lld bytes", static_cast<long long>(bytes));
    }
  });
  return reinterpret_cast<fr_address>(block);
}

void fr_free(fr_address block) { FreeAligned(reinterpret_cast<void*>(block)); }
int64_t fr_live_bytes(void) { return LiveBytes(); }
int64_t fr_live_blocks(void) { return LiveBlocks(); }

void fr_fill(fr_address block, int64_t floats, float value) {
  float* values = Optional(block);
  for (int64_t i = 0; values != nullptr && i < floats; ++i) values[i] = value;
}

void fr_copy(fr_address to, fr_address from, int64_t floats) {
  if (to != 0 && from != 0 && floats > 0) {
    std::memmove(Optional(to), Optional(from), static_cast<size_t>(floats) * sizeof(float));
  }
}

int32_t fr_blas_open(const char* path, int32_t threads_owner) {
  return Guard([&] {
    CheckFlag("threads_owner", threads_owner);
    OpenBlas(path, threads_owner != 0);
  });
}

int32_t fr_blas_is_open(void) { return BlasIsOpen() ? 1 : 0; }
int32_t fr_blas_loaded_before(const char* soname) { return BlasLoadedBefore(soname) ? 1 : 0; }
const char* fr_blas_config(void) { return BlasConfig(); }
int32_t fr_blas_threads(void) { return BlasThreads(); }

fr_layer* fr_layer_create(const fr_desc* desc, int32_t isa, int32_t products) {
  return Value<fr_layer*>(nullptr, [&] {
    return new fr_layer{
        std::make_shared<const Geometry>(Geometry::Of(CheckDesc(desc), isa, products))};
  });
}

void fr_layer_free(fr_layer* layer) { delete layer; }

int64_t fr_pack_bytes(const fr_layer* layer, int32_t training) {
  return Value<int64_t>(
      -1, [&] { return PackLayout::Of(*CheckLayer(layer, training), training != 0).bytes; });
}

fr_packed* fr_pack(const fr_layer* layer, int32_t training, fr_address weights,
                   const int64_t* offsets, fr_plan* plan) {
  return Value<fr_packed*>(nullptr, [&] {
    const SharedGeometry& geometry = CheckLayer(layer, training);
    return new fr_packed(geometry, training != 0, Optional(weights), offsets,
                         plan == nullptr ? nullptr : &plan->workers);
  });
}

void fr_packed_free(fr_packed* packed) { delete packed; }

int64_t fr_plan_bytes(const fr_layer* layer, int32_t max_t, int32_t max_n, int32_t threads,
                      int32_t training, const char* schedule) {
  return Value<int64_t>(-1, [&] {
    CheckPlanArguments(max_t, max_n, threads);
    const Geometry& geometry = *CheckLayer(layer, training);
    const Schedule given = CheckSchedule(schedule, geometry, max_t, max_n, threads, training != 0);
    return PlanLayout::Of(geometry, given, max_t, max_n, threads, training != 0).bytes;
  });
}

fr_plan* fr_plan_create(const fr_layer* layer, int32_t max_t, int32_t max_n, int32_t threads,
                        int32_t training, const char* schedule) {
  return Value<fr_plan*>(nullptr, [&] {
    CheckPlanArguments(max_t, max_n, threads);
    const SharedGeometry& geometry = CheckLayer(layer, training);
    const Schedule given = CheckSchedule(schedule, *geometry, max_t, max_n, threads, training != 0);
    return new fr_plan(geometry, max_t, max_n, threads, training != 0, given);
  });
}

void fr_plan_free(fr_plan* plan) { delete plan; }

const char* fr_plan_describe(const fr_plan* plan) {
  return plan == nullptr ? "" : plan->description.c_str();
}

const char* fr_schedules(const fr_layer* layer, int32_t max_t, int32_t max_n, int32_t threads,
                         int32_t training) {
  return Value<const char*>(nullptr, [&] {
    CheckPlanArguments(max_t, max_n, threads);
    std::string lines;
    for (const Schedule& schedule :
         CandidateSchedules(*CheckLayer(layer, training), max_t, max_n, threads, training != 0)) {
      if (!lines.empty()) lines += '\n';
      lines += ToText(schedule);
    }
    return KeptForThread(lines);
  });
}

const char* fr_plan_schedule(const fr_plan* plan) {
  return Value<const char*>(
      "", [&] { return KeptForThread(ToText(CheckAddress("plan", plan)->schedule)); });
}

int32_t fr_plan_working_threads(const fr_plan* plan) {
  return plan == nullptr ? 0 : plan->schedule.threads;
}

int64_t fr_cache_bytes(int32_t level) {
  const CacheSizes& sizes = Caches();
  return level == 1 ? sizes.l1d : level == 2 ? sizes.l2 : level == 3 ? sizes.last : 0;
}

int32_t fr_infer(fr_plan* plan, const fr_packed* packed, int32_t t, int32_t n, fr_address lengths,
                 fr_address x, fr_address h0, fr_address c0, fr_address y, fr_address hn,
                 fr_address cn) {
  return Guard([&] {
    CheckPair(plan, packed);
    CheckSizes(*plan, t, n);
    CheckCellStates(*plan, c0, cn);
    Call call{};
    call.t = t;
    call.n = n;
    call.lengths = Lengths(lengths);
    call.x = Required("x", x);
    call.h0 = Optional(h0);
    call.c0 = Optional(c0);
    call.y = Required("y", y);
    call.hn = Optional(hn);
    call.cn = Optional(cn);
    RunForward(plan, *packed, call);
  });
}

int64_t fr_reserve_bytes(const fr_layer* layer, int32_t t, int32_t n) {
  return Value<int64_t>(-1, [&] {
    if (t < 1) Fail(FR_INVALID_ARGUMENT, "t: %d (expected: >= 1)", t);
    if (n < 1) Fail(FR_INVALID_ARGUMENT, "n: %d (expected: >= 1)", n);
    return ReserveLayout(*CheckLayer(layer), t, n).bytes();
  });
}

int32_t fr_forward(fr_plan* plan, const fr_packed* packed, const fr_call* given) {
  return Guard([&] {
    CheckPair(plan, packed);
    RefuseTraining(*plan->layer);
    const Call call = CheckCall(*plan, given);
    CheckAddress("y", call.y);
    RunForward(plan, *packed, call);
  });
}

int32_t fr_backward(fr_plan* plan, const fr_packed* packed, const fr_call* given) {
  return Guard([&] {
    CheckPair(plan, packed);
    const Call call = CheckCall(*plan, given);
    if (!plan->training) Fail(FR_INVALID_ARGUMENT, "plan: for inference (expected: training = 1)");
    if (!packed->training())
      Fail(FR_INVALID_ARGUMENT, "packed: for inference (expected: training = 1)");
    const CallGradients gradients = {
        Optional(given->dy),  Optional(given->dhn), Optional(given->dcn),     Optional(given->dx),
        Optional(given->dh0), Optional(given->dc0), Optional(given->dweights)};
    RunBackward(plan, *packed, call, gradients);
  });
}

}  // extern "C"
