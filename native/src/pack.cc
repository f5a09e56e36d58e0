#include "pack.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "pack_compressed.h"
#include "status.h"
#include "workers.h"

namespace fusedrnn {
namespace {

// ---- offsets ----

PackedMatrix PlaceMatrix(const Geometry& g, ArenaLayout* arena, int64_t columns, int64_t k,
                         int32_t vectors, int64_t panel_count, bool panels) {
  PackedMatrix matrix;
  matrix.columns = columns;
  matrix.k = k;
  matrix.vectors = vectors;
  matrix.panel_count = panel_count;
  if (panels && g.form != WeightForm::kFloat32) {
    PlaceCompressed(g, arena, &matrix);
  } else if (panels) {
    matrix.panels = arena->Floats(CheckedMultiply(panel_count, k), vectors * g.kernels->width);
  }
  return matrix;
}

PackedMatrix PlacePlain(const Geometry& g, ArenaLayout* arena, int64_t columns, int64_t k) {
  return PlaceMatrix(g, arena, columns, k, 4, DivideUp(columns, g.plain_columns), !g.blas);
}

void SetCanonical(PackedMatrix* matrix, int64_t offset, int64_t ld, bool transposed) {
  matrix->canonical = offset;
  matrix->ld_canonical = ld;
  matrix->canonical_transposed = transposed;
}

void PlaceRecurrent(const Geometry& g, ArenaLayout* arena, bool training,
                    DirectionWeights* weights) {
  const Shape& shape = g.shape;
  const int64_t h = shape.hidden;
  const auto add = [&](int64_t row, int64_t rows) {
    RecurrentPart& part = weights->recurrent[weights->recurrent_parts++];
    part.row = row;
    part.rows = rows;
    part.forward = g.fused ? PlaceMatrix(g, arena, g.gate_columns, shape.recurrent, g.gate_vectors,
                                         g.gate_panels, true)
                           : PlacePlain(g, arena, rows, shape.recurrent);
    if (training) part.transposed = PlacePlain(g, arena, shape.recurrent, rows);
    if (g.blas) {
      const int64_t canonical = arena->Floats(rows, shape.recurrent);
      SetCanonical(&part.forward, canonical, shape.recurrent, false);
      SetCanonical(&part.transposed, canonical, shape.recurrent, true);
    }
  };
  if (shape.gru && shape.desc.gru_reset == FR_RESET_BEFORE) {
    add(0, 2 * h);
    add(2 * h, h);
  } else if (shape.gru && shape.desc.gru_reset == FR_RESET_NONE) {
    add(h, 2 * h);
  } else {
    add(0, shape.gates * h);
  }
}

// Of a row of gates, as many columns as the input product must fill. An RNN's steps read no vector
// of their last panel that has no unit, unless a row is alone.
int64_t InputColumns(const Geometry& g) {
  if (!g.fused || g.shape.gates > 1 || g.form != WeightForm::kFloat32) return g.gate_columns;
  const int64_t width = g.kernels->width;
  return DivideUp(g.shape.hidden, width) * width;
}

DirectionWeights PlaceDirection(const Geometry& g, ArenaLayout* arena, int64_t layer,
                                bool training) {
  const Shape& shape = g.shape;
  DirectionWeights weights;
  weights.bias = arena->Floats(g.gate_columns);
  if (shape.SplitsHidden())
    weights.hidden_bias = arena->Floats(PadLeading(shape.hidden) + g.plain_columns);
  const int64_t width = shape.InputWidth(layer);
  weights.input =
      PlaceMatrix(g, arena, InputColumns(g), width, g.gate_vectors, g.gate_panels, !g.blas);
  if (training) {
    weights.input_transposed = PlacePlain(g, arena, width, shape.gates * shape.hidden);
  }
  if (g.blas) {
    const int64_t canonical = arena->Floats(shape.gates * shape.hidden, width);
    SetCanonical(&weights.input, canonical, width, false);
    SetCanonical(&weights.input_transposed, canonical, width, true);
  }
  PlaceRecurrent(g, arena, training, &weights);
  if (shape.projection > 0) {
    weights.projection = PlacePlain(g, arena, shape.projection, shape.hidden);
    if (training)
      weights.projection_transposed = PlacePlain(g, arena, shape.hidden, shape.projection);
    if (g.blas) {
      const int64_t canonical = arena->Floats(shape.projection, shape.hidden);
      SetCanonical(&weights.projection, canonical, shape.hidden, false);
      SetCanonical(&weights.projection_transposed, canonical, shape.hidden, true);
    }
  }
  if (shape.desc.peephole != 0) weights.peephole = arena->Floats(3, shape.hidden);
  return weights;
}

// ---- filling: each thread of a team has its own panels or rows; no barriers ----

// Bytes that justify one more thread, which may have to be woken.
constexpr int64_t kSmallestShare = 512 << 10;

// The widest panel of any instruction set: 4 vectors of 16 floats, with room for a wider one.
constexpr int64_t kWidestPanel = 4 * 64;

// Panel p of a compressed matrix, whose column c is row_of(c), or nullptr past the last.
template <class RowOf>
void PackCompressed(const Geometry& g, const PackedMatrix& matrix, int64_t p, const RowOf& row_of,
                    float* base) {
  const float* rows[kWidestPanel];
  for (int64_t c = 0; c < matrix.vectors * g.kernels->width; ++c) rows[c] = row_of(c);
  PackCompressedPanel(g, matrix, p, rows, base);
}

// source [columns, k]
void PackPlain(const Geometry& g, const PackedMatrix& matrix, const float* source, float* base,
               const Team& team) {
  if (matrix.panels == kAbsent) return;
  const int64_t wide = g.plain_columns, k = matrix.k;
  for (int64_t p = team.Begin(matrix.panel_count); p < team.End(matrix.panel_count); ++p) {
    const int64_t column = p * wide;
    if (g.form != WeightForm::kFloat32) {
      PackCompressed(
          g, matrix, p,
          [&](int64_t c) {
            return column + c < matrix.columns ? source + (column + c) * k : nullptr;
          },
          base);
      continue;
    }
    g.kernels->f32_transpose({source + column * k, k, matrix.columns - column, k,
                              base + matrix.panels + column * k, wide, wide});
  }
}

// source [G*H, k], gates side by side
void PackGates(const Geometry& g, const PackedMatrix& matrix, const float* source, float* base,
               const Team& team) {
  const int64_t v = g.kernels->width, h = g.shape.hidden, wide = matrix.vectors * v;
  if (g.shape.gates == 1) {
    PackedMatrix narrow = matrix;
    narrow.columns = h;
    return PackPlain(g, narrow, source, base, team);
  }
  const int64_t k = matrix.k;
  for (int64_t p = team.Begin(matrix.panel_count); p < team.End(matrix.panel_count); ++p) {
    const int64_t unit = p * v;
    if (g.form != WeightForm::kFloat32) {
      PackCompressed(
          g, matrix, p,
          [&](int64_t c) {
            const int64_t row = unit + c % v;
            return row < h ? source + (c / v * h + row) * k : nullptr;
          },
          base);
      continue;
    }
    float* panel = base + matrix.panels + p * k * wide;
    for (int64_t gate = 0; gate < matrix.vectors; ++gate) {
      g.kernels->f32_transpose(
          {source + (gate * h + unit) * k, k, h - unit, k, panel + gate * v, wide, v});
    }
  }
}

// source [k, columns]
void PackTransposed(const Geometry& g, const PackedMatrix& matrix, const float* source, float* base,
                    const Team& team) {
  if (matrix.panels == kAbsent) return;
  const int64_t wide = g.plain_columns;
  // Row by row, as the source is stored; every panel is written as a stream.
  for (int64_t k = team.Begin(matrix.k); k < team.End(matrix.k); ++k) {
    const float* row = source + k * matrix.columns;
    for (int64_t p = 0; p < matrix.panel_count; ++p) {
      float* to = base + matrix.panels + (p * matrix.k + k) * wide;
      const int64_t used = std::min(wide, matrix.columns - p * wide);
      std::copy_n(row + p * wide, used, to);
      std::fill(to + used, to + wide, 0.0f);
    }
  }
}

// The canonical parameters of one layer and direction, without the rows that the cell does not
// use.
struct Source {
  const float* input;
  const float* hidden;
  const float* bias_input;   // nullptr = 0
  const float* bias_hidden;  // nullptr = 0
  const float* projection;
  const float* peephole;
};

// A copy of the parameters with zeros in the rows of unused gates: those rows may hold anything,
// and 0 * NaN is NaN.
struct MaskedSource {
  std::vector<float> input, hidden, bias_input, bias_hidden;

