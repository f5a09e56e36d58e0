package io.github.fusedrnn.internal.cpu;

import io.github.fusedrnn.config.Availability;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.config.FusedRnnException;
import io.github.fusedrnn.internal.natives.NativeLibrary;
import io.github.fusedrnn.spi.Backend;
import io.github.fusedrnn.spi.BackendProvider;

/** Provides the CPU backend where our native library loads. */
public final class CpuProvider implements BackendProvider {
    private static final int RANK = 100;

    /** For the ServiceLoader. */
    public CpuProvider() {}

    @Override
    public BackendKind kind() {
        return BackendKind.CPU;
    }

    @Override
    public int rank() {
        return RANK;
    }

    @Override
    public Availability availability() {
        return NativeLibrary.availability();
    }

    @Override
    public Backend open() {
        Availability found = availability();
        if (!found.available()) {
            throw new FusedRnnException("backend CPU is not available: " + found.reason(), null);
        }
        return Holder.BACKEND;
    }

    private static final class Holder {
        static final Backend BACKEND = new CpuBackend();
    }
}
