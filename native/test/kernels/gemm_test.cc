// f32_gemm_panels against float64 sums, its bit contract, and its edges.
#include "kernel_test.h"

using namespace fusedrnn;

namespace {

enum class Init { kNone, kRow, kBias, kInPlace };

struct Problem {
  int64_t rows, k, columns, vectors;
  Init init;
};

struct Run {
  Guarded out;
  Run(const KernelTable& table, const Problem& p, const Guarded& a, const Panels& panels,
      const Guarded& init, int64_t begin, int64_t end)
      : out(p.rows, p.columns) {
    GemmArgs args{};
    args.a = a.data();
    args.lda = a.ld();
    args.rows = p.rows;
    args.k = p.k;
    args.panels = panels.get();
    args.vectors = static_cast<int32_t>(p.vectors);
    args.panel_begin = begin;
    args.panel_end = end;
    args.out = out.data();
    args.ldo = out.ld();
    args.columns = p.columns;
    if (p.init == Init::kInPlace) {
      for (int64_t r = 0; r < p.rows; ++r) {
        for (int64_t c = 0; c < p.columns; ++c) out.at(r, c) = init.at(r, c);
      }
      args.init = out.data();
      args.ld_init = out.ld();
    } else if (p.init != Init::kNone) {
      args.init = init.data();
      args.ld_init = p.init == Init::kBias ? 0 : init.ld();
    }
    table.f32_gemm_panels(args);
  }
};

float Expected(const KernelTable& table, const Problem& p, const Guarded& a, const Guarded& weights,
               const Guarded& init, int64_t r, int64_t c) {
  float sum = p.init == Init::kNone ? 0.0f : init.at(p.init == Init::kBias ? 0 : r, c);
  for (int64_t i = 0; i < p.k; ++i) {
    if (table.isa == FR_ISA_PLAIN) {
      const float product = a.at(r, i) * weights.at(c, i);
      sum = sum + product;
    } else {
      sum = std::fma(a.at(r, i), weights.at(c, i), sum);
    }
  }
  return sum;
}

void Check(const KernelTable& table, const Problem& p, uint64_t seed) {
  Random random(seed);
  Guarded a(p.rows, p.k), weights(p.columns, p.k), init(p.rows, p.columns);
  a.Fill(random);
  weights.Fill(random);
  init.Fill(random);
  const Panels panels = Pack(weights, p.columns, p.vectors, table.width, false);
  const int64_t count = PanelCount(p.columns, p.vectors, table.width, false);
  char what[160];
  std::snprintf(what, sizeof what, "%s rows %lld k %lld columns %lld NV %lld init %d seed %llu",
                IsaName(table), static_cast<long long>(p.rows), static_cast<long long>(p.k),
                static_cast<long long>(p.columns), static_cast<long long>(p.vectors),
                static_cast<int>(p.init), static_cast<unsigned long long>(seed));

  Run all(table, p, a, panels, init, 0, count);
  EXPECT(all.out.Intact(), "%s: wrote outside", what);
  // The contract fixes every rounding, so the expectation is exact.
  for (int64_t r = 0; r < p.rows; ++r) {
    for (int64_t c = 0; c < p.columns; ++c) {
      const float want = Expected(table, p, a, weights, init, r, c);
      const float got = all.out.at(r, c);
      EXPECT(SameBits(&got, &want, 1), "%s: (%lld, %lld) %.9g, expected %.9g", what,
             static_cast<long long>(r), static_cast<long long>(c), static_cast<double>(got),
             static_cast<double>(want));
    }
  }

  // A range of panels writes its own columns only.
  const int64_t begin = count / 3, end = count - count / 4;
  Run part(table, p, a, panels, init, begin, end);
  EXPECT(part.out.Intact(), "%s: panels %lld..%lld wrote outside", what,
         static_cast<long long>(begin), static_cast<long long>(end));
  const int64_t per_panel = p.vectors * table.width;
  for (int64_t r = 0; r < p.rows; ++r) {
    for (int64_t c = 0; c < p.columns; ++c) {
      const bool inside = c / per_panel >= begin && c / per_panel < end;
      const float untouched = p.init == Init::kInPlace ? init.at(r, c) : 0.0f;
      const float want = inside ? all.out.at(r, c) : untouched;
      const float got = part.out.at(r, c);
      EXPECT(SameBits(&got, &want, 1), "%s: panel range, (%lld, %lld)", what,
             static_cast<long long>(r), static_cast<long long>(c));
    }
  }
}

}  // namespace

int main() {
  const Init inits[] = {Init::kNone, Init::kRow, Init::kBias, Init::kInPlace};
  for (const KernelTable* table : RunnableTables()) {
    const int64_t v = table->width;
    uint64_t seed = 1;
    for (int64_t vectors : {int64_t{3}, int64_t{4}}) {
      const int64_t panel = vectors * v;
      for (int64_t rows = 1; rows <= 17; ++rows) {
        for (int64_t k : {1, 7, 16, 17, 33, 64, 65}) {
          for (int64_t columns : {int64_t{1}, v - 1, v + 1, panel, 2 * panel + 1, 3 * panel - 1}) {
            Check(*table, {rows, k, columns, vectors, inits[seed % 4]}, seed);
            ++seed;
          }
        }
      }
      for (Init init : inits) Check(*table, {50, 40, 5 * panel - v - 1, vectors, init}, ++seed);
    }
  }
  return check::Summary("gemm_test");
}
