package io.github.fusedrnn.cudnn.internal.device;

import io.github.fusedrnn.tensor.NativeResource;

/** Bytes on a device; closing gives them back to the pool. */
public final class DeviceBlock extends NativeResource {
    private final long address;
    private final long bytes;

    DeviceBlock(DeviceMemory pool, long address, long bytes, String label) {
        super(label, () -> pool.giveBack(address, bytes));
        this.address = address;
        this.bytes = bytes;
    }

    /** Where it starts on the device; a multiple of 256. */
    public long address() {
        return address;
    }

    /** Its size, at least what was asked for. */
    public long bytes() {
        return bytes;
    }
}
