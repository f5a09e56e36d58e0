#include "gradient_products.h"

#include <algorithm>

#include "blas.h"
#include "gemm.h"
#include "products.h"

namespace fusedrnn {
namespace {

// One thread's part in the products over a chunk of one layer and direction.
class ChunkProducts {
 public:
  ChunkProducts(const BackwardPass& pass, int64_t layer, int64_t direction,
                const PackedSequence::Chunk& chunk, const Team& team)
      : pass_(pass),
        plan_(pass.plan),
        packed_(pass.packed),
        call_(pass.call),
        sequence_(pass.sequence),
        g_(pass.g),
        shape_(pass.shape),
        layer_(layer),
        direction_(direction),
        weights_(pass.packed.Direction(layer, direction)),
        chunk_(chunk),
        team_(team) {}

  void WeightGradients() const {
    if (pass_.gradients.dweights == nullptr || chunk_.rows == 0) return;
    const SavedDirection saved = pass_.Saved(layer_, direction_);
    const auto place = [&](int64_t kind) {
      const int64_t offset = packed_.CanonicalOffset(layer_, direction_, kind);
      return offset < 0 ? nullptr : pass_.gradients.dweights + offset;
    };
    const int64_t ld = g_.ld_gate_major, gates = shape_.gates * shape_.hidden;
    const float* dgates = plan_.At(plan_.layout.dgates);
    const float* dhidden = shape_.SplitsHidden() ? plan_.At(plan_.layout.dgates_hidden) : dgates;
    const Matrix x = Input();
    const Matrix h_prev = {saved.h_prev + chunk_.first_row * g_.ld_recurrent, g_.ld_recurrent,
                           shape_.recurrent};
    float* dw_input = place(FR_WEIGHT_IH);
    float* dw_hidden = place(FR_WEIGHT_HH);
    if (!g_.blas && weights_.recurrent[0].rows == gates) {
      AddBothProducts(dgates, dhidden, x, h_prev, dw_input, dw_hidden);
    } else {
      AddProduct({dgates, ld, gates}, x, dw_input);
      for (int i = 0; i < weights_.recurrent_parts; ++i) {
        const RecurrentPart& part = weights_.recurrent[i];
        // The second part is gate n of a GRU with reset before, whose product takes r∘h_prev.
        const Matrix reset_h = {plan_.At(plan_.layout.reset_h_all), g_.ld_hidden, shape_.recurrent};
        AddProduct({dhidden + part.row, ld, part.rows}, i == 0 ? h_prev : reset_h,
                   dw_hidden + part.row * shape_.recurrent);
      }
    }
    if (shape_.projection > 0) {
      AddProduct({plan_.At(plan_.layout.dprojected), g_.ld_recurrent, shape_.projection},
                 {saved.hidden + chunk_.first_row * g_.ld_hidden, g_.ld_hidden, shape_.hidden},
                 place(FR_WEIGHT_HR));
    }
    if (shape_.desc.bias != 0) {
      AddBiases(dgates, dhidden, place(FR_BIAS_IH), place(FR_BIAS_HH));
    }
    const bool last = shape_.Reverse(direction_) ? chunk_.low + chunk_.steps == sequence_.steps()
                                                 : chunk_.low == 0;
    if (last && shape_.desc.peephole != 0 && team_.index == 0) {
      const double* sums = reinterpret_cast<const double*>(plan_.At(plan_.layout.dpeephole));
      float* to = place(FR_WEIGHT_PEEPHOLE);
      for (int64_t i = 0; i < 3 * shape_.hidden; ++i) {
        to[i] = static_cast<float>(static_cast<double>(to[i]) + sums[i]);
      }
    }
  }

  void InputGradient() const {
    if (layer_ == 0 && pass_.gradients.dx == nullptr) return;
    const PackedMatrix& matrix = weights_.input_transposed;
    float* to = layer_ > 0           ? pass_.OutputGradient(layer_ - 1)
                : sequence_.direct() ? pass_.gradients.dx
                                     : plan_.At(plan_.layout.dx_packed);
    to += chunk_.first_row * matrix.columns;
    const float* dgates = plan_.At(plan_.layout.dgates);
    if (g_.blas) {
      MatrixProduct product{};
      product.m = chunk_.rows;
      product.n = matrix.columns;
      product.k = matrix.k;
      product.alpha = 1;
      product.a = dgates;
      product.lda = g_.ld_gate_major;
      product.b = packed_.At(matrix.canonical);
      product.ldb = matrix.ld_canonical;
      product.beta = direction_ == 0 ? 0.0f : 1.0f;
      product.c = to;
      product.ldc = matrix.columns;
      BlasGemmBlocks(product, team_);
      return;
    }
    const int64_t begin = team_.Begin(chunk_.rows), count = team_.End(chunk_.rows) - begin;
    to += begin * matrix.columns;
    Product(packed_, matrix,
            {dgates + begin * g_.ld_gate_major, g_.ld_gate_major, count,
             direction_ == 0 ? nullptr : to, matrix.columns, to, matrix.columns});
  }

