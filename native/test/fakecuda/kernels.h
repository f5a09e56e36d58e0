// Our own kernels, compiled for the host, by name.
#pragma once

#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "device.h"
#include "stream.h"

namespace fakecuda {

struct Extent {
  unsigned x = 1;
  unsigned y = 1;
  unsigned z = 1;
};

// One thread's run through a kernel with bound arguments.
using ThreadBody = std::function<void()>;
// Reads arguments as a launch hands them over, and gives what binds them to memory when the kernel
// runs; an empty body when it cannot.
using Binder = std::function<ThreadBody()> (*)(void** arguments);

// Runs all blocks, one after the other, each block's threads as fibers that change at barriers.
void RunGrid(const char* name, const Extent& grid, const Extent& block, const ThreadBody& body);

struct Kernel {
  Kernel(const char* kernel_name, Binder kernel_binder);

  std::string name;
  Binder binder;
};

const Kernel* FindKernel(const std::string& name);

// A pointer argument becomes its shadow, everything else stays.
template <typename T>
T Translate(T value, bool* good) {
  if constexpr (std::is_pointer_v<T>) {
    if (value == nullptr) return nullptr;
    size_t reach = 0;
    void* shadow = ShadowOpen(static_cast<const void*>(value), &reach, "argument of a kernel");
    *good = *good && shadow != nullptr;
    return static_cast<T>(shadow);
  } else {
    return value;
  }
}

template <auto Function>
struct Bound;

template <typename... P, void (*Function)(P...)>
struct Bound<Function> {
  static std::function<ThreadBody()> Bind(void** arguments) {
    return Read(arguments, std::index_sequence_for<P...>());
  }

 private:
  template <size_t... I>
  static std::function<ThreadBody()> Read(void** arguments, std::index_sequence<I...>) {
    const std::tuple<P...> values(*static_cast<P*>(arguments[I])...);
    return [values]() -> ThreadBody {
      bool good = true;
      const std::tuple<P...> shadows{Translate(std::get<I>(values), &good)...};
      if (!good) return {};
      return [shadows] { std::apply(Function, shadows); };
    };
  }
};

}  // namespace fakecuda
