// What every forward promises, to the bit: batch mates, thread count, layout and the way a sequence
// is cut change nothing.
#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <new>
#include <thread>

#include "check.h"
#include "layer_case.h"

// Counts the heap allocations of the whole program, to see that inference makes none.
static std::atomic<int64_t> allocations{0};

__attribute__((noinline)) void* operator new(size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  void* block = std::malloc(size);
  if (block == nullptr) throw std::bad_alloc();
  return block;
}
__attribute__((noinline)) void operator delete(void* block) noexcept { std::free(block); }
__attribute__((noinline)) void operator delete(void* block, size_t) noexcept { std::free(block); }

namespace fusedrnn {
namespace test {
namespace {

fr_address Address(const std::vector<float>& values) {
  return values.empty() ? 0 : reinterpret_cast<fr_address>(values.data());
}

bool Same(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() &&
         (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0);
}

#define EXPECT_SAME(a, b, c, what)                                                                 \
  EXPECT(Same(a, b), "%s, %s: T=%d N=%d C=%d H=%d seed %llu: bits differ", (c).name.c_str(), what, \
         (c).t, (c).n, (c).desc.input_size, (c).desc.hidden_size,                                  \
         static_cast<unsigned long long>((c).seed))

// Sizes with several panels on every instruction set, and a last one that is not full.
std::vector<Case> Cases() {
  std::vector<Case> cases;
  for (int cell = 0; cell < 3; ++cell) {
    for (const int32_t hidden : {7, 150}) {
      const fr_desc plain = cell == 0   ? RnnDesc(19, hidden)
                            : cell == 1 ? LstmDesc(19, hidden)
                                        : GruDesc(19, hidden);
      Case c;
      c.name = cell == 0 ? "rnn" : cell == 1 ? "lstm" : "gru";
      c.desc = plain;
      c.t = 5;
      c.n = 6;
      c.seed = static_cast<uint64_t>(40 + cell);
      cases.push_back(c);
      c.desc.layers = 2;
      c.desc.direction = FR_DIRECTION_BIDIRECTIONAL;
      c.name += " 2 layers bidirectional";
      cases.push_back(c);
      c.name += " ragged";
      c.lengths = {3, 5, 0, 1, 5, 4};
      cases.push_back(c);
      c.desc.merge_sum = 1;
      c.desc.dropout = 0.5f;
      c.desc.batch_major = 1;
      c.name += " batch-major sum dropout";
      cases.push_back(c);
      if (cell == 1) {
        c.desc.projection_size = hidden / 2;
        c.desc.cell_clip = 0.5f;
        c.name += " projection clip";
        cases.push_back(c);
        c.desc.peephole = 1;
        c.name += " peephole";
        cases.push_back(c);
      }
      if (cell == 2) {
        c.desc.gru_reset = FR_RESET_BEFORE;
        c.name += " reset before";
        cases.push_back(c);
      }
    }
  }
  return cases;
}

void ThreadCountChangesNoBit(const Case& c, const How& how) {
  const Tensors tensors = c.Make();
  const Outputs one = RunLayer(c, tensors, how);
  for (int32_t threads = 2; threads <= 3; ++threads) {
    How more = how;
    more.threads = threads;
    const Outputs out = RunLayer(c, tensors, more);
    EXPECT(out.status == FR_OK, "%s", out.error.c_str());
    EXPECT_SAME(out.y, one.y, c, "threads, y");
    EXPECT_SAME(out.hn, one.hn, c, "threads, hn");
    EXPECT_SAME(out.cn, one.cn, c, "threads, cn");
    EXPECT_SAME(out.infer_y, one.infer_y, c, "threads, infer y");
    EXPECT_SAME(out.infer_hn, one.infer_hn, c, "threads, infer hn");
    EXPECT_SAME(out.dx, one.dx, c, "threads, dx");
    EXPECT_SAME(out.dh0, one.dh0, c, "threads, dh0");
    EXPECT_SAME(out.dc0, one.dc0, c, "threads, dc0");
    EXPECT_SAME(out.dweights, one.dweights, c, "threads, dweights");
  }
}

double WorstDifference(const std::vector<float>& a, const std::vector<float>& b) {
  double worst = a.size() == b.size() ? 0 : 1e30;
  for (size_t i = 0; i < a.size() && i < b.size(); ++i) {
    const double difference = std::fabs(static_cast<double>(a[i]) - static_cast<double>(b[i]));
    if (!(difference <= worst)) worst = difference;
  }
  return worst;
}

// OpenBLAS's bits depend on the rows of a call, which the threads share: only rounding may differ.
// Outputs are at most 1, gradients at most some tens: 2^-24 times the root of 150 terms and 5
// steps, times 10, is 2e-5.
void ThreadCountKeepsOpenBlasNumbers(const Case& c, const How& how) {
  const Tensors tensors = c.Make();
  How more = how;
  more.threads = 3;
  const Outputs one = RunLayer(c, tensors, how), out = RunLayer(c, tensors, more);
  const Outputs again = RunLayer(c, tensors, more);
  EXPECT(out.status == FR_OK, "%s", out.error.c_str());
  const double worst =
      std::max({WorstDifference(one.y, out.y), WorstDifference(one.hn, out.hn),
                WorstDifference(one.cn, out.cn), WorstDifference(one.dx, out.dx),
                WorstDifference(one.dh0, out.dh0), WorstDifference(one.dc0, out.dc0),
                WorstDifference(one.dweights, out.dweights)});
  EXPECT(worst < 2e-5, "%s: threads change an OpenBLAS result by %g", c.name.c_str(), worst);
  EXPECT_SAME(out.y, again.y, c, "OpenBLAS again, y");
  EXPECT_SAME(out.dweights, again.dweights, c, "OpenBLAS again, dweights");
}

// The rows `order` of c, as a case of their own.
Case Rows(const Case& c, const Tensors& from, const std::vector<int32_t>& order, Tensors* to) {
  Case subset = c;
  subset.n = static_cast<int32_t>(order.size());
  for (size_t j = 0; j < order.size() && !c.lengths.empty(); ++j) {
    subset.lengths.resize(order.size());
    subset.lengths[j] = c.lengths[static_cast<size_t>(order[j])];
  }
  *to = subset.Make();
  to->weights = from.weights;
  const int64_t slots = int64_t{c.desc.layers} * c.D();
  for (size_t j = 0; j < order.size(); ++j) {
    const int32_t row = static_cast<int32_t>(j);
    for (int32_t t = 0; t < c.t; ++t) {
      std::copy_n(from.x.begin() + c.Row(t, order[j]) * c.desc.input_size, c.desc.input_size,
                  to->x.begin() + subset.Row(t, row) * c.desc.input_size);
    }
    for (int64_t slot = 0; slot < slots; ++slot) {
      const auto copy = [&](const std::vector<float>& a, std::vector<float>* b, int32_t width) {
        if (a.empty()) return;
        std::copy_n(a.begin() + (slot * c.n + order[j]) * width, width,
                    b->begin() + (slot * subset.n + row) * width);
      };
      copy(from.h0, &to->h0, c.R());
      copy(from.c0, &to->c0, c.desc.hidden_size);
    }
  }
  return subset;
}

bool SameRow(const Case& c, const std::vector<float>& y, int32_t row, const Case& other,
             const std::vector<float>& other_y, int32_t other_row) {
  for (int32_t t = 0; t < c.t; ++t) {
    if (std::memcmp(y.data() + c.Row(t, row) * c.Merged(),
                    other_y.data() + other.Row(t, other_row) * c.Merged(),
                    static_cast<size_t>(c.Merged()) * sizeof(float)) != 0) {
      return false;
    }
  }
  return true;
}

void BatchMatesChangeNoBit(const Case& c, const How& how) {
  const Tensors tensors = c.Make();
  const Outputs whole = RunLayer(c, tensors, how);
  const std::vector<std::vector<int32_t>> orders = {
      {5, 3, 1, 0, 2, 4}, {0, 1, 2, 3, 4}, {4}, {3, 3, 3, 1, 1, 0, 5, 5, 5, 5, 5, 5, 5, 2}};
  for (const std::vector<int32_t>& order : orders) {
    Tensors subset_tensors;
    const Case subset = Rows(c, tensors, order, &subset_tensors);
    const Outputs out = RunLayer(subset, subset_tensors, how);
    for (size_t j = 0; j < order.size(); ++j) {
      EXPECT(SameRow(c, whole.infer_y, order[j], subset, out.infer_y, static_cast<int32_t>(j)),
             "%s: row %d differs among %zu rows, H=%d", c.name.c_str(), order[j], order.size(),
             c.desc.hidden_size);
    }
  }
}

void BatchMajorChangesNoBit(const Case& c, const How& how) {
  Case turned = c;
  turned.desc.batch_major = 1 - c.desc.batch_major;
  const Tensors tensors = c.Make();
  Tensors turned_tensors = tensors;
  for (int32_t row = 0; row < c.n; ++row) {
    for (int32_t t = 0; t < c.t; ++t) {
      std::copy_n(tensors.x.begin() + c.Row(t, row) * c.desc.input_size, c.desc.input_size,
                  turned_tensors.x.begin() + turned.Row(t, row) * c.desc.input_size);
    }
  }
  const Outputs a = RunLayer(c, tensors, how), b = RunLayer(turned, turned_tensors, how);
  for (int32_t row = 0; row < c.n; ++row) {
    EXPECT(SameRow(c, a.infer_y, row, turned, b.infer_y, row), "%s: row %d differs by layout",
           c.name.c_str(), row);
  }
  EXPECT_SAME(a.infer_hn, b.infer_hn, c, "layout, hn");
  EXPECT_SAME(a.infer_cn, b.infer_cn, c, "layout, cn");
}

void FullLengthsAreNoLengths(Case c, const How& how) {
  c.lengths.clear();
  const Tensors tensors = c.Make();
  const Outputs without = RunLayer(c, tensors, how);
  c.lengths.assign(static_cast<size_t>(c.n), c.t);
  const Outputs with = RunLayer(c, tensors, how);
  EXPECT_SAME(without.y, with.y, c, "lengths, y");
  EXPECT_SAME(without.dweights, with.dweights, c, "lengths, dweights");
}

struct Handles {
  Handles(const Case& c, const Tensors& tensors, const How& how, int32_t training)
      : layer(c.desc, how.isa, how.products),
        packed(fr_pack(layer, training, Address(tensors.weights), c.Offsets().data(), nullptr)),
        plan(fr_plan_create(layer, c.t, c.n, how.threads, training, nullptr)) {}
  ~Handles() {
    fr_plan_free(plan);
    fr_packed_free(packed);
  }
  const Layer layer;
  fr_packed* packed;
  fr_plan* plan;
};

// A unidirectional sequence equals its steps, each starting from the states of the one before,
// written over themselves.
void SequenceIsItsSteps(const Case& c, const How& how) {
  const Tensors tensors = c.Make();
  const Outputs whole = RunLayer(c, tensors, how);
  const Handles handles(c, tensors, how, 0);
  std::vector<float> h = tensors.h0, cell = tensors.c0;
  std::vector<float> y(whole.y.size());
  for (int32_t t = 0; t < c.t; ++t) {
    const fr_address x = Address(tensors.x) + int64_t{4} * t * c.n * c.desc.input_size;
    const int32_t status =
        fr_infer(handles.plan, handles.packed, 1, c.n, 0, x, Address(h), Address(cell),
                 Address(y) + int64_t{4} * t * c.n * c.Merged(), Address(h), Address(cell));
    EXPECT(status == FR_OK, "%s", fr_last_error());
  }
  EXPECT_SAME(y, whole.infer_y, c, "steps, y");
  EXPECT_SAME(h, whole.infer_hn, c, "steps, hn");
  EXPECT_SAME(cell, whole.infer_cn, c, "steps, cn");
}

void StatesMayBeWrittenOverThemselves(const Case& c, const How& how) {
  const Tensors tensors = c.Make();
  const Outputs apart = RunLayer(c, tensors, how);
  const Handles handles(c, tensors, how, 0);
  std::vector<float> h = tensors.h0, cell = tensors.c0, y(apart.y.size());
  const fr_address lengths = c.lengths.empty() ? 0 : reinterpret_cast<fr_address>(c.lengths.data());
  const int32_t status =
      fr_infer(handles.plan, handles.packed, c.t, c.n, lengths, Address(tensors.x), Address(h),
               Address(cell), Address(y), Address(h), Address(cell));
  EXPECT(status == FR_OK, "%s", fr_last_error());
  EXPECT_SAME(y, apart.infer_y, c, "states in place, y");
  EXPECT_SAME(h, apart.infer_hn, c, "states in place, hn");
  EXPECT_SAME(cell, apart.infer_cn, c, "states in place, cn");
}

void BidirectionalIsTwoDirections(int32_t isa) {
  for (int cell = 0; cell < 3; ++cell) {
    Case both;
    both.name = "bidirectional";
    both.desc = cell == 0 ? RnnDesc(5, 21) : cell == 1 ? LstmDesc(5, 21) : GruDesc(5, 21);
    both.desc.direction = FR_DIRECTION_BIDIRECTIONAL;
    both.t = 4;
    both.n = 3;
    both.initial = false;
    both.lengths = {4, 2, 3};
    How how;
    how.isa = isa;
    how.backward = false;
    const Tensors tensors = both.Make();
    const Outputs out = RunLayer(both, tensors, how);
    for (int32_t d = 0; d < 2; ++d) {
      Case one = both;
      one.desc.direction = d == 0 ? FR_DIRECTION_FORWARD : FR_DIRECTION_REVERSE;
      Tensors half = tensors;
      const int64_t size = both.Offsets()[FR_WEIGHT_KINDS] - both.Offsets()[0];
      const auto begin = tensors.weights.begin() + both.Offsets()[0] + d * size;
      std::copy(begin, begin + size, half.weights.begin() + one.Offsets()[0]);
      const Outputs single = RunLayer(one, half, how);
      for (int64_t row = 0; row < both.t * both.n; ++row) {
        EXPECT(
            std::memcmp(out.y.data() + row * 42 + d * 21, single.y.data() + row * 21, 21 * 4) == 0,
            "bidirectional: direction %d, row %lld differs", d, static_cast<long long>(row));
      }
    }
  }
}

void InferenceAllocatesNothing(const Case& c, const How& how) {
  const Tensors tensors = c.Make();
  const Handles handles(c, tensors, how, 0);
  std::vector<float> y(static_cast<size_t>(c.t * c.n * c.Merged()));
  const fr_address lengths = c.lengths.empty() ? 0 : reinterpret_cast<fr_address>(c.lengths.data());
  const int64_t before = allocations.load(), bytes = fr_live_bytes();
  for (int round = 0; round < 3; ++round) {
    fr_infer(handles.plan, handles.packed, c.t, c.n, lengths, Address(tensors.x),
             Address(tensors.h0), Address(tensors.c0), Address(y), 0, 0);
  }
  EXPECT(allocations.load() == before && fr_live_bytes() == bytes, "%s: inference allocated",
         c.name.c_str());
}

// Eight threads, each with its own plan, on the same packed weights.
void PlansShareWeights(const Case& c, const How& how) {
  const Tensors tensors = c.Make();
  const Outputs alone = RunLayer(c, tensors, how);
  const Handles handles(c, tensors, how, 0);
  const fr_address lengths = c.lengths.empty() ? 0 : reinterpret_cast<fr_address>(c.lengths.data());
  std::vector<std::vector<float>> y(8, std::vector<float>(alone.y.size()));
  std::vector<std::thread> threads;
  for (std::vector<float>& own : y) {
    threads.emplace_back([&] {
      fr_plan* plan = fr_plan_create(handles.layer, c.t, c.n, 1, 0, nullptr);
      for (int round = 0; round < 5; ++round) {
        fr_infer(plan, handles.packed, c.t, c.n, lengths, Address(tensors.x), Address(tensors.h0),
                 Address(tensors.c0), Address(own), 0, 0);
      }
      fr_plan_free(plan);
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::vector<float>& own : y) EXPECT_SAME(own, alone.infer_y, c, "shared weights");
}

// Gradients that are not given are zero, results that are not asked for are not needed.
void GradientsAreOptional(const Case& c, const How& how) {
  const Tensors tensors = c.Make();
  Tensors zeros = tensors;
  std::fill(zeros.dy.begin(), zeros.dy.end(), 0.0f);
  std::fill(zeros.dhn.begin(), zeros.dhn.end(), 0.0f);
  std::fill(zeros.dcn.begin(), zeros.dcn.end(), 0.0f);
  for (int given = 0; given < 4; ++given) {
    Tensors some = zeros, absent = tensors;
    if (given == 1) some.dy = tensors.dy;
    if (given == 2) some.dhn = tensors.dhn;
    if (given == 3) some.dcn = tensors.dcn;
    if (given != 1) absent.dy.clear();
    if (given != 2) absent.dhn.clear();
    if (given != 3) absent.dcn.clear();
    const Outputs a = RunLayer(c, some, how), b = RunLayer(c, absent, how);
    EXPECT(b.status == FR_OK, "%s", b.error.c_str());
    EXPECT_SAME(a.dx, b.dx, c, "absent gradients, dx");
    EXPECT_SAME(a.dh0, b.dh0, c, "absent gradients, dh0");
    EXPECT_SAME(a.dc0, b.dc0, c, "absent gradients, dc0");
    EXPECT_SAME(a.dweights, b.dweights, c, "absent gradients, dweights");
  }
}

void RunCase(const Case& c, bool blas) {
  for (int32_t isa = 0; isa < FR_ISA_COUNT; ++isa) {
    if (fr_isa_supported(isa) == 0) continue;
    How how;
    how.isa = isa;
    ThreadCountChangesNoBit(c, how);
    FullLengthsAreNoLengths(c, how);
    How single = how;
    single.backward = false;
    BatchMatesChangeNoBit(c, single);
    BatchMajorChangesNoBit(c, single);
    for (int32_t threads = 1; threads <= 2; ++threads) {
      How some = single;
      some.threads = threads;
      some.spare_t = threads;
      some.spare_n = threads;
      if (c.lengths.empty() && c.D() == 1) SequenceIsItsSteps(c, some);
      StatesMayBeWrittenOverThemselves(c, some);
      InferenceAllocatesNothing(c, some);
      Case step = c;
      step.t = 1;
      for (int32_t& length : step.lengths) length = std::min(length, 1);
      StatesMayBeWrittenOverThemselves(step, some);
      InferenceAllocatesNothing(step, some);
    }
    PlansShareWeights(c, single);
    GradientsAreOptional(c, how);
    if (blas) {
      How products = how;
      products.products = FR_PRODUCTS_OPENBLAS;
      ThreadCountKeepsOpenBlasNumbers(c, products);
      InferenceAllocatesNothing(c, products);
    }
  }
}

}  // namespace
}  // namespace test
}  // namespace fusedrnn

int main() {
  using namespace fusedrnn::test;
  const bool blas = OpenTestBlas();
  const int64_t bytes = fr_live_bytes(), blocks = fr_live_blocks();
  for (const Case& c : Cases()) RunCase(c, blas);
  for (int32_t isa = 0; isa < FR_ISA_COUNT; ++isa) {
    if (fr_isa_supported(isa) != 0) BidirectionalIsTwoDirections(isa);
  }
  EXPECT(fr_live_bytes() == bytes && fr_live_blocks() == blocks, "left over: %lld bytes",
         static_cast<long long>(fr_live_bytes() - bytes));
  return fusedrnn::check::Summary("contract_test");
}
