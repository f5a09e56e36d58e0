#include "geometry.h"

#include <algorithm>

#include "int8_kernels.h"
#include "status.h"

namespace fusedrnn {
namespace {

WeightForm FormOf(int32_t products) {
  return products == FR_PRODUCTS_FLOAT16 ? WeightForm::kFloat16
         : products == FR_PRODUCTS_INT8  ? WeightForm::kInt8
                                         : WeightForm::kFloat32;
}

void CheckForm(const Geometry& g, int32_t products) {
  const Shape& shape = g.shape;
  if (g.form == WeightForm::kFloat32) return;
  if (!g.fused) {
    Fail(FR_UNSUPPORTED,
         "products: %d, compressed weights of a cell with peepholes, coupled gates, a gate clip, "
         "other activations or a GRU reset not after the product (expected: 0, float32 weights)",
         products);
  }
  const int64_t terms =
      std::max({shape.inputs, shape.hidden, shape.layers > 1 ? shape.merged : int64_t{0}});
  if (g.form == WeightForm::kInt8 && terms > kInt8MostTerms) {
    Fail(FR_UNSUPPORTED,
         "products: %d, int8 weights in products of %lld terms (expected: at most %lld; float16 "
         "weights have no such bound)",
         products, static_cast<long long>(terms), static_cast<long long>(kInt8MostTerms));
  }
}

}  // namespace

Geometry Geometry::Of(const Shape& shape, int32_t isa, int32_t products) {
  if (products < FR_PRODUCTS_PACKED || products > FR_PRODUCTS_INT8) {
    Fail(FR_INVALID_ARGUMENT,
         "products: %d (expected: 0 packed, 1 openblas, 2 float16 or 3 int8 weights)", products);
  }
  Geometry g{};
  g.shape = shape;
  g.kernels = &KernelsFor(isa);
  g.blas = products == FR_PRODUCTS_OPENBLAS;
  g.generic = !shape.standard;
  g.fused = shape.standard && !g.blas;
  g.form = FormOf(products);
  g.int8 = g.form == WeightForm::kInt8 ? &Int8KernelsFor(isa) : nullptr;
  CheckForm(g, products);
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
