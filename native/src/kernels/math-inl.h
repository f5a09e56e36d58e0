// exp, sigmoid and tanh on vectors. Bounds are of the worst error against exact arithmetic in units
// in the last place, found by native/test/kernels/math_test.cc, which sweeps the floats and holds
// every instruction set to them:
//   exp 1 ulp, sigmoid 2.5 ulp, tanh 2 ulp, with subnormal arguments and results; infinities give
//   the limits, NaN stays NaN, -0 keeps its sign.
//
// All three come from q = e^r - 1 = r + r^2 P(r) on |r| <= ln(2)/2. P has degree 5, a fit of our
// own that minimises the largest |error / (e^r - 1)| over 801 Chebyshev points (Lawson's reweighted
// least squares in extended precision): 2.4e-10 exactly, 2.3e-9 with the coefficients rounded to
// float.
#pragma once

#include <cstdint>

#include "fusedrnn/fusedrnn.h"
#include "vec-inl.h"

namespace fusedrnn {
namespace FUSEDRNN_ISA {

// x = n ln 2 + r with whole n.
struct Reduced {
  F r;
  F n;
  F shifted;  // n + 1.5 * 2^23, as PowerOfTwo wants it
};

FUSEDRNN_INLINE Reduced ReduceByLn2(F x) {
  const F shift = Set(12582912.0f);  // adding it leaves no bits for a fraction
  Reduced y;
  y.shifted = Fma(x, Set(1.44269504f), shift);
  y.n = Sub(y.shifted, shift);
  // ln 2 = 355/512 + rest: n * 355/512 is exact for |n| < 2^15, so only the small part rounds.
  y.r = Fnma(y.n, Set(0.693359375f), x);
  y.r = Fnma(y.n, Set(-2.12194440e-4f), y.r);
  return y;
}

// e^r - 1 for |r| <= ln(2)/2.
FUSEDRNN_INLINE F Expm1OfRest(F r) {
  F p = Set(0x1.a032c4p-13f);
  p = Fma(p, r, Set(0x1.6d723ep-10f));
  p = Fma(p, r, Set(0x1.11118ap-7f));
  p = Fma(p, r, Set(0x1.5554b0p-5f));
  p = Fma(p, r, Set(0x1.555554p-3f));
  p = Fma(p, r, Set(0.5f));
  return Fma(Mul(r, r), p, r);
}

FUSEDRNN_INLINE F Exp(F x) {
  // Past these bounds the result is infinity or 0 whatever x is.
  x = Max(Set(-105.0f), Min(Set(90.0f), x));
  const Reduced d = ReduceByLn2(x);
  return Scale(Add(Expm1OfRest(d.r), Set(1.0f)), d.n);
}

// What a function's value is the quotient of. Several functions can share a division: a CPU makes
// one in the time of many products.
struct Ratio {
  F top, bottom;
};

// With e = exp(-|x|): 1 / (1 + e), or e / (1 + e) for x < 0, which is accurate where the result is
// small. top is in [0, 1], bottom in [1, 2].
FUSEDRNN_INLINE Ratio SigmoidRatio(F x) {
  const F one = Set(1.0f);
  const F minus_abs = Max(Set(-105.0f), MinusAbs(x));
  const Reduced d = ReduceByLn2(minus_abs);
  const F e = ScaleDown(Add(Expm1OfRest(d.r), one), d.n, d.shifted);
  return Ratio{Select(Less(x, Zero()), e, one), Add(one, e)};
}

// Putting right what 1 + e loses by rounding, as Tanh does, would give 1.9 ulp for an eighth more
// time.
FUSEDRNN_INLINE F Sigmoid(F x) {
  const Ratio y = SigmoidRatio(x);
  return Div(y.top, y.bottom);
}

// t = exp(2 x) - 1 for -20 <= x <= 0, and what the sum lost.
struct Expm1 {
  F value, lost;
};

FUSEDRNN_INLINE Expm1 Expm1OfTwice(F x) {
  const Reduced d = ReduceByLn2(Add(x, x));
  const F power = PowerOfTwo(d.shifted);
  const F expm1 = Expm1OfRest(d.r);
  const F power_less_1 = Sub(power, Set(1.0f));
  const F t = Fma(power, expm1, power_less_1);
  return Expm1{t, Fma(power, expm1, Sub(power_less_1, t))};
}

// With t = exp(-2|x|) - 1: -tanh|x| = t / (2 + t), accurate for small x too, where t is not a
// difference of nearly equal numbers. |top| is in [0, 1], bottom in [1, 2].
FUSEDRNN_INLINE Ratio TanhRatio(F x) {
  const F t = Expm1OfTwice(Max(Set(-20.0f), MinusAbs(x))).value;
  return Ratio{CopySign(t, x), Add(Set(2.0f), t)};
}

// As TanhRatio; what the two sums lose by rounding is computed and put right to first order, for
// which 1 / (2 + t) = (1 - y) / 2.
FUSEDRNN_INLINE F Tanh(F x) {
  const Expm1 t = Expm1OfTwice(Max(Set(-20.0f), MinusAbs(x)));
  const F divisor = Add(Set(2.0f), t.value);
  const F divisor_lost = Add(Sub(t.value, Sub(divisor, Set(2.0f))), t.lost);
  const F y = Div(t.value, divisor);
  const F inverse = Fnma(y, Set(0.5f), Set(0.5f));
  return CopySign(Fma(Fnma(y, divisor_lost, t.lost), inverse, y), x);
}

FUSEDRNN_INLINE F Activate(int32_t activation, F x) {
  switch (activation) {
    case FR_ACT_SIGMOID:
      return Sigmoid(x);
    case FR_ACT_TANH:
      return Tanh(x);
    case FR_ACT_RELU:
      return Max(Zero(), x);
    default:  // FR_ACT_IDENTITY
      return x;
  }
}

}  // namespace FUSEDRNN_ISA
}  // namespace fusedrnn
