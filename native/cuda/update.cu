// Optimisers.
#include "kernel_base.h"

// g' = g + decay w; v = momentum v + g'; w -= rate (nesterov ? g' + momentum v : v); velocity null
// where there is no momentum.
extern "C" __global__ void fr_cuda_sgd(float* w, const float* g, float* velocity, float rate,
                                       float momentum, float decay, int nesterov, fr_i64 n) {
  for (fr_i64 i = FR_FIRST; i < n; i += FR_STEP) {
    const float gradient = g[i] + decay * w[i];
    float update = gradient;
    if (velocity != nullptr) {
      const float v = momentum * velocity[i] + gradient;
      velocity[i] = v;
      update = nesterov ? gradient + momentum * v : v;
    }
    w[i] -= rate * update;
  }
}

// Kingma & Ba 2015, algorithm 1; decoupled weight decay: Loshchilov & Hutter 2019. The host has
// computed in float64 what cancels: rest1 = 1 - beta1, rest2 = 1 - beta2, scale1 = 1 / (1 -
// beta1^step), scale2 = 1 / (1 - beta2^step).
extern "C" __global__ void fr_cuda_adam(float* w, const float* g, float* m, float* v, float rate,
                                        float beta1, float rest1, float scale1, float beta2,
                                        float rest2, float scale2, float epsilon, float decay,
                                        int decoupled, fr_i64 n) {
  for (fr_i64 i = FR_FIRST; i < n; i += FR_STEP) {
    const float weight = w[i];
    const float gradient = decoupled ? g[i] : g[i] + decay * weight;
    const float mean = beta1 * m[i] + rest1 * gradient;
    const float square = beta2 * v[i] + rest2 * gradient * gradient;
    m[i] = mean;
    v[i] = square;
    float update = mean * scale1 / (sqrtf(square * scale2) + epsilon);
    if (decoupled) update += decay * weight;
    w[i] = weight - rate * update;
  }
}
