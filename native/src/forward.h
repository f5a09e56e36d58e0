// Forward of all layers: an input product per chunk of rows, then the steps.
#pragma once

#include <cstdint>

#include "pack.h"
#include "plan.h"
#include "reserve.h"

namespace fusedrnn {

// Addresses as in fr_infer; nullptr = absent.
struct ForwardCall {
  int64_t t, n;
  const int32_t* lengths;
  const float* x;
  const float* h0;
  const float* c0;
  float* y;
  float* hn;
  float* cn;
  float* reserve;  // training, else nullptr
  int64_t dropout_seed, dropout_call;
};

// The arguments have been checked. Throws Failure before anything is written, if at all.
void RunForward(fr_plan* plan, const fr_packed& packed, const ForwardCall& call);

}  // namespace fusedrnn