  void Apply(const Geometry& g, int64_t width, Source* source) {
    const Shape& shape = g.shape;
    const int64_t h = shape.hidden, rows = shape.gates * h;
    int64_t unused;
    if (shape.desc.coupled != 0) {
      unused = 1;
    } else if (shape.gru && shape.desc.gru_reset == FR_RESET_NONE) {
      unused = 0;
    } else {
      return;
    }
    const auto copy = [&](std::vector<float>* to, const float** from, int64_t columns) {
      if (*from == nullptr) return;
      to->assign(*from, *from + rows * columns);
      std::fill_n(to->begin() + unused * h * columns, h * columns, 0.0f);
      *from = to->data();
    };
    copy(&input, &source->input, width);
    copy(&hidden, &source->hidden, shape.recurrent);
    copy(&bias_input, &source->bias_input, 1);
    copy(&bias_hidden, &source->bias_hidden, 1);
  }
};

// Place of (gate, unit) in a row of gates.
int64_t GateColumn(const Geometry& g, int64_t gate, int64_t unit) {
  if (!g.fused || g.shape.gates == 1) return gate * g.shape.hidden + unit;
  const int64_t v = g.kernels->width;
  return (unit / v * g.gate_vectors + gate) * v + unit % v;
}

void PackBiases(const Geometry& g, const DirectionWeights& weights, const Source& source,
                float* base) {
  const int64_t h = g.shape.hidden;
  float* row = base + weights.bias;
  std::fill_n(row, g.gate_columns, 0.0f);
  const bool split = g.shape.SplitsHidden();
  if (split) std::fill_n(base + weights.hidden_bias, PadLeading(h) + g.plain_columns, 0.0f);
  if (source.bias_input == nullptr) return;
  for (int64_t gate = 0; gate < g.shape.gates; ++gate) {
    const bool apart = split && gate == 2;
    for (int64_t unit = 0; unit < h; ++unit) {
      const int64_t i = gate * h + unit;
      const float hidden = source.bias_hidden[i];
      row[GateColumn(g, gate, unit)] = source.bias_input[i] + (apart ? 0.0f : hidden);
      if (apart) base[weights.hidden_bias + unit] = hidden;
    }
  }
}

void PackDirection(const Geometry& g, const DirectionWeights& weights, const Source& source,
                   float* base, const Team& team) {
  const Shape& shape = g.shape;
  const auto copy_canonical = [&](const PackedMatrix& matrix, const float* from, int64_t count) {
    if (matrix.canonical == kAbsent) return;
    const int64_t begin = team.Begin(count);
    std::copy_n(from + begin, team.End(count) - begin, base + matrix.canonical + begin);
  };
  if (g.fused) {
    PackGates(g, weights.input, source.input, base, team);
  } else {
    PackPlain(g, weights.input, source.input, base, team);
  }
  PackTransposed(g, weights.input_transposed, source.input, base, team);
  copy_canonical(weights.input, source.input, shape.gates * shape.hidden * weights.input.k);
  for (int i = 0; i < weights.recurrent_parts; ++i) {
    const RecurrentPart& part = weights.recurrent[i];
    const float* from = source.hidden + part.row * shape.recurrent;
    if (g.fused) {
      PackGates(g, part.forward, from, base, team);
    } else {
      PackPlain(g, part.forward, from, base, team);
    }
    PackTransposed(g, part.transposed, from, base, team);
    copy_canonical(part.forward, from, part.rows * shape.recurrent);
  }
  if (shape.projection > 0) {
    PackPlain(g, weights.projection, source.projection, base, team);
    PackTransposed(g, weights.projection_transposed, source.projection, base, team);
    copy_canonical(weights.projection, source.projection, shape.projection * shape.hidden);
  }
  if (team.index > 0) return;
  PackBiases(g, weights, source, base);
  if (weights.peephole != kAbsent) {
    std::copy_n(source.peephole, 3 * shape.hidden, base + weights.peephole);
    if (shape.desc.coupled != 0)
      std::fill_n(base + weights.peephole + shape.hidden, shape.hidden, 0.0f);
  }
}

const char* const kKindNames[FR_WEIGHT_KINDS] = {"weight_ih", "weight_hh", "bias_ih",
                                                 "bias_hh",   "weight_hr", "weight_peephole"};

void CheckOffset(const Shape& shape, int64_t layer, int64_t direction, int64_t kind,
                 int64_t offset) {
  const bool bias = kind == FR_BIAS_IH || kind == FR_BIAS_HH;
  const bool wanted = bias                         ? shape.desc.bias != 0
                      : kind == FR_WEIGHT_HR       ? shape.projection > 0
                      : kind == FR_WEIGHT_PEEPHOLE ? shape.desc.peephole != 0
                                                   : true;
  if (offset < -1 || (offset >= 0) != wanted) {
    Fail(FR_INVALID_ARGUMENT, "offset of %s, layer %lld, direction %lld: %lld (expected: %s)",
         kKindNames[kind], static_cast<long long>(layer), static_cast<long long>(direction),
         static_cast<long long>(offset), wanted ? ">= 0" : "-1, absent");
  }
}

}  // namespace

PackLayout PackLayout::Of(const Geometry& g, bool training) {
  PackLayout layout;
  ArenaLayout arena;
  // One layer first, to check that the total can be addressed before a vector of L elements is
  // allocated.
  const int64_t slots = CheckedMultiply(g.shape.layers, g.shape.directions);
  PlaceDirection(g, &arena, g.shape.layers > 1 ? 1 : 0, training);
  CheckedMultiply(arena.bytes(), slots);
  arena = ArenaLayout();
  layout.directions.reserve(static_cast<size_t>(slots));
  for (int64_t i = 0; i < slots; ++i) {
    layout.directions.push_back(PlaceDirection(g, &arena, i / g.shape.directions, training));
  }
  layout.bytes = arena.bytes();
  return layout;
}

}  // namespace fusedrnn

