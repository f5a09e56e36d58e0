#include "pass.h"

#include "philox.h"
#include "rows.h"

namespace fusedrnn {

void Pass::Gather(const float* from, int64_t width, int64_t begin, int64_t end,
                  float* packed_rows) const {
  for (int64_t t = begin; t < end; ++t) {
    for (int64_t j = 0; j < sequence.Active(t); ++j, packed_rows += width) {
      CopyFloats(packed_rows, from + sequence.CallerRow(t, sequence.BatchRow(j)) * width, width);
    }
  }
}

void Pass::Scatter(const float* packed_rows, int64_t width, int64_t begin, int64_t end,
                   float* to) const {
  for (int64_t t = begin; t < end; ++t) {
    for (int64_t j = 0; j < sequence.Active(t); ++j, packed_rows += width) {
      CopyFloats(to + sequence.CallerRow(t, sequence.BatchRow(j)) * width, packed_rows, width);
    }
  }
}

void Pass::ZeroPadding(float* values, int64_t width, const Team& team) const {
  if (values == nullptr) return;
  for (int64_t t = team.Begin(call.t); t < team.End(call.t); ++t) {
    for (int64_t j = sequence.Active(t); j < call.n; ++j) {
      ZeroFloats(values + sequence.CallerRow(t, sequence.BatchRow(j)) * width, width);
    }
  }
}

void Pass::CopyEmptyRows(const float* from, float* to, int64_t width, const Team& team) const {
  if (to == nullptr || from == to) return;
  const int64_t slots = shape.layers * shape.directions;
  for (int64_t slot = team.Begin(slots); slot < team.End(slots); ++slot) {
    for (int64_t j = sequence.Active(0); j < call.n; ++j) {
      const int64_t at = (slot * call.n + sequence.BatchRow(j)) * width;
      CopyOrZeroFloats(to + at, from == nullptr ? nullptr : from + at, width);
    }
  }
}

void Pass::Dropout(int64_t layer, float* packed_rows, const Team& team) const {
  if (shape.desc.dropout == 0) return;
  const DropoutMask mask(shape.desc.dropout, call.dropout_seed, call.dropout_call, layer);
  for (int64_t t = 0; t < sequence.steps(); ++t) {
    const int64_t rows = sequence.Active(t);
    for (int64_t j = team.Begin(rows); j < team.End(rows); ++j) {
      float* row = packed_rows + (sequence.Offset(t) + j) * shape.merged;
      mask.Apply(row, row, t, sequence.BatchRow(j), shape.merged);
    }
  }
  team.Sync();
}

}  // namespace fusedrnn
