#include "objects.h"

#include <unordered_map>

#include "device.h"

namespace fakecuda {
namespace {

std::unordered_map<const void*, Object*>& Registry() {
  static auto* registry = new std::unordered_map<const void*, Object*>;
  return *registry;
}

std::array<int64_t, static_cast<size_t>(Kind::kCount)>& Counts() {
  static std::array<int64_t, static_cast<size_t>(Kind::kCount)> counts = {};
  return counts;
}

}  // namespace

Object::Object(Kind of_kind) : kind(of_kind), device(CurrentDevice()) {}

void Register(Object* object) {
  Registry()[object] = object;
  CountLive(object->kind, 1);
}

Object* Find(const void* handle, Kind kind) {
  if (handle == nullptr) {
    Breach("a null handle where a %s is expected", KindName(kind));
    return nullptr;
  }
  const auto found = Registry().find(handle);
  if (found == Registry().end()) {
    Breach("%p is no %s", handle, KindName(kind));
    return nullptr;
  }
  Object* object = found->second;
  if (object->kind != kind) {
    Breach("%p is a %s where a %s is expected", handle, KindName(object->kind), KindName(kind));
    return nullptr;
  }
  if (!object->alive) {
    Breach("use of a destroyed %s", KindName(kind));
    return nullptr;
  }
  return object;
}

bool Destroy(const void* handle, Kind kind) {
  Object* object = Find(handle, kind);
  if (object == nullptr) return false;
  object->alive = false;
  CountLive(kind, -1);
  return true;
}

int64_t LiveCount(Kind kind) {
  std::lock_guard<std::recursive_mutex> guard(Lock());
  return Counts()[static_cast<size_t>(kind)];
}

void CountLive(Kind kind, int change) { Counts()[static_cast<size_t>(kind)] += change; }

std::string Living() {
  std::lock_guard<std::recursive_mutex> guard(Lock());
  std::string all;
  for (size_t k = 0; k < Counts().size(); ++k) {
    if (Counts()[k] != 0) {
      all +=
          std::string(KindName(static_cast<Kind>(k))) + ": " + std::to_string(Counts()[k]) + "\n";
    }
  }
  return all;
}

}  // namespace fakecuda
