// Sums of all elements: each block leaves a partial sum, fr_cuda_finish_sum adds these in order.
// The number of blocks depends on n alone.
#include "kernel_base.h"

extern "C" __global__ void fr_cuda_sum(const float* x, fr_i64 n, double* partial) {
  __shared__ double shared[FR_THREADS];
  double sum = 0;
  for (fr_i64 i = FR_FIRST; i < n; i += FR_STEP) sum += static_cast<double>(x[i]);
  sum = fr_block_sum(sum, shared);
  if (threadIdx.x == 0) partial[blockIdx.x] = sum;
}

extern "C" __global__ void fr_cuda_sum_of_squares(const float* x, fr_i64 n, double* partial) {
  __shared__ double shared[FR_THREADS];
  double sum = 0;
  for (fr_i64 i = FR_FIRST; i < n; i += FR_STEP) {
    const double value = static_cast<double>(x[i]);
    sum += value * value;
  }
  sum = fr_block_sum(sum, shared);
  if (threadIdx.x == 0) partial[blockIdx.x] = sum;
}

// to[0] = sum of n values; one block.
extern "C" __global__ void fr_cuda_finish_sum(const double* values, fr_i64 n, double* to) {
  __shared__ double shared[FR_THREADS];
  double sum = 0;
  for (fr_i64 i = threadIdx.x; i < n; i += FR_THREADS) sum += values[i];
  sum = fr_block_sum(sum, shared);
  if (threadIdx.x == 0) to[0] = sum;
}

// to[c] += sum over rows of dy[r, c]. A block has 32 columns and 8 rows at a time: neighbouring
// threads read neighbouring elements.
extern "C" __global__ void fr_cuda_bias_gradient(const float* dy, float* to, fr_i64 rows,
                                                 fr_i64 cols) {
  __shared__ double shared[FR_THREADS];
  const int lane = threadIdx.x / 32;
  const fr_i64 c = static_cast<fr_i64>(blockIdx.x) * 32 + threadIdx.x % 32;
  double sum = 0;
  if (c < cols) {
    for (fr_i64 r = lane; r < rows; r += FR_THREADS / 32) {
      sum += static_cast<double>(dy[r * cols + c]);
    }
  }
  shared[threadIdx.x] = sum;
  __syncthreads();
  if (lane == 0 && c < cols) {
    for (int l = 1; l < FR_THREADS / 32; ++l) sum += shared[threadIdx.x + 32 * l];
    to[c] = static_cast<float>(static_cast<double>(to[c]) + sum);
  }
}
