#include "backward_steps.h"

#include <algorithm>

#include "cache_sizes.h"
#include "cell_backward.h"
#include "products.h"
#include "rows.h"

namespace fusedrnn {
namespace {

// One thread's part in the steps of one layer and direction. The team shares rows where gates are
// pointwise, and rows or columns where a product is made.
class ThreadSteps {
 public:
  ThreadSteps(const BackwardPass& pass, int64_t layer, int64_t direction, const Team& team)
      : pass_(pass),
        plan_(pass.plan),
        packed_(pass.packed),
        call_(pass.call),
        sequence_(pass.sequence),
        g_(pass.g),
        shape_(pass.shape),
        layer_(layer),
        direction_(direction),
        reverse_(pass.shape.Reverse(direction)),
        weights_(pass.packed.Direction(layer, direction)),
        team_(team) {}

  void Run(const GradientChunk& chunk) const {
    const bool takes_rows = TakesRows();
    float* dh = plan_.At(plan_.layout.dh[0]);
    BackwardStep step{};
    step.saved = pass_.Saved(layer_, direction_);
    step.c_initial = plan_.At(plan_.layout.c_initial);
    step.dpeephole = reinterpret_cast<double*>(plan_.At(plan_.layout.dpeephole));
    for (int64_t i = 0; i < chunk.count; ++i) {
      const int64_t t = reverse_ ? chunk.low + i : chunk.low + chunk.count - 1 - i;
      step.rows = sequence_.Active(t);
      step.packed_row = sequence_.Offset(t);
      step.gradient_row = step.packed_row - chunk.first_row;
      step.continuing = sequence_.Continuing(t, reverse_);
      if (shape_.lstm && step.continuing > 0) {
        step.c_prev = step.saved.cell + sequence_.Offset(reverse_ ? t + 1 : t - 1) * g_.ld_hidden;
      }
      Enter(t, step.rows, dh);
      ProjectBack(&step, dh);
      GatesBackward(plan_, packed_, weights_, step, direction_, team_);
      if (!takes_rows) team_.Sync();
      step.prefetch.count = 0;
      if (i + 1 < chunk.count) NextReads(t, step.saved, &step.prefetch);
      RecurrentBackward(plan_, packed_, weights_, &step, takes_rows || !g_.fused, team_);
      if (takes_rows) {
        Leave(t, team_.Begin(step.rows), team_.End(step.rows), dh);
      } else {
        team_.Sync();
        // Rows that leave take no part in the steps to come: nobody needs to wait.
        if (team_.index == 0) Leave(t, 0, step.rows, dh);
      }
    }
  }

 private:
  // What Enter and the gates of the step after that of time t read of this thread's rows, out of a
  // cache that is far: forward wrote it long ago. c is what this step has as c_prev.
  void NextReads(int64_t t, const SavedDirection& saved, PrefetchList* prefetch) const {
    const int64_t next = reverse_ ? t + 1 : t - 1, rows = sequence_.Active(next);
    const int64_t begin = team_.Begin(rows), count = team_.End(rows) - begin;
    if (count == 0) return;
    prefetch->count = prefetch->region = 0;
    prefetch->done = 0;
    const auto add = [&](const float* values, int64_t row, int64_t ld) {
      if (values != nullptr) prefetch->regions[prefetch->count++] = {values + row * ld, count * ld};
    };
    const int64_t row = sequence_.Offset(next) + begin;
    if (pass_.HasOutputGradient(layer_) && (layer_ + 1 < shape_.layers || sequence_.direct())) {
      add(pass_.OutputGradientRow(layer_, next, begin), 0, shape_.merged);
    }
    if (shape_.gates > 1 || g_.generic) add(saved.gates, row, g_.ld_gates);
    if (shape_.lstm) {
      if (sequence_.Continuing(next, reverse_) >= begin + count) {
        add(saved.cell, sequence_.Offset(reverse_ ? next + 1 : next - 1) + begin, g_.ld_hidden);
      }
    } else if (shape_.gru) {
      add(saved.h_prev, row, g_.ld_recurrent);
      add(saved.hidden_n, row, g_.ld_hidden);
    } else {
      add(saved.hidden, row, g_.ld_hidden);
    }
  }

  // dh and dc of the rows that end at t come from dhn and dcn; dy is added to every row. Own rows.
  void Enter(int64_t t, int64_t rows, float* dh) const {
    const float* dhn = pass_.State(call_.dhn, layer_, direction_, shape_.recurrent);
    const float* dcn = pass_.State(call_.dcn, layer_, direction_, shape_.hidden);
    const int64_t going_on = sequence_.Remaining(t, reverse_);
    const int64_t begin = team_.Begin(rows), end = team_.End(rows);
    const auto load = [&](float* to, const float* from, int64_t j, int64_t width) {
      if (from == nullptr) {
        ZeroFloats(to, width);
      } else {
        CopyFloats(to, from + sequence_.BatchRow(j) * width, width);
      }
    };
    for (int64_t j = std::max(begin, going_on); j < end; ++j) {
      load(dh + j * g_.ld_recurrent, dhn, j, shape_.recurrent);
      if (shape_.lstm) load(plan_.At(plan_.layout.dc) + j * g_.ld_hidden, dcn, j, shape_.hidden);
    }
    if (!pass_.HasOutputGradient(layer_)) return;
    const int64_t column = shape_.MergedColumn(direction_);
    for (int64_t j = begin; j < end; ++j) {
      AddFloats(dh + j * g_.ld_recurrent, pass_.OutputGradientRow(layer_, t, j) + column,
                shape_.recurrent);
    }
  }

