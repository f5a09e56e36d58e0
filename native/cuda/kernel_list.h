// Every kernel by name: FR_CUDA_KERNELS(X) gives X(name) for each. Tests hold it against the
// sources.
#pragma once

#define FR_CUDA_KERNELS(X)         \
  X(fr_cuda_activate)              \
  X(fr_cuda_activate_backward)     \
  X(fr_cuda_adam)                  \
  X(fr_cuda_add_bias)              \
  X(fr_cuda_axpy)                  \
  X(fr_cuda_bias_gradient)         \
  X(fr_cuda_clamp)                 \
  X(fr_cuda_dropout)               \
  X(fr_cuda_finish_sum)            \
  X(fr_cuda_gather)                \
  X(fr_cuda_scale)                 \
  X(fr_cuda_scatter)               \
  X(fr_cuda_scatter_add)           \
  X(fr_cuda_sgd)                   \
  X(fr_cuda_sigmoid_cross_entropy) \
  X(fr_cuda_softmax)               \
  X(fr_cuda_softmax_cross_entropy) \
  X(fr_cuda_squared_error)         \
  X(fr_cuda_sum)                   \
  X(fr_cuda_sum_of_squares)