 private:
  // [rows of the chunk, columns]
  struct Matrix {
    const float* values;
    int64_t ld;
    int64_t columns;
  };

  Matrix Input() const {
    const int64_t width = shape_.InputWidth(layer_);
    const float* values = layer_ > 0           ? pass_.reserve.Output(call_.reserve, layer_ - 1)
                          : sequence_.direct() ? call_.x
                                               : plan_.At(plan_.layout.x_packed);
    return {values + chunk_.first_row * width, width, width};
  }

  // dw [a.columns, b.columns] += a^T b
  void AddProduct(Matrix a, Matrix b, float* dw) const {
    if (!g_.blas) {
      const LeftSide left = {a.values, a.ld, a.columns, 0, 0, 1};
      const RightSide right = {b.values, b.ld, b.columns, dw, b.columns};
      return AddProducts(&left, 1, &right, 1);
    }
    MatrixProduct product{};
    product.trans_a = true;
    product.m = a.columns;
    product.n = b.columns;
    product.k = chunk_.rows;
    product.alpha = 1;
    product.a = a.values;
    product.lda = a.ld;
    product.b = b.values;
    product.ldb = b.ld;
    product.beta = 1;
    product.c = dw;
    product.ldc = b.columns;
    BlasGemmBlocks(product, team_);
  }

  void AddProducts(const LeftSide* lefts, int left_count, const RightSide* sides, int count) const {
    AddTransposedProducts(*g_.kernels, lefts, left_count, chunk_.rows, sides, count,
                          {plan_.At(plan_.layout.gemm_work), plan_.layout.gemm_work_floats}, team_);
  }

  // Both weight matrices at once: what is packed serves both. A GRU's gates r and z have the same
  // gradients on both sides.
  void AddBothProducts(const float* dgates, const float* dhidden, Matrix x, Matrix h_prev,
                       float* dw_input, float* dw_hidden) const {
    const int64_t ld = g_.ld_gate_major, gates = shape_.gates * shape_.hidden;
    const int64_t same = dgates == dhidden ? gates : 2 * shape_.hidden;
    const LeftSide lefts[] = {{dgates, ld, same, 0, 0, 2},
                              {dgates + same, ld, gates - same, same, 0, 1},
                              {dhidden + same, ld, gates - same, same, 1, 1}};
    const RightSide sides[] = {
        {x.values, x.ld, x.columns, dw_input, x.columns},
        {h_prev.values, h_prev.ld, h_prev.columns, dw_hidden, h_prev.columns}};
    AddProducts(lefts, same == gates ? 1 : 3, sides, 2);
  }

  // The team shares the columns.
  void AddBiases(const float* dgates, const float* dhidden, float* input, float* hidden) const {
    const int64_t ld = g_.ld_gate_major, gates = shape_.gates * shape_.hidden;
    const int64_t begin = team_.Begin(gates), end = team_.End(gates);
    const int64_t same = dgates == dhidden ? end : std::clamp(2 * shape_.hidden, begin, end);
    const auto add = [&](const float* from, int64_t first, int64_t last, float* to, float* also) {
      if (first == last) return;
      g_.kernels->f32_column_sums({from + first, ld, chunk_.rows, last - first, to + first,
                                   also == nullptr ? nullptr : also + first});
    };
    add(dgates, begin, same, input, hidden);
    add(dgates, same, end, input, nullptr);
    add(dhidden, same, end, hidden, nullptr);
  }

  const BackwardPass& pass_;
  const fr_plan& plan_;
  const fr_packed& packed_;
  const Call& call_;
  const PackedSequence& sequence_;
  const Geometry& g_;
  const Shape& shape_;
  const int64_t layer_, direction_;
  const DirectionWeights& weights_;
  const PackedSequence::Chunk& chunk_;
  const Team& team_;
};

}  // namespace

void AddChunkGradients(const BackwardPass& pass, int64_t layer, int64_t direction,
                       const PackedSequence::Chunk& chunk, const Team& team) {
  const ChunkProducts products(pass, layer, direction, chunk, team);
  products.WeightGradients();
  products.InputGradient();
}

}  // namespace fusedrnn
