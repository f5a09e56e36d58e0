#include "memory.h"

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <limits>

#include "status.h"

namespace fusedrnn {
namespace {

constexpr int64_t kAlignment = 64;
// Nothing larger can be addressed by any CPU this runs on; sums of a few such sizes still fit an
// int64_t.
constexpr int64_t kLargestSize = int64_t{1} << 56;

constexpr int64_t kLargePage = int64_t{2} << 20;

std::atomic<int64_t> live_bytes{0};
std::atomic<int64_t> live_blocks{0};

// In the 64 bytes before a block, because fr_free is given the address alone.
struct Header {
  void* start;
  int64_t bytes;
};

}  // namespace

// Aligned by hand: aligned_alloc trims the excess, so that a freed block is too small for the next
// request of the same size, which then gets untouched pages that the system has to clear. That was
// a third of the time of repacking weights with H = 256.
void* AllocateAligned(int64_t bytes, Pages pages) noexcept {
  if (bytes < 0 || bytes > kLargestSize) return nullptr;
  const int64_t needed = bytes + kAlignment;
  // A last page that is not half full stays small: at most 1 MiB more than asked for is touched.
  const int64_t large =
      pages == Pages::kLarge ? (needed + kLargePage / 2) / kLargePage * kLargePage : 0;
  const int64_t alignment = large > 0 ? kLargePage : kAlignment;
  void* start = std::malloc(static_cast<size_t>(std::max(needed, large) + alignment));
  if (start == nullptr) return nullptr;
  const int64_t past = static_cast<int64_t>(reinterpret_cast<uintptr_t>(start)) & (alignment - 1);
  char* aligned = static_cast<char*>(start) + (past == 0 ? 0 : alignment - past);
#if defined(__linux__)
  // A hint: without large pages everything works, only slower.
  if (large > 0) madvise(aligned, static_cast<size_t>(large), MADV_HUGEPAGE);
#endif
  *reinterpret_cast<Header*>(aligned) = {start, bytes};
  live_bytes.fetch_add(bytes, std::memory_order_relaxed);
  live_blocks.fetch_add(1, std::memory_order_relaxed);
  return aligned + kAlignment;
}

void FreeAligned(void* block) noexcept {
  if (block == nullptr) return;
  const Header header = *reinterpret_cast<Header*>(static_cast<char*>(block) - kAlignment);
  live_bytes.fetch_sub(header.bytes, std::memory_order_relaxed);
  live_blocks.fetch_sub(1, std::memory_order_relaxed);
  std::free(header.start);
}

int64_t LiveBytes() noexcept { return live_bytes.load(std::memory_order_relaxed); }
int64_t LiveBlocks() noexcept { return live_blocks.load(std::memory_order_relaxed); }

AlignedBuffer::AlignedBuffer(int64_t bytes, Pages pages) : block_(AllocateAligned(bytes, pages)) {
  if (block_ == nullptr) {
    Fail(FR_OUT_OF_MEMORY, "the system refused %lld bytes", static_cast<long long>(bytes));
  }
}

AlignedBuffer& AlignedBuffer::operator=(AlignedBuffer&& other) noexcept {
  if (this != &other) {
    FreeAligned(block_);
    block_ = other.block_;
    other.block_ = nullptr;
  }
  return *this;
}

int64_t CheckedMultiply(int64_t a, int64_t b) {
  int64_t product;
  if (__builtin_mul_overflow(a, b, &product) || product > kLargestSize) {
    Fail(FR_INVALID_ARGUMENT, "size: %lld * %lld (expected: at most 2^56)",
         static_cast<long long>(a), static_cast<long long>(b));
  }
  return product;
}

int64_t CheckedAdd(int64_t a, int64_t b) {
  int64_t sum;
  if (__builtin_add_overflow(a, b, &sum) || sum > kLargestSize) {
    Fail(FR_INVALID_ARGUMENT, "size: %lld + %lld (expected: at most 2^56)",
         static_cast<long long>(a), static_cast<long long>(b));
  }
  return sum;
}

int64_t ArenaLayout::Floats(int64_t rows, int64_t columns) {
  const int64_t offset = bytes_ / static_cast<int64_t>(sizeof(float));
  const int64_t size = CheckedMultiply(CheckedMultiply(rows, columns), sizeof(float));
  bytes_ = CheckedAdd(bytes_, CheckedAdd(size, kAlignment - 1) / kAlignment * kAlignment);
  return offset;
}

}  // namespace fusedrnn
