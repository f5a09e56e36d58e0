#pragma once

#include "stream.h"

namespace fakecuda {

struct DnnHandle : Object {
  static constexpr Kind kKind = Kind::kDnnHandle;
  DnnHandle() : Object(kKind) {}

  void* stream = nullptr;
};

}  // namespace fakecuda
