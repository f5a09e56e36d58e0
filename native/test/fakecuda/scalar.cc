#include "scalar.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "rnn_desc.h"

namespace fakecuda {
namespace {

float FromBits(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

uint32_t Bits(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

double HalfToDouble(uint16_t half) {
  const int exponent = (half >> 10) & 31;
  const int mantissa = half & 1023;
  const double sign = (half & 0x8000) != 0 ? -1 : 1;
  if (exponent == 31) return mantissa != 0 ? NAN : sign * INFINITY;
  if (exponent == 0) return sign * std::ldexp(mantissa, -24);
  return sign * std::ldexp(1024 + mantissa, exponent - 25);
}

// Rounded to nearest, ties to even.
uint16_t DoubleToHalf(double value) {
  const auto sign = static_cast<uint16_t>(std::signbit(value) ? 0x8000 : 0);
  const double size = std::fabs(value);
  if (std::isnan(value)) return 0x7e00;
  if (size == 0) return sign;
  if (size >= 65520) return static_cast<uint16_t>(sign | 0x7c00);
  int exponent = 0;
  std::frexp(size, &exponent);
  const int unit = std::max(exponent - 11, -24);
  // Of 2^unit; a carry into the next exponent is right as it stands, because the exponent's bits
  // follow the mantissa's.
  const auto steps = static_cast<int>(std::nearbyint(std::ldexp(size, -unit)));
  return static_cast<uint16_t>(sign | ((unit + 24) * 1024 + steps));
}

}  // namespace

double LoadScalar(const void* values, int type, size_t index) {
  switch (type) {
    case kDouble:
      return static_cast<const double*>(values)[index];
    case kHalf:
      return HalfToDouble(static_cast<const uint16_t*>(values)[index]);
    case kBfloat16:
      return FromBits(static_cast<uint32_t>(static_cast<const uint16_t*>(values)[index]) << 16);
    default:
      return static_cast<const float*>(values)[index];
  }
}

void StoreScalar(void* values, int type, size_t index, double value) {
  switch (type) {
    case kDouble:
      static_cast<double*>(values)[index] = value;
      break;
    case kHalf:
      static_cast<uint16_t*>(values)[index] = DoubleToHalf(value);
      break;
    case kBfloat16: {
      const uint32_t bits = Bits(static_cast<float>(value));
      const uint32_t rounded = std::isnan(value) ? bits : bits + 0x7fff + ((bits >> 16) & 1);
      static_cast<uint16_t*>(values)[index] = static_cast<uint16_t>(rounded >> 16);
      break;
    }
    default:
      static_cast<float*>(values)[index] = static_cast<float>(value);
  }
}

}  // namespace fakecuda
