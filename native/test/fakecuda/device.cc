#include "device.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <map>
#include <vector>

#include "ledger.h"
#include "objects.h"

namespace fakecuda {
namespace {

constexpr int kOutOfMemory = 2;
constexpr size_t kAlignment = 256;
constexpr size_t kDefaultMemory = size_t{4} << 30;
// Every bit set is NaN in float64, float32, float16 and bfloat16, and -1 as an integer: what nobody
// wrote spoils what reads it.
constexpr int kPoison = 0xff;

size_t RoundUp(size_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

// The memory of one device: blocks by their offset, with a gap after each, so that running over an
// end meets nothing.
class Arena {
 public:
  Arena() {
    const char* wanted = std::getenv("FAKECUDA_MEMORY");
    total_ = wanted != nullptr ? std::strtoull(wanted, nullptr, 10) : kDefaultMemory;
    address_ = Map(PROT_NONE);
    shadow_ = Map(PROT_READ | PROT_WRITE);
  }

  bool Holds(const void* pointer) const {
    const auto* p = static_cast<const char*>(pointer);
    return p >= address_ && p < address_ + Span();
  }

  void* Take(size_t bytes) {
    if (bytes > total_ - used_) return nullptr;
    const size_t need = RoundUp(bytes) + kAlignment;
    size_t at = 0;
    for (const auto& [offset, size] : blocks_) {
      if (offset - at >= need) break;
      at = offset + RoundUp(size) + kAlignment;
    }
    if (at + need > Span()) return nullptr;
    blocks_[at] = bytes;
    used_ += bytes;
    std::memset(shadow_ + at, kPoison, need);
    return address_ + at;
  }

  bool Give(const void* pointer) {
    const auto block = blocks_.find(Offset(pointer));
    if (block == blocks_.end()) return false;
    const char* gap = shadow_ + block->first + block->second;
    if (std::any_of(gap, gap + kAlignment,
                    [](char c) { return c != static_cast<char>(kPoison); })) {
      Breach("something was written past the end of a block of %zu bytes", block->second);
    }
    used_ -= block->second;
    blocks_.erase(block);
    return true;
  }

  // Shadow of a pointer into a living block and how many bytes the block has from there; null when
  // there is none.
  void* Look(const void* pointer, size_t* reach) const {
    const size_t offset = Offset(pointer);
    auto block = blocks_.upper_bound(offset);
    if (block == blocks_.begin()) return nullptr;
    --block;
    if (offset >= block->first + block->second) return nullptr;
    *reach = block->first + block->second - offset;
    return shadow_ + offset;
  }

  size_t total() const { return total_; }
  size_t used() const { return used_; }

 private:
  // Room for the gaps.
  size_t Span() const { return 2 * total_ + (size_t{1} << 24); }

  size_t Offset(const void* pointer) const {
    return static_cast<size_t>(static_cast<const char*>(pointer) - address_);
  }

  char* Map(int protection) const {
    void* p = mmap(nullptr, Span(), protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED) std::abort();
    return static_cast<char*>(p);
  }

  size_t total_ = 0;
  size_t used_ = 0;
  char* address_ = nullptr;
  char* shadow_ = nullptr;
  std::map<size_t, size_t> blocks_;
};

std::vector<Arena>& Arenas() {
  static auto* arenas = new std::vector<Arena>(static_cast<size_t>(std::max(DeviceCount(), 1)));
  return *arenas;
}

Arena& Current() { return Arenas()[static_cast<size_t>(CurrentDevice())]; }

Arena* ArenaOf(const void* pointer) {
  for (Arena& arena : Arenas()) {
    if (arena.Holds(pointer)) return &arena;
  }
  return nullptr;
}

std::map<const char*, size_t>& Pinned() {
  static auto* pinned = new std::map<const char*, size_t>;
  return *pinned;
}

}  // namespace

int DeviceCount() {
  static const int count = [] {
    const char* wanted = std::getenv("FAKECUDA_DEVICES");
    return wanted != nullptr ? std::atoi(wanted) : 1;
  }();
  return count;
}

int& CurrentDevice() {
  static thread_local int device = 0;
  return device;
}

int Allocate(void** pointer, size_t bytes) {
  *pointer = nullptr;
  if (bytes == 0) return 0;
  *pointer = Current().Take(bytes);
  if (*pointer == nullptr) return kOutOfMemory;
  CountLive(Kind::kDeviceMemory, 1);
  return 0;
}

bool Free(void* pointer) {
  if (pointer == nullptr) return true;
  Arena* arena = ArenaOf(pointer);
  if (arena == nullptr || !arena->Give(pointer)) {
    Breach("%p is freed and is no living block of device memory", pointer);
    return false;
  }
  CountLive(Kind::kDeviceMemory, -1);
  return true;
}

void MemoryInfo(size_t* free, size_t* total) {
  *total = Current().total();
  *free = Current().total() - Current().used();
}

int AllocatePinned(void** pointer, size_t bytes) {
  *pointer = nullptr;
  if (bytes == 0) return 0;
  *pointer = std::aligned_alloc(kAlignment, RoundUp(bytes));
  if (*pointer == nullptr) return kOutOfMemory;
  std::memset(*pointer, kPoison, bytes);
  Pinned()[static_cast<const char*>(*pointer)] = bytes;
  CountLive(Kind::kPinnedMemory, 1);
  return 0;
}

bool FreePinned(void* pointer) {
  if (pointer == nullptr) return true;
  if (Pinned().erase(static_cast<const char*>(pointer)) == 0) {
    Breach("%p is freed and is no living block of pinned memory", pointer);
    return false;
  }
  std::free(pointer);
  CountLive(Kind::kPinnedMemory, -1);
  return true;
}

bool IsPinned(const void* pointer, size_t bytes) {
  const auto* p = static_cast<const char*>(pointer);
  auto block = Pinned().upper_bound(p);
  if (block == Pinned().begin()) return false;
  --block;
  return p + bytes <= block->first + block->second;
}

bool IsDevice(const void* pointer) { return ArenaOf(pointer) != nullptr; }

void* ShadowOpen(const void* pointer, size_t* reach, const char* what) {
  const Arena* arena = ArenaOf(pointer);
  if (arena == nullptr) {
    Breach("%s: %p is no device memory", what, pointer);
    return nullptr;
  }
  void* shadow = arena->Look(pointer, reach);
  if (shadow == nullptr) Breach("%s: %p is freed device memory", what, pointer);
  return shadow;
}

void* Shadow(const void* pointer, size_t bytes, const char* what) {
  size_t reach = 0;
  void* shadow = ShadowOpen(pointer, &reach, what);
  if (shadow != nullptr && bytes > reach) {
    Breach("%s: %zu bytes from %p, where the block has %zu", what, bytes, pointer, reach);
    return nullptr;
  }
  return shadow;
}

}  // namespace fakecuda
