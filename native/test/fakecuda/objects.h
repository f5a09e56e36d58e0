// Everything that a caller holds a handle of. Handles are never given out twice, so that a use
// after destruction is seen.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "ledger.h"

namespace fakecuda {

struct Object {
  explicit Object(Kind of_kind);
  virtual ~Object() = default;

  const Kind kind;
  const int device;  // current when it was made
  bool alive = true;
};

// Registers a new object, which lives until Destroy; it stays in memory, dead, until the process
// ends.
template <typename T, typename... Arguments>
T* Create(Arguments&&... arguments);

// The living object behind a handle, or null after telling the breach.
Object* Find(const void* handle, Kind kind);

template <typename T>
T* Get(const void* handle) {
  return static_cast<T*>(Find(handle, T::kKind));
}

// Ends an object; false, and a breach, when there is none.
bool Destroy(const void* handle, Kind kind);

void Register(Object* object);

template <typename T, typename... Arguments>
T* Create(Arguments&&... arguments) {
  T* object = new T(static_cast<Arguments&&>(arguments)...);
  Register(object);
  return object;
}

int64_t LiveCount(Kind kind);
void CountLive(Kind kind, int change);
// One line for each kind that lives, with how many.
std::string Living();

}  // namespace fakecuda
