// Schedules: the default, the candidates, their text; and that each gives the same bits.
#include "schedule.h"

#include <cstring>
#include <memory>

#include "cache_sizes.h"
#include "check.h"
#include "dispatch.h"
#include "forward_pass.h"
#include "layer_case.h"
#include "pack.h"
#include "plan.h"

namespace fusedrnn {
namespace test {
namespace {

std::vector<Case> Cases() {
  std::vector<Case> cases;
  for (const int cell : {0, 1, 2}) {
    for (const int32_t layers : {1, 3}) {
      for (const int32_t direction : {FR_DIRECTION_FORWARD, FR_DIRECTION_BIDIRECTIONAL}) {
        Case c;
        c.desc = cell == 0 ? RnnDesc(33, 130) : cell == 1 ? LstmDesc(33, 130) : GruDesc(33, 130);
        c.name = cell == 0 ? "rnn" : cell == 1 ? "lstm" : "gru";
        c.desc.layers = layers;
        c.desc.direction = direction;
        c.t = 9;
        c.n = 1;
        c.seed = static_cast<uint64_t>(cell * 10 + layers);
        cases.push_back(c);
        c.n = 5;
        cases.push_back(c);
        c.lengths = {4, 9, 0, 9, 2};
        cases.push_back(c);
        c.n = 7;
        c.lengths = {4, 9, 0, 9, 2, 1, 8};
        c.desc.batch_major = 1;
        c.desc.merge_sum = direction == FR_DIRECTION_BIDIRECTIONAL ? 1 : 0;
        if (cell == 1) c.desc.projection_size = 40;
        cases.push_back(c);
        c.lengths.clear();
        cases.push_back(c);
      }
    }
  }
  return cases;
}

struct Result {
  std::vector<float> y, hn, cn;
};

float* AtOrNull(std::vector<float>& values) { return values.empty() ? nullptr : values.data(); }

Result Infer(const Case& c, const Tensors& in, const fr_packed& packed, const Schedule& schedule,
             int32_t threads) {
  fr_plan plan(packed.layer(), c.t, c.n, threads, false, schedule);
  const auto slots = static_cast<size_t>(c.desc.layers * c.D() * c.n);
  Result out;
  out.y.assign(static_cast<size_t>(c.t * c.n * c.Merged()), 7.0f);
  out.hn.assign(slots * static_cast<size_t>(c.R()), 7.0f);
  if (c.Lstm()) out.cn.assign(slots * static_cast<size_t>(c.desc.hidden_size), 7.0f);
  Call call{};
  call.t = c.t;
  call.n = c.n;
  call.lengths = c.lengths.empty() ? nullptr : c.lengths.data();
  call.x = in.x.data();
  call.h0 = in.h0.empty() ? nullptr : in.h0.data();
  call.c0 = in.c0.empty() ? nullptr : in.c0.data();
  call.y = out.y.data();
  call.hn = out.hn.data();
  call.cn = AtOrNull(out.cn);
  RunForward(&plan, packed, call);
  return out;
}

bool Same(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() &&
         (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0);
}

void CandidatesGiveTheSameBits(int32_t isa) {
  for (const Case& c : Cases()) {
    const Tensors in = c.Make();
    const auto layer =
        std::make_shared<const Geometry>(Geometry::Of(CheckDesc(&c.desc), isa, FR_PRODUCTS_PACKED));
    const Geometry& g = *layer;
    const std::vector<int64_t> offsets = c.Offsets();
    const fr_packed packed(layer, false, in.weights.data(), offsets.data());
    const Schedule one{Partition::kOne, 1, 96};
    const Result expected = Infer(c, in, packed, one, 1);
    for (const int32_t threads : {2, 3}) {
      for (const Schedule& schedule : CandidateSchedules(g, c.t, c.n, threads, false)) {
        const Result actual = Infer(c, in, packed, schedule, threads);
        EXPECT(Same(actual.y, expected.y) && Same(actual.hn, expected.hn) &&
                   Same(actual.cn, expected.cn),
               "%s L=%d D=%d N=%d %s, isa %d: bits differ", c.name.c_str(), c.desc.layers, c.D(),
               c.n, ToText(schedule).c_str(), isa);
      }
    }
  }
}

void DefaultComesFirstAndAllAreValid() {
  for (const int32_t hidden : {8, 64, 256, 1024}) {
    for (const int32_t layers : {1, 2}) {
      for (const int32_t n : {1, 8}) {
        for (const int32_t t : {1, 100}) {
          fr_desc desc = LstmDesc(hidden, hidden);
          desc.layers = layers;
          const Geometry g = Geometry::Of(CheckDesc(&desc), BestIsa(), FR_PRODUCTS_PACKED);
          for (const int32_t threads : {1, 2, 8}) {
            const std::vector<Schedule> all = CandidateSchedules(g, t, n, threads, false);
            EXPECT(all[0] == DefaultSchedule(g, t, n, threads, false), "H=%d", hidden);
            for (size_t i = 0; i < all.size(); ++i) {
              const std::string why = ReasonAgainst(all[i], g, n, threads, false);
              EXPECT(why.empty(), "%s: %s", ToText(all[i]).c_str(), why.c_str());
              for (size_t j = 0; j < i; ++j) {
                EXPECT(all[i] != all[j], "%s twice", ToText(all[i]).c_str());
              }
            }
          }
        }
      }
    }
  }
}

void TextComesBack() {
  const Schedule otherwise{Partition::kOne, 1, 40};
  Schedule schedule{};
  for (const auto kind :
       {Partition::kOne, Partition::kUnits, Partition::kDirections, Partition::kLayers}) {
    const Schedule given{kind, 5, 77};
    EXPECT(Parse(ToText(given), otherwise, &schedule) && schedule == given, "%s",
           ToText(given).c_str());
  }
  EXPECT(ToText(Schedule{Partition::kUnits, 2, 96}) == "units threads=2 chunk=96", "%s",
         ToText(Schedule{Partition::kUnits, 2, 96}).c_str());
  EXPECT(Parse("units threads=2", otherwise, &schedule) &&
             (schedule == Schedule{Partition::kUnits, 2, 40}),
         "%s", ToText(schedule).c_str());
  const Schedule before = schedule;
  for (const char* text : {"", "fast", "units threads", "units threads=", "units threads=-2",
                           "units threads=2x", "units speed=2", "units chunk=9999999999"}) {
    EXPECT(!Parse(text, otherwise, &schedule) && schedule == before, "'%s'", text);
  }
}

void ChoicesThatDoNotFitSayWhy() {
  fr_desc desc = LstmDesc(16, 16);
  const Geometry g = Geometry::Of(CheckDesc(&desc), BestIsa(), FR_PRODUCTS_PACKED);
  for (const Schedule& schedule :
       {Schedule{Partition::kOne, 2, 96}, Schedule{Partition::kUnits, 1, 96},
        Schedule{Partition::kUnits, 9, 96}, Schedule{Partition::kOne, 1, 0},
        Schedule{Partition::kLayers, 2, 96}, Schedule{Partition::kDirections, 2, 96}}) {
    EXPECT(!ReasonAgainst(schedule, g, 1, 8, false).empty(), "%s", ToText(schedule).c_str());
  }
}

void CacheSizesAreInOrder() {
  const CacheSizes& caches = Caches();
  EXPECT(caches.l1d >= 1024 && caches.l2 >= caches.l1d && caches.last >= caches.l2,
         "%lld %lld %lld", static_cast<long long>(caches.l1d), static_cast<long long>(caches.l2),
         static_cast<long long>(caches.last));
}

}  // namespace
}  // namespace test
}  // namespace fusedrnn

int main() {
  using namespace fusedrnn;
  using namespace fusedrnn::test;
  for (int32_t isa = 0; isa < FR_ISA_COUNT; ++isa) {
    if (IsaSupported(isa)) CandidatesGiveTheSameBits(isa);
  }
  DefaultComesFirstAndAllAreValid();
  TextComesBack();
  ChoicesThatDoNotFitSayWhy();
  CacheSizesAreInOrder();
  return check::Summary("schedule_test");
}
