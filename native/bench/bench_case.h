// One layer with random weights and data, called through the C ABI as the Java side calls it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "ceiling.h"
#include "fusedrnn/fusedrnn.h"
#include "memory.h"

namespace fusedrnn {

std::string Label(const Work& work);         // lstm step T1_N1_C64_H64_L1
const char* ProductsName(int32_t products);  // packed, openblas, float16, int8

class BenchCase {
 public:
  // Throws Failure with what the C ABI says.
  BenchCase(const Work& work, int32_t isa, int32_t products, int threads);

  const Work& work() const { return work_; }
  int32_t isa() const { return isa_; }
  int32_t products() const { return products_; }
  int threads() const { return threads_; }

  // One call: a step carries its state, training packs anew, runs forward and backward.
  void Call();
  std::string Describe() const { return fr_plan_describe(plan_.get()); }

 private:
  struct FreeLayer {
    void operator()(fr_layer* layer) const { fr_layer_free(layer); }
  };
  struct FreePacked {
    void operator()(fr_packed* packed) const { fr_packed_free(packed); }
  };
  struct FreePlan {
    void operator()(fr_plan* plan) const { fr_plan_free(plan); }
  };

  fr_address Buffer(int64_t floats, float scale);  // uniform in [-scale, scale]
  void Pack();
  void PlaceWeights();

  Work work_;
  int32_t isa_, products_;
  int threads_;
  std::unique_ptr<fr_layer, FreeLayer> layer_;
  uint64_t random_ = 1;
  std::vector<AlignedBuffer> buffers_;
  std::vector<int64_t> offsets_;
  fr_address weights_ = 0;
  int64_t weight_count_ = 0;
  fr_call call_{};
  std::unique_ptr<fr_packed, FreePacked> packed_;
  std::unique_ptr<fr_plan, FreePlan> plan_;
};

}  // namespace fusedrnn