using fusedrnn::MaskedSource;
using fusedrnn::Source;
using fusedrnn::Team;

fr_packed::fr_packed(fusedrnn::SharedGeometry layer, bool training, const float* weights,
                     const int64_t* offsets, fusedrnn::Workers* workers)
    : layer_(std::move(layer)), training_(training) {
  const fusedrnn::Shape& shape = layer_->shape;
  if (weights == nullptr) fusedrnn::Fail(FR_INVALID_ARGUMENT, "weights: 0 (expected: an address)");
  if (offsets == nullptr) fusedrnn::Fail(FR_INVALID_ARGUMENT, "offsets: NULL (expected: a table)");
  for (int64_t layer = 0; layer < shape.layers; ++layer) {
    for (int64_t direction = 0; direction < shape.directions; ++direction) {
      for (int64_t kind = 0; kind < FR_WEIGHT_KINDS; ++kind) {
        const int64_t offset =
            offsets[(layer * shape.directions + direction) * FR_WEIGHT_KINDS + kind];
        fusedrnn::CheckOffset(shape, layer, direction, kind, offset);
      }
    }
  }
  offsets_.assign(offsets, offsets + shape.layers * shape.directions * FR_WEIGHT_KINDS);
  layout_ = fusedrnn::PackLayout::Of(*layer_, training);
  buffer_ = fusedrnn::AlignedBuffer(layout_.bytes, fusedrnn::Pages::kLarge);
  Fill(weights, workers);
}

