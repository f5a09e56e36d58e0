// Every activation, one value at a time, in float64: for generic cells and the dense operations.
// Formulas: ONNX.
#pragma once

#include <cstdint>

namespace fusedrnn {

double Activate(int32_t kind, double alpha, double beta, double x);
// df/dx at x, where y = f(x). At a kink: the derivative of the flat side.
double ActivationSlope(int32_t kind, double alpha, double beta, double x, double y);

}  // namespace fusedrnn
