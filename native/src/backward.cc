#include "backward.h"

#include <algorithm>

#include "blas.h"
#include "cache_sizes.h"
#include "cell_backward.h"
#include "dense.h"
#include "gemm.h"
#include "gradient_chunks.h"
#include "philox.h"
#include "products.h"
#include "rows.h"
#include "status.h"

namespace fusedrnn {
namespace {

// The crew shares rows where gates are pointwise, columns where a product is made, and blocks of
// the large products.
class BackwardPass {
 public:
  BackwardPass(const fr_plan& plan, const fr_packed& packed, const BackwardCall& call)
      : plan_(plan),
        packed_(packed),
        call_(call),
        schedule_(plan.schedule),
        g_(packed.geometry()),
        shape_(packed.geometry().shape),
        reserve_(packed.geometry(), call.t, call.n) {}

  void Run(const Crew& crew) const {
    if (!schedule_.direct()) FillPadding(crew);
    for (int64_t layer = shape_.layers - 1; layer >= 0; --layer) {
      for (int64_t direction = 0; direction < shape_.directions; ++direction) {
        RunDirection(layer, direction, crew);
      }
      if (layer > 0) Drop(layer - 1, crew);
    }
    if (call_.dx != nullptr && !schedule_.direct()) ScatterInputGradient(crew);
  }

 private:
  // The steps [low, low + count) in time, whose rows are the first of dgates and its like.
  struct Chunk {
    int64_t low, count;
    int64_t first_row, rows;  // packed rows
  };

  void RunDirection(int64_t layer, int64_t direction, const Crew& crew) const {
    const int64_t steps = schedule_.steps(), limit = GradientRows(g_, call_.n);
    const bool reverse = shape_.Reverse(direction);
    if (crew.index == 0) Prepare(layer, direction);
    crew.Sync();
    for (int64_t done = 0; done < steps;) {
      const int64_t first = reverse ? done : steps - 1 - done;
      int64_t rows = 0, count = 0;
      for (; done + count < steps; ++count) {
        const int64_t active = schedule_.Active(reverse ? first + count : first - count);
        if (count > 0 && rows + active > limit) break;
        rows += active;
      }
      const int64_t low = reverse ? first : first - count + 1;
      const Chunk chunk{low, count, schedule_.Offset(low), rows};
      StepsBy(layer, direction, chunk, crew);
      WeightGradients(layer, direction, chunk, crew);
      InputGradient(layer, direction, chunk, crew);
      crew.Sync();
      done += count;
    }
  }

  // The peepholes' sums run over the rows in order: one thread takes those steps, and all take the
  // products after.
  void StepsBy(int64_t layer, int64_t direction, const Chunk& chunk, const Crew& crew) const {
    if (shape_.desc.peephole == 0) {
      Steps(layer, direction, chunk, crew);
    } else if (crew.index == 0) {
      Steps(layer, direction, chunk, Crew{0, 1, nullptr});
    }
    crew.Sync();
  }

  // True: a thread takes the same rows through all steps, and waits for nobody. It reads all of
  // W_hh then, and not its own panels alone, which pays while W_hh stays in the core's own cache or
  // the rows are many.
  bool TakesRows(const Crew& crew) const {
    if (crew.count == 1) return true;
    if (!schedule_.direct()) return false;
    const int64_t bytes = shape_.gates * shape_.hidden * shape_.recurrent * int64_t{sizeof(float)};
    return call_.n >= crew.count * (bytes <= Caches().l2 ? 4 : 32);
  }

  int64_t Slot(int64_t layer, int64_t direction) const {
    return layer * shape_.directions + direction;
  }
  // Gradient of a layer's merged output, packed rows; for layers below the last.
  float* OutputGradient(int64_t layer) const { return plan_.At(plan_.layout.doutput[layer & 1]); }
  template <class T>
  T* State(T* states, int64_t layer, int64_t direction, int64_t width) const {
    return states == nullptr ? nullptr : states + Slot(layer, direction) * call_.n * width;
  }
  bool has_output_gradient(int64_t layer) const {
    return layer + 1 < shape_.layers || call_.dy != nullptr;
  }
  const float* OutputGradientRow(int64_t layer, int64_t t, int64_t j) const {
    if (layer + 1 < shape_.layers)
      return OutputGradient(layer) + (schedule_.Offset(t) + j) * shape_.merged;
    const int64_t row = schedule_.direct() ? schedule_.Offset(t) + j
                                           : schedule_.CallerRow(t, schedule_.BatchRow(j));
    return call_.dy + row * shape_.merged;
  }

