#include "backward_steps.h"

#include <algorithm>

#include "cache_sizes.h"
#include "cell_backward.h"
#include "products.h"
#include "rows.h"

namespace fusedrnn {
namespace {

// One thread's part in the steps of one layer and direction. The crew shares rows where gates are
// pointwise, and rows or columns where a product is made.
class ThreadSteps {
 public:
  ThreadSteps(const BackwardPass& pass, int64_t layer, int64_t direction, const Crew& crew)
      : pass_(pass),
        plan_(pass.plan),
        packed_(pass.packed),
        call_(pass.call),
        schedule_(pass.schedule),
        g_(pass.g),
        shape_(pass.shape),
        layer_(layer),
        direction_(direction),
        reverse_(pass.shape.Reverse(direction)),
        weights_(pass.packed.Direction(layer, direction)),
        crew_(crew) {}

  void Run(const GradientChunk& chunk) const {
    const bool takes_rows = TakesRows();
    float* dh = plan_.At(plan_.layout.dh[0]);
    BackwardStep step{};
    step.saved = pass_.Saved(layer_, direction_);
    step.c_initial = plan_.At(plan_.layout.c_initial);
    step.dpeephole = reinterpret_cast<double*>(plan_.At(plan_.layout.dpeephole));
    for (int64_t i = 0; i < chunk.count; ++i) {
      const int64_t t = reverse_ ? chunk.low + i : chunk.low + chunk.count - 1 - i;
      step.rows = schedule_.Active(t);
      step.packed_row = schedule_.Offset(t);
      step.gradient_row = step.packed_row - chunk.first_row;
      step.continuing = schedule_.Continuing(t, reverse_);
      if (shape_.lstm && step.continuing > 0) {
        step.c_prev = step.saved.cell + schedule_.Offset(reverse_ ? t + 1 : t - 1) * g_.ld_hidden;
      }
      Enter(t, step.rows, dh);
      ProjectBack(&step, dh);
      GatesBackward(plan_, packed_, weights_, step, direction_, crew_);
      if (!takes_rows) crew_.Sync();
      step.ahead.count = 0;
      if (i + 1 < chunk.count) FetchedAhead(t, step.saved, &step.ahead);
      RecurrentBackward(plan_, packed_, weights_, &step, takes_rows || !g_.fused, crew_);
      if (takes_rows) {
        Leave(t, crew_.Begin(step.rows), crew_.End(step.rows), dh);
      } else {
        crew_.Sync();
        // Rows that leave take no part in the steps to come: nobody needs to wait.
        if (crew_.index == 0) Leave(t, 0, step.rows, dh);
      }
    }
  }

 private:
  // What Enter and the gates of the step after that of time t read of this thread's rows, out of a
  // cache that is far: forward wrote it long ago. c is what this step has as c_prev.
  void FetchedAhead(int64_t t, const SavedDirection& saved, Ahead* ahead) const {
    const int64_t next = reverse_ ? t + 1 : t - 1, rows = schedule_.Active(next);
    const int64_t begin = crew_.Begin(rows), count = crew_.End(rows) - begin;
    if (count == 0) return;
    ahead->count = ahead->region = 0;
    ahead->done = 0;
    const auto add = [&](const float* values, int64_t row, int64_t ld) {
      if (values != nullptr) ahead->regions[ahead->count++] = {values + row * ld, count * ld};
    };
    const int64_t row = schedule_.Offset(next) + begin;
    if (pass_.HasOutputGradient(layer_) && (layer_ + 1 < shape_.layers || schedule_.direct())) {
      add(pass_.OutputGradientRow(layer_, next, begin), 0, shape_.merged);
    }
    if (shape_.gates > 1 || g_.rare) add(saved.gates, row, g_.ld_gates);
    if (shape_.lstm) {
      if (schedule_.Continuing(next, reverse_) >= begin + count) {
        add(saved.cell, schedule_.Offset(reverse_ ? next + 1 : next - 1) + begin, g_.ld_hidden);
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
    const int64_t going_on = schedule_.GoingOn(t, reverse_);
    const int64_t begin = crew_.Begin(rows), end = crew_.End(rows);
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
    const int64_t begin = crew_.Begin(step->rows), count = crew_.End(step->rows) - begin;
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
    for (int64_t j = std::max(begin, schedule_.Continuing(t, reverse_)); j < end; ++j) {
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

  // True: a thread takes the same rows through all steps, and waits for nobody. It reads all of
  // W_hh then, and not its own panels alone, which pays while W_hh stays in the core's own cache or
  // the rows are many.
  bool TakesRows() const {
    if (crew_.count == 1) return true;
    if (!schedule_.direct()) return false;
    const int64_t bytes = shape_.gates * shape_.hidden * shape_.recurrent * int64_t{sizeof(float)};
    return call_.n >= crew_.count * (bytes <= Caches().l2 ? 4 : 32);
  }

  const BackwardPass& pass_;
  const fr_plan& plan_;
  const fr_packed& packed_;
  const BackwardCall& call_;
  const Schedule& schedule_;
  const Geometry& g_;
  const Shape& shape_;
  const int64_t layer_, direction_;
  const bool reverse_;
  const DirectionWeights& weights_;
  const Crew& crew_;
};

}  // namespace

// Initial cell states in sorted order, and empty sums.
void PrepareSteps(const BackwardPass& pass, int64_t layer, int64_t direction) {
  if (pass.schedule.steps() == 0) return;
  if (pass.shape.lstm) {
    const float* c0 = pass.State(pass.call.c0, layer, direction, pass.shape.hidden);
    float* c_initial = pass.plan.At(pass.plan.layout.c_initial);
    for (int64_t j = 0; j < pass.schedule.Active(0); ++j) {
      if (c0 == nullptr) {
        ZeroFloats(c_initial + j * pass.g.ld_hidden, pass.shape.hidden);
      } else {
        CopyFloats(c_initial + j * pass.g.ld_hidden,
                   c0 + pass.schedule.BatchRow(j) * pass.shape.hidden, pass.shape.hidden);
      }
    }
  }
  if (pass.shape.desc.peephole != 0) {
    ZeroFloats(pass.plan.At(pass.plan.layout.dpeephole), 2 * 3 * pass.shape.hidden);
  }
}

// The peepholes' sums run over the rows in order: one thread takes those steps.
void BackwardSteps(const BackwardPass& pass, int64_t layer, int64_t direction,
                   const GradientChunk& chunk, const Crew& crew) {
  if (pass.shape.desc.peephole == 0) {
    ThreadSteps(pass, layer, direction, crew).Run(chunk);
  } else if (crew.index == 0) {
    ThreadSteps(pass, layer, direction, Crew{0, 1, nullptr}).Run(chunk);
  }
}

}  // namespace fusedrnn
