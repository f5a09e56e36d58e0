// cuDNN's codes, and how a refusal gets its text.
#pragma once

namespace fakecuda {

constexpr int kDnnNotInitialized = 1001;
constexpr int kDnnBadParam = 2000;
constexpr int kDnnNullPointer = 2002;
constexpr int kDnnTooSmall = 2006;
constexpr int kDnnShapeMismatch = 2008;
constexpr int kDnnNotSupported = 3000;
constexpr int kDnnNotSupportedShape = 3002;

// Keeps the condition for cudnnGetLastErrorString and answers the code.
int Refuse(int code, const char* condition);

}  // namespace fakecuda

// For a check that a real library was seen to make, or that its documentation states.
#define FAKE_REFUSE_IF(condition, code) \
  if (condition) return fakecuda::Refuse(code, #condition)