  // Rows without any step hand their gradients on; x's padding gets zeros; and x is gathered for
  // the weight gradients.
  void FillPadding(const Crew& crew) const {
    const int64_t width = shape_.inputs;
    if (crew.index == 0) {
      const auto pass = [&](const float* from, float* to, int64_t columns) {
        if (to == nullptr) return;
        for (int64_t slot = 0; slot < shape_.layers * shape_.directions; ++slot) {
          for (int64_t j = schedule_.Active(0); j < call_.n; ++j) {
            const int64_t at = (slot * call_.n + schedule_.BatchRow(j)) * columns;
            if (from == nullptr) {
              ZeroFloats(to + at, columns);
            } else {
              CopyFloats(to + at, from + at, columns);
            }
          }
        }
      };
      pass(call_.dhn, call_.dh0, shape_.recurrent);
      if (shape_.lstm) pass(call_.dcn, call_.dc0, shape_.hidden);
    }
    for (int64_t t = crew.Begin(call_.t); t < crew.End(call_.t); ++t) {
      for (int64_t j = 0; j < call_.n; ++j) {
        const int64_t row = schedule_.CallerRow(t, schedule_.BatchRow(j));
        if (j < schedule_.Active(t)) {
          CopyFloats(plan_.At(plan_.layout.x_packed) + (schedule_.Offset(t) + j) * width,
                     call_.x + row * width, width);
        } else if (call_.dx != nullptr) {
          ZeroFloats(call_.dx + row * width, width);
        }
      }
    }
    // The barriers of the steps lie between this and the first use of x_packed.
  }

  void Steps(int64_t layer, int64_t direction, const Chunk& chunk, const Crew& crew) const {
    const DirectionWeights& weights = packed_.Direction(layer, direction);
    const bool reverse = shape_.Reverse(direction), takes_rows = TakesRows(crew);
    float* dh = plan_.At(plan_.layout.dh[0]);
    BackwardStep step{};
    step.saved = reserve_.Direction(call_.reserve, layer, direction);
    step.c_initial = plan_.At(plan_.layout.c_initial);
    step.dpeephole = reinterpret_cast<double*>(plan_.At(plan_.layout.dpeephole));
    for (int64_t i = 0; i < chunk.count; ++i) {
      const int64_t t = reverse ? chunk.low + i : chunk.low + chunk.count - 1 - i;
      step.rows = schedule_.Active(t);
      step.packed_row = schedule_.Offset(t);
      step.gradient_row = step.packed_row - chunk.first_row;
      step.continuing = schedule_.Continuing(t, reverse);
      if (shape_.lstm && step.continuing > 0) {
        step.c_prev = step.saved.cell + schedule_.Offset(reverse ? t + 1 : t - 1) * g_.ld_hidden;
      }
      Enter(layer, direction, t, reverse, step.rows, dh, crew);
      ProjectBack(weights, &step, dh, crew);
      GatesBackward(plan_, packed_, weights, step, direction, crew);
      if (!takes_rows) crew.Sync();
      step.ahead.count = 0;
      if (i + 1 < chunk.count) FetchedAhead(layer, t, reverse, step.saved, &step.ahead, crew);
      RecurrentBackward(plan_, packed_, weights, &step, takes_rows || !g_.fused, crew);
      if (takes_rows) {
        Leave(layer, direction, t, reverse, crew.Begin(step.rows), crew.End(step.rows), dh);
      } else {
        crew.Sync();
        // Rows that leave take no part in the steps to come: nobody needs to wait.
        if (crew.index == 0) Leave(layer, direction, t, reverse, 0, step.rows, dh);
      }
    }
  }

