// Rows of a table by their numbers: one block for each row.
#include "kernel_base.h"

// y[r, :] = table[ids[r], :]
extern "C" __global__ void fr_cuda_gather(const float* table, const int* ids, fr_i64 rows,
                                          fr_i64 cols, float* y) {
  for (fr_i64 r = blockIdx.x; r < rows; r += gridDim.x) {
    const float* from = table + ids[r] * cols;
    for (fr_i64 c = threadIdx.x; c < cols; c += blockDim.x) y[r * cols + c] = from[c];
  }
}

// table[ids[r], :] = x[r, :]; of several rows with one id the last counts, whichever block comes
// first.
extern "C" __global__ void fr_cuda_scatter(const float* x, const int* ids, fr_i64 rows, fr_i64 cols,
                                           float* table) {
  __shared__ int again;
  for (fr_i64 r = blockIdx.x; r < rows; r += gridDim.x) {
    if (threadIdx.x == 0) again = 0;
    __syncthreads();
    for (fr_i64 i = r + 1 + threadIdx.x; i < rows; i += blockDim.x) {
      if (ids[i] == ids[r]) again = 1;
    }
    __syncthreads();
    float* to = table + ids[r] * cols;
    if (again == 0) {
      for (fr_i64 c = threadIdx.x; c < cols; c += blockDim.x) to[c] = x[r * cols + c];
    }
    __syncthreads();
  }
}

// dtable[ids[k], :] += dy[row, :] for the rows order[starts[k]] to order[starts[k + 1]], in this
// order. The host has sorted the rows by id, so that no two blocks write one row and nothing
// depends on who comes first; the order within an id is the CPU's, and so are the bits.
extern "C" __global__ void fr_cuda_scatter_add(const float* dy, const int* ids, const int* starts,
                                               const int* order, fr_i64 distinct, fr_i64 cols,
                                               float* dtable) {
  for (fr_i64 k = blockIdx.x; k < distinct; k += gridDim.x) {
    float* to = dtable + ids[k] * cols;
    for (fr_i64 c = threadIdx.x; c < cols; c += blockDim.x) {
      float sum = to[c];
      for (int i = starts[k]; i < starts[k + 1]; ++i) sum += dy[order[i] * cols + c];
      to[c] = sum;
    }
  }
}
