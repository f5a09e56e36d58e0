#include "geometry.h"

#include "status.h"

namespace fusedrnn {

Geometry Geometry::Of(const Shape& shape, int32_t isa, int32_t products) {
  if (products != FR_PRODUCTS_PACKED && products != FR_PRODUCTS_OPENBLAS) {
    Fail(FR_INVALID_ARGUMENT, "products: %d (expected: 0 packed or 1 openblas)", products);
  }
  Geometry g{};
  g.shape = shape;
  g.kernels = &KernelsFor(isa);
  g.blas = products == FR_PRODUCTS_OPENBLAS;
  g.rare = !shape.standard;
  g.fused = shape.standard && !g.blas;
  const int64_t width = g.kernels->width;
  const bool with_gates = g.fused && shape.gates > 1;
  g.plain_columns = 4 * width;
  g.gate_vectors = with_gates ? static_cast<int32_t>(shape.gates) : 4;
  if (g.fused) {
    g.panel_units = with_gates ? width : g.plain_columns;
    g.gate_panels = DivideUp(shape.hidden, g.panel_units);
    g.gate_columns = g.gate_panels * g.gate_vectors * width;
  } else {
    g.gate_columns = shape.gates * shape.hidden;
    g.panel_units = g.plain_columns;
    g.gate_panels = DivideUp(g.gate_columns, g.plain_columns);
  }
  g.ld_gates = PadLeading(g.gate_columns);
  g.ld_recurrent = PadLeading(shape.recurrent);
  g.ld_hidden = PadLeading(shape.hidden);
  g.ld_gate_major = PadLeading(shape.gates * shape.hidden);
  g.keeps_cell = shape.lstm;
  g.keeps_hidden = shape.gates == 1 || shape.projection > 0;
  g.keeps_hidden_n = shape.SplitsHidden();
  return g;
}

}  // namespace fusedrnn
