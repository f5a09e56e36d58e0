// f32_block_product, f32_pack_left, f32_pack_panel, f32_transpose and f32_column_sums: against
// plain loops, and their edges.
#include "kernel_test.h"

using namespace fusedrnn;

namespace {

void Transposes(const KernelTable& table, int64_t rows, int64_t columns, int64_t width) {
  Random random(static_cast<uint64_t>(rows * 131 + columns * 7 + width));
  Guarded from(rows, columns), to(columns, width);
  from.Fill(random);
  to.Fill(random);
  table.f32_transpose({from.data(), from.ld(), rows, columns, to.data(), to.ld(), width});
  bool right = to.Intact();
  for (int64_t c = 0; c < columns; ++c) {
    for (int64_t r = 0; r < width; ++r) {
      right = right && to.at(c, r) == (r < rows ? from.at(r, c) : 0.0f);
    }
  }
  EXPECT(right, "%s: transpose %lld x %lld into %lld", IsaName(table), static_cast<long long>(rows),
         static_cast<long long>(columns), static_cast<long long>(width));
}

void Multiplies(const KernelTable& table, int64_t rows, int64_t columns, int64_t k, float beta) {
  const int64_t q = table.tile_rows, wide = 4 * table.width, tiles = (rows + q - 1) / q;
  Random random(static_cast<uint64_t>(rows * 31 + columns * 17 + k));
  Guarded a(k, rows), b(columns, k), panel(k, wide, 0), out(rows, columns);
  a.Fill(random);
  b.Fill(random);
  if (beta == 0.0f) {
    for (int64_t r = 0; r < rows; ++r) {
      for (int64_t c = 0; c < columns; ++c) out.at(r, c) = std::nanf("");  // must not be read
    }
  } else {
    out.Fill(random);
  }
  const Guarded before = out;
  table.f32_transpose({b.data(), b.ld(), columns, k, panel.data(), panel.ld(), wide});
  std::vector<float> left(static_cast<size_t>(tiles * k * q + table.width));
  table.f32_pack_left({a.data(), a.ld(), k, rows, left.data()});
  table.f32_block_product(
      {left.data(), k, rows, panel.data(), beta, out.data(), out.ld(), columns});
  EXPECT(out.Intact(), "%s: block product wrote outside", IsaName(table));
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t c = 0; c < columns; ++c) {
      float sum = 0.0f;
      for (int64_t i = 0; i < k; ++i) {
        if (table.isa == FR_ISA_PLAIN) {
          const float product = a.at(i, r) * b.at(c, i);
          sum = sum + product;
        } else {
          sum = std::fma(a.at(i, r), b.at(c, i), sum);
        }
      }
      float want = sum;
      if (beta != 0.0f) {
        const float scaled = beta * before.at(r, c);
        want = table.isa == FR_ISA_PLAIN ? scaled + sum : std::fma(beta, before.at(r, c), sum);
      }
      // The order of summation and every rounding are fixed: the expectation is exact.
      EXPECT(out.at(r, c) == want, "%s: rows %lld columns %lld k %lld at %lld, %lld: %g, not %g",
             IsaName(table), static_cast<long long>(rows), static_cast<long long>(columns),
             static_cast<long long>(k), static_cast<long long>(r), static_cast<long long>(c),
             static_cast<double>(out.at(r, c)), static_cast<double>(want));
    }
  }
}

void PacksPanels(const KernelTable& table, int64_t k, int64_t columns) {
  Random random(static_cast<uint64_t>(k * 19 + columns));
  const int64_t wide = 4 * table.width;
  Guarded from(k, columns), to(k, wide, 0);
  from.Fill(random);
  to.Fill(random);
  table.f32_pack_panel({from.data(), from.ld(), k, columns, to.data()});
  bool right = to.Intact();
  for (int64_t i = 0; i < k; ++i) {
    for (int64_t c = 0; c < wide; ++c) {
      right = right && to.at(i, c) == (c < columns ? from.at(i, c) : 0.0f);
    }
  }
  EXPECT(right, "%s: panel of %lld columns, k %lld", IsaName(table),
         static_cast<long long>(columns), static_cast<long long>(k));
}

void SumsColumns(const KernelTable& table, int64_t rows, int64_t columns) {
  Random random(static_cast<uint64_t>(rows * 13 + columns));
  Guarded values(rows, columns), to(1, columns), also(1, columns);
  values.Fill(random);
  to.Fill(random);
  also.Fill(random);
  const Guarded before = to, also_before = also;
  table.f32_column_sums({values.data(), values.ld(), rows, columns, to.data(), also.data()});
  bool right = to.Intact() && also.Intact();
  for (int64_t c = 0; c < columns; ++c) {
    float sum = 0.0f;
    for (int64_t r = 0; r < rows; ++r) sum += values.at(r, c);
    right = right && to.at(0, c) == before.at(0, c) + sum &&
            also.at(0, c) == also_before.at(0, c) + sum;
  }
  EXPECT(right, "%s: column sums %lld x %lld", IsaName(table), static_cast<long long>(rows),
         static_cast<long long>(columns));
}

}  // namespace

int main() {
  for (const KernelTable* table : RunnableTables()) {
    const int64_t v = table->width;
    for (const int64_t rows : {int64_t{1}, v - 1, v, v + 1, 3 * v + 2}) {
      for (const int64_t columns : {int64_t{1}, v, v + 3, 4 * v}) {
        Transposes(*table, rows, columns, rows);
        Transposes(*table, rows, columns, rows + 2 * v + 1);
      }
    }
    Transposes(*table, 0, 5, 2 * v);
    for (const int64_t rows :
         {int64_t{1}, int64_t{5}, table->tile_rows, 4 * table->tile_rows + 1}) {
      for (const int64_t columns : {int64_t{1}, v, v + 1, 2 * v + 1, 3 * v, 4 * v - 1, 4 * v}) {
        for (const int64_t k : {int64_t{1}, int64_t{37}}) {
          for (const float beta : {0.0f, 1.0f, 0.5f}) Multiplies(*table, rows, columns, k, beta);
        }
      }
    }
    for (const int64_t columns : {int64_t{1}, v - 1, v, 2 * v + 1, 4 * v}) {
      PacksPanels(*table, 13, columns);
    }
    for (const int64_t columns : {int64_t{1}, v, 4 * v, 9 * v + 3})
      SumsColumns(*table, 29, columns);
  }
  return fusedrnn::check::Summary("block_test");
}