  // What Enter and the gates of the step after that of time t read of this thread's rows, out of a
  // cache that is far: forward wrote it long ago. c is what this step has as c_prev.
  void FetchedAhead(int64_t layer, int64_t t, bool reverse, const SavedDirection& saved,
                    Ahead* ahead, const Crew& crew) const {
    const int64_t next = reverse ? t + 1 : t - 1, rows = schedule_.Active(next);
    const int64_t begin = crew.Begin(rows), count = crew.End(rows) - begin;
    if (count == 0) return;
    ahead->count = ahead->region = 0;
    ahead->done = 0;
    const auto add = [&](const float* values, int64_t row, int64_t ld) {
      if (values != nullptr) ahead->regions[ahead->count++] = {values + row * ld, count * ld};
    };
    const int64_t row = schedule_.Offset(next) + begin;
    if (has_output_gradient(layer) && (layer + 1 < shape_.layers || schedule_.direct())) {
      add(OutputGradientRow(layer, next, begin), 0, shape_.merged);
    }
    if (shape_.gates > 1 || g_.rare) add(saved.gates, row, g_.ld_gates);
    if (shape_.lstm) {
      if (schedule_.Continuing(next, reverse) >= begin + count) {
        add(saved.cell, schedule_.Offset(reverse ? next + 1 : next - 1) + begin, g_.ld_hidden);
      }
    } else if (shape_.gru) {
      add(saved.h_prev, row, g_.ld_recurrent);
      add(saved.hidden_n, row, g_.ld_hidden);
    } else {
      add(saved.hidden, row, g_.ld_hidden);
    }
  }

  // Initial cell states in sorted order, and empty sums.
  void Prepare(int64_t layer, int64_t direction) const {
    if (schedule_.steps() == 0) return;
    if (shape_.lstm) {
      const float* c0 = State(call_.c0, layer, direction, shape_.hidden);
      float* c_initial = plan_.At(plan_.layout.c_initial);
      for (int64_t j = 0; j < schedule_.Active(0); ++j) {
        if (c0 == nullptr) {
          ZeroFloats(c_initial + j * g_.ld_hidden, shape_.hidden);
        } else {
          CopyFloats(c_initial + j * g_.ld_hidden, c0 + schedule_.BatchRow(j) * shape_.hidden,
                     shape_.hidden);
        }
      }
    }
    if (shape_.desc.peephole != 0) {
      ZeroFloats(plan_.At(plan_.layout.dpeephole), 2 * 3 * shape_.hidden);
    }
  }

  // dh and dc of the rows that end at t come from dhn and dcn; dy is added to every row. Own rows.
  void Enter(int64_t layer, int64_t direction, int64_t t, bool reverse, int64_t rows, float* dh,
             const Crew& crew) const {
    const float* dhn = State(call_.dhn, layer, direction, shape_.recurrent);
    const float* dcn = State(call_.dcn, layer, direction, shape_.hidden);
    const int64_t going_on = schedule_.GoingOn(t, reverse);
    const int64_t begin = crew.Begin(rows), end = crew.End(rows);
    const auto load = [&](float* to, const float* from, int64_t j, int64_t width) {
      if (from == nullptr) {
        ZeroFloats(to, width);
      } else {
        CopyFloats(to, from + schedule_.BatchRow(j) * width, width);
      }
    };
    for (int64_t j = std::max(begin, going_on); j < end; ++j) {
      load(dh + j * g_.ld_recurrent, dhn, j, shape_.recurrent);
      if (shape_.lstm) load(plan_.At(plan_.layout.dc) + j * g_.ld_hidden, dcn, j, shape_.hidden);
    }
    if (!has_output_gradient(layer)) return;
    const int64_t column = shape_.MergedColumn(direction);
    for (int64_t j = begin; j < end; ++j) {
      AddFloats(dh + j * g_.ld_recurrent, OutputGradientRow(layer, t, j) + column,
                shape_.recurrent);
    }
  }

  // The gradient of h before the projection; own rows, so that no barrier is needed before the
  // gates.
  void ProjectBack(const DirectionWeights& weights, BackwardStep* step, const float* dh,
                   const Crew& crew) const {
    step->dh = dh;
    step->ld_dh = g_.ld_recurrent;
    if (shape_.projection == 0) return;
    const int64_t begin = crew.Begin(step->rows), count = crew.End(step->rows) - begin;
    const float* own = dh + begin * g_.ld_recurrent;
    float* wide = plan_.At(plan_.layout.dh_wide);
    float* kept =
        plan_.At(plan_.layout.dprojected) + (step->gradient_row + begin) * g_.ld_recurrent;
    CopyColumns(kept, g_.ld_recurrent, own, g_.ld_recurrent, count, 0, shape_.recurrent);
    Product(packed_, weights.projection_transposed,
            {own, g_.ld_recurrent, count, nullptr, 0, wide + begin * g_.ld_hidden, g_.ld_hidden});
    step->dh = wide;
    step->ld_dh = g_.ld_hidden;
  }

