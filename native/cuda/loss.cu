// Losses and their gradients.
#include "kernel_base.h"

// The largest value of a row and the first place that has it, over the FR_THREADS threads of a
// block; every thread has both.
__device__ inline float fr_row_max(const float* row, fr_i64 cols, float* values, fr_i64* places,
                                   fr_i64* place) {
  float most = row[0];
  fr_i64 at = 0;
  for (fr_i64 c = threadIdx.x; c < cols; c += FR_THREADS) {
    if (row[c] > most) {
      most = row[c];
      at = c;
    }
  }
  values[threadIdx.x] = most;
  places[threadIdx.x] = at;
  __syncthreads();
  for (int half = FR_THREADS / 2; half > 0; half /= 2) {
    if (threadIdx.x < half) {
      const int other = threadIdx.x + half;
      if (values[other] > values[threadIdx.x] ||
          (values[other] == values[threadIdx.x] && places[other] < places[threadIdx.x])) {
        values[threadIdx.x] = values[other];
        places[threadIdx.x] = places[other];
      }
    }
    __syncthreads();
  }
  most = values[0];
  *place = places[0];
  __syncthreads();
  return most;
}

// Softmax of each row; one block for each. y may be x.
extern "C" __global__ void fr_cuda_softmax(const float* x, fr_i64 rows, fr_i64 cols, float* y) {
  __shared__ double shared[FR_THREADS];
  __shared__ float values[FR_THREADS];
  __shared__ fr_i64 places[FR_THREADS];
  for (fr_i64 r = blockIdx.x; r < rows; r += gridDim.x) {
    const float* from = x + r * cols;
    float* to = y + r * cols;
    fr_i64 place;
    const float most = fr_row_max(from, cols, values, places, &place);
    double sum = 0;
    for (fr_i64 c = threadIdx.x; c < cols; c += FR_THREADS) {
      const float e = expf(from[c] - most);
      to[c] = e;
      sum += static_cast<double>(e);
    }
    const float total = static_cast<float>(fr_block_sum(sum, shared));
    for (fr_i64 c = threadIdx.x; c < cols; c += FR_THREADS) to[c] /= total;
  }
}

// Cross-entropy of softmax; one block for each row. losses[r] = -log softmax(z)[label], right[r] =
// 1 if the largest logit is the label's; both 0 in an ignored row. dlogits (may be logits; null =
// not wanted) = scale (softmax - onehot).
extern "C" __global__ void fr_cuda_softmax_cross_entropy(const float* logits, const int* labels,
                                                         int ignore, fr_i64 rows, fr_i64 classes,
                                                         float scale, float* dlogits,
                                                         double* losses, double* right) {
  __shared__ double shared[FR_THREADS];
  __shared__ float values[FR_THREADS];
  __shared__ fr_i64 places[FR_THREADS];
  for (fr_i64 r = blockIdx.x; r < rows; r += gridDim.x) {
    const float* row = logits + r * classes;
    float* gradient = dlogits == nullptr ? nullptr : dlogits + r * classes;
    const int label = labels[r];
    if (label == ignore) {
      if (gradient != nullptr) {
        for (fr_i64 c = threadIdx.x; c < classes; c += FR_THREADS) gradient[c] = 0;
      }
      if (threadIdx.x == 0) {
        losses[r] = 0;
        right[r] = 0;
      }
      continue;
    }
    fr_i64 place;
    const float most = fr_row_max(row, classes, values, places, &place);
    const float logit = row[label];  // read before the gradient is written over it
    __syncthreads();
    double sum = 0;
    for (fr_i64 c = threadIdx.x; c < classes; c += FR_THREADS) {
      const float e = expf(row[c] - most);
      if (gradient != nullptr) gradient[c] = e;
      sum += static_cast<double>(e);
    }
    const double total = fr_block_sum(sum, shared);
    if (gradient != nullptr) {
      const float divisor = static_cast<float>(total);
      for (fr_i64 c = threadIdx.x; c < classes; c += FR_THREADS) {
        gradient[c] = scale * (gradient[c] / divisor - (c == label ? 1.0f : 0.0f));
      }
    }
    if (threadIdx.x == 0) {
      losses[r] = log(total) + static_cast<double>(most) - static_cast<double>(logit);
      right[r] = place == label ? 1 : 0;
    }
  }
}

// Partial sums of max(z, 0) - z t + log(1 + e^-|z|); dz (may be z; null = not wanted) =
// scale (sigmoid(z) - t).
extern "C" __global__ void fr_cuda_sigmoid_cross_entropy(const float* z, const float* target,
                                                         float scale, float* dz, fr_i64 n,
                                                         double* partial) {
  __shared__ double shared[FR_THREADS];
  double sum = 0;
  for (fr_i64 i = FR_FIRST; i < n; i += FR_STEP) {
    const float logit = z[i], t = target[i];
    const float e = expf(-fabsf(logit));
    sum += (logit > 0 || isnan(logit) ? static_cast<double>(logit) : 0.0) -
           static_cast<double>(logit) * static_cast<double>(t) + static_cast<double>(log1pf(e));
    if (dz != nullptr) {
      const float p = logit >= 0 ? 1 / (1 + e) : e / (1 + e);
      dz[i] = scale * (p - t);
    }
  }
  sum = fr_block_sum(sum, shared);
  if (threadIdx.x == 0) partial[blockIdx.x] = sum;
}

// Partial sums of (p - t)^2; dp (may be p; null = not wanted) = scale 2 (p - t).
extern "C" __global__ void fr_cuda_squared_error(const float* p, const float* target, float scale,
                                                 float* dp, fr_i64 n, double* partial) {
  __shared__ double shared[FR_THREADS];
  double sum = 0;
  for (fr_i64 i = FR_FIRST; i < n; i += FR_STEP) {
    const double d = static_cast<double>(p[i]) - static_cast<double>(target[i]);
    sum += d * d;
    if (dp != nullptr) dp[i] = scale * 2 * (p[i] - target[i]);
  }
  sum = fr_block_sum(sum, shared);
  if (threadIdx.x == 0) partial[blockIdx.x] = sum;
}
