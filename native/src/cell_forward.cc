#include "cell_forward.h"

#include "products.h"

namespace fusedrnn {

void CellForward(const fr_packed& packed, const DirectionWeights& weights,
                 const GenericArgs& args) noexcept {
  const Geometry& g = packed.geometry();
  const auto add_product = [&](const RecurrentPart& part, const float* a, int64_t lda) {
    float* out = args.gates.base + part.row;
    Product(packed, part.forward, {a, lda, args.rows, out, args.gates.ld, out, args.gates.ld});
  };
  if (g.shape.SplitsHidden()) {
    Product(packed, weights.recurrent[0].forward,
            {args.h_prev, args.ld_h_prev, args.rows, nullptr, 0, args.recurrent.base,
             args.recurrent.ld});
  } else {
    add_product(weights.recurrent[0], args.h_prev, args.ld_h_prev);
    if (weights.recurrent_parts == 2) {
      GenericGruReset(args);
      add_product(weights.recurrent[1], args.reset_h, args.ld_reset_h);
    }
  }
  if (g.generic) {
    GenericForward(args);
  } else if (g.shape.lstm) {
    g.kernels->f32_lstm_pointwise(args);
  } else if (g.shape.gru) {
    g.kernels->f32_gru_pointwise(args);
  } else {
    g.kernels->f32_rnn_pointwise(args);
  }
}

}  // namespace fusedrnn
