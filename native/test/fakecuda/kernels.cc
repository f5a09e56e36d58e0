#include "kernels.h"

#include <ucontext.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <memory>

#include "cuda_shim.h"

namespace fakecuda {
namespace {

constexpr size_t kStackBytes = size_t{64} << 10;
constexpr unsigned kWarp = 32;

std::map<std::string, const Kernel*>& Table() {
  static auto* table = new std::map<std::string, const Kernel*>;
  return *table;
}

enum class At { kRunning, kBlockBarrier, kWarpBarrier, kEnd };

// Where a flow of control continues. The compiler's own pair and not swapcontext, which also swaps
// the signal mask: a system call at every switch, and a reduction makes thousands of them.
struct Flow {
  void* buffer[5];
};

// The address sanitizer would take a jump for the end of a stack, and does not know these.
#define FAKE_JUMPS [[gnu::noinline, gnu::no_sanitize("address")]]

FAKE_JUMPS void Continue(Flow* to) { __builtin_longjmp(to->buffer, 1); }

// Returns when somebody continues `from`.
FAKE_JUMPS void Switch(Flow* from, Flow* to) {
  if (__builtin_setjmp(from->buffer) == 0) Continue(to);
}

// The same for a flow that has not begun.
FAKE_JUMPS void Switch(Flow* from, const ucontext_t* to) {
  if (__builtin_setjmp(from->buffer) == 0) setcontext(to);
}

// Begun once; then it runs one thread of one block after the other.
struct Fiber {
  Flow flow;
  std::unique_ptr<char[]> stack;
  At at = At::kEnd;
};

// One block in flight; there is one at a time, under the stand-in's lock.
struct Block {
  Flow scheduler;
  std::vector<Fiber> fibers;
  unsigned threads = 0;
  unsigned current = 0;
  bool in_fiber = false;
  const ThreadBody* body = nullptr;
  const char* name = "";
};

Block& TheBlock() {
  static auto* block = new Block;
  return *block;
}

void SetThread(unsigned index) {
  TheBlock().current = index;
  threadIdx.x = index % blockDim.x;
  threadIdx.y = index / blockDim.x % blockDim.y;
  threadIdx.z = index / blockDim.x / blockDim.y;
}

// Gives control back to the scheduler until it resumes this fiber.
void Leave(At at) {
  Block& block = TheBlock();
  Fiber& fiber = block.fibers[block.current];
  fiber.at = at;
  Switch(&fiber.flow, &block.scheduler);
}

void FiberMain() {
  for (;;) {
    (*TheBlock().body)();
    Leave(At::kEnd);
  }
}

void Begin(Fiber* fiber) {
  fiber->stack.reset(new char[kStackBytes]);
  ucontext_t start;
  getcontext(&start);
  start.uc_stack.ss_sp = fiber->stack.get();
  start.uc_stack.ss_size = kStackBytes;
  start.uc_link = nullptr;
  makecontext(&start, FiberMain, 0);
  Switch(&TheBlock().scheduler, &start);
}

void Resume(unsigned index) {
  Block& block = TheBlock();
  Fiber& fiber = block.fibers[index];
  fiber.at = At::kRunning;
  SetThread(index);
  block.in_fiber = true;
  if (fiber.stack == nullptr) {
    Begin(&fiber);
  } else {
    Switch(&block.scheduler, &fiber.flow);
  }
  block.in_fiber = false;
}

void Wait(At barrier) {
  Block& block = TheBlock();
  if (!block.in_fiber) {
    Breach("kernel %s: thread 0 of a block passed by a barrier at which others wait", block.name);
    std::abort();
  }
  Leave(barrier);
}

// Lets threads pass whose whole warp waits, else those whose whole block does.
bool Release() {
  Block& block = TheBlock();
  bool released = false;
  bool block_waits = true;
  for (unsigned first = 0; first < block.threads; first += kWarp) {
    const unsigned end = std::min(first + kWarp, block.threads);
    for (unsigned i = first; i < end; ++i) {
      if (block.fibers[i].at == At::kWarpBarrier) {
        block.fibers[i].at = At::kRunning;
        released = true;
      }
    }
  }
  if (released) return true;
  for (unsigned i = 0; i < block.threads; ++i) {
    const At at = block.fibers[i].at;
    block_waits = block_waits && (at == At::kBlockBarrier || at == At::kEnd);
    released = released || at == At::kBlockBarrier;
  }
  if (!released || !block_waits) return false;
  for (unsigned i = 0; i < block.threads; ++i) {
    if (block.fibers[i].at == At::kBlockBarrier) block.fibers[i].at = At::kRunning;
  }
  return true;
}

void RunBlock() {
  Block& block = TheBlock();
  Resume(0);
  if (block.fibers[0].at == At::kEnd) {
    // All threads of a block meet at the same barriers: where the first met none there are none.
    for (unsigned i = 1; i < block.threads; ++i) {
      SetThread(i);
      (*block.body)();
    }
    return;
  }
  for (unsigned i = 1; i < block.threads; ++i) Resume(i);
  while (Release()) {
    for (unsigned i = 0; i < block.threads; ++i) {
      if (block.fibers[i].at == At::kRunning) Resume(i);
    }
  }
}

}  // namespace

Kernel::Kernel(const char* kernel_name, Binder kernel_binder)
    : name(kernel_name), binder(kernel_binder) {
  Table()[name] = this;
}

const Kernel* FindKernel(const std::string& name) {
  const auto found = Table().find(name);
  return found != Table().end() ? found->second : nullptr;
}

void RunGrid(const char* name, const Extent& grid, const Extent& block_size,
             const ThreadBody& body) {
  Block& block = TheBlock();
  block.body = &body;
  block.name = name;
  block.threads = block_size.x * block_size.y * block_size.z;
  if (block.fibers.size() < block.threads) block.fibers.resize(block.threads);
  gridDim = {grid.x, grid.y, grid.z};
  blockDim = {block_size.x, block_size.y, block_size.z};
  for (blockIdx.z = 0; blockIdx.z < grid.z; ++blockIdx.z) {
    for (blockIdx.y = 0; blockIdx.y < grid.y; ++blockIdx.y) {
      for (blockIdx.x = 0; blockIdx.x < grid.x; ++blockIdx.x) RunBlock();
    }
  }
}

void BlockBarrier() { Wait(At::kBlockBarrier); }

void WarpBarrier() { Wait(At::kWarpBarrier); }

unsigned ThreadOfBlock() { return TheBlock().current; }

}  // namespace fakecuda

fakecuda::Index3 threadIdx;
fakecuda::Index3 blockIdx;
fakecuda::Index3 blockDim;
fakecuda::Index3 gridDim;
