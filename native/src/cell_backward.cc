#include "cell_backward.h"

#include "products.h"

namespace fusedrnn {

void CellBackward(const fr_packed& packed, const DirectionWeights& weights,
                  const GenericBackwardArgs& args) noexcept {
  const Geometry& g = packed.geometry();
  if (g.generic) {
    GenericBackward(args);
  } else if (g.shape.lstm) {
    g.kernels->f32_lstm_backward(args);
  } else if (g.shape.gru) {
    g.kernels->f32_gru_backward(args);
  } else {
    g.kernels->f32_rnn_backward(args);
  }
  if (weights.recurrent_parts == 2) {
    // GRU, reset before: the gradient of r∘h_prev first, because that of r needs it.
    const RecurrentPart& candidate = weights.recurrent[1];
    Product(packed, candidate.transposed,
            {args.dgates + candidate.row, args.ld_dgates, args.rows, nullptr, 0, args.dreset_h,
             args.ld_dreset_h});
    GenericGruResetBackward(args);
  }
}

}  // namespace fusedrnn
