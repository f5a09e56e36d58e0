#include "packed_sequence.h"

#include <algorithm>

#include "status.h"

namespace fusedrnn {

void PackedSequence::Build(int64_t t, int64_t n, const int32_t* lengths, bool batch_major) {
  t_ = steps_ = t;
  batch_ = n;
  batch_major_ = batch_major && t > 1 && n > 1;
  direct_ = !batch_major_;
  if (lengths != nullptr) {
    for (int64_t row = 0; row < n; ++row) {
      if (lengths[row] < 0 || lengths[row] > t) {
        Fail(FR_INVALID_ARGUMENT, "lengths[%lld]: %d (expected: 0 to %lld)",
             static_cast<long long>(row), lengths[row], static_cast<long long>(t));
      }
      direct_ = direct_ && lengths[row] == t;
    }
  }
  if (direct_) return;

  // A counting sort, longest first and otherwise in the caller's order. active_ holds, in turn: how
  // many rows have length l; how many are longer than l, which is where those of length l begin;
  // and, once all are placed, how many are active at time l - 1.
  const auto length_of = [&](int64_t row) {
    return lengths == nullptr ? t : static_cast<int64_t>(lengths[row]);
  };
  std::fill_n(active_, t + 1, 0);
  for (int64_t row = 0; row < n; ++row) ++active_[length_of(row)];
  int32_t longer = 0;
  for (int64_t l = t; l >= 0; --l) {
    const int32_t here = active_[l];
    active_[l] = longer;
    longer += here;
  }
  for (int64_t row = 0; row < n; ++row) {
    order_[active_[length_of(row)]++] = static_cast<int32_t>(row);
  }
  // Now active_[l] counts the rows of length >= l: those active at time l - 1.
  offset_[0] = 0;
  for (int64_t time = 0; time < t; ++time) {
    active_[time] = active_[time + 1];
    offset_[time + 1] = offset_[time] + active_[time];
  }
  steps_ = 0;
  while (steps_ < t && active_[steps_] > 0) ++steps_;
}

}  // namespace fusedrnn
