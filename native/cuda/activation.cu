// Every activation of ONNX and its derivative; the numbers of the kinds are FR_ACT_* of fusedrnn.h.
#include "kernel_base.h"

__device__ inline float fr_sigmoid(float x) {
  // e^-|x| never overflows.
  const float e = expf(-fabsf(x));
  return x >= 0 ? 1 / (1 + e) : e / (1 + e);
}

__device__ inline float fr_activate(int kind, float alpha, float beta, float x) {
  switch (kind) {
    case 0:  // sigmoid
      return isnan(x) ? x : fr_sigmoid(x);
    case 1:  // tanh
      return tanhf(x);
    case 2:  // relu
      return x > 0 || isnan(x) ? x : 0;
    case 4: {  // hard sigmoid
      const float line = fmaf(alpha, x, beta);
      return line < 0 ? 0 : line > 1 ? 1 : line;
    }
    case 5:  // softsign
      return x / (1 + fabsf(x));
    case 6:  // softplus
      return (x > 0 || isnan(x) ? x : 0) + log1pf(expf(-fabsf(x)));
    case 7:  // elu
      return x >= 0 || isnan(x) ? x : alpha * expm1f(x);
    case 8:  // leaky relu
      return x >= 0 ? x : alpha * x;
    case 9:  // thresholded relu
      return x >= alpha || isnan(x) ? x : 0;
    case 10:  // scaled tanh
      return alpha * tanhf(beta * x);
    case 11:  // affine
      return fmaf(alpha, x, beta);
    default:  // identity
      return x;
  }
}

// df/dx at x, where y = f(x). At a kink: the derivative of the flat side.
__device__ inline float fr_activation_slope(int kind, float alpha, float beta, float x, float y) {
  switch (kind) {
    case 0:
      return y * (1 - y);
    case 1:
      return 1 - y * y;
    case 2:
      return x > 0 ? 1 : 0;
    case 4: {
      const float line = fmaf(alpha, x, beta);
      return line > 0 && line < 1 ? alpha : 0;
    }
    case 5: {
      const float root = 1 / (1 + fabsf(x));
      return root * root;
    }
    case 6:
      return fr_sigmoid(x);
    case 7:
      return x >= 0 ? 1 : alpha * expf(x);
    case 8:
      return x >= 0 ? 1 : alpha;
    case 9:
      return x >= alpha ? 1 : 0;
    case 10: {
      const float t = tanhf(beta * x);
      return alpha * beta * (1 - t * t);
    }
    case 11:
      return alpha;
    default:
      return 1;
  }
}

extern "C" __global__ void fr_cuda_activate(int kind, float alpha, float beta, const float* x,
                                            float* y, fr_i64 n) {
  for (fr_i64 i = FR_FIRST; i < n; i += FR_STEP) y[i] = fr_activate(kind, alpha, beta, x[i]);
}

extern "C" __global__ void fr_cuda_activate_backward(int kind, float alpha, float beta,
                                                     const float* x, const float* y,
                                                     const float* dy, float* dx, fr_i64 n) {
  for (fr_i64 i = FR_FIRST; i < n; i += FR_STEP) {
    dx[i] = dy[i] * fr_activation_slope(kind, alpha, beta, x[i], y[i]);
  }
}
