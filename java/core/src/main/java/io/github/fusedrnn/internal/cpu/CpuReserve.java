package io.github.fusedrnn.internal.cpu;

import io.github.fusedrnn.internal.natives.NativeStorage;
import io.github.fusedrnn.spi.Reserve;

/** A block of host memory that a native forward fills and its backward reads. */
final class CpuReserve implements Reserve {
    private final int maxT;
    private final int maxN;
    private final NativeStorage block;

    CpuReserve(int maxT, int maxN, NativeStorage block) {
        this.maxT = maxT;
        this.maxN = maxN;
        this.block = block;
    }

    long address() {
        return block.address();
    }

    @Override
    public int maxT() {
        return maxT;
    }

    @Override
    public int maxN() {
        return maxN;
    }

    @Override
    public long bytes() {
        return block.floats() * Float.BYTES;
    }

    @Override
    public void close() {
        block.close();
    }
}