void fr_packed::Fill(const float* weights, fusedrnn::Workers* workers) {
  const fusedrnn::Shape& shape = layer_->shape;
  std::vector<Source> sources;
  sources.reserve(layout_.directions.size());
  std::vector<MaskedSource> masked(layout_.directions.size());
  for (int64_t layer = 0; layer < shape.layers; ++layer) {
    for (int64_t direction = 0; direction < shape.directions; ++direction) {
      const auto at = [&](int64_t kind) {
        const int64_t offset = CanonicalOffset(layer, direction, kind);
        return offset < 0 ? nullptr : weights + offset;
      };
      sources.push_back({at(FR_WEIGHT_IH), at(FR_WEIGHT_HH), at(FR_BIAS_IH), at(FR_BIAS_HH),
                         at(FR_WEIGHT_HR), at(FR_WEIGHT_PEEPHOLE)});
      masked[sources.size() - 1].Apply(*layer_, shape.InputWidth(layer), &sources.back());
    }
  }
  const auto pack = [&](const Team& team) {
    for (size_t i = 0; i < layout_.directions.size(); ++i) {
      fusedrnn::PackDirection(*layer_, layout_.directions[i], sources[i], buffer_.floats(), team);
    }
  };
  const int64_t threads = workers == nullptr ? 1 : workers->threads();
  const int64_t team = std::min(threads, layout_.bytes / fusedrnn::kSmallestShare);
  // Compression may fail, which only the caller's thread can report.
  if (team <= 1 || layer_->form != fusedrnn::WeightForm::kFloat32) {
    pack(fusedrnn::kAlone);
  } else {
    workers->Run(static_cast<int>(team), pack);
  }
}
