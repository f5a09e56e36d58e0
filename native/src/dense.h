// The handful of dense operations around recurrent layers. Sums run in a fixed order, whatever the
// number of threads (dense_team.h). Arguments have been checked.
#pragma once

#include <cstdint>

namespace fusedrnn {

void AddBias(float* y, const float* bias, int64_t rows, int64_t cols);
// to[c] += sum over rows, ascending, of values[r, c] for c in [begin, end); float64 inside. also: a
// second target of the same sums, or nullptr.
void AddColumnSums(const float* values, int64_t ld, int64_t rows, int64_t begin, int64_t end,
                   float* to, float* also);
void Gather(const float* table, const int32_t* ids, int64_t rows, int64_t cols, float* y);
void Scatter(const float* x, const int32_t* ids, int64_t rows, int64_t cols, float* table);
void ScatterAdd(const float* dy, const int32_t* ids, int64_t rows, int64_t cols, float* dtable);
void SoftmaxCrossEntropy(const float* logits, const int32_t* labels, int32_t ignore, int64_t rows,
                         int64_t classes, float scale, float* dlogits, double loss[3]);
void Softmax(const float* x, int64_t rows, int64_t cols, float* y);
void ActivateAll(int32_t kind, float alpha, float beta, const float* x, float* y, int64_t n);
void ActivateAllBackward(int32_t kind, float alpha, float beta, const float* x, const float* y,
                         const float* dy, float* dx, int64_t n);
double Sum(const float* x, int64_t n);
double SumOfSquares(const float* x, int64_t n);
void Scale(float* x, float factor, int64_t n);
void Clamp(float* x, float low, float high, int64_t n);
void Axpy(float a, const float* x, float* y, int64_t n);
double SquaredError(const float* p, const float* target, float scale, float* dp, int64_t n);
double SigmoidCrossEntropy(const float* z, const float* target, float scale, float* dz, int64_t n);

struct SgdRule {
  float rate, momentum, weight_decay;
  bool nesterov;
};
void SgdUpdate(const SgdRule& rule, float* w, const float* g, float* velocity, int64_t n);

struct AdamRule {
  float rate, beta1, beta2, epsilon, weight_decay;
  bool decoupled;
  int64_t step;
};
void AdamUpdate(const AdamRule& rule, float* w, const float* g, float* m, float* v, int64_t n);

}  // namespace fusedrnn