  // Gradients of the initial states of those of the rows [begin, end) that began at t.
  void Leave(int64_t layer, int64_t direction, int64_t t, bool reverse, int64_t begin, int64_t end,
             const float* dh) const {
    float* dh0 = State(call_.dh0, layer, direction, shape_.recurrent);
    float* dc0 = shape_.lstm ? State(call_.dc0, layer, direction, shape_.hidden) : nullptr;
    if (dh0 == nullptr && dc0 == nullptr) return;
    for (int64_t j = std::max(begin, schedule_.Continuing(t, reverse)); j < end; ++j) {
      const int64_t n = schedule_.BatchRow(j);
      if (dh0 != nullptr) {
        CopyFloats(dh0 + n * shape_.recurrent, dh + j * g_.ld_recurrent, shape_.recurrent);
      }
      if (dc0 != nullptr) {
        CopyFloats(dc0 + n * shape_.hidden, plan_.At(plan_.layout.dc) + j * g_.ld_hidden,
                   shape_.hidden);
      }
    }
  }

  // [rows of the chunk, columns]
  struct Matrix {
    const float* values;
    int64_t ld;
    int64_t columns;
  };

  Matrix Input(int64_t layer, const Chunk& chunk) const {
    const int64_t width = shape_.InputWidth(layer);
    const float* values = layer > 0            ? reserve_.Output(call_.reserve, layer - 1)
                          : schedule_.direct() ? call_.x
                                               : plan_.At(plan_.layout.x_packed);
    return {values + chunk.first_row * width, width, width};
  }

  // dw [a.columns, b.columns] += a^T b
  void AddProduct(Matrix a, Matrix b, float* dw, int64_t rows, const Crew& crew) const {
    if (!g_.blas) {
      const LeftSide left = {a.values, a.ld, a.columns, 0, 0, 1};
      const RightSide right = {b.values, b.ld, b.columns, dw, b.columns};
      return AddProducts(&left, 1, &right, 1, rows, crew);
    }
    MatrixProduct product{};
    product.trans_a = true;
    product.m = a.columns;
    product.n = b.columns;
    product.k = rows;
    product.alpha = 1;
    product.a = a.values;
    product.lda = a.ld;
    product.b = b.values;
    product.ldb = b.ld;
    product.beta = 1;
    product.c = dw;
    product.ldc = b.columns;
    BlasGemmBlocks(product, crew);
  }

  void AddProducts(const LeftSide* lefts, int left_count, const RightSide* sides, int count,
                   int64_t rows, const Crew& crew) const {
    AddTransposedProducts(*g_.kernels, lefts, left_count, rows, sides, count,
                          {plan_.At(plan_.layout.gemm_work), plan_.layout.gemm_work_floats}, crew);
  }

  // Both weight matrices at once: what is packed serves both. A GRU's gates r and z have the same
  // gradients on both sides.
  void AddBothProducts(const float* dgates, const float* dhidden, Matrix x, Matrix h_prev,
                       float* dw_input, float* dw_hidden, int64_t rows, const Crew& crew) const {
    const int64_t ld = g_.ld_gate_major, gates = shape_.gates * shape_.hidden;
    const int64_t same = dgates == dhidden ? gates : 2 * shape_.hidden;
    const LeftSide lefts[] = {{dgates, ld, same, 0, 0, 2},
                              {dgates + same, ld, gates - same, same, 0, 1},
                              {dhidden + same, ld, gates - same, same, 1, 1}};
    const RightSide sides[] = {
        {x.values, x.ld, x.columns, dw_input, x.columns},
        {h_prev.values, h_prev.ld, h_prev.columns, dw_hidden, h_prev.columns}};
    AddProducts(lefts, same == gates ? 1 : 3, sides, 2, rows, crew);
  }

