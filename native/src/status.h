// Failures inside the library, and how they become a status at the C ABI.
#pragma once

#include <cstdint>
#include <exception>
#include <new>
#include <stdexcept>
#include <string>

#include "fusedrnn/fusedrnn.h"

namespace fusedrnn {

// Ends a call early. Thrown by drivers on the calling thread only, caught by Guard; never
// crosses the C ABI.
class Failure : public std::runtime_error {
 public:
  Failure(int32_t status, const std::string& text) : std::runtime_error(text), status_(status) {}
  int32_t status() const { return status_; }

 private:
  int32_t status_;
};

[[noreturn]] void Fail(int32_t status, const char* format, ...)
    __attribute__((format(printf, 2, 3)));

// Set this thread's last status and text; both return the status.
int32_t Succeed() noexcept;
int32_t Report(int32_t status, const char* text) noexcept;
int32_t LastStatus() noexcept;
const char* LastError() noexcept;
const char* StatusText(int32_t status) noexcept;

// Runs body and turns whatever it throws into a status.
template <class Body>
int32_t Guard(Body&& body) noexcept {
  try {
    body();
    return Succeed();
  } catch (const Failure& failure) {
    return Report(failure.status(), failure.what());
  } catch (const std::bad_alloc&) {
    return Report(FR_OUT_OF_MEMORY, "the system refused memory for a small object");
  } catch (const std::exception& exception) {
    return Report(FR_INTERNAL, exception.what());
  } catch (...) {
    return Report(FR_INTERNAL, "an unknown exception");
  }
}

}  // namespace fusedrnn
