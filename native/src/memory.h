// The one allocator: 64-byte aligned, counted.
#pragma once

#include <cstddef>
#include <cstdint>

namespace fusedrnn {

// kLarge requests pages of 2 MiB where there are enough bytes for one. Data that is read over and
// over benefits: small pages are scattered, so that some sets of a physically indexed cache
// overflow while others stay empty.
enum class Pages { kSmall, kLarge };

// Returns nullptr when the system refuses or bytes is too large to round up. Not cleared.
void* AllocateAligned(int64_t bytes, Pages pages = Pages::kSmall) noexcept;
void FreeAligned(void* block) noexcept;  // nullptr is allowed
int64_t LiveBytes() noexcept;
int64_t LiveBlocks() noexcept;

// Owns one aligned block.
class AlignedBuffer {
 public:
  AlignedBuffer() = default;
  explicit AlignedBuffer(
      int64_t bytes,
      Pages pages = Pages::kSmall);  // throws Failure(FR_OUT_OF_MEMORY), naming the bytes
  ~AlignedBuffer() { FreeAligned(block_); }
  AlignedBuffer(AlignedBuffer&& other) noexcept : block_(other.block_) { other.block_ = nullptr; }
  AlignedBuffer& operator=(AlignedBuffer&& other) noexcept;
  AlignedBuffer(const AlignedBuffer&) = delete;
  AlignedBuffer& operator=(const AlignedBuffer&) = delete;

  float* floats() const { return static_cast<float*>(block_); }

 private:
  void* block_ = nullptr;
};

// a * b, or Failure(FR_INVALID_ARGUMENT) if that is more than memory can ever hold. Both >= 0.
int64_t CheckedMultiply(int64_t a, int64_t b);
int64_t CheckedAdd(int64_t a, int64_t b);

// Offsets of 64-byte aligned pieces in one block that is allocated later: the same code computes
// the total size and the offsets.
class ArenaLayout {
 public:
  // Reserves rows * columns floats; returns their offset in floats.
  int64_t Floats(int64_t rows, int64_t columns = 1);
  int64_t bytes() const { return bytes_; }

 private:
  int64_t bytes_ = 0;
};

}  // namespace fusedrnn