  // The crew shares the columns.
  void AddBiases(const float* dgates, const float* dhidden, float* input, float* hidden,
                 int64_t rows, const Crew& crew) const {
    const int64_t ld = g_.ld_gate_major, gates = shape_.gates * shape_.hidden;
    const int64_t begin = crew.Begin(gates), end = crew.End(gates);
    const int64_t same = dgates == dhidden ? end : std::clamp(2 * shape_.hidden, begin, end);
    const auto add = [&](const float* from, int64_t first, int64_t last, float* to, float* also) {
      if (first == last) return;
      g_.kernels->f32_column_sums({from + first, ld, rows, last - first, to + first,
                                   also == nullptr ? nullptr : also + first});
    };
    add(dgates, begin, same, input, hidden);
    add(dgates, same, end, input, nullptr);
    add(dhidden, same, end, hidden, nullptr);
  }

  void WeightGradients(int64_t layer, int64_t direction, const Chunk& chunk,
                       const Crew& crew) const {
    if (call_.dweights == nullptr || chunk.rows == 0) return;
    const DirectionWeights& weights = packed_.Direction(layer, direction);
    const SavedDirection saved = reserve_.Direction(call_.reserve, layer, direction);
    const auto place = [&](int64_t kind) {
      const int64_t offset = packed_.CanonicalOffset(layer, direction, kind);
      return offset < 0 ? nullptr : call_.dweights + offset;
    };
    const int64_t ld = g_.ld_gate_major, gates = shape_.gates * shape_.hidden;
    const float* dgates = plan_.At(plan_.layout.dgates);
    const float* dhidden = shape_.SplitsHidden() ? plan_.At(plan_.layout.dgates_hidden) : dgates;
    const Matrix x = Input(layer, chunk);
    const Matrix h_prev = {saved.h_prev + chunk.first_row * g_.ld_recurrent, g_.ld_recurrent,
                           shape_.recurrent};
    float* dw_input = place(FR_WEIGHT_IH);
    float* dw_hidden = place(FR_WEIGHT_HH);
    if (!g_.blas && weights.recurrent[0].rows == gates) {
      AddBothProducts(dgates, dhidden, x, h_prev, dw_input, dw_hidden, chunk.rows, crew);
    } else {
      AddProduct({dgates, ld, gates}, x, dw_input, chunk.rows, crew);
      for (int i = 0; i < weights.recurrent_parts; ++i) {
        const RecurrentPart& part = weights.recurrent[i];
        // The second part is gate n of a GRU with reset before, whose product takes r∘h_prev.
        const Matrix reset_h = {plan_.At(plan_.layout.reset_h_all), g_.ld_hidden, shape_.recurrent};
        AddProduct({dhidden + part.row, ld, part.rows}, i == 0 ? h_prev : reset_h,
                   dw_hidden + part.row * shape_.recurrent, chunk.rows, crew);
      }
    }
    if (shape_.projection > 0) {
      AddProduct({plan_.At(plan_.layout.dprojected), g_.ld_recurrent, shape_.projection},
                 {saved.hidden + chunk.first_row * g_.ld_hidden, g_.ld_hidden, shape_.hidden},
                 place(FR_WEIGHT_HR), chunk.rows, crew);
    }
    if (shape_.desc.bias != 0) {
      AddBiases(dgates, dhidden, place(FR_BIAS_IH), place(FR_BIAS_HH), chunk.rows, crew);
    }
    const bool last =
        shape_.Reverse(direction) ? chunk.low + chunk.count == schedule_.steps() : chunk.low == 0;
    if (last && shape_.desc.peephole != 0 && crew.index == 0) {
      const double* sums = reinterpret_cast<const double*>(plan_.At(plan_.layout.dpeephole));
      float* to = place(FR_WEIGHT_PEEPHOLE);
      for (int64_t i = 0; i < 3 * shape_.hidden; ++i) {
        to[i] = static_cast<float>(static_cast<double>(to[i]) + sums[i]);
      }
    }
  }

