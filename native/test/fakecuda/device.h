// Devices and their memory. A device address cannot be read or written by the host: its bytes lie
// elsewhere, in a shadow that only the stand-in knows, so that a host access to device memory ends
// as it does on a GPU.
#pragma once

#include <cstddef>

namespace fakecuda {

// FAKECUDA_DEVICES, 1 when unset.
int DeviceCount();
// Of this thread.
int& CurrentDevice();

// 0, or the runtime's code: out of memory.
int Allocate(void** pointer, size_t bytes);
// False, and a breach, when it is no living block's start.
bool Free(void* pointer);
// Bytes of the current device.
void MemoryInfo(size_t* free, size_t* total);

// Host memory that copies may use asynchronously.
int AllocatePinned(void** pointer, size_t bytes);
bool FreePinned(void* pointer);
bool IsPinned(const void* pointer, size_t bytes);

bool IsDevice(const void* pointer);
// Where the bytes of device memory lie; null, and a breach naming what, when [pointer, pointer +
// bytes) is not inside one living block.
void* Shadow(const void* pointer, size_t bytes, const char* what);
// The same for a pointer from which a kernel may reach to the end of its block.
void* ShadowOpen(const void* pointer, size_t* reach, const char* what);

}  // namespace fakecuda
