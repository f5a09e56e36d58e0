// The list of kernels, from which the table, the declarations and the tests are made. Adding a
// kernel is one line here and one body in a -inl.h file; adding an instruction set is one file
// kernels_<isa>.cc.
#pragma once

#include <cstdint>

#include "compressed_args.h"
#include "kernel_args.h"

// X(result, name, parameters). A kernel never allocates, locks, throws or checks; the driver has.
#define FUSEDRNN_KERNELS(X)                                                                        \
  X(void, f32_gemm_panels, (const GemmArgs&))                                                      \
  X(void, f32_block_product, (const BlockArgs&))                                                   \
  X(void, f32_column_sums, (const ColumnSumsArgs&))                                                \
  X(void, f32_pack_left, (const PackLeftArgs&))                                                    \
  X(void, f32_pack_panel, (const PackPanelArgs&))                                                  \
  X(void, f32_transpose, (const TransposeArgs&))                                                   \
  X(void, f32_lstm_step, (const StepArgs&))                                                        \
  X(void, f32_gru_step, (const StepArgs&))                                                         \
  X(void, f32_rnn_step, (const StepArgs&))                                                         \
  X(void, f32_lstm_pointwise, (const PointwiseArgs&))                                              \
  X(void, f32_gru_pointwise, (const PointwiseArgs&))                                               \
  X(void, f32_rnn_pointwise, (const PointwiseArgs&))                                               \
  X(void, f32_lstm_backward, (const PointwiseBackwardArgs&))                                       \
  X(void, f32_gru_backward, (const PointwiseBackwardArgs&))                                        \
  X(void, f32_rnn_backward, (const PointwiseBackwardArgs&))                                        \
  /* y[i] = f(x[i]); y may be x; FR_ACT_SIGMOID, FR_ACT_TANH, FR_ACT_RELU, FR_ACT_IDENTITY only */ \
  X(void, f32_activate, (int32_t activation, const float* x, float* y, int64_t n))                 \
  X(void, f32_exp, (const float* x, float* y, int64_t n))                                          \
  /* one row: y = softmax(x), returns log(sum(exp(x - max))) + max; y may be x, y nullptr: only    \
   * the value */                                                                                  \
  X(double, f32_softmax_row, (const float* x, int64_t n, float* y))                                \
  X(void, f16_gemm_panels, (const CompressedGemmArgs&))                                            \
  X(void, f16_lstm_step, (const CompressedStepArgs&))                                              \
  X(void, f16_gru_step, (const CompressedStepArgs&))                                               \
  X(void, f16_rnn_step, (const CompressedStepArgs&))

namespace fusedrnn {

struct KernelTable {
  int32_t isa;        // FR_ISA_*
  int64_t width;      // V: floats in a vector; panels of this table's kernels are packed for it
  int64_t tile_rows;  // Q: rows of a packed left side's tile
#define FUSEDRNN_FIELD(result, name, parameters) result(*name) parameters;
  FUSEDRNN_KERNELS(FUSEDRNN_FIELD)
#undef FUSEDRNN_FIELD
};

// One per instruction set; defined in kernels_<isa>.cc where that set is built
// (FUSEDRNN_BUILD_<ISA> says which).
namespace plain {
extern const KernelTable kKernels;
}
namespace neon {
extern const KernelTable kKernels;
}
namespace avx2 {
extern const KernelTable kKernels;
}
namespace avx512 {
extern const KernelTable kKernels;
}

}  // namespace fusedrnn