  // The gradient of h before the projection; own rows, so that no barrier is needed before the
  // gates.
  void ProjectBack(BackwardStep* step, const float* dh) const {
    step->dh = dh;
    step->ld_dh = g_.ld_recurrent;
    if (shape_.projection == 0) return;
    const int64_t begin = team_.Begin(step->rows), count = team_.End(step->rows) - begin;
    const float* own = dh + begin * g_.ld_recurrent;
    float* wide = plan_.At(plan_.layout.dh_wide);
    float* kept =
        plan_.At(plan_.layout.dprojected) + (step->gradient_row + begin) * g_.ld_recurrent;
    CopyColumns(kept, g_.ld_recurrent, own, g_.ld_recurrent, count, 0, shape_.recurrent);
    Product(packed_, weights_.projection_transposed,
            {own, g_.ld_recurrent, count, nullptr, 0, wide + begin * g_.ld_hidden, g_.ld_hidden});
    step->dh = wide;
    step->ld_dh = g_.ld_hidden;
  }

  // Gradients of the initial states of those of the rows [begin, end) that began at t.
  void Leave(int64_t t, int64_t begin, int64_t end, const float* dh) const {
    float* dh0 = pass_.State(call_.dh0, layer_, direction_, shape_.recurrent);
    float* dc0 = shape_.lstm ? pass_.State(call_.dc0, layer_, direction_, shape_.hidden) : nullptr;
    if (dh0 == nullptr && dc0 == nullptr) return;
    for (int64_t j = std::max(begin, sequence_.Continuing(t, reverse_)); j < end; ++j) {
      const int64_t n = sequence_.BatchRow(j);
      if (dh0 != nullptr) {
        CopyFloats(dh0 + n * shape_.recurrent, dh + j * g_.ld_recurrent, shape_.recurrent);
      }
      if (dc0 != nullptr) {
        CopyFloats(dc0 + n * shape_.hidden, plan_.At(plan_.layout.dc) + j * g_.ld_hidden,
                   shape_.hidden);
      }
    }
  }

  // True: a thread takes the same rows through all steps, and waits for nobody. It reads all of
  // W_hh then, and not its own panels alone, which pays while W_hh stays in the core's own cache or
  // the rows are many.
  bool TakesRows() const {
    if (team_.count == 1) return true;
    if (!sequence_.direct()) return false;
    const int64_t bytes = shape_.gates * shape_.hidden * shape_.recurrent * int64_t{sizeof(float)};
    return call_.n >= team_.count * (bytes <= Caches().l2 ? 4 : 32);
  }

  const BackwardPass& pass_;
  const fr_plan& plan_;
  const fr_packed& packed_;
  const BackwardCall& call_;
  const PackedSequence& sequence_;
  const Geometry& g_;
  const Shape& shape_;
  const int64_t layer_, direction_;
  const bool reverse_;
  const DirectionWeights& weights_;
  const Team& team_;
};

}  // namespace

// Initial cell states in sorted order, and empty sums.
void PrepareSteps(const BackwardPass& pass, int64_t layer, int64_t direction) {
  if (pass.sequence.steps() == 0) return;
  if (pass.shape.lstm) {
    const float* c0 = pass.State(pass.call.c0, layer, direction, pass.shape.hidden);
    float* c_initial = pass.plan.At(pass.plan.layout.c_initial);
    for (int64_t j = 0; j < pass.sequence.Active(0); ++j) {
      if (c0 == nullptr) {
        ZeroFloats(c_initial + j * pass.g.ld_hidden, pass.shape.hidden);
      } else {
        CopyFloats(c_initial + j * pass.g.ld_hidden,
                   c0 + pass.sequence.BatchRow(j) * pass.shape.hidden, pass.shape.hidden);
      }
    }
  }
  if (pass.shape.desc.peephole != 0) {
    ZeroFloats(pass.plan.At(pass.plan.layout.dpeephole), 2 * 3 * pass.shape.hidden);
  }
}

// The peepholes' sums run over the rows in order: one thread takes those steps.
void BackwardSteps(const BackwardPass& pass, int64_t layer, int64_t direction,
                   const GradientChunk& chunk, const Team& team) {
  if (pass.shape.desc.peephole == 0) {
    ThreadSteps(pass, layer, direction, team).Run(chunk);
  } else if (team.index == 0) {
    ThreadSteps(pass, layer, direction, Team{0, 1, nullptr}).Run(chunk);
  }
}

}  // namespace fusedrnn
