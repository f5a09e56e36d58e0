// The C ABI: what it refuses and how it says so, what it counts, and what it is told about itself.
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>
#include <sstream>
#include <string>

#include "check.h"
#include "layer_case.h"

// The sanitizers' allocators stop the program where the system's refuses.
extern "C" const char* __asan_default_options() { return "allocator_may_return_null=1"; }
extern "C" const char* __tsan_default_options() { return "allocator_may_return_null=1"; }

namespace fusedrnn {
namespace test {
namespace {

fr_address Address(const std::vector<float>& values) {
  return values.empty() ? 0 : reinterpret_cast<fr_address>(values.data());
}

// The last call failed with this status, and its text has every part.
void ExpectFailure(int32_t status, const std::vector<std::string>& parts) {
  const std::string text = fr_last_error();
  EXPECT(fr_last_status() == status, "status %d, not %d: %s", fr_last_status(), status,
         text.c_str());
  for (const std::string& part : parts) {
    EXPECT(text.find(part) != std::string::npos, "no '%s' in '%s'", part.c_str(), text.c_str());
  }
}

template <class Change>
void ExpectDescRefused(const fr_desc& good, Change change, const std::vector<std::string>& parts) {
  fr_desc desc = good;
  change(&desc);
  EXPECT(Layer(desc) == nullptr, "accepted %s", parts[0].c_str());
  ExpectFailure(FR_INVALID_ARGUMENT, parts);
}

void DescriptionsAreChecked() {
  const fr_desc lstm = LstmDesc(4, 5), gru = GruDesc(4, 5), rnn = RnnDesc(4, 5);
  ExpectDescRefused(lstm, [](fr_desc* d) { d->cell = 7; }, {"cell: 7", "expected: 0 to 2"});
  ExpectDescRefused(lstm, [](fr_desc* d) { d->input_size = 0; }, {"input_size: 0", "expected: 1"});
  ExpectDescRefused(lstm, [](fr_desc* d) { d->hidden_size = -3; }, {"hidden_size: -3"});
  ExpectDescRefused(lstm, [](fr_desc* d) { d->layers = 0; }, {"layers: 0"});
  ExpectDescRefused(lstm, [](fr_desc* d) { d->direction = 3; }, {"direction: 3"});
  ExpectDescRefused(lstm, [](fr_desc* d) { d->merge_sum = 1; }, {"merge_sum: 1", "bidirectional"});
  ExpectDescRefused(lstm, [](fr_desc* d) { d->bias = 2; }, {"bias: 2"});
  ExpectDescRefused(lstm, [](fr_desc* d) { d->gru_reset = 1; }, {"gru_reset: 1", "a GRU"});
  ExpectDescRefused(lstm, [](fr_desc* d) { d->cell_clip = -1; }, {"cell_clip: -1"});
  ExpectDescRefused(lstm, [](fr_desc* d) { d->gate_clip = std::nanf(""); }, {"gate_clip: nan"});
  ExpectDescRefused(lstm, [](fr_desc* d) { d->dropout = 1; }, {"dropout: 1", "dropout < 1"});
  ExpectDescRefused(lstm, [](fr_desc* d) { d->activation[2] = 12; }, {"activation: 12"});
  ExpectDescRefused(lstm, [](fr_desc* d) { d->hidden_size = INT32_MAX; }, {"hidden_size"});
  ExpectDescRefused(gru, [](fr_desc* d) { d->projection_size = 2; },
                    {"projection_size: 2", "an LSTM"});
  ExpectDescRefused(gru, [](fr_desc* d) { d->peephole = 1; }, {"peephole: 1", "an LSTM"});
  ExpectDescRefused(rnn, [](fr_desc* d) { d->coupled = 1; }, {"coupled: 1", "an LSTM"});
  ExpectDescRefused(rnn, [](fr_desc* d) { d->alpha[0] = std::numeric_limits<float>::infinity(); },
                    {"alpha"});
  EXPECT(fr_layer_create(nullptr, 0, 0) == nullptr, "no description");
  ExpectFailure(FR_INVALID_ARGUMENT, {"desc: NULL"});
  EXPECT(fr_pack_bytes(nullptr, 0) == -1, "no layer");
  ExpectFailure(FR_INVALID_ARGUMENT, {"layer: 0"});
  EXPECT(fr_plan_create(nullptr, 1, 1, 1, 0, nullptr) == nullptr, "no layer");
  ExpectFailure(FR_INVALID_ARGUMENT, {"layer: 0"});
  fr_layer_free(nullptr);
}

void SchedulesComeAsLinesAndAreChecked() {
  const Layer layer(LstmDesc(64, 128));
  const std::string lines = fr_schedules(layer, 20, 4, 2, 0);
  fr_plan* by_default = fr_plan_create(layer, 20, 4, 2, 0, nullptr);
  EXPECT(lines.substr(0, lines.find('\n')) == fr_plan_schedule(by_default), "%s", lines.c_str());
  EXPECT(fr_plan_working_threads(by_default) == 2, "the default shares H = 128");
  fr_plan_free(by_default);
  fr_plan* by_name = fr_plan_create(layer, 20, 4, 2, 0, lines.substr(0, lines.find('\n')).c_str());
  EXPECT(fr_plan_bytes(layer, 20, 4, 2, 0, nullptr) ==
             fr_plan_bytes(layer, 20, 4, 2, 0, fr_plan_schedule(by_name)),
         "the default schedule, by name");
  fr_plan_free(by_name);

  const int64_t bytes = fr_live_bytes();
  std::istringstream each(lines);
  int count = 0;
  for (std::string line; std::getline(each, line); ++count) {
    const int64_t needed = fr_plan_bytes(layer, 20, 4, 2, 0, line.c_str());
    fr_plan* plan = fr_plan_create(layer, 20, 4, 2, 0, line.c_str());
    EXPECT(plan != nullptr && line == fr_plan_schedule(plan), "%s", line.c_str());
    EXPECT(fr_live_bytes() - bytes == needed, "%s: not %lld bytes", line.c_str(),
           static_cast<long long>(needed));
    fr_plan_free(plan);
  }
  EXPECT(count > 1, "schedules of a layer for two threads: %d", count);

  for (const char* text : {"", "units threads", "all threads=1", "one threads=1 chunk=1e9"}) {
    EXPECT(fr_plan_create(layer, 20, 4, 2, 0, text) == nullptr, "accepted '%s'", text);
    ExpectFailure(FR_INVALID_ARGUMENT, {"schedule: '", "expected: a text such as"});
  }
  EXPECT(fr_plan_bytes(layer, 20, 4, 2, 0, "units threads=9 chunk=96") == -1, "9 of 2");
  ExpectFailure(FR_INVALID_ARGUMENT, {"schedule: 'units threads=9", "at most 2"});
  EXPECT(fr_schedules(layer, 0, 4, 2, 0) == nullptr, "max_t = 0");
  ExpectFailure(FR_INVALID_ARGUMENT, {"max_t: 0"});
  EXPECT(fr_plan_working_threads(nullptr) == 0 && fr_cache_bytes(7) == 0, "of nothing");
  EXPECT(fr_cache_bytes(1) > 0 && fr_cache_bytes(2) >= fr_cache_bytes(1), "caches");
}

void SizesThatOverflowAreRefused() {
  const Layer huge(LstmDesc(1 << 30, 1 << 27));
  EXPECT(huge != nullptr, "%s", fr_last_error());
  EXPECT(fr_pack_bytes(huge, 1) == -1, "pack_bytes");
  ExpectFailure(FR_INVALID_ARGUMENT, {"size:"});
  EXPECT(fr_plan_bytes(huge, INT32_MAX, INT32_MAX, 1, 1, nullptr) == -1, "plan_bytes");
  ExpectFailure(FR_INVALID_ARGUMENT, {"size:"});
  EXPECT(fr_reserve_bytes(huge, INT32_MAX, INT32_MAX) == -1, "reserve_bytes");
  ExpectFailure(FR_INVALID_ARGUMENT, {"size:"});
  // Representable, but not available.
  const Layer large(LstmDesc(1 << 20, 1 << 20));
  EXPECT(fr_plan_bytes(large, 1 << 20, 1 << 10, 1, 1, nullptr) > int64_t{1} << 50,
         "plan_bytes of much");
  const int64_t bytes = fr_live_bytes();
  EXPECT(fr_plan_create(large, 1 << 20, 1 << 10, 2, 1, nullptr) == nullptr, "plan of petabytes");
  ExpectFailure(FR_OUT_OF_MEMORY, {"bytes"});
  EXPECT(fr_alloc(int64_t{1} << 55) == 0, "alloc of petabytes");
  ExpectFailure(FR_OUT_OF_MEMORY, {"36028797018963968"});
  EXPECT(fr_alloc(-1) == 0, "alloc of -1");
  ExpectFailure(FR_INVALID_ARGUMENT, {"bytes: -1"});
  EXPECT(fr_live_bytes() == bytes, "counted what was refused");
}

void MemoryIsAlignedAndCounted() {
  const int64_t bytes = fr_live_bytes(), blocks = fr_live_blocks();
  const fr_address block = fr_alloc(1000);
  EXPECT(block != 0 && block % 64 == 0, "address %lld", static_cast<long long>(block));
  EXPECT(fr_live_bytes() == bytes + 1000 && fr_live_blocks() == blocks + 1, "counts");
  fr_fill(block, 250, 3);
  std::vector<float> copy(250);
  fr_copy(Address(copy), block, 250);
  EXPECT(copy[0] == 3 && copy[249] == 3, "fill and copy");
  fr_free(block);
  fr_free(0);
  const fr_address empty = fr_alloc(0);
  EXPECT(empty != 0, "a block of no bytes");
  fr_free(empty);
  EXPECT(fr_live_bytes() == bytes && fr_live_blocks() == blocks, "counts after");
}

void InstructionSetsAreKnown() {
  EXPECT(std::strcmp(fr_isa_name(FR_ISA_PLAIN), "plain") == 0, "plain");
  EXPECT(std::strcmp(fr_isa_name(FR_ISA_AVX512), "avx512") == 0, "avx512");
  EXPECT(*fr_isa_name(-1) == 0 && *fr_isa_name(FR_ISA_COUNT) == 0, "unknown names");
  for (int32_t isa = 0; isa < FR_ISA_COUNT; ++isa) {
    const int32_t products = fr_products_default(isa);
    EXPECT(products == (isa == FR_ISA_PLAIN ? FR_PRODUCTS_OPENBLAS : FR_PRODUCTS_PACKED),
           "%s: products %d by default", fr_isa_name(isa), products);
  }
  EXPECT(fr_products_default(-1) == -1 && fr_products_default(FR_ISA_COUNT) == -1,
         "products of an unknown set");
  EXPECT(fr_isa_supported(FR_ISA_PLAIN) == 1 && fr_isa_supported(fr_isa_best()) == 1, "support");
  const fr_desc desc = LstmDesc(2, 3);
  for (int32_t isa = 0; isa < FR_ISA_COUNT; ++isa) {
    EXPECT(fr_isa_built(isa) >= fr_isa_supported(isa), "supported, not built");
    const Layer layer(desc, isa);
    EXPECT((layer != nullptr) == (fr_isa_supported(isa) == 1), "isa %d", isa);
    if (layer == nullptr) ExpectFailure(FR_UNSUPPORTED, {"isa: " + std::to_string(isa), "plain"});
  }
  EXPECT(Layer(desc, 9) == nullptr, "isa 9");
  ExpectFailure(FR_INVALID_ARGUMENT, {"isa: 9"});
  EXPECT(Layer(desc, 0, 4) == nullptr, "products 4");
  ExpectFailure(FR_INVALID_ARGUMENT, {"products: 4"});
  EXPECT(*fr_version() != 0 && *fr_status_text(FR_BLAS_UNAVAILABLE) != 0, "texts");
}

void CallsAreChecked() {
  Case c;
  c.desc = LstmDesc(3, 4);
  c.t = 3;
  c.n = 2;
  const Tensors tensors = c.Make();
  const std::vector<int64_t> offsets = c.Offsets();
  const Layer layer(c.desc);
  fr_packed* packed = fr_pack(layer, 1, Address(tensors.weights), offsets.data(), nullptr);
  fr_plan* plan = fr_plan_create(layer, 3, 2, 1, 1, nullptr);
  fr_plan* inference = fr_plan_create(layer, 3, 2, 1, 0, nullptr);
  EXPECT(packed != nullptr && plan != nullptr && inference != nullptr, "%s", fr_last_error());
  EXPECT(std::strstr(fr_plan_describe(plan), "plain") != nullptr, "%s", fr_plan_describe(plan));
  std::vector<float> y(24, 7.0f);
  const fr_address x = Address(tensors.x), out = Address(y);
  const auto infer = [&](int32_t t, int32_t n, fr_address lengths, fr_address from, fr_address to) {
    return fr_infer(plan, packed, t, n, lengths, from, 0, 0, to, 0, 0);
  };
  EXPECT(infer(4, 2, 0, x, out) != FR_OK, "t too large");
  ExpectFailure(FR_INVALID_ARGUMENT, {"t: 4", "the plan's 3"});
  EXPECT(infer(3, 0, 0, x, out) != FR_OK, "n = 0");
  ExpectFailure(FR_INVALID_ARGUMENT, {"n: 0", "the plan's 2"});
  EXPECT(infer(3, 2, 0, 0, out) != FR_OK, "no x");
  ExpectFailure(FR_INVALID_ARGUMENT, {"x: 0"});
  EXPECT(infer(3, 2, 0, x, 0) != FR_OK, "no y");
  ExpectFailure(FR_INVALID_ARGUMENT, {"y: 0"});
  const int32_t lengths[] = {3, 4};
  EXPECT(infer(3, 2, reinterpret_cast<fr_address>(lengths), x, out) != FR_OK, "length 4");
  ExpectFailure(FR_INVALID_ARGUMENT, {"lengths[1]: 4", "0 to 3"});
  EXPECT(fr_infer(nullptr, packed, 3, 2, 0, x, 0, 0, out, 0, 0) != FR_OK, "no plan");
  ExpectFailure(FR_INVALID_ARGUMENT, {"plan: 0"});
  EXPECT(fr_infer(plan, nullptr, 3, 2, 0, x, 0, 0, out, 0, 0) != FR_OK, "no weights");
  ExpectFailure(FR_INVALID_ARGUMENT, {"packed: 0"});
  for (const float value : y)
    EXPECT(value == 7, "a refused call wrote %g", static_cast<double>(value));

  // The same description does not make it the same layer.
  for (const int32_t hidden : {4, 5}) {
    Case other = c;
    other.desc.hidden_size = hidden;
    const Tensors other_tensors = other.Make();
    const Layer other_layer(other.desc);
    fr_packed* foreign =
        fr_pack(other_layer, 0, Address(other_tensors.weights), other.Offsets().data(), nullptr);
    EXPECT(fr_infer(plan, foreign, 3, 2, 0, x, 0, 0, out, 0, 0) != FR_OK, "foreign weights");
    ExpectFailure(FR_INVALID_ARGUMENT, {"packed: of a layer for plain", "the plan's fr_layer"});
    fr_packed_free(foreign);
  }

  fr_call call;
  std::memset(&call, 0, sizeof call);
  call.t = 3;
  call.n = 2;
  call.x = x;
  call.y = out;
  EXPECT(fr_forward(plan, packed, &call) != FR_OK, "no reserve");
  ExpectFailure(FR_INVALID_ARGUMENT, {"reserve: 0"});
  const fr_address reserve = fr_alloc(fr_reserve_bytes(layer, 3, 2));
  call.reserve = reserve;
  fr_fill(reserve, 16, 0);
  EXPECT(fr_backward(plan, packed, &call) != FR_OK, "a reserve that forward did not write");
  ExpectFailure(FR_INVALID_ARGUMENT, {"reserve: not written"});
  EXPECT(fr_backward(inference, packed, &call) != FR_OK, "an inference plan");
  ExpectFailure(FR_INVALID_ARGUMENT, {"plan: for inference"});

  const Layer blas(c.desc, 0, FR_PRODUCTS_OPENBLAS);
  fr_packed* blas_packed = fr_pack(blas, 1, Address(tensors.weights), offsets.data(), nullptr);
  fr_plan* blas_plan = fr_plan_create(blas, 3, 2, 1, 1, nullptr);
  EXPECT(fr_backward(blas_plan, blas_packed, &call) == FR_BLAS_UNAVAILABLE, "OpenBLAS is closed");
  ExpectFailure(FR_BLAS_UNAVAILABLE, {"products=openblas needs OpenBLAS", "fr_blas_open"});
  fr_plan_free(blas_plan);
  fr_packed_free(blas_packed);

  EXPECT(fr_plan_create(layer, 0, 1, 1, 0, nullptr) == nullptr, "max_t = 0");
  ExpectFailure(FR_INVALID_ARGUMENT, {"max_t: 0"});
  EXPECT(fr_plan_create(layer, 1, 1, 0, 0, nullptr) == nullptr, "threads = 0");
  ExpectFailure(FR_INVALID_ARGUMENT, {"threads: 0"});
  std::vector<int64_t> wrong = offsets;
  wrong[FR_WEIGHT_HH] = -1;
  EXPECT(fr_pack(layer, 0, Address(tensors.weights), wrong.data(), nullptr) == nullptr,
         "no weight_hh");
  ExpectFailure(FR_INVALID_ARGUMENT, {"weight_hh", "-1", "expected: >= 0"});
  wrong = offsets;
  wrong[FR_WEIGHT_HR] = 5;
  EXPECT(fr_pack(layer, 0, Address(tensors.weights), wrong.data(), nullptr) == nullptr,
         "a weight_hr");
  ExpectFailure(FR_INVALID_ARGUMENT, {"weight_hr", "absent"});
  EXPECT(fr_pack(layer, 1, Address(tensors.weights), wrong.data(), plan) == nullptr, "a weight_hr");
  ExpectFailure(FR_INVALID_ARGUMENT, {"weight_hr", "absent"});
  EXPECT(fr_pack(layer, 2, Address(tensors.weights), offsets.data(), plan) == nullptr,
         "training = 2");
  ExpectFailure(FR_INVALID_ARGUMENT, {"training: 2"});
  EXPECT(fr_pack(layer, 1, 0, offsets.data(), plan) == nullptr, "no weights");
  ExpectFailure(FR_INVALID_ARGUMENT, {"weights: 0"});
  EXPECT(fr_pack(nullptr, 1, Address(tensors.weights), offsets.data(), plan) == nullptr,
         "no layer");
  ExpectFailure(FR_INVALID_ARGUMENT, {"layer: 0"});
  fr_free(reserve);
  fr_plan_free(inference);
  fr_plan_free(plan);
  fr_packed_free(packed);
}

// Packed weights are a snapshot, and rows that a cell does not use may hold anything.
void WeightsAreASnapshotOfWhatIsUsed() {
  for (int variant = 0; variant < 2; ++variant) {
    Case c;
    c.name = variant == 0 ? "coupled" : "reset none";
    c.desc = variant == 0 ? LstmDesc(3, 4) : GruDesc(3, 4);
    c.desc.coupled = variant == 0 ? 1 : 0;
    c.desc.gru_reset = variant == 0 ? 0 : FR_RESET_NONE;
    c.t = 3;
    c.n = 2;
    Tensors tensors = c.Make();
    How how;
    how.backward = false;
    const Outputs before = RunLayer(c, tensors, how);
    const std::vector<int64_t> offsets = c.Offsets();
    const int64_t unused = (variant == 0 ? 1 : 0) * 4;
    const int64_t widths[] = {3, 4, 1, 1};
    for (int kind = 0; kind < 4; ++kind) {
      for (int64_t i = 0; i < 4 * widths[kind]; ++i) {
        tensors.weights[static_cast<size_t>(offsets[static_cast<size_t>(kind)] +
                                            unused * widths[kind] + i)] = std::nanf("");
      }
    }
    const Outputs after = RunLayer(c, tensors, how);
    EXPECT(before.y == after.y, "%s: unused rows were used", c.name.c_str());

    const Layer layer(c.desc);
    fr_packed* packed = fr_pack(layer, 0, Address(tensors.weights), offsets.data(), nullptr);
    fr_plan* plan = fr_plan_create(layer, 3, 2, 1, 0, nullptr);
    std::fill(tensors.weights.begin(), tensors.weights.end(), 9.0f);
    std::vector<float> y(before.y.size());
    fr_infer(plan, packed, 3, 2, 0, Address(tensors.x), Address(tensors.h0), Address(tensors.c0),
             Address(y), 0, 0);
    EXPECT(y == before.y, "%s: not a snapshot", c.name.c_str());
    fr_plan_free(plan);
    fr_packed_free(packed);
  }
}

// The sizes given beforehand are what is allocated, and everything is freed.
void BytesAreAsTold() {
  Case c;
  c.desc = GruDesc(5, 20);
  c.desc.layers = 2;
  const Tensors tensors = c.Make();
  const int64_t start = fr_live_bytes(), blocks = fr_live_blocks();
  for (int round = 0; round < 1000; ++round) {
    const int32_t training = round % 2;
    const Layer layer(c.desc);
    fr_packed* packed =
        fr_pack(layer, training, Address(tensors.weights), c.Offsets().data(), nullptr);
    EXPECT(fr_live_bytes() - start == fr_pack_bytes(layer, training), "packed bytes");
    const int64_t middle = fr_live_bytes();
    fr_plan* plan = fr_plan_create(layer, 4, 3, 1 + round % 2, training, nullptr);
    EXPECT(fr_live_bytes() - middle == fr_plan_bytes(layer, 4, 3, 1, training, nullptr),
           "plan bytes");
    fr_plan_free(plan);
    fr_packed_free(packed);
  }
  fr_plan_free(nullptr);
  fr_packed_free(nullptr);
  EXPECT(fr_live_bytes() == start && fr_live_blocks() == blocks, "left over");
}

// A thread that cannot be started is a refusal, and those already started end.
void ThreadsThatDoNotStartAreRefused() {
#if defined(__linux__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  long pages = 0;
  if (std::FILE* file = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(file, "%ld", &pages) != 1) pages = 0;
    std::fclose(file);
  }
  rlimit before;
  getrlimit(RLIMIT_AS, &before);
  rlimit tight = before;
  // Room for a few stacks of 8 MiB.
  tight.rlim_cur =
      static_cast<rlim_t>(pages) * static_cast<rlim_t>(sysconf(_SC_PAGESIZE)) + (64u << 20);
  setrlimit(RLIMIT_AS, &tight);
  void* too_much = mmap(nullptr, 256u << 20, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (too_much != MAP_FAILED) {
    munmap(too_much, 256u << 20);
    setrlimit(RLIMIT_AS, &before);
    std::printf(
        "SKIPPED: threads that do not start, an emulator does not limit the address space\n");
    return;
  }
  // A training plan: backward shares more than the panels of so small a layer.
  const Layer layer(LstmDesc(2, 3));
  const int64_t bytes = fr_live_bytes();
  fr_plan* plan = fr_plan_create(layer, 1, 1, 200, 1, nullptr);
  const bool refused = plan == nullptr;
  setrlimit(RLIMIT_AS, &before);
  EXPECT(refused, "200 threads in 64 MiB");
  if (refused) ExpectFailure(FR_OUT_OF_MEMORY, {"threads: 200", "started only"});
  fr_plan_free(plan);
  EXPECT(fr_live_bytes() == bytes, "bytes are left");
#else
  std::printf("SKIPPED: threads that do not start, sanitizers need the address space\n");
#endif
}

}  // namespace
}  // namespace test
}  // namespace fusedrnn

int main() {
  using namespace fusedrnn::test;
  EXPECT(fr_blas_is_open() == 0 && fr_blas_threads() == -1 && *fr_blas_config() == 0,
         "blas is closed");
  DescriptionsAreChecked();
  SchedulesComeAsLinesAndAreChecked();
  SizesThatOverflowAreRefused();
  MemoryIsAlignedAndCounted();
  InstructionSetsAreKnown();
  CallsAreChecked();
  WeightsAreASnapshotOfWhatIsUsed();
  BytesAreAsTold();
  ThreadsThatDoNotStartAreRefused();
  return fusedrnn::check::Summary("api_test");
}
