// Multiplication by a power of two that one float cannot hold, for instruction sets without an
// instruction for it; included by their vec_<isa>.h.
#pragma once

namespace fusedrnn {
namespace FUSEDRNN_ISA {

// x 2^n for a whole n, -252 <= n <= 254, through subnormals to 0 and to infinity: in two halves.
FUSEDRNN_INLINE F Scale(F x, F n) {
  const F shift = Set(12582912.0f);
  const F half = Fma(n, Set(0.5f), shift);
  const F rest = Add(Sub(n, Sub(half, shift)), shift);
  return Mul(Mul(x, PowerOfTwo(half)), PowerOfTwo(rest));
}

// The same for -190 <= n <= 63, given n + 1.5 * 2^23 too: first 2^(n + 64), which is exact.
FUSEDRNN_INLINE F ScaleDown(F x, F, F shifted) {
  return Mul(Mul(x, PowerOfTwo(Add(shifted, Set(64.0f)))), Set(0x1p-64f));
}

}  // namespace FUSEDRNN_ISA
}  // namespace fusedrnn
