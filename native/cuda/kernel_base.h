// What every kernel file begins with. Plain CUDA C++ without any include, so that nvcc, NVRTC and
// the test build for the CPU all take it.
//
// Numbers: no kernel depends on the number of threads of a warp; a sum's order depends on the sizes
// alone, so the same call gives the same bits on every device. Sums are float64: one addition for
// each value read costs nothing beside the reading.
#pragma once

// All blocks that work together on one reduction have this many threads.
#define FR_THREADS 256

typedef long long fr_i64;
typedef unsigned long long fr_u64;
typedef unsigned int fr_u32;

// The first index of a thread, and the distance to its next one.
#define FR_FIRST (static_cast<fr_i64>(blockIdx.x) * blockDim.x + threadIdx.x)
#define FR_STEP (static_cast<fr_i64>(gridDim.x) * blockDim.x)

// The sum over the FR_THREADS threads of a block, in a fixed tree; thread 0 has it. All threads
// must come here.
__device__ inline double fr_block_sum(double value, double* shared) {
  shared[threadIdx.x] = value;
  __syncthreads();
  for (int half = FR_THREADS / 2; half > 0; half /= 2) {
    if (threadIdx.x < half) shared[threadIdx.x] += shared[threadIdx.x + half];
    __syncthreads();
  }
  const double sum = shared[0];
  __syncthreads();
  return sum;
}

// Four words of Philox4x32-10 in place of the counter: Salmon, Moraes, Dror, Shaw 2011.
__device__ inline void fr_philox(fr_u32 key0, fr_u32 key1, fr_u32 c[4]) {
  for (int round = 0; round < 10; ++round) {
    const fr_u64 product0 = static_cast<fr_u64>(0xD2511F53u) * c[0];
    const fr_u64 product1 = static_cast<fr_u64>(0xCD9E8D57u) * c[2];
    const fr_u32 high0 = static_cast<fr_u32>(product0 >> 32);
    const fr_u32 high1 = static_cast<fr_u32>(product1 >> 32);
    c[0] = high1 ^ c[1] ^ key0;
    c[1] = static_cast<fr_u32>(product1);
    c[2] = high0 ^ c[3] ^ key1;
    c[3] = static_cast<fr_u32>(product0);
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
}
