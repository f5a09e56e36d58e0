package io.github.fusedrnn.cudnn.internal.device;

import io.github.fusedrnn.tensor.NativeResource;

/** A block of device memory; closing returns it to the pool. */
public final class DeviceBlock extends NativeResource {
    private final long address;
    private final long bytes;

    DeviceBlock(DeviceMemory pool, long address, long bytes, String label) {
        super(label, () -> pool.free(address, bytes));
        this.address = address;
        this.bytes = bytes;
    }

    /** Its address on the device; a multiple of 256. */
    public long address() {
        return address;
    }

    /** Its size, at least the size requested. */
    public long bytes() {
        return bytes;
    }
}