  void InputGradient(int64_t layer, int64_t direction, const Chunk& chunk, const Crew& crew) const {
    if (layer == 0 && call_.dx == nullptr) return;
    const PackedMatrix& matrix = packed_.Direction(layer, direction).input_transposed;
    float* to = layer > 0            ? OutputGradient(layer - 1)
                : schedule_.direct() ? call_.dx
                                     : plan_.At(plan_.layout.dx_packed);
    to += chunk.first_row * matrix.columns;
    const float* dgates = plan_.At(plan_.layout.dgates);
    if (g_.blas) {
      MatrixProduct product{};
      product.m = chunk.rows;
      product.n = matrix.columns;
      product.k = matrix.k;
      product.alpha = 1;
      product.a = dgates;
      product.lda = g_.ld_gate_major;
      product.b = packed_.At(matrix.canonical);
      product.ldb = matrix.ld_canonical;
      product.beta = direction == 0 ? 0.0f : 1.0f;
      product.c = to;
      product.ldc = matrix.columns;
      BlasGemmBlocks(product, crew);
      return;
    }
    const int64_t begin = crew.Begin(chunk.rows), count = crew.End(chunk.rows) - begin;
    to += begin * matrix.columns;
    Product(packed_, matrix,
            {dgates + begin * g_.ld_gate_major, g_.ld_gate_major, count,
             direction == 0 ? nullptr : to, matrix.columns, to, matrix.columns});
  }

  void Drop(int64_t layer, const Crew& crew) const {
    if (shape_.desc.dropout == 0) return;
    const DropoutMask mask(shape_.desc.dropout, call_.dropout_seed, call_.dropout_call, layer);
    for (int64_t t = 0; t < schedule_.steps(); ++t) {
      const int64_t rows = schedule_.Active(t);
      for (int64_t j = crew.Begin(rows); j < crew.End(rows); ++j) {
        float* row = OutputGradient(layer) + (schedule_.Offset(t) + j) * shape_.merged;
        mask.Apply(row, row, t, schedule_.BatchRow(j), shape_.merged);
      }
    }
    crew.Sync();
  }

  void ScatterInputGradient(const Crew& crew) const {
    const int64_t width = shape_.inputs;
    for (int64_t t = 0; t < schedule_.steps(); ++t) {
      const int64_t rows = schedule_.Active(t);
      for (int64_t j = crew.Begin(rows); j < crew.End(rows); ++j) {
        CopyFloats(call_.dx + schedule_.CallerRow(t, schedule_.BatchRow(j)) * width,
                   plan_.At(plan_.layout.dx_packed) + (schedule_.Offset(t) + j) * width, width);
      }
    }
  }

  const fr_plan& plan_;
  const fr_packed& packed_;
  const BackwardCall& call_;
  const Schedule& schedule_;
  const Geometry& g_;
  const Shape& shape_;
  const ReserveLayout reserve_;
};

}  // namespace

namespace {

// The reserve was written by forward for this very call.
void CheckReserve(const Schedule& schedule, const BackwardCall& call) {
  const ReserveHeader& header = *reinterpret_cast<const ReserveHeader*>(call.reserve);
  if (header.mark != kReserveMark) {
    Fail(FR_INVALID_ARGUMENT,
         "reserve: not written by fr_forward (expected: that of the same call)");
  }
  if (header.t != call.t || header.n != call.n || header.packed_rows != schedule.rows()) {
    Fail(
        FR_INVALID_ARGUMENT,
        "reserve: t = %d, n = %d, %lld valid rows (expected: those of this call, %lld, %lld, %lld)",
        header.t, header.n, static_cast<long long>(header.packed_rows),
        static_cast<long long>(call.t), static_cast<long long>(call.n),
        static_cast<long long>(schedule.rows()));
  }
  if (header.dropout_seed != call.dropout_seed || header.dropout_call != call.dropout_call) {
    Fail(FR_INVALID_ARGUMENT,
         "reserve: dropout seed %lld, call %lld (expected: those of this call, %lld, %lld)",
         static_cast<long long>(header.dropout_seed), static_cast<long long>(header.dropout_call),
         static_cast<long long>(call.dropout_seed), static_cast<long long>(call.dropout_call));
  }
}

}  // namespace

void RunBackward(fr_plan* plan, const fr_packed& packed, const BackwardCall& call) {
  plan->schedule.Build(call.t, call.n, call.lengths, packed.geometry().shape.desc.batch_major != 0);
  CheckReserve(plan->schedule, call);
  const BackwardPass pass(*plan, packed, call);
  const int crew = std::min(plan->CrewSize(call.n), static_cast<int>(plan->choice.threads));
  plan->workers.Run(
      crew,
      [](void* context, const Crew& member) {
        static_cast<const BackwardPass*>(context)->Run(member);
      },
      const_cast<BackwardPass*>(&pass));
}

}  // namespace fusedrnn
