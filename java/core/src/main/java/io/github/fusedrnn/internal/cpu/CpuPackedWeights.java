package io.github.fusedrnn.internal.cpu;

import io.github.fusedrnn.internal.natives.NativeApi;
import io.github.fusedrnn.internal.natives.fr_packed;
import io.github.fusedrnn.spi.PackedWeights;

/** Owner of a native fr_packed. */
final class CpuPackedWeights extends PackedWeights {
    private final fr_packed packed;
    private final long bytes;

    CpuPackedWeights(fr_packed packed, long bytes, boolean training) {
        super("packed weights", training, () -> NativeApi.fr_packed_free(packed));
        this.packed = packed;
        this.bytes = bytes;
    }

    fr_packed handle() {
        return packed;
    }

    @Override
    public long bytes() {
        return bytes;
    }
}
